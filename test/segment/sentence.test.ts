import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sentenceStarts } from "../../src/segment/sentence.js";
import { properties } from "../../src/tokenizer/patterns/unicode-properties.js";
import { eachRange } from "../../src/tokenizer/unicode-tables.js";
import { everything, fixtures } from "../helpers.js";

/** ICU's sentences, by the rules of no language. */
const segmenter = new Intl.Segmenter("und", { granularity: "sentence" });

function icuStarts(text: string, by = segmenter): number[] {
	const starts: number[] = [];
	let bytes = 0;
	for (const { segment } of by.segment(text)) {
		starts.push(bytes);
		bytes += Buffer.byteLength(segment);
	}
	return starts;
}

const ours = (text: string) => [...sentenceStarts(Buffer.from(text))];

const languages: { language: string; text: string }[] = readFileSync(
	join(fixtures, "scripts", "udhr.jsonl"),
	"utf8",
)
	.trimEnd()
	.split("\n")
	.map((line) => JSON.parse(line));

describe("sentences are those of ICU", () => {
	test("in the 45 languages of the fixtures", () => {
		expect(languages).toHaveLength(45);
		let sentences = 0;
		for (const { language, text } of languages) {
			const due = icuStarts(text);
			sentences += due.length;
			expect(ours(text), language).toEqual(due);
		}
		expect(sentences).toBeGreaterThan(3000);
	});

	test("in novels", () => {
		for (const number of ["001", "030", "060"]) {
			const path = join(fixtures, "prose", `chapter-${number}.txt`);
			const text = readFileSync(path, "utf8");
			expect(ours(text)).toEqual(icuStarts(text));
		}
	});

	test("in any text of what the rules speak of", () => {
		const characters = fc.constantFrom(
			..."aB5.?!\n\r \t\"')(,;:-。字\u0301\u00ad\u2028\u0085\u00a0א«»…\u2024①𝒂\u200d",
		);
		const text = fc.array(characters, { maxLength: 14 });
		fc.assert(
			fc.property(text, (parts) => {
				expect(ours(parts.join(""))).toEqual(icuStarts(parts.join("")));
			}),
			{ numRuns: 3000 },
		);
	});

	test("beside any character of Unicode 16", () => {
		const unassigned = new Uint8Array(0x110000);
		eachRange(properties.cn, (begin, end) => unassigned.fill(1, begin, end));
		const differing: number[] = [];
		// Planes 2 to 13 and private planes have nothing of their own.
		for (const [first, end] of [
			[1, 0x20000],
			[0xe0000, 0xe0200],
		])
			for (let begin = first; begin < end; begin += 256) {
				const points = Array.from({ length: 256 }, (_, i) => begin + i).filter(
					(point) =>
						(point < 0xd800 || point > 0xdfff) &&
						!unassigned[point] &&
						(everything || point % 5 === 0 || point < 0x600),
				);
				const text = points.map(around).join("");
				if (`${ours(text)}` === `${icuStarts(text)}`) continue;
				differing.push(
					...points.filter((point) => {
						const one = around(point);
						return `${ours(one)}` !== `${icuStarts(one)}`;
					}),
				);
			}
		// A small letter in Unicode 16, and in 17 one without a case.
		const changed = process.versions.unicode === "16.0" ? [] : [0x295];
		expect(differing).toEqual(changed);
	});

	/** Lines in which a character is what each rule may be about. */
	function around(point: number): string {
		const c = String.fromCodePoint(point);
		return `a${c} b.${c}c.${c} D? ${c}e. f.${c}G ${c}.H (${c}) i.) ${c}j\n`;
	}
});

test("Greek has the rules of all languages: its question mark ends no sentence", () => {
	const greek = new Intl.Segmenter("el", { granularity: "sentence" });
	const text = "Τι είναι; Είναι αυτό.";
	expect(icuStarts(text, greek)).toHaveLength(2);
	expect(ours(text)).toEqual([0]);
});

test("a text that is broken off within a character has sentences, too", () => {
	const starts = (...bytes: number[]) => [
		...sentenceStarts(Uint8Array.from(bytes)),
	];
	expect(starts(0xe3)).toEqual([0]);
	expect(starts(0xe3, 0x80)).toEqual([0]);
	expect(starts(97, 46, 0xf0, 0x9f)).toEqual([0, 2]);
});
