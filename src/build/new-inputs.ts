import { DataError, optionName } from "../core/errors.js";
import type { ManifestInput } from "../dataset/manifest.js";
import type { Growing } from "./grow-store.js";
import type { SourceFile } from "./plan.js";
import { SPOOL } from "./workspace.js";

/** The files that were found, seen from a store that they are to be added to. */
export interface SortedInputs {
	/** Those that it does not have. */
	files: SourceFile[];
	/** Paths of those that it has. */
	known: string[];
	/** What a person is told of them, as sentences without a full stop. */
	notices: string[];
}

/**
 * Tells the files that a store has already from those that are new. A file is known by
 * its name and by what it holds. Its name may have other directories before it than it
 * had: it is that below the directory that the files of one call share.
 * @throws DataError `input-changed` for a file of a name that the store has, which holds
 * something else
 */
export function sortInputs(
	growing: Growing,
	files: readonly SourceFile[],
): SortedInputs {
	const { settings } = growing.manifest;
	const sorted: SortedInputs = { files: [], known: [], notices: [] };
	for (const [of, { name }] of settings.sources.entries()) {
		const own = files.filter((file) => file.of === of);
		if (own.length > 0) sortOfSource(growing, own, name, sorted);
	}
	const { known, notices } = sorted;
	const { out } = growing;
	if (sorted.files.length === 0)
		notices.unshift(`nothing is new: ${out} stays as it is`);
	if (known.length > 0)
		notices.unshift(
			`left out ${known.length === 1 ? "a file" : `${known.length} files`} that ${out} has already, such as ${isSpooled({ path: known[0] }, out) ? "standard input" : known[0]}`,
		);
	return sorted;
}

function sortOfSource(
	{ out, manifest }: Growing,
	own: readonly SourceFile[],
	name: string | null,
	{ files, known, notices }: SortedInputs,
): void {
	const has = manifest.inputs.filter(({ of = name }) => of === name);
	const byName = new Map(has.map((input) => [input.source, input]));
	const byContent = new Map<string, ManifestInput[]>();
	for (const input of has) {
		const alike = byContent.get(contentOf(input));
		if (alike === undefined) byContent.set(contentOf(input), [input]);
		else alike.push(input);
	}
	/** What the store has of the files that were found. */
	const met = new Set<ManifestInput>();
	const isKnown = (file: SourceFile, same: ManifestInput | undefined) => {
		if (same === undefined) return false;
		met.add(same);
		known.push(file.path);
		return true;
	};
	const renamed = own.filter((file) => {
		const same = byName.get(file.source);
		if (same !== undefined && contentOf(same) !== contentOf(asInput(file)))
			throw changed(file, out);
		return !isKnown(file, same);
	});
	const unknown = renamed.filter((file) => {
		const alike = byContent.get(contentOf(asInput(file))) ?? [];
		const same = alike.find(
			(input) => !met.has(input) && endAlike(input.source, file.source),
		);
		return !isKnown(file, same);
	});
	files.push(...unknown);
	const isCopy = (file: SourceFile) =>
		file.size > 0 && byContent.has(contentOf(asInput(file)));
	const unmet = has
		.filter((input) => !met.has(input))
		.map(({ source }) => source);
	const names = new Set(unmet);
	const ends = new Set(unmet.flatMap(endings));
	notices.push(
		...noticeOf(unknown.filter(isCopy), [
			"looks like one that the store has under another name",
			"look like some that the store has under other names",
		]),
		...noticeOf(
			unknown.filter(
				({ source }) =>
					ends.has(source) || endings(source).some((end) => names.has(end)),
			),
			[
				"may be one of the store's that has changed, by its name",
				"may be some of the store's that have changed, by their names",
			],
		),
	);
}

const asInput = ({ source, size, fingerprint }: SourceFile) => ({
	...{ source, bytes: size, fingerprint },
});

function contentOf({ bytes, fingerprint }: ManifestInput): string {
	return `${bytes} ${fingerprint}`;
}

/** Whether two names are of one file, as far as names tell. */
function endAlike(a: string, b: string): boolean {
	return a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
}

/** A name below each of the directories in it, and as it is. */
function endings(name: string): string[] {
	const parts = name.split("/");
	return parts.map((_, i) => parts.slice(i).join("/"));
}

function noticeOf(
	files: readonly SourceFile[],
	[one, several]: readonly [string, string],
): string[] {
	if (files.length === 0) return [];
	const { path } = files[0];
	return [
		files.length === 1
			? `${path} ${one}: it is added`
			: `${files.length} files, such as ${path}, ${several}: they are added`,
	];
}

/** Whether a file is standard input, kept. */
function isSpooled({ path }: { path: string }, out: string): boolean {
	return path.startsWith(`${out}/${SPOOL}/`);
}

function changed(file: SourceFile, out: string): DataError {
	const { path, source } = file;
	if (isSpooled(file, out))
		return new DataError(
			"input-changed",
			`standard input is not what it was when ${out} took documents of it, and what is added to a store has a name of its own: write it to a file.`,
		);
	return new DataError(
		"input-changed",
		`${path} is not the file ${source} that ${out} has documents of: it has changed, or is another one. Put new documents into a file of another name, name inputs by a directory further up if it is another file, or build the store again with ${optionName("overwrite", true)}.`,
	);
}
