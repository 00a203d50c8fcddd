// Models in the kernel: words as in TypeScript, texts as in the Rust library.

import { Tokenizer as Rust } from "tokenizers";
import { describe, expect, test } from "vitest";
import { Int32Buffer } from "../../src/core/buffers.js";
import { createRandom, randomBelow } from "../../src/core/random.js";
import {
	compileWords,
	type Splitting,
} from "../../src/tokenizer/compile-words.js";
import { Component } from "../../src/tokenizer/component.js";
import { ExpressionSplitter } from "../../src/tokenizer/expression-splits.js";
import { readModel } from "../../src/tokenizer/models/models.js";
import { treeOf } from "../../src/tokenizer/patterns/find-matches.js";
import { LOWER_BLOCK, PREFIX } from "../../src/tokenizer/spaces.js";
import { automatonOf } from "../../src/tokenizer/split-automaton.js";
import { WordEncoder } from "../../src/tokenizer/word-encoder.js";
import { everything, expectNumbers } from "../helpers.js";
import {
	alphabet,
	type Json,
	pick,
	randomBpe,
	randomText,
	randomUnigram,
	randomWordLevel,
	randomWordPiece,
	randomWords,
	tokensOf,
} from "./random-models.js";

const read = (json: Json) =>
	readModel(new Component(json, "model", "tokenizer.json"));

function encoderOf(json: Json, splitting: Splitting) {
	const compiled = compileWords(read(json), splitting);
	if (compiled === null) throw new Error("the kernel has not the model");
	return new WordEncoder(compiled);
}

/** Random models until there are so many that the kernel has: not those with an id for two tokens of BPE. */
function* models(count: number, next: (n: number) => [Json, Splitting]) {
	for (let n = 0, found = 0; found < count; n++) {
		const [json, splitting] = next(n);
		if (compileWords(read(json), splitting) === null) {
			expect(json.type).toBe("BPE");
			continue;
		}
		found++;
		yield { json, splitting, encoder: encoderOf(json, splitting) };
	}
}

const noSplit: Splitting = { by: "levels", levels: [] };
const metaspace: Splitting = {
	by: "spaces",
	prefix: PREFIX.unlessSpace,
	cuts: true,
};

/** A function's ids, or null where it fails. */
function idsOf(encode: (out: Int32Buffer) => void): Int32Array | null {
	const out = new Int32Buffer();
	try {
		encode(out);
	} catch (error) {
		expect(String(error)).toContain("no token for");
		return null;
	}
	return out.view();
}

const makers = { randomBpe, randomUnigram, randomWordPiece, randomWordLevel };

describe("words become the ids that the model gives", () => {
	for (const [name, make] of Object.entries(makers))
		test(name, () => {
			const random = createRandom(11);
			const made = models(everything ? 25 : 12, (n) => [
				make(random),
				n % 2 === 0 ? noSplit : metaspace,
			]);
			for (const { json, encoder } of made) {
				const model = read(json);
				for (const word of randomWords(random, tokensOf(json))) {
					// Once from the model, once from the cache.
					const ids = [0, 1].map(() =>
						idsOf((out) =>
							encoder.encodeWords(
								{ text: word, spans: Int32Array.of(0, word.length) },
								out,
							),
						),
					);
					const expected = idsOf((out) => model.encodeWord(word, out));
					const what = () =>
						`${JSON.stringify(word)} of ${JSON.stringify(json)}`;
					for (const mine of ids) {
						if (mine === null || expected === null)
							expect(mine, what()).toBe(expected);
						else expectNumbers(mine, expected, what);
					}
				}
			}
		});
});

describe("texts become the ids that the Rust library gives", () => {
	const block = (scheme: string, split = true) => ({
		type: "Metaspace",
		replacement: LOWER_BLOCK,
		prepend_scheme: scheme,
		split,
	});
	const isolated = (pattern: string) => ({
		type: "Split",
		pattern: { Regex: pattern },
		behavior: "Isolated",
		invert: false,
	});
	const level = (pattern: string) => {
		const automaton = automatonOf(treeOf({ regex: pattern }));
		if (automaton === null) throw new Error("it has an automaton");
		return { automaton, dropsGaps: false };
	};
	const cases: [string, unknown, Splitting][] = [
		["Metaspace", block("always"), metaspace],
		[
			"Metaspace at the start",
			block("first"),
			{ ...metaspace, prefix: PREFIX.firstUnlessSpace },
		],
		[
			"Metaspace without a prefix",
			block("never"),
			{ ...metaspace, prefix: PREFIX.none },
		],
		[
			"Metaspace that does not split",
			block("always", false),
			{ ...metaspace, cuts: false },
		],
		[
			"WhitespaceSplit and Metaspace",
			{
				type: "Sequence",
				pretokenizers: [{ type: "WhitespaceSplit" }, block("always")],
			},
			{ by: "white-space" },
		],
		[
			"splits by expressions",
			{
				type: "Sequence",
				pretokenizers: [isolated("[ab]+"), isolated("\\s|é")],
			},
			{ by: "levels", levels: [level("[ab]+"), level("\\s|é")] },
		],
		["no pre-tokenizer", null, noSplit],
	];
	const spaces = [
		..." \t\n\u0085\u00a0\u1680\u2003\u2028\u202f\u205f\u3000\ufeff\u200b",
	];
	for (const [name, preTokenizer, splitting] of cases)
		test(name, async () => {
			const random = createRandom(12);
			const made = models(everything ? 10 : 5, (n) => [
				Object.values(makers)[n % 4](random),
				splitting,
			]);
			for (const { json, encoder } of made) {
				const rust = Rust.fromString(
					JSON.stringify({
						version: "1.0",
						truncation: null,
						padding: null,
						added_tokens: [],
						normalizer: null,
						pre_tokenizer: preTokenizer,
						post_processor: null,
						decoder: null,
						model: json,
					}),
				);
				const all = [
					...alphabet,
					...alphabet,
					..."    zñ",
					pick(random, spaces),
					...tokensOf(json),
				];
				for (let k = 0; k < 20; k++) {
					const text = randomText(random, pick(random, [5, 50, 300]), all);
					const expected = await rust
						.encode(text, null, { addSpecialTokens: false })
						.then((encoding) => encoding.getIds())
						.catch(() => null);
					const given = k % 2 === 0 ? text : new TextEncoder().encode(text);
					const mine = idsOf((out) => encoder.encodeText(given, true, out));
					const what = () =>
						`${JSON.stringify(text)} of ${JSON.stringify(json)}`;
					if (mine === null || expected === null)
						expect(mine, what()).toBe(expected);
					else expectNumbers(mine, expected, what);
				}
			}
		});
});

