import { number, text } from "../../core/option.js";
import type { Draft } from "../draft.js";
import { badRecipe, textOfField } from "../faults.js";
import { type Grouping, together } from "../grouping.js";
import { firstRecord, path, pathOf } from "./paths.js";
import { type NamedFile, readFileName, similarity } from "./test-names.js";

/** Files of a repository whose names are compared each with each, at most. */
const MOST_COMPARED = 20_000;

const options = {
	path,
	within: text({
		placeholder: "name",
		help: "field that names the repository: only files of one are paired",
		defaultText: "none: files of all the input are",
	}),
	threshold: number({
		help: "pair what is left by names that are alike by more than this, from 0 to 1; with within",
		defaultText: "none: names must be equal",
	}),
};

interface File {
	draft: Draft;
	path: string;
	name: NamedFile;
}

export const pairs: Grouping<typeof options> = {
	meaning:
		"a file of code and that of its tests, by their names; files without a partner stand alone",
	options,
	prepare({ path, within, threshold }, where) {
		if (threshold !== undefined && !(threshold >= 0 && threshold < 1))
			throw badRecipe(
				where,
				`threshold is ${threshold}: give a number from 0 to below 1`,
			);
		if (threshold !== undefined && within === undefined)
			throw badRecipe(
				where,
				"threshold compares each name with each: name the field of the repository with within",
			);
		const scopeOf = (draft: Draft) =>
			within === undefined ? "" : textOfField(firstRecord(draft), within);
		return {
			kind: "keyed",
			fields: [path, within].filter((name) => name !== undefined),
			keyOf(draft) {
				const scope = scopeOf(draft);
				if (threshold !== undefined) return scope;
				const { stem, ending } = readFileName(pathOf(firstRecord(draft), path));
				return [scope, stem + ending].join("\n");
			},
			split(_key, drafts, count) {
				const files = drafts.map((draft): File => {
					const found = pathOf(firstRecord(draft), path);
					return { draft, path: found, name: readFileName(found) };
				});
				const partners = pair(files, threshold, count);
				const taken = new Set(partners.values());
				const out: Draft[] = [];
				for (const file of files) {
					if (taken.has(file)) continue;
					const test = partners.get(file);
					if (test === undefined) {
						count("alone");
						out.push(withRole(file.draft, file.name.isTest ? "test" : "code"));
						continue;
					}
					count("paired");
					const { id, place } = file.draft;
					out.push(
						together(id, place, [
							withRole(file.draft, "code"),
							withRole(test.draft, "test"),
						]),
					);
				}
				return out;
			},
		};
	},
};

const withRole = (draft: Draft, role: string): Draft => ({
	...draft,
	pieces: draft.pieces.map((piece) => ({ ...piece, role })),
});

/** The test of each file of code that has one: each test has one such file. */
function pair(
	files: readonly File[],
	threshold: number | undefined,
	count: (what: string, by?: number) => void,
): Map<File, File> {
	const partners = new Map<File, File>();
	const codes = new Map<string, File[]>();
	for (const file of files) {
		if (file.name.isTest) continue;
		const key = keyOf(file);
		codes.set(key, [...(codes.get(key) ?? []), file]);
	}
	const left: File[] = [];
	for (const test of files.filter(({ name }) => name.isTest)) {
		const free = (codes.get(keyOf(test)) ?? []).filter(
			(code) => !partners.has(code),
		);
		const code = best(free, ({ path }) => nearness(path, test.path));
		if (code === null) left.push(test);
		else partners.set(code, test);
	}
	if (threshold === undefined || left.length === 0) return partners;
	if (files.length > MOST_COMPARED) {
		count("too-many-to-compare", left.length);
		return partners;
	}
	const free = new Set(
		files.filter((file) => !file.name.isTest && !partners.has(file)),
	);
	for (const test of left) {
		const near = [...free].filter(
			({ name }) =>
				name.ending === test.name.ending &&
				similarity(name.stem, test.name.stem) > threshold,
		);
		const code = best(near, ({ name }) =>
			similarity(name.stem, test.name.stem),
		);
		if (code === null) continue;
		partners.set(code, test);
		free.delete(code);
	}
	return partners;
}

/** Letters that two paths begin with, both, before their names. */
function nearness(a: string, b: string): number {
	const end = Math.min(a.lastIndexOf("/"), b.lastIndexOf("/"));
	let shared = 0;
	while (shared <= end && a[shared] === b[shared]) shared++;
	return shared;
}

const keyOf = ({ name }: File) => name.stem + name.ending;

/** The one that scores most, of equals the one whose path comes first. */
function best(
	files: readonly File[],
	score: (file: File) => number,
): File | null {
	let found: File | null = null;
	let most = -1;
	for (const file of files) {
		const own = score(file);
		if (
			own < most ||
			(own === most && found !== null && file.path >= found.path)
		)
			continue;
		found = file;
		most = own;
	}
	return found;
}
