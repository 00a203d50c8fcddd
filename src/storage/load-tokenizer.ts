import { UsageError } from "../core/errors.js";
import {
	type TokenizerEngine,
	type TokenizerFiles,
	tokenizerFromJson,
} from "../tokenizer/from-json.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { sha256 } from "./hash.js";
import { isLfsPointer, lfsPointerError } from "./lfs-pointer.js";
import { readAll } from "./storage.js";
import { storageAt } from "./storages.js";

/** A tokenizer's files as read, and what identifies them. */
export interface LoadedTokenizerFiles extends TokenizerFiles {
	/** SHA-256 of tokenizer.json, in hexadecimal. */
	fingerprint: string;
}

/**
 * Loads a tokenizer.
 * @param path A tokenizer.json, or a directory that holds one. A
 * tokenizer_config.json beside it tells the BOS and EOS tokens.
 * @param engine Which implementation to use.
 * @throws UsageError `no-tokenizer`; DataError `not-a-tokenizer`, `git-lfs-pointer`
 */
export async function loadTokenizer(
	path: string,
	engine: TokenizerEngine = "auto",
): Promise<Tokenizer> {
	return tokenizerFromJson(await readTokenizerFiles(path), engine);
}

export async function readTokenizerFiles(
	path: string,
): Promise<LoadedTokenizerFiles> {
	const storage = storageAt(path);
	const found = await storage.stat(path);
	if (found === null)
		throw new UsageError(
			"no-tokenizer",
			`there is no tokenizer at ${path}: give a tokenizer.json or a directory that holds one.`,
		);
	const file =
		found.kind === "directory"
			? `${path.replace(/\/+$/, "")}/tokenizer.json`
			: path;
	if ((await storage.stat(file))?.kind !== "file")
		throw new UsageError(
			"no-tokenizer",
			found.kind === "directory"
				? `the directory ${path} holds no tokenizer.json.`
				: `${path} is not a file: give a tokenizer.json or a directory that holds one.`,
		);
	const content = await readAll(storage, file);
	if (isLfsPointer(content, content.length)) throw lfsPointerError(file);
	const tokenizerJson = content.toString("utf8");
	const configFile = file.replace(/[^/\\]*$/, "tokenizer_config.json");
	const configJson =
		(await storage.stat(configFile))?.kind === "file"
			? (await readAll(storage, configFile)).toString("utf8")
			: null;
	return {
		tokenizerJson,
		configJson,
		name: file,
		fingerprint: sha256(tokenizerJson),
	};
}
