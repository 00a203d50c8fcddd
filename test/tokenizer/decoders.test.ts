// Each decoder against the Rust library's.

import { expect, test } from "vitest";
import { createRandom, randomBelow } from "../../src/core/random.js";
import { everything } from "../helpers.js";
import { type Json, ownDecoder, rustDecoder } from "./components.js";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
console.log(`decoders: SEED=${seed}`);

const decoders: Json[] = [
	{
		type: "ByteLevel",
		add_prefix_space: true,
		trim_offsets: true,
		use_regex: true,
	},
	{ type: "ByteFallback" },
	{ type: "Fuse" },
	{ type: "Replace", pattern: { String: "▁" }, content: " " },
	{ type: "Replace", pattern: { String: "" }, content: "$&" },
	{ type: "Replace", pattern: { String: "a" }, content: "$&$1" },
	{ type: "Replace", pattern: { Regex: "a+|é?" }, content: "$&_" },
	{ type: "Strip", content: "H", start: 2, stop: 0 },
	{ type: "Strip", content: " ", start: 1, stop: 0 },
	{
		type: "Metaspace",
		replacement: "▁",
		prepend_scheme: "always",
		split: true,
	},
	{ type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: null },
	{ type: "Metaspace", replacement: "a", prepend_scheme: "never" },
	{ type: "Metaspace", replacement: "😀", add_prefix_space: true },
	{ type: "WordPiece", prefix: "##", cleanup: true },
	{ type: "WordPiece", prefix: "", cleanup: false },
	{ type: "BPEDecoder", suffix: "</w>" },
	{ type: "BPEDecoder", suffix: "" },
	{
		type: "CTC",
		pad_token: "<pad>",
		word_delimiter_token: "|",
		cleanup: true,
	},
	{ type: "CTC", pad_token: "", word_delimiter_token: "", cleanup: true },
	{ type: "CTC", pad_token: "a", word_delimiter_token: "|", cleanup: false },
];

const parts = [
	..."abé漢😀 ▁|!.'xHĠĊĀÿæ\ufeff\0",
	"HH",
	"##",
	"##a",
	"<pad>",
	"</w>",
	"Ġthe",
	"Ã©",
	"",
	"don't",
	..." do not, n't, 's, ., ' , 've".split(","),
	...["41", "E6", "BC", "A2", "ff", "+A", "-1", "é", "EF", "BB", "BF"].map(
		(digits) => `<0x${digits}>`,
	),
];

function same(json: Json, random: () => number) {
	const own = ownDecoder(json);
	const rust = rustDecoder(json);
	const part = () => parts[randomBelow(random, parts.length)];
	for (let k = 0; k < (everything ? 120 : 60); k++) {
		const tokens = Array.from({ length: randomBelow(random, 9) }, () =>
			Array.from({ length: 1 + randomBelow(random, 3) }, part).join(""),
		);
		const found = own.decode(tokens).join("");
		const due = rust(tokens);
		if (found !== due) expect(found, JSON.stringify([json, tokens])).toBe(due);
	}
}

test.each(decoders)("%j", (json) => {
	same(json, createRandom(seed));
});

test("sequences of them", () => {
	const random = createRandom(seed + 1);
	for (let round = 0; round < (everything ? 300 : 100); round++)
		same(
			{
				type: "Sequence",
				decoders: Array.from(
					{ length: randomBelow(random, 5) },
					() => decoders[randomBelow(random, decoders.length)],
				),
			},
			random,
		);
});

test("Strip at the end, where the library does not fail", () => {
	const json = { type: "Strip", content: "H", start: 1, stop: 2 };
	for (const token of ["Hey", "HeyHHH", "eyH", "HéHH"])
		expect(ownDecoder(json).decode([token]).join("")).toBe(
			rustDecoder(json)([token]),
		);
	expect(ownDecoder(json).decode(["", "H", "HH"])).toEqual(["", "", ""]);
});

test.each<[Json]>([
	[{ type: "ByteLevel" }],
	[{ type: "Metaspace", replacement: "▁", add_prefix_space: false }],
	[{ type: "Metaspace", replacement: "▁▁" }],
	[{ type: "Metaspace", replacement: "▁", prepend_scheme: "last" }],
	[{ type: "Metaspace", replacement: "▁", split: 1 }],
	[{ type: "Strip", content: "a", start: -1, stop: 0 }],
	[{ type: "Strip", content: "a", start: 1 }],
	[{ type: "WordPiece", prefix: "##" }],
	[{ type: "BPEDecoder" }],
	[{ type: "CTC", pad_token: "a" }],
	[{ type: "Sequence", decoders: { type: "Fuse" } }],
	[{ type: "Replace", pattern: { Text: "a" }, content: "b" }],
])("a file of the wrong shape is refused as by the library: %j", (json) => {
	expect(() => rustDecoder(json)).toThrow();
	expect(() => ownDecoder(json)).toThrow(/decoder cannot be used/);
});
