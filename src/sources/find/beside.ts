import { sourceFormats } from "../formats.js";
import { type Candidate, isNamed } from "./candidate.js";
import type { Detected } from "./detect.js";
import { OWN_FILES } from "./own-files.js";

/**
 * Leaves out what stands in a directory beside the files that are meant: what writers
 * of a format put there, and files that are documents only where there are no others.
 * @param detected What each file is.
 */
export function asideFrom(
	files: readonly Candidate[],
	detected: readonly Detected[],
): Detected[] {
	/** The formats of the files in each directory and below it; by the input, its own path is "". */
	const formats = new Map<string, Set<string>>();
	files.forEach(({ input, below }, i) => {
		const kind = detected[i];
		if (below === null || "leftOut" in kind) return;
		// A directory that has the format has told those above.
		let directory = directoryOf(below);
		for (;;) {
			const key = `${input}/${directory}`;
			const there = formats.get(key) ?? new Set();
			if (there.has(kind.format)) break;
			formats.set(key, there.add(kind.format));
			if (directory === "") break;
			directory = directoryOf(directory);
		}
	});
	const told = new Set(
		detected.flatMap((kind) =>
			"leftOut" in kind ? [] : kind.beside.map(({ path }) => path),
		),
	);
	return files.map((file, i) => {
		const { input, below, isAskedFor, path } = file;
		const kind = detected[i];
		if (told.has(path) && !isNamed(file))
			return { leftOut: "companion", error: null };
		if (below === null || isAskedFor) return kind;
		const name = below.slice(below.lastIndexOf("/") + 1);
		if (OWN_FILES.includes(name)) return { leftOut: "companion", error: null };
		const own = directoryOf(below);
		for (const format of formats.get(`${input}/${own}`) ?? [])
			if (sourceFormats.find(format).companions?.includes(name))
				return { leftOut: "companion", error: null };
		if ("leftOut" in kind || !sourceFormats.find(kind.format).onlyAlone)
			return kind;
		const all = formats.get(`${input}/`) ?? new Set();
		return all.size > 1 ? { leftOut: "beside", error: null } : kind;
	});
}

/** The directory that a path is in; "" is where paths begin. */
function directoryOf(below: string): string {
	return below.slice(0, Math.max(0, below.lastIndexOf("/")));
}