test("any number of words may come at once", () => {
	const vocab = { "[UNK]": 0, a: 1, ab: 2, é: 3 };
	const encoder = encoderOf(
		{ type: "WordLevel", unk_token: "[UNK]", vocab },
		noSplit,
	);
	const words = Array.from(
		{ length: 20_000 },
		(_, i) => ["a", "ab", "é"][i % 3],
	);
	const spans: number[] = [];
	let end = 0;
	for (const word of words) {
		// One place between two words is no word's.
		spans.push(end, end + word.length);
		end += word.length + 1;
	}
	const given = { text: words.join("-"), spans: Int32Array.from(spans) };
	expect(idsOf((out) => encoder.encodeWords(given, out))).toEqual(
		Int32Array.from(words, (_, i) => 1 + (i % 3)),
	);
});

test("words that fail leave nothing to those after them", () => {
	const splitter = new ExpressionSplitter([
		{ pattern: treeOf({ regex: "a" }), source: "a", dropsGaps: false },
	]);
	const fail = () => {
		throw new Error("no token");
	};
	expect(() => splitter.split("ba", fail)).toThrow("no token");
	const spans: number[] = [];
	splitter.split("ca", (words) => spans.push(...words.spans));
	expect(spans).toEqual([0, 1, 1, 2]);
});

describe("texts of one word, of megabytes", () => {
	const tokens = [
		"<unk>",
		..."abあいう日本語",
		"aa",
		"aaa",
		"日本",
		"本語あ",
		"あいう",
		"うa",
	];
	const json = {
		type: "Unigram",
		unk_id: 0,
		vocab: tokens.map((token, i) => [token, -((i * 7919) % 97) / 10]),
	};
	const make = (from: readonly string[], length: number) =>
		Array.from(
			{ length },
			(_, i) => from[(i * i * 31 + (i >> 3)) % from.length],
		).join("");
	const cases: Record<string, string> = {
		"paths that part and meet": make([..."ab日本語あいう"], 300_000),
		"paths that never meet": "a".repeat(300_000),
		"no token at all": "界".repeat(300_000),
		"runs of unknown characters": make([..."界隈a日", "界".repeat(3000)], 2000),
	};
	for (const [name, text] of Object.entries(cases))
		test(name, () => {
			const model = read(json);
			const expected = idsOf((out) => model.encodeWord(text, out));
			for (const splitting of [noSplit, metaspace]) {
				const encoder = encoderOf(json, splitting);
				const given = splitting === noSplit ? text : ` ${text}`;
				const before = splitting === noSplit ? [] : [0];
				const mine = idsOf((out) => encoder.encodeText(given, true, out));
				const all = [...before, ...(expected as Int32Array)];
				// A space that is unknown is one with what is unknown after it.
				const isFused = before.length > 0 && expected?.[0] === 0;
				expectNumbers(
					mine as Int32Array,
					Int32Array.from(isFused ? all.slice(1) : all),
					() => name,
				);
			}
		});

	test("take no more memory than they must", () => {
		const encoder = encoderOf(json, noSplit);
		const before = encoder.memoryBytes;
		const out = new Int32Buffer();
		encoder.encodeText(cases["paths that part and meet"], true, out);
		const text = cases["paths that part and meet"].length * 3;
		expect(encoder.memoryBytes - before).toBeLessThan(text * 20 + 4e6);
	});

	test("random documents of WordPiece go on at any length", () => {
		const random = createRandom(14);
		const json = randomWordPiece(random);
		const encoder = encoderOf(
			{ ...json, max_input_chars_per_word: 1e6 },
			noSplit,
		);
		const model = read({ ...json, max_input_chars_per_word: 1e6 });
		const known = tokensOf(json).filter((token) => token.length === 1);
		for (const length of [60, 64, 65, 70, 1000, 100_000]) {
			const text = Array.from(
				{ length },
				() => known[randomBelow(random, known.length)],
			).join("");
			expect(idsOf((out) => encoder.encodeText(text, true, out))).toEqual(
				idsOf((out) => model.encodeWord(text, out)),
			);
		}
	});
});
