import { resolve, sep } from "node:path";
import { DataError, UsageError } from "../core/errors.js";
import { storageAt } from "../storage/storages.js";
import { sourceFormats } from "./formats.js";
import type { InputFile } from "./source.js";

export interface FoundInputs {
	/** The files of the corpus, in the order they are read. */
	files: InputFile[];
	/** Files met in directories that are of no known format, as paths. */
	ignored: string[];
	/** How often a file was met again, under its name or by a link; it is read once. */
	repeated: number;
}

/**
 * Turns files, directories and glob patterns into the files of a corpus. The
 * order is that of the arguments; a directory or a pattern gives its files in
 * the order of their paths (by UTF-16 code unit). Of a directory, files whose
 * ending is known are taken at any depth, and hidden ones are not.
 * @param options.exclude A directory whose files are left out: the output's.
 * @param options.format A name from `sourceFormats` that holds for all files, or `auto`
 * to go by the endings.
 * @throws UsageError `no-such-input`, `not-a-file`, `unknown-format`; DataError `empty-corpus`
 */
export async function findInputs(
	inputs: readonly string[],
	options: { format?: string; exclude?: string } = {},
): Promise<FoundInputs> {
	const format = options.format ?? "auto";
	const excluded =
		options.exclude === undefined ? null : resolve(options.exclude) + sep;
	if (format !== "auto" && !Object.hasOwn(sourceFormats, format))
		throw new UsageError(
			"unknown-format",
			`there is no input format "${format}"; there are: auto, ${Object.keys(sourceFormats).join(", ")}.`,
		);
	if (inputs.length === 0)
		throw new UsageError(
			"no-inputs",
			"no inputs are given: name files, directories or glob patterns.",
		);
	const found: FoundInputs = { files: [], ignored: [], repeated: 0 };
	const seen = new Set<string>();
	for (const input of inputs) {
		const storage = storageAt(input);
		// In a directory, files of other kinds may stand beside those that are meant.
		const named = (await storage.stat(input))?.kind !== "directory";
		for (const { path, size, kind: what, identity } of await storage.find(
			input,
		)) {
			if (excluded !== null && resolve(path).startsWith(excluded)) continue;
			if (what !== "file") throw notAFile(path);
			// Two links to one file are one document, not two.
			if (seen.has(identity)) {
				found.repeated++;
				continue;
			}
			seen.add(identity);
			const kind = kindOf(path, format);
			if (kind !== null) found.files.push({ path, source: "", size, ...kind });
			else if (named) throw unknownEnding(path);
			else found.ignored.push(path);
		}
	}
	if (found.files.length === 0)
		throw new DataError(
			"empty-corpus",
			`no input files in ${inputs.join(", ")}: known endings are ${knownEndings()}; for others pass --input-format.`,
		);
	nameSources(found.files);
	return found;
}

function notAFile(path: string): UsageError {
	return new UsageError(
		"not-a-file",
		`${path} is not a file that can be read more than once (it is a pipe, a device or a broken link): write it to a file first.`,
	);
}

/** Format and compression of a file by its name, or null when unknown. */
function kindOf(
	path: string,
	format: string,
): Pick<InputFile, "format" | "compression"> | null {
	const zipped = path.endsWith(".gz");
	const compression = zipped ? "gzip" : null;
	if (format !== "auto") return { format, compression };
	const name = zipped ? path.slice(0, -3) : path;
	for (const [format, { extensions }] of Object.entries(sourceFormats))
		if (extensions.some((ending) => name.endsWith(ending)))
			return { format, compression };
	return null;
}

function unknownEnding(path: string): UsageError {
	return new UsageError(
		"unknown-format",
		`cannot tell what ${path} holds: known endings are ${knownEndings()}. If it is text or JSON Lines all the same, pass --input-format text or jsonl.`,
	);
}

function knownEndings(): string {
	return Object.values(sourceFormats)
		.flatMap((format) => format.extensions)
		.map((ending) => `${ending}[.gz]`)
		.join(", ");
}

/** Names each file by its path below the deepest directory that holds them all. */
function nameSources(files: InputFile[]): void {
	const split = files.map(({ path }) => resolve(path).split(sep));
	const [first] = split;
	let shared = 0;
	while (
		shared < first.length - 1 &&
		split.every(
			(parts) => parts.length > shared + 1 && parts[shared] === first[shared],
		)
	)
		shared++;
	for (let i = 0; i < files.length; i++)
		files[i].source = split[i].slice(shared).join("/");
}
