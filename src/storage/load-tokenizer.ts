import { UsageError } from "../core/errors.js";
import { otherFiles } from "../tokenizer/convert/converted.js";
import { filesOfFile } from "../tokenizer/from-file.js";
import {
	openTokenizer,
	prepareTokenizer,
	type TokenizerEngine,
	type TokenizerFiles,
	type TokenizerName,
} from "../tokenizer/from-json.js";
import {
	tokenizerExamples,
	tokenizerNameIn,
} from "../tokenizer/named-tokenizers.js";
import { besideOf } from "../tokenizer/named-tokens.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { notATokenizer } from "../tokenizer/tokenizer-json.js";
import { sha256 } from "./hash.js";
import { isLfsPointer, lfsPointerError } from "./lfs-pointer.js";
import { readAll } from "./storage.js";
import { storageAt } from "./storages.js";

/** A tokenizer's files as read, or the name of one that needs none, and what identifies it. */
export type LoadedTokenizerFiles = (TokenizerFiles | TokenizerName) & {
	/** What to call it in messages. */
	name: string;
	/**
	 * SHA-256 of tokenizer.json with the tokens that files beside it name and it lacks, or of the
	 * name, in hexadecimal.
	 */
	fingerprint: string;
};

/**
 * Loads a tokenizer.
 * @param path A tokenizer.json, or a directory that holds one; or the name of a
 * tokenizer that needs no file, unless there is a file of that name. A
 * tokenizer_config.json or special_tokens_map.json beside a tokenizer.json tells the BOS and EOS
 * tokens, and others that it lacks.
 * @param engine Which implementation to use.
 * @throws UsageError `no-tokenizer`; DataError `not-a-tokenizer`, `git-lfs-pointer`
 */
export async function loadTokenizer(
	path: string,
	engine: TokenizerEngine = "auto",
): Promise<Tokenizer> {
	return openTokenizer(
		prepareTokenizer(await readTokenizerFiles(path), engine),
	);
}

/** The fingerprint of a tokenizer that needs no file. */
export function fingerprintOfName(name: string): string {
	return sha256(`tokenizer ${name}\n`);
}

/** Where a tokenizer is, for a process that runs elsewhere: names stay as they are. */
export async function absoluteTokenizer(path: string): Promise<string> {
	const place = await placeOf(path);
	return place === null ? path : storageAt(place).absolute(place);
}

/** A path as storages take it; null where it is the name of a tokenizer, and no file. */
async function placeOf(path: string): Promise<string | null> {
	if (tokenizerNameIn(path) === null) return path;
	// What is before a colon would be taken for the scheme of a URL.
	const local = `./${path}`;
	return (await storageAt(local).stat(local)) === null ? null : local;
}

/** The file of a directory that is a tokenizer: its tokenizer.json, else one of another kind. */
async function fileIn(directory: string): Promise<string> {
	const storage = storageAt(directory);
	const usual = `${directory.replace(/\/+$/, "")}/${TOKENIZER}`;
	for (const name of [TOKENIZER, ...otherFiles]) {
		const file = besideOf(usual, name);
		if ((await storage.stat(file))?.kind === "file") return file;
	}
	return usual;
}

/** Bytes of a tokenizer. The largest that are known have 40 MB. */
const LARGEST = 1 << 28;
const TOKENIZER = "tokenizer.json";

export async function readTokenizerFiles(
	given: string,
): Promise<LoadedTokenizerFiles> {
	const path = await placeOf(given);
	if (path === null)
		return {
			name: given,
			fingerprint: fingerprintOfName(given),
		};
	const storage = storageAt(path);
	const found = await storage.stat(path);
	if (found === null)
		throw new UsageError(
			"no-tokenizer",
			`there is no tokenizer at ${path}: give a tokenizer.json, a directory that holds one, or the name of one that needs no file: ${tokenizerExamples()}.`,
		);
	const file = found.kind === "directory" ? await fileIn(path) : path;
	const its = await storage.stat(file);
	if (its?.kind !== "file")
		throw new UsageError(
			"no-tokenizer",
			found.kind === "directory"
				? `the directory ${path} holds no tokenizer.json.`
				: `${path} is not a file: give a tokenizer.json or a directory that holds one.`,
		);
	if (its.size > LARGEST)
		throw notATokenizer(
			file,
			`it has ${its.size} bytes, and at most ${LARGEST} are read`,
		);
	const content = await readAll(storage, file);
	if (isLfsPointer(content, content.length)) throw lfsPointerError(file);
	const textBeside = async (name: string) => {
		const path = besideOf(file, name);
		return (await storage.stat(path))?.kind === "file"
			? (await readAll(storage, path)).toString("utf8")
			: null;
	};
	const files = filesOfFile(content, {
		name: file,
		configJson: await textBeside("tokenizer_config.json"),
		specialTokensMapJson: await textBeside("special_tokens_map.json"),
	});
	return { ...files, name: file, fingerprint: sha256(files.tokenizerJson) };
}
