import { DataError, optionName } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import type { ManifestInput } from "../dataset/manifest.js";
import {
	fingerprintBySample,
	fingerprintByVersion,
	kindOfFingerprint,
} from "../sources/find/fingerprint.js";
import { LANES } from "../storage/lanes.js";
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
 * something else; `cannot-compare` where that cannot be told
 */
export async function sortInputs(
	growing: Growing,
	files: readonly SourceFile[],
): Promise<SortedInputs> {
	const { settings } = growing.manifest;
	const sorted: SortedInputs = { files: [], known: [], notices: [] };
	for (const [of, { name }] of settings.sources.entries()) {
		const own = files.filter((file) => file.of === of);
		if (own.length > 0) await sortOfSource(growing, own, name, sorted);
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

async function sortOfSource(
	{ out, manifest }: Growing,
	own: readonly SourceFile[],
	name: string | null,
	{ files, known, notices }: SortedInputs,
): Promise<void> {
	const has = manifest.inputs.filter(({ of = name }) => of === name);
	const contents = await contentsOf(own, has, out);
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
		if (same !== undefined && !contents(file).includes(contentOf(same)))
			throw changed(file, same, out);
		return !isKnown(file, same);
	});
	const unknown = renamed.filter((file) => {
		const alike = contents(file).map((content) => byContent.get(content) ?? []);
		const same = alike
			.flat()
			.find((input) => !met.has(input) && endAlike(input.source, file.source));
		return !isKnown(file, same);
	});
	files.push(...unknown);
	const isCopy = (file: SourceFile) =>
		file.size > 0 && contents(file).some((content) => byContent.has(content));
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

type Content = Pick<ManifestInput, "bytes" | "fingerprint">;

function contentOf({ bytes, fingerprint }: Content): string {
	return `${bytes} ${fingerprint}`;
}

/**
 * What each file may be told by in a store: its fingerprint, and that of the other kind where the
 * store has a file of this kind that it may be, by name and size.
 * @throws DataError `cannot-compare`
 */
async function contentsOf(
	files: readonly SourceFile[],
	has: readonly ManifestInput[],
	out: string,
): Promise<(file: SourceFile) => readonly string[]> {
	const bySize = new Map<number, ManifestInput[]>();
	for (const input of has) {
		const alike = bySize.get(input.bytes);
		if (alike === undefined) bySize.set(input.bytes, [input]);
		else alike.push(input);
	}
	const contents = await inParallel(files, LANES, async (file) => {
		const bytes = file.size;
		const own = contentOf({ bytes, fingerprint: file.fingerprint });
		const kind = kindOfFingerprint(file.fingerprint);
		const other = (bySize.get(bytes) ?? []).find(
			({ source, fingerprint }) =>
				kindOfFingerprint(fingerprint) !== kind &&
				endAlike(source, file.source),
		);
		if (other === undefined) return [own];
		const met = { ...file, fingerprint: null };
		const fingerprint =
			kind === "version"
				? await fingerprintBySample(met)
				: fingerprintByVersion(met);
		if (fingerprint === null) throw incomparable(file, other, out);
		return [own, contentOf({ bytes, fingerprint })];
	});
	const ofFile = new Map(files.map((file, i) => [file, contents[i]]));
	return (file) => ofFile.get(file) ?? [];
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

function incomparable(
	{ path }: SourceFile,
	{ source }: ManifestInput,
	out: string,
): DataError {
	return new DataError(
		"cannot-compare",
		`${path} may be the file ${source} that ${out} has documents of, and nobody can tell: the store knows that one by the version that its storage listed, and there is none here. Name the inputs where they were, or build the store again with ${optionName("overwrite", true)} and ${optionName("fingerprint", "sample")}.`,
	);
}

function changed(
	file: SourceFile,
	{ bytes, fingerprint }: ManifestInput,
	out: string,
): DataError {
	const { path, source } = file;
	if (isSpooled(file, out))
		return new DataError(
			"input-changed",
			`standard input is not what it was when ${out} took documents of it, and what is added to a store has a name of its own: write it to a file.`,
		);
	const isRewritten =
		bytes === file.size && kindOfFingerprint(fingerprint) === "version";
	return new DataError(
		"input-changed",
		`${path} is not the file ${source} that ${out} has documents of: it has changed, ${isRewritten ? "was uploaded again in another way, " : ""}or is another one. Put new documents into a file of another name, name inputs by a directory further up if it is another file, or build the store again with ${optionName("overwrite", true)}.`,
	);
}
