// Each normalizer against the Rust library's.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRandom, randomBelow } from "../../src/core/random.js";
import { everything, fixtures } from "../helpers.js";
import { charsmapBytes, charsmapOf, nmtNfkc } from "./charsmaps.js";
import {
	codes,
	type Json,
	ownNormalizer,
	rustNormalizer,
} from "./components.js";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
console.log(`normalizers: SEED=${seed}`);

const bert = (
	clean_text: boolean,
	handle_chinese_chars: boolean,
	strip_accents: boolean | null,
	lowercase: boolean,
): Json => ({
	type: "BertNormalizer",
	clean_text,
	handle_chinese_chars,
	strip_accents,
	lowercase,
});
const replace = (pattern: Json, content: string): Json => ({
	type: "Replace",
	pattern,
	content,
});
const stripOf = (strip_left: boolean, strip_right: boolean): Json => ({
	type: "Strip",
	strip_left,
	strip_right,
});
const sequence = (...normalizers: Json[]): Json => ({
	type: "Sequence",
	normalizers,
});

const components: [string, Json][] = [
	...["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"].map(
		(type): [string, Json] => [type, { type }],
	),
	["ByteLevel", { type: "ByteLevel" }],
	["Strip", stripOf(true, true)],
	["Strip, left", stripOf(true, false)],
	["Strip, right", stripOf(false, true)],
	["BertNormalizer", bert(true, true, null, true)],
	["BertNormalizer, cased", bert(true, true, null, false)],
	["BertNormalizer, accents", bert(false, false, true, false)],
	["BertNormalizer, lower case", bert(false, false, false, true)],
	["Prepend", { type: "Prepend", prepend: "▁é" }],
	["Replace", replace({ String: "e" }, "$&$1")],
	["Replace, an expression", replace({ Regex: "\\s+|e?" }, "$&_")],
	["Replace, nothing", replace({ String: "" }, "-")],
	["Precompiled", { type: "Precompiled", precompiled_charsmap: nmtNfkc() }],
	[
		"Sequence",
		sequence(
			{ type: "NFKD" },
			{ type: "StripAccents" },
			{ type: "Lowercase" },
			stripOf(true, true),
			replace({ String: " " }, "▁"),
			{ type: "Prepend", prepend: "▁" },
		),
	],
	[
		"Sequence, marks sorted",
		sequence({ type: "Nmt" }, { type: "NFD" }, { type: "Lowercase" }),
	],
	[
		"Sequence, sorted late",
		sequence(
			bert(true, true, false, true),
			sequence({ type: "StripAccents" }, { type: "NFKD" }),
			{ type: "Nmt" },
		),
	],
];

const contexts: ((c: string) => string)[] = [
	(c) => c,
	(c) => `a${c}`,
	(c) => `${c}\u0301`,
	(c) => `a${c}\u0327\u0301`,
	(c) => `a\u0301${c}b`,
	(c) => `\u1100${c}\u11a8`,
];

/** Where characters are, or may come. */
const ranges = [
	[0, 0xd800],
	[0xe000, 0x3400 + 0x10000],
	[0x16000, 0x20000],
	[0x2f800, 0x2fa20],
	[0xe0000, 0xe0200],
	[0x10fff0, 0x110000],
];

describe.each(components)("%s", (_name, json) => {
	const own = ownNormalizer(json);
	const rust = rustNormalizer(json);
	const same = (texts: readonly string[], joint: string) => {
		const all = texts.join(joint);
		if (own.apply(all) === rust(all)) return;
		for (const text of [...texts, all])
			expect(codes(own.apply(text)), codes(text)).toBe(codes(rust(text)));
	};

	test("code points, alone and beside others", () => {
		const random = createRandom(seed);
		for (const context of contexts)
			for (const [begin, end] of ranges) {
				const texts: string[] = [];
				for (let point = begin; point < end; point++)
					if (everything || randomBelow(random, 40) === 0)
						texts.push(context(String.fromCodePoint(point)));
				for (let i = 0; i < texts.length; i += 2048)
					same(texts.slice(i, i + 2048), "\n-");
			}
	});

	test("what marks, joins, has cases and is controlled, in any order", () => {
		const random = createRandom(seed + 1);
		for (let round = 0; round < (everything ? 40 : 4); round++) {
			const texts = Array.from({ length: 200 }, () =>
				randomText(random, 1 + randomBelow(random, 12)),
			);
			for (const text of texts.slice(0, 50)) same([text], "");
			same(texts, " - ");
		}
	});

	test("a long text, cut anywhere", () => {
		const marks = "\u0301\u302e\u{1d165}\u0316\u0327\u{1f600}漢";
		for (let count = 32763; count < 32770; count++)
			same([`${"a".repeat(count - 1)}é${marks}`], "");
	});

	test("text of 45 languages", () => {
		const texts = readFileSync(join(fixtures, "scripts/udhr.jsonl"), "utf8")
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line).text as string);
		same(
			texts.map((text) => text.slice(0, everything ? undefined : 1500)),
			"\n",
		);
	});
});

