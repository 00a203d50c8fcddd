import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Int32Buffer } from "../../src/core/buffers.js";
import { overlaps } from "../../src/core/int-lists.js";
import { tokenizerFromJson } from "../../src/tokenizer/from-json.js";
import { tokenizerPath } from "../helpers.js";

const bytes = JSON.parse(
	readFileSync(join(tokenizerPath, "tokenizer.json"), "utf8"),
);
const characters = Object.fromEntries(
	[..."abct|<>d-\u00e9 \u2581?"].map((character, i) => [character, i]),
);
const token = (content: string, id: number, flags: object = {}) => ({
	content,
	id,
	special: true,
	normalized: false,
	lstrip: false,
	rstrip: false,
	single_word: false,
	...flags,
});
const added = (first: number, flags: object) => [
	token("<|a|>", first, flags),
	token("<|a-b|>", first + 1, flags),
	token("b|>", first + 2, { ...flags, special: false }),
	token("\u00e9d", first + 3, flags),
	token("<c>", first + 4, { ...flags, lstrip: true, rstrip: true }),
	token("<t>", first + 5, { ...flags, single_word: true }),
];
const wordLevel = (normalizer: object | null, flags: object) => ({
	added_tokens: added(100, flags),
	normalizer,
	pre_tokenizer: {
		type: "Split",
		pattern: { Regex: "" },
		behavior: "Isolated",
		invert: false,
	},
	decoder: { type: "Fuse" },
	model: { type: "WordLevel", vocab: characters, unk_token: "?" },
});

const files: [string, object, string[]][] = [
	[
		"bytes",
		{ ...bytes, added_tokens: added(bytes.added_tokens[0].id, {}) },
		[],
	],
	["words", wordLevel(null, {}), []],
	["words, found after normalizing", wordLevel(null, { normalized: true }), []],
	[
		"words in small letters, found after normalizing",
		wordLevel(
			{
				type: "Sequence",
				normalizers: [
					{ type: "NFC" },
					{ type: "Lowercase" },
					{ type: "Prepend", prepend: "\u2581" },
					{ type: "Replace", pattern: { String: "--" }, content: "-" },
				],
			},
			{ normalized: true },
		),
		["A", "--", "e", "\u0301"],
	],
];

describe.each(files)("%s", (_, json, more) => {
	const files = { tokenizerJson: JSON.stringify(json) };
	const tokenizer = tokenizerFromJson(files);
	const splitting = tokenizerFromJson({ ...files, splitsSpecialTokens: true });
	const encode = (text: string, said: number[], by = tokenizer) => {
		const out = new Int32Buffer();
		by.encodeUtf8Into(Buffer.from(text), out, Int32Array.from(said));
		return [...out.view()];
	};
	const word = fc.constantFrom(
		...["<|a|>", "<|a-b|>", "b|>", "\u00e9d", "<c>", "<t>", "<", "|>", "a"],
		...["c", " ", "-", "d", "\u00e9", ...more],
	);
	const parts = fc.array(fc.tuple(fc.array(word), fc.boolean()), {
		maxLength: 4,
	});

	test("all said: as special tokens as text; nothing said: as any text", () => {
		fc.assert(
			fc.property(fc.array(word), (words) => {
				const text = words.join("");
				const all = [0, Buffer.byteLength(text)];
				for (const by of [tokenizer, splitting]) {
					expect(encode(text, all, by)).toEqual([...splitting.encode(text)]);
					expect(encode(text, [], by)).toEqual([...tokenizer.encode(text)]);
				}
			}),
		);
	});

	test("special tokens come from what is not said alone", () => {
		fc.assert(
			fc.property(parts, (parts) => {
				let text = "";
				const spans: number[] = [];
				for (const [words, isSaid] of parts) {
					const start = text.length;
					text += words.join("");
					if (isSaid && text.length > start) spans.push(start, text.length);
				}
				const inBytes = spans.map((place) =>
					Buffer.byteLength(text.slice(0, place)),
				);
				const specials = tokenizer.specials as ReadonlyMap<number, string>;
				const met = (ids: number[]) => ids.filter((id) => specials.has(id));
				const got = met(encode(text, inBytes));
				// All those that lie apart from what is said, and no others.
				const hidden = Array.from(text, (character) => character);
				let at = 0;
				for (const [i, character] of hidden.entries()) {
					if (overlaps(Int32Array.from(spans), at, at + character.length))
						hidden[i] = "?".repeat(character.length);
					at += character.length;
				}
				// A mark is no letter of a word, as one that is said may be.
				const due = met([...tokenizer.encode(hidden.join(""))]);
				if (!text.includes("<t>")) expect(got).toEqual(due);
			}),
		);
	});
});
