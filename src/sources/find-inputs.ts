import { DataError, optionName, UsageError } from "../core/errors.js";
import { shortened } from "../core/text.js";
import { storageAt } from "../storage/storages.js";
import {
	compressionOfName,
	describeEndings,
	formatOfName,
	sourceFormats,
} from "./formats.js";
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
 * @throws UsageError `no-inputs`, `no-such-input`, `not-a-file`, `unknown-name`,
 * `unknown-ending`; DataError `empty-corpus`
 */
export async function findInputs(
	inputs: readonly string[],
	{ format = "auto", exclude }: { format?: string; exclude?: string } = {},
): Promise<FoundInputs> {
	if (format !== "auto") sourceFormats.find(format);
	if (inputs.length === 0)
		throw new UsageError(
			"no-inputs",
			"no inputs are given: name files, directories or glob patterns.",
		);
	const excluded =
		exclude === undefined ? null : `${storageAt(exclude).absolute(exclude)}/`;
	const found: FoundInputs = { files: [], ignored: [], repeated: 0 };
	const locations: string[] = [];
	const seen = new Set<string>();
	for (const input of inputs) {
		const storage = storageAt(input);
		// In a directory, files of other kinds may stand beside those that are meant.
		const named = (await storage.stat(input))?.kind !== "directory";
		for (const file of await storage.find(input)) {
			const { path, size, identity } = file;
			const location = storage.absolute(path);
			if (excluded !== null && location.startsWith(excluded)) continue;
			if (file.kind !== "file") throw notAFile(path);
			// Two links to one file are one document, not two.
			if (seen.has(identity)) {
				found.repeated++;
				continue;
			}
			seen.add(identity);
			const kind =
				format === "auto"
					? formatOfName(path)
					: { format, compression: compressionOfName(path) };
			if (kind !== null) {
				const more = { version: null, frames: null };
				found.files.push({ path, source: "", size, ...more, ...kind });
				locations.push(location);
			} else if (named) throw unknownEnding(path);
			else found.ignored.push(path);
		}
	}
	if (found.files.length === 0)
		throw new DataError(
			"empty-corpus",
			`no input files in ${shortened(inputs.join(", "))}: known endings are ${describeEndings()}; for others give ${optionName("inputFormat")}.`,
		);
	nameSources(found.files, locations);
	return found;
}

function unknownEnding(path: string): UsageError {
	const names = sourceFormats
		.entries()
		.map(([name, { title }]) => `${name} (${title})`);
	return new UsageError(
		"unknown-ending",
		`cannot tell what ${path} holds: known endings are ${describeEndings()}. If it holds one of these all the same, say so with ${optionName("inputFormat")}: ${names.join("; ")}.`,
	);
}

/** Names each file by its path below the deepest directory that holds them all. */
function nameSources(
	files: readonly InputFile[],
	locations: readonly string[],
): void {
	const split = locations.map((location) => location.split("/"));
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

function notAFile(path: string): UsageError {
	return new UsageError(
		"not-a-file",
		`${path} is not a file that can be read more than once (it is a pipe, a device or a broken link): write it to a file first.`,
	);
}