/** Of all classes that break graphemes, compose, are white or have cases. */
const interesting = [
	..."aAeEiIoꜲßİıΣσςſK",
	..."\0\x01\t\n\r \x7f\x85\x9f\xa0\xad©®",
	..."\u0300\u0301\u0307\u0308\u0316\u0323\u0327\u0338\u0344\u0345\u0f71\u0f72\u0f73\u3099\u309a",
	..."\u200b\u200c\u200d\u200e\u2028\u2029\u2060\u2581\u3000\ufe0f\ufeff\ufffd\ue000",
	..."\u0600\u06dd\u0915\u093c\u094d\u0937\u09cd\u0d4d\u0e33\u0e31\u0e4d\u17d2\u0c95\u0ccd",
	// Marks with a class that BertNormalizer keeps.
	..."\u302e\u08d4\u1b44\ua9c0\u1dfb\u{1d165}\u{1d16d}",
	..."\u1100\u1161\u11a8\uac00\uac01\ud7b0\ud7cb",
	..."がｶﾞ漢㌀ﬁ①豈\u2126\u212b\u1e9b\u1ef9\ufb1d\u1fb3\u32ff\ua7f2",
	..."\u{1f600}\u{1f3fb}\u{1f1e6}\u{1f1e7}\u{110bd}\u{1d15e}\u{1d165}\u{16d6a}\u{16d67}\u{105d2}\u{113c5}\u{10d50}\u{16ea0}\u{2f800}\u{20000}\u{e0001}\u{e0101}\u{e0200}\u{f0000}\u{10ffff}",
];

/** Marks of all combining classes, of whatever Unicode this JavaScript has. */
const marks: string[] = [];
for (let point = 0x300; point < 0x1f000; point++)
	if (/\p{M}/u.test(String.fromCodePoint(point)))
		marks.push(String.fromCodePoint(point));

function randomText(random: () => number, length: number): string {
	return Array.from({ length }, () => {
		const some = randomBelow(random, 4) === 0 ? marks : interesting;
		return some[randomBelow(random, some.length)];
	}).join("");
}

test("a character that becomes many", () => {
	const json = sequence(
		...Array.from({ length: 20 }, () => bert(true, true, true, true)),
	);
	for (const text of ["漢", "a漢é字", "Í漢\u0301"])
		expect(ownNormalizer(json).apply(text)).toBe(rustNormalizer(json)(text));
});

test("Precompiled, any rules", () => {
	const random = createRandom(seed + 2);
	for (let round = 0; round < (everything ? 200 : 25); round++) {
		const rules = new Map(
			Array.from({ length: 1 + randomBelow(random, 12) }, () => [
				randomText(random, 1 + randomBelow(random, 3)).replaceAll("\0", "b"),
				randomText(random, randomBelow(random, 3)).replaceAll("\0", ""),
			]),
		);
		const json = {
			type: "Precompiled",
			precompiled_charsmap: charsmapOf(rules),
		};
		const own = ownNormalizer(json);
		const rust = rustNormalizer(json);
		const keys = [...rules.keys()].flatMap((key) => [key, ...key]);
		for (let k = 0; k < 100; k++) {
			const text = Array.from({ length: 1 + randomBelow(random, 8) }, () =>
				randomBelow(random, 3) === 0
					? randomText(random, 1)
					: keys[randomBelow(random, keys.length)],
			).join("");
			const what = () =>
				`${codes(text)} by ${[...rules].map(([from, to]) => `${codes(from)} > ${codes(to)}`).join(", ")}`;
			const [found, due] = [own.apply(text), rust(text)];
			if (found !== due) expect(codes(found), what()).toBe(codes(due));
		}
	}
});

