import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadTokenizer, readDocuments, tokenizerFromJson } from "seqpack";
import type { TokenizerEngine } from "seqpack/tokenizer";
import { Tokenizer as Rust } from "tokenizers";
import { describe, expect, test } from "vitest";
import {
	directoryWith,
	everything,
	expectNumbers,
	fixtureCorpus,
	fixtureDocuments,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { models } from "./rust-pair.js";

const one: TokenizerEngine[] = ["auto"];
const both: TokenizerEngine[] = ["auto", "huggingface"];

const cases: [string, TokenizerEngine[], string][] = [
	["fixture", both, tokenizerPath],
	["llama 3", one, models("tokenizer-llama3")],
	["qwen 3", everything ? both : one, models("tokenizer-qwen3")],
];
if (everything) cases.push(["gpt-2", one, models("tokenizer-gpt2")]);

describe.each(cases)("%s by %j", (_name, engines, path) => {
	test("gives the ids of the Rust library on the fixtures, and decodes as it does", async () => {
		const [tokenizer, ...others] = await Promise.all(
			engines.map((engine) => loadTokenizer(path, engine)),
		);
		const rust = Rust.fromFile(join(path, "tokenizer.json"));
		let documents = 0;
		let compared = 0;
		for await (const { texts } of readDocuments(fixtureCorpus)) {
			// Of the fixtures' own tokenizer all, of others some will do.
			const chosen =
				everything || path === tokenizerPath
					? texts
					: texts.filter((_, i) => (documents + i) % 5 === 0);
			documents += texts.length;
			const { ids, offsets } = tokenizer.encodeBatch(chosen);
			const encodings = await rust.encodeBatch(chosen, {
				addSpecialTokens: false,
			});
			for (const [i, text] of chosen.entries()) {
				const due = encodings[i].getIds();
				const own = ids.subarray(offsets[i], offsets[i + 1]);
				expectNumbers(own, due, () => text.slice(0, 200));
				// The library is slow: some documents will do.
				if (everything || compared % 8 === 0)
					for (const other of others)
						expectNumbers(other.encode(text), due, () => text.slice(0, 200));
				if (compared++ % 10 === 0) {
					const decoded = await rust.decode(due, false);
					for (const by of [tokenizer, ...others])
						expect(by.decode(due)).toBe(decoded);
					// Qwen's tokenizer composes characters before anything else.
					expect(decoded.normalize("NFC")).toBe(text.normalize("NFC"));
				}
			}
		}
		expect(documents).toBe(fixtureDocuments);
	});
});

test("finds BOS and EOS by the configuration, else by their usual names", async () => {
	const tokenizerJson = readFileSync(
		join(tokenizerPath, "tokenizer.json"),
		"utf8",
	);
	const special = (configJson: string | null) => {
		const { bos, eos } = tokenizerFromJson({ tokenizerJson, configJson });
		return [bos?.id, eos?.id];
	};
	expect(special(null)).toEqual([4094, 4095]);
	expect(special('{"eos_token":null}')).toEqual([4094, undefined]);
	expect(
		special('{"bos_token":{"content":"<|end_of_text|>"},"eos_token":"nope"}'),
	).toEqual([4095, 4096]);
	expect((await loadTokenizer(models("tokenizer-gpt2"))).eos).toEqual({
		token: "<|endoftext|>",
		id: 50256,
	});
});

test("encodes nothing as nothing, and decodes it back", async () => {
	const tokenizer = await loadTokenizer(join(tokenizerPath, "tokenizer.json"));
	expect(tokenizer.encode("")).toEqual(new Int32Array(0));
	expect(tokenizer.decode([])).toBe("");
	expect(tokenizer.vocabSize).toBe(4096);
	expect(() => tokenizer.decode([1, 4096])).toThrow(
		/token id 4096 is not in the vocabulary of 4096/,
	);
});

test("says which file is no tokenizer, and why", async () => {
	const attempt = (content: string) =>
		loadTokenizer(join(directoryWith({ "t.json": content }), "t.json"));
	await expect(attempt("[]")).rejects.toThrow(/t\.json .*not a JSON object/);
	await expect(attempt('{"model":{"type":"BPE"}}')).rejects.toThrow(
		/not a usable tokenizer\.json/,
	);
	await expect(
		attempt('{"model":{"type":"BPE","vocab":{},"merges":[]}}'),
	).rejects.toThrow(/vocabulary is empty/);
	await expect(
		attempt('{"model":{"vocab":{"a":0}},"added_tokens":[{"id":-1}]}'),
	).rejects.toThrow(/"added_tokens" has no id and content/);
	const deep = `${"[".repeat(9000)}${"]".repeat(9000)}`;
	await expect(
		attempt(
			`{"model":{"type":"BPE","vocab":{"a":0},"merges":["a a",${deep}]}}`,
		),
	).rejects.toThrow(/not a usable tokenizer\.json/);
	await expect(loadTokenizer(temporaryDirectory())).rejects.toThrow(
		/holds no tokenizer\.json/,
	);
});
