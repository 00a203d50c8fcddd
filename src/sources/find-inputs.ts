import { realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { DataError, optionName, UsageError } from "../core/errors.js";
import { shortened } from "../core/text.js";
import { localFiles } from "../storage/local.js";
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
	const excluded = exclude === undefined ? null : `${locationOf(exclude)}/`;
	const found: FoundInputs = { files: [], ignored: [], repeated: 0 };
	const locations: string[] = [];
	const seen = new Set<string>();
	for (const input of inputs) {
		for (const { path, location, identity, size, named } of await find(input)) {
			if (excluded !== null && location.startsWith(excluded)) continue;
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
				found.files.push({ path, source: "", size, ...kind });
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

interface FoundFile {
	/** How to open it. */
	path: string;
	/** Its path from the root, with "/" between parts. */
	location: string;
	/** The same for all names and links of a file. */
	identity: string;
	size: number;
	/** Whether the user meant this very file, by name or by pattern. */
	named: boolean;
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

/** The files that an input means, the only place here that asks the file system. */
async function find(input: string): Promise<FoundFile[]> {
	const stat = await localFiles.stat(input);
	if (stat?.kind === "other") throw notAFile(input);
	const directory = stat?.kind === "directory";
	const paths =
		stat?.kind === "file" ? [input] : await expand(input, directory);
	const files: FoundFile[] = [];
	for (const path of paths) {
		const found = await localFiles.stat(path);
		if (found?.kind !== "file") throw notAFile(path);
		files.push({
			path,
			location: locationOf(path),
			identity: await realpath(path),
			size: found.size,
			named: !directory,
		});
	}
	return files;
}

/** The paths below a directory, or of a pattern, in order. */
async function expand(input: string, directory: boolean): Promise<string[]> {
	let paths: string[];
	if (directory) {
		const root = input.replace(/[/\\]+$/, "") || sep;
		const inside = await glob("**/*", { cwd: root, dot: false });
		paths = inside.map((path) => (root === "." ? path : `${root}/${path}`));
	} else {
		if (!isDynamicPattern(input))
			throw new UsageError(
				"no-such-input",
				`there is no file or directory ${input}.`,
			);
		paths = await glob(input, { dot: false, expandDirectories: false });
		if (paths.length === 0)
			throw new UsageError("no-such-input", `no file matches ${input}.`);
	}
	return paths.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function locationOf(path: string): string {
	return resolve(path).split(sep).join("/");
}

function notAFile(path: string): UsageError {
	return new UsageError(
		"not-a-file",
		`${path} is not a file that can be read more than once (it is a pipe, a device or a broken link): write it to a file first.`,
	);
}
