import ignore from "ignore";
import { withoutSlashes } from "../../core/text.js";
import { globMatcher } from "../../storage/globs.js";
import { readAll } from "../../storage/storage.js";
import { storageAt } from "../../storage/storages.js";

/** Says of paths below an input whether they are left out, and remembers what was of use. */
export interface Exclusion {
	/**
	 * @param below Without "/" at its end.
	 * @param path The same with its input before it: a pattern may be written either way.
	 */
	leavesOut(below: string, kind: "file" | "directory", path?: string): boolean;
	/** Whether a file is left out, or a directory that it is in. */
	leavesOutFile(path: string): boolean;
	/** The patterns that nothing has matched. */
	unused(): string[];
}

/**
 * @param patterns Globs, for paths below an input; one without a slash is for names at
 * any depth. What is in a directory that matches is left out with it.
 * @param ignoreFile A file with patterns in the form of .gitignore, or null.
 * @throws UsageError where the file cannot be read
 */
export async function exclusionOf(
	patterns: readonly string[],
	ignoreFile: string | null,
): Promise<Exclusion> {
	const globs = patterns.map((pattern) => ({
		pattern,
		matches: globMatcher(withoutSlashes(pattern), {
			basename: !pattern.replace(/\/+$/, "").includes("/"),
			dot: true,
		}),
		isUsed: false,
	}));
	const rules =
		ignoreFile === null
			? null
			: ignore({ ignorecase: false }).add(
					(await readAll(storageAt(ignoreFile), ignoreFile)).toString("utf8"),
				);
	const leavesOut: Exclusion["leavesOut"] = (below, kind, path) => {
		let found = false;
		for (const glob of globs)
			if (
				glob.matches(below) ||
				(path !== undefined && glob.matches(withoutDots(path)))
			) {
				glob.isUsed = true;
				found = true;
			}
		if (found || rules === null) return found;
		const plain = withoutDots(below);
		return (
			plain !== "" && rules.ignores(kind === "directory" ? `${plain}/` : plain)
		);
	};
	return {
		leavesOut,
		leavesOutFile(path) {
			for (
				let at = path.indexOf("/", 1);
				at !== -1;
				at = path.indexOf("/", at + 1)
			)
				if (leavesOut(path.slice(0, at), "directory")) return true;
			return leavesOut(path, "file");
		},
		unused: () =>
			globs.filter(({ isUsed }) => !isUsed).map(({ pattern }) => pattern),
	};
}

function withoutDots(path: string): string {
	return path.replace(/^(\.{0,2}\/)+/, "");
}
