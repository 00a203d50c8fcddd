import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadTokenizer } from "seqpack";
import { expect, test } from "vitest";
import { directoryWith, temporaryDirectory } from "../helpers.js";

const base64 = (text: string) => Buffer.from(text, "latin1").toString("base64");
const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i));
const tokens = [...bytes, "ab", "bc", "abc", " a"];
const ranks = tokens.map((token, i) => `${base64(token)} ${i}\n`).join("");
const tekken = (change: object = {}) =>
	JSON.stringify({
		config: {
			pattern: "\\s+|\\S+",
			default_vocab_size: 10 + tokens.length,
			default_num_special_tokens: 10,
			...change,
		},
		vocab: tokens.map((token, rank) => ({ rank, token_bytes: base64(token) })),
		special_tokens: [
			{ rank: 0, token_str: "<s>" },
			{ rank: 1, token_str: "</s>" },
		],
	});

test("files of tiktoken and mistral-common load, alone or of a directory", async () => {
	const directory = directoryWith({ "r50k_base.tiktoken": ranks });
	for (const path of [directory, join(directory, "r50k_base.tiktoken")]) {
		const tokenizer = await loadTokenizer(path);
		// The pair of least rank goes first: ab, then abc.
		expect([...tokenizer.encode("abc bc")]).toEqual([258, 32, 257]);
		expect(tokenizer.eos).toEqual({ token: "<|endoftext|>", id: 50256 });
		expect(tokenizer.decode([258, 32, 257])).toBe("abc bc");
	}
	const other = await loadTokenizer(directoryWith({ "tekken.json": tekken() }));
	expect([...other.encode("abc</s>")]).toEqual([268, 1]);
	expect(other.tokenToId("<SPECIAL_9>")).toBe(9);
	expect(other.vocabSize).toBe(10 + tokens.length);
});

test("a file of tiktoken by any name, as the configuration beside it says", async () => {
	const open = (config: object) =>
		loadTokenizer(
			join(
				directoryWith({
					"mine.tiktoken": ranks,
					"tokenizer_config.json": JSON.stringify(config),
				}),
				"mine.tiktoken",
			),
		);
	const said = { pat_str: "[ab]+|[^ab]", special_tokens: { "<end>": 300 } };
	const tokenizer = await open({ ...said, eos_token: "<end>" });
	// The pattern divides abc.
	expect([...tokenizer.encode("abc<end>")]).toEqual([256, 99, 300]);
	expect(tokenizer.eos).toEqual({ token: "<end>", id: 300 });
	for (const wrong of [{ pat_str: 3 }, { ...said, special_tokens: { a: "b" } }])
		await expect(open(wrong)).rejects.toThrow(/"pat_str" that is no text, or/);
	await expect(open({ ...said, pat_str: "(" })).rejects.toThrow(/pattern/);
});

test.each([
	["r50k_base.tiktoken", `${ranks}!!! 260\n`, /its line 261 \("!!! 260"\)/],
	["r50k_base.tiktoken", `${ranks}YWI=\n`, /its line 261/],
	["r50k_base.tiktoken", `${ranks}YWJj 4294967313\n`, /its line 261/],
	["r50k_base.tiktoken", `${ranks}YWJj 261\n`, /repeats a rank or a token/],
	["r50k_base.tiktoken", "", /it has no tokens/],
	["mine.tiktoken", ranks, /its name is none of those known: r50k_base/],
	["tekken.json", tekken().slice(0, 500), /tekken.json.*it is not JSON/],
	["tekken.json", "[]", /it has no "config"/],
	["tekken.json", tekken({ pattern: 3 }), /"config.pattern" is 3/],
	[
		"tekken.json",
		tekken({ default_vocab_size: 2e9 }),
		/"config.default_vocab_size" is 2000000000/,
	],
	["tekken.json", tekken({ default_vocab_size: 9999 }), /wants 9989 tokens/],
])("%s that is none is refused in a sentence", async (file, text, sentence) => {
	const directory = temporaryDirectory();
	mkdirSync(directory, { recursive: true });
	writeFileSync(join(directory, file), text);
	await expect(loadTokenizer(join(directory, file))).rejects.toThrow(sentence);
});

test("tokens are called as what every object inherits", async () => {
	const odd = ["__proto__", "constructor"];
	const more = odd.map((token, i) => `${base64(token)} ${tokens.length + i}\n`);
	const directory = directoryWith({
		"r50k_base.tiktoken": ranks + more.join(""),
	});
	const tokenizer = await loadTokenizer(directory);
	for (const [i, token] of odd.entries())
		expect(tokenizer.tokenToId(token)).toBe(tokens.length + i);
	const special = odd.map((token_str, rank) => ({ rank, token_str }));
	const file = { ...JSON.parse(tekken()), special_tokens: special };
	const other = await loadTokenizer(
		directoryWith({ "tekken.json": JSON.stringify(file) }),
	);
	expect([...other.encode("__proto__constructor")]).toEqual([0, 1]);
});
