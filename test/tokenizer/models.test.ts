// Models alone, each against the Rust library: random vocabularies, random words.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as Rust } from "tokenizers";
import { describe, expect, test } from "vitest";
import { Int32Buffer } from "../../src/core/buffers.js";
import { createRandom } from "../../src/core/random.js";
import { Component } from "../../src/tokenizer/component.js";
import { readModel } from "../../src/tokenizer/models/models.js";
import { scoreInRust } from "../../src/tokenizer/models/score.js";
import { everything, expectNumbers, temporaryDirectory } from "../helpers.js";
import {
	type Json,
	randomBpe,
	randomUnigram,
	randomWordLevel,
	randomWordPiece,
	randomWords,
	tokensOf,
} from "./random-models.js";

const read = (model: Json) =>
	readModel(new Component(model, "model", "tokenizer.json"));

function inRust(model: Json) {
	return Rust.fromString(
		JSON.stringify({
			version: "1.0",
			truncation: null,
			padding: null,
			added_tokens: [],
			normalizer: null,
			pre_tokenizer: null,
			post_processor: null,
			decoder: null,
			model,
		}),
	);
}

/** The ids that the Rust library gives a word, or null where it fails. */
async function idsInRust(rust: Rust, word: string) {
	try {
		const encoding = await rust.encode(word, null, { addSpecialTokens: false });
		return encoding.getIds();
	} catch {
		return null;
	}
}

/** Compares words, which may fail; says how many did. */
async function expectSame(json: Json, words: readonly string[]) {
	const model = read(json);
	const rust = inRust(json);
	const out = new Int32Buffer();
	let failed = 0;
	for (const word of words) {
		const expected = await idsInRust(rust, word);
		out.length = 0;
		const what = () =>
			`${JSON.stringify(word.slice(0, 200))} of ${JSON.stringify(json).slice(0, 2000)}`;
		const encode = () => model.encodeWord(word, out);
		if (expected === null) {
			failed++;
			expect(encode, what()).toThrow("no token for");
			continue;
		}
		encode();
		expectNumbers(out.view(), expected, what);
	}
	return failed;
}

describe("words become the same ids as in the Rust library", () => {
	const makers = { randomBpe, randomUnigram, randomWordPiece, randomWordLevel };
	for (const [name, make] of Object.entries(makers))
		test(name, async () => {
			const random = createRandom(7);
			let failed = 0;
			for (let i = 0; i < (everything ? 200 : 40); i++) {
				const json = make(random);
				const words = randomWords(random, tokensOf(json));
				failed += await expectSame(json, words);
			}
			expect(failed).toBeGreaterThan(0);
		});
});

test("scores are read as the Rust library reads them", async () => {
	const random = createRandom(8);
	const scores = Array.from(
		{ length: 2000 },
		() => (-random() / 2 ** 32) * 15 - random() / 2 ** 52,
	);
	scores.push(0, -1e-7, 3e-320, 1.5e300, 1e22, -17, 0.1 + 0.2);
	const vocab = scores.map((score, i) => [`t${i}`, score]);
	const path = join(temporaryDirectory(), "tokenizer.json");
	inRust({ type: "Unigram", unk_id: 0, vocab }).save(path);
	const saved = JSON.parse(readFileSync(path, "utf8")).model.vocab;
	expect(scores.map(scoreInRust)).toEqual(
		saved.map(([, score]: [string, number]) => score),
	);
	expect(scores.map(scoreInRust)).not.toEqual(scores);
});

describe("a word of 300 kB is encoded in little time", () => {
	const vocab = { "<unk>": 0, a: 1, b: 2, aa: 3, aaaa: 4, ab: 5, aaaaab: 6 };
	const merges = ["a a", "aa aa", "a b", "aaaa ab"];
	const models: Record<string, Json> = {
		BPE: { type: "BPE", vocab, merges },
		Unigram: {
			type: "Unigram",
			unk_id: 0,
			vocab: Object.keys(vocab).map((token, i) => [token, -i]),
		},
		WordPiece: {
			type: "WordPiece",
			vocab,
			unk_token: "<unk>",
			continuing_subword_prefix: "",
			max_input_chars_per_word: 1e9,
		},
	};
	for (const [name, json] of Object.entries(models))
		test(name, async () => {
			const long = (length: number) =>
				"aab".padStart(97, "a").repeat(length / 97);
			await expectSame(json, [long(2000), `${long(2000)}z`]);
			const model = read(json);
			const out = new Int32Buffer();
			const began = performance.now();
			model.encodeWord(long(3e5), out);
			expect(performance.now() - began).toBeLessThan(20_000);
			expect(out.length).toBeGreaterThan(5e4);
		});
});