describe("a charsmap that is none is refused by name", () => {
	const rule = charsmapOf(new Map([["ab", "c"]]));
	const bytes = Buffer.from(rule, "base64");
	const units = (change: (units: number[]) => void) => {
		const all = Array.from({ length: bytes.readUInt32LE() / 4 }, (_, i) =>
			bytes.readUInt32LE(4 + 4 * i),
		);
		change(all);
		return charsmapBytes(all, Buffer.from("c\0")).toString("base64");
	};
	test.each<[string, unknown, RegExp]>([
		["no text", null, /is null, not a text/],
		["no base64", "@@@@", /is no base64/],
		["no padding", "AAA", /is no base64/],
		["padding within", "AA==AAAA", /is no base64/],
		["bits that are left over", "AB==", /is no base64/],
		["nothing", "", /has no length/],
		["no rules", "AAAAAA==", /has no rules/],
		[
			"rules that end early",
			bytes.subarray(0, 500).toString("base64"),
			/has 500 bytes, and its rules alone take/,
		],
		[
			"texts that are no UTF-8",
			Buffer.concat([bytes, Buffer.of(0xff)]).toString("base64"),
			/no UTF-8/,
		],
		[
			"a root that leads outside",
			units((all) => {
				all[0] = 0xfffff << 10;
			}),
			/leads outside of itself/,
		],
	])("%s", (_name, precompiled_charsmap, message) => {
		const json = { type: "Precompiled", precompiled_charsmap };
		expect(() => ownNormalizer(json)).toThrow(message);
		expect(() => ownNormalizer(json)).toThrow(/normalizer cannot be used/);
	});

	test("a rule that leads outside of the texts", () => {
		const broken = Buffer.from(charsmapOf(new Map([["a", "c"]])), "base64");
		const units = broken.readUInt32LE() / 4;
		for (let i = 0; i < units; i++)
			if (broken.readUInt32LE(4 + 4 * i) >= 0x80000000)
				broken.writeUInt32LE(0x80000000 + 9999, 4 + 4 * i);
		expect(() =>
			ownNormalizer({
				type: "Precompiled",
				precompiled_charsmap: broken.toString("base64"),
			}),
		).toThrow(/leads outside of its texts/);
	});

	test("random damage: a sentence, or a normalizer", () => {
		const random = createRandom(seed + 3);
		const sound = Buffer.from(
			charsmapOf(new Map([..."aéあ"].map((c) => [`${c}\u0301`, c]))),
			"base64",
		);
		let refused = 0;
		for (let round = 0; round < 100; round++) {
			const damaged = Buffer.from(sound);
			for (let k = 0; k < 40; k++)
				damaged[randomBelow(random, damaged.length)] = random() & 0xff;
			damaged.writeUInt32LE(sound.readUInt32LE());
			const json = {
				type: "Precompiled",
				precompiled_charsmap: damaged.toString("base64"),
			};
			try {
				ownNormalizer(json).apply("a\u0301 é\u0301 あ\u0301あ");
			} catch (error) {
				expect(String(error)).toMatch(/normalizer cannot be used: its/);
				refused++;
			}
		}
		expect(refused).toBeGreaterThan(0);
	});
});

describe("a file of the wrong shape is refused as by the library", () => {
	test.each<[Json]>([
		[{ type: "Strip", strip_left: true }],
		[{ type: "Strip", strip_left: 1, strip_right: true }],
		[{ type: "BertNormalizer", clean_text: true }],
		[bert(true, true, "no" as unknown as boolean, true)],
		[{ type: "Prepend" }],
		[{ type: "Replace", pattern: "a", content: "b" }],
		[{ type: "Replace", pattern: { String: "a" } }],
		[{ type: "Sequence" }],
		[{ type: "Sequence", normalizers: [{ type: "Prepend" }] }],
	])("%j", (json) => {
		expect(() => rustNormalizer(json)).toThrow();
		expect(() => ownNormalizer(json)).toThrow(/cannot be used/);
	});
});
