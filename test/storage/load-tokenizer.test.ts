import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { DataError } from "../../src/core/errors.js";
import { sha256OfFile } from "../../src/storage/hash.js";
import {
	loadTokenizer,
	readTokenizerFiles,
} from "../../src/storage/load-tokenizer.js";
import { localFiles } from "../../src/storage/local.js";
import { temporaryDirectory, tokenizerPath } from "../helpers.js";

const file = join(tokenizerPath, "tokenizer.json");

test("a tokenizer is found by its file, its directory and their URLs", async () => {
	const { sha256 } = await sha256OfFile(localFiles, file);
	for (const path of [
		file,
		tokenizerPath,
		`${tokenizerPath}/`,
		pathToFileURL(file).href,
		pathToFileURL(tokenizerPath).href,
	]) {
		const found = await readTokenizerFiles(path);
		expect(found.fingerprint).toBe(sha256);
		expect(typeof found.configJson).toBe("string");
	}
	await expect(readTokenizerFiles("ftp://bucket/model")).rejects.toThrow(
		/there is no storage "ftp"/,
	);
});

test("where there is no tokenizer, it is said", async () => {
	const directory = temporaryDirectory();
	for (const [path, sentence] of [
		[`${directory}/none`, /there is no tokenizer at/],
		[directory, /holds no tokenizer\.json/],
		["/dev/null", /is not a file/],
	] as const)
		await expect(loadTokenizer(path)).rejects.toThrow(sentence);
});

test.each(["{bad", "[]", ""])(
	"a tokenizer_config.json that is %j is named as what it is",
	async (content) => {
		const directory = temporaryDirectory();
		copyFileSync(file, join(directory, "tokenizer.json"));
		const config = join(directory, "tokenizer_config.json");
		writeFileSync(config, content);
		const error = await loadTokenizer(directory).catch((error) => error);
		expect(error).toBeInstanceOf(DataError);
		expect(error.code).toBe("bad-tokenizer-config");
		expect(error.message).toMatch(/it is not (JSON|a JSON object)/);
		expect(error.message.startsWith(`${config} cannot be used: `)).toBe(true);
		expect(error.message).not.toMatch(/usable tokenizer\.json/);
	},
);