describe("old files that do not tell the type of their model", () => {
	const vocab = { "<unk>": 0, a: 1, b: 2, ab: 3, "##b": 4 };
	const unigram = Object.keys(vocab).map((token, i) => [token, -i]);
	const pieces = {
		unk_token: "<unk>",
		continuing_subword_prefix: "##",
		max_input_chars_per_word: 9,
	};
	const cases: [string, Json][] = [
		["BPE", { vocab, merges: ["a ##b"], ...pieces }],
		["WordPiece", { vocab, ...pieces }],
		["WordLevel", { vocab, unk_token: "<unk>" }],
		["Unigram", { vocab: unigram, unk_id: 0 }],
	];
	for (const [type, json] of cases)
		test(type, async () => {
			expect(read(json).type).toBe(type);
			await expectSame(json, ["ab", "abb", "ba", "zab", "a"]);
		});
});

describe("what is wrong is refused in a sentence that names it", () => {
	const vocab = { a: 0, b: 1, ab: 2 };
	const bpe = { type: "BPE", vocab, merges: ["a b"] };
	const unigram = { type: "Unigram", vocab: [["a", 0]], unk_id: 0 };
	const cases: [string, Json, string][] = [
		[
			"no model",
			{ type: "Bigram" },
			'no model of type "Bigram" (did you mean Unigram?)',
		],
		["no fields", {}, 'it has no "type", and no model has the fields'],
		["no vocabulary", { type: "BPE", merges: [] }, 'it has no "vocab"'],
		[
			"a vocabulary of another type",
			{ ...bpe, vocab: [] },
			'its "vocab" is [], not an object',
		],
		[
			"an id that is a text",
			{ ...bpe, vocab: { a: "0" } },
			'the token "a" of its "vocab" has the id "0"',
		],
		["an id below 0", { ...bpe, vocab: { a: -1 } }, "has the id -1"],
		[
			"an id that is too large",
			{ ...bpe, vocab: { a: 2e9 } },
			"has the id 2000000000, and ids have to be below 16777216",
		],
		[
			"an id of more than 32 bits",
			{ ...bpe, vocab: { a: 2 ** 32 + 17 } },
			"has the id 4294967313",
		],
		["no merges", { type: "BPE", vocab }, 'it has no "merges"'],
		[
			"a merge of three",
			{ ...bpe, merges: ["a b", "a b c"] },
			'its "merges"[1] is "a b c", not a text of two tokens',
		],
		[
			"merges of both kinds",
			{ ...bpe, merges: [["a", "b"], "a b"] },
			'its "merges"[1] is "a b", not a pair of tokens',
		],
		[
			"a merge of what is not there",
			{ ...bpe, merges: ["a c"] },
			'"c" is not in its "vocab"',
		],
		[
			"a merge that makes what is not there",
			{ ...bpe, merges: ["b a"] },
			'"ba" is not in its "vocab"',
		],
		[
			"a merge without its prefix",
			{ ...bpe, continuing_subword_prefix: "##" },
			'does not begin with "continuing_subword_prefix"',
		],
		[
			"dropout",
			{ ...bpe, dropout: 0.1 },
			'its "dropout" is 0.1, so that a text would have other ids each time',
		],
		[
			"dropout that is none",
			{ ...bpe, dropout: 2 },
			'its "dropout" is 2, not null or a number from 0 to 1',
		],
		[
			"a flag that is none",
			{ ...bpe, fuse_unk: 1 },
			'its "fuse_unk" is 1, not true, false or null',
		],
		["pieces that are an object", { ...unigram, vocab }, "not a list of pairs"],
		[
			"a piece without a score",
			{ ...unigram, vocab: [["a"]] },
			'its "vocab"[0] is ["a"], not a pair',
		],
		[
			"a score that is a text",
			{ ...unigram, vocab: [["a", "0"]] },
			'its "vocab"[0] is ["a","0"]',
		],
		[
			"a score without end",
			{ ...unigram, vocab: [["a", Number.POSITIVE_INFINITY]] },
			"not a pair of a text and a finite number",
		],
		[
			"unk beyond the pieces",
			{ ...unigram, unk_id: 1 },
			'its "unk_id" is 1, and its "vocab" has 1 pieces',
		],
		[
			"unk of another type",
			{ ...unigram, unk_id: "a" },
			'its "unk_id" is "a", not null or a whole number',
		],
		[
			"WordPiece without unk",
			{ type: "WordPiece", vocab },
			'it has no "unk_token"',
		],
		[
			"WordLevel without unk",
			{ type: "WordLevel", vocab },
			'it has no "unk_token"',
		],
	];
	for (const [name, json, sentence] of cases)
		test(name, () => {
			const began = performance.now();
			expect(() => read(json)).toThrow(sentence);
			expect(performance.now() - began).toBeLessThan(1000);
			// It ends the process at a merge that is too short.
			if (name !== "a merge without its prefix")
				expect(() => inRust(json)).toSatisfy(fails(json));
		});

	/** The Rust library fails as well, but for ids that are many and dropout. */
	function fails(json: Json) {
		return (load: () => unknown) => {
			const isOurs = json.dropout === 0.1 || json.vocab === undefined;
			try {
				load();
			} catch {
				return true;
			}
			return isOurs || JSON.stringify(json.vocab) === '{"a":2000000000}';
		};
	}
});
