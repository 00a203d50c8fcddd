import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRandom, randomBelow } from "../../../src/core/random.js";
import { Component } from "../../../src/tokenizer/component.js";
import { readPreTokenizer } from "../../../src/tokenizer/pre-tokenizers/pre-tokenizers.js";
import { everything, fixtures } from "../../helpers.js";
import { allCharacters, rustSplitter } from "../rust-splits.js";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
console.log(`pre-tokenizers: SEED=${seed}`);

const read = (json: unknown) =>
	readPreTokenizer(new Component(json, "pre_tokenizer", "tokenizer.json"));

function same(json: unknown, texts: Iterable<string>): void {
	const ours = read(json);
	const rust = rustSplitter(json);
	for (const text of texts) {
		const pieces: string[] = [];
		ours.split(text, 0, (piece) => pieces.push(piece));
		expect(pieces, JSON.stringify([json, text.slice(0, 200)])).toEqual(
			rust(text),
		);
	}
}

const behaviors = [
	"Removed",
	"Isolated",
	"MergedWithPrevious",
	"MergedWithNext",
	"Contiguous",
];
const byteLevel = (add_prefix_space: boolean, use_regex: boolean) => ({
	type: "ByteLevel",
	add_prefix_space,
	use_regex,
	trim_offsets: true,
});
const metaspaces = ["always", "first", "never"].flatMap((prepend_scheme) =>
	[true, false].map((split) => ({
		type: "Metaspace",
		replacement: "\u2581",
		prepend_scheme,
		split,
	})),
);
const splits = [
	{ String: "a" },
	{ String: "" },
	{ String: "." },
	{ Regex: "\\d+|\\s" },
	{ Regex: "a*" },
	{ Regex: "\\b" },
	{ Regex: "(?<=\\p{L})(?=\\P{L})" },
].flatMap((pattern) =>
	behaviors.flatMap((behavior) =>
		[true, false].map((invert) => ({
			type: "Split",
			pattern,
			behavior,
			invert,
		})),
	),
);
const alone = [
	byteLevel(true, true),
	byteLevel(true, false),
	byteLevel(false, true),
	{ type: "Whitespace" },
	{ type: "WhitespaceSplit" },
	{ type: "BertPreTokenizer" },
	...metaspaces,
	{ type: "Metaspace", replacement: "\u{1f600}", split: null },
	...behaviors.map((behavior) => ({ type: "Punctuation", behavior })),
	{ type: "Punctuation" },
	{ type: "Digits", individual_digits: true },
	{ type: "Digits", individual_digits: false },
	{ type: "CharDelimiterSplit", delimiter: "a" },
	{ type: "CharDelimiterSplit", delimiter: "\u{1f600}" },
	{ type: "UnicodeScripts" },
	{ type: "FixedLength", length: 3 },
	{ type: "FixedLength" },
	...splits,
];

const characters = [
	..."aabbAB12 .,-_▁é中のカー😀½²٣$\n\t\u00a0\u200d\u0301αж",
	"  ",
	"ab",
	"\u{11de1}",
	"\r\n",
	"'s",
];

function randomTexts(random: () => number, count: number): string[] {
	return Array.from({ length: count }, () =>
		Array.from(
			{ length: 1 + randomBelow(random, 20) },
			() => characters[randomBelow(random, characters.length)],
		).join(""),
	);
}

test("each alone, over random texts", () => {
	const random = createRandom(seed);
	for (const json of alone) same(json, randomTexts(random, 25));
});

test("in sequences", () => {
	const random = createRandom(seed + 1);
	for (let i = 0; i < (everything ? 500 : 150); i++) {
		const pretokenizers = Array.from(
			{ length: 1 + randomBelow(random, 4) },
			() => alone[randomBelow(random, alone.length)],
		);
		same({ type: "Sequence", pretokenizers }, randomTexts(random, 8));
	}
});

test("texts of many languages", () => {
	const texts = readFileSync(join(fixtures, "scripts/udhr.jsonl"), "utf8")
		.trim()
		.split("\n")
		.map((line) => (JSON.parse(line) as { text: string }).text)
		.map((text) => (everything ? text : text.slice(0, 1500)));
	for (const json of alone.filter(({ type }) => type !== "Split"))
		same(json, texts);
});

describe("every code point", () => {
	test.each(alone.filter(({ type }) => type !== "Split"))("%o", (json) => {
		const step = everything ? 1 : 37;
		same(json, allCharacters(1 + (seed % step), step));
	});
});

test.each([
	[{ type: "Splitt" }, "there is no pre-tokenizer of type"],
	[{ type: "Digits" }, "individual_digits"],
	[{ type: "ByteLevel", add_prefix_space: 1 }, "add_prefix_space"],
	[{ type: "FixedLength", length: 0 }, "at least 1"],
	[{ type: "Metaspace", replacement: "ab" }, "one character"],
	[
		{ type: "Metaspace", replacement: "_", add_prefix_space: false },
		'"never" goes with that',
	],
	[
		{ type: "Split", pattern: { Regex: "a" }, behavior: "x", invert: false },
		"behavior",
	],
	[
		{
			type: "Split",
			pattern: { Regex: "(a" },
			behavior: "Removed",
			invert: false,
		},
		'its pattern "(a" has "(" without ")"',
	],
	[
		{ type: "Sequence", pretokenizers: [{ type: "Digits" }] },
		"pre_tokenizer.pretokenizers[0]",
	],
])("%o is refused", (json, why) => {
	expect(() => read(json)).toThrow(
		expect.objectContaining({
			code: "not-a-tokenizer",
			message: expect.stringContaining(why),
		}),
	);
});
