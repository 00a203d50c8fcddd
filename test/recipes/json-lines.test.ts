import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonWriter } from "../../src/recipes/json-lines.js";
import { type PieceText, Utf8Text } from "../../src/recipes/utf8-text.js";

/** What JSON must escape and what looks alike, of each length in UTF-8; surrogates alone, too. */
const odd = fc.constantFrom(
	...[...'\0\u0001\b\t\n\v\f\r\u001f"\\/ a\u007f\u0080\u2028\u2029\ufeff漢'],
	...["\u{1f600}", "\u{10ffff}", "\ud800", "\udfff", "\udc00\ud800", "\\u0041"],
);
/** Runs without an escape are looked through 16 and 32 bytes at once. */
const run = fc
	.tuple(fc.constantFrom("a", "é", "漢", "\u{1f600}"), fc.nat(70))
	.map(([character, count]) => character.repeat(count));
const texts = fc
	.array(fc.oneof(odd, run, fc.string({ unit: "binary" })), { maxLength: 60 })
	.map((parts) => parts.join(""));

function written(pieces: readonly PieceText[]) {
	const writer = new JsonWriter();
	writer.json('"é');
	const lengths = pieces.map((piece) => writer.text(piece));
	writer.json('"');
	return { json: writer.take().toString(), lengths };
}

const charactersOf = (text: string) => [...text].length;

test("Texts are written as JSON.stringify writes them, and their characters counted", () => {
	fc.assert(
		fc.property(fc.array(texts, { maxLength: 4 }), (all) => {
			expect(written(all)).toEqual({
				json: `"é${all.map((text) => JSON.stringify(text).slice(1, -1)).join("")}"`,
				lengths: all.map(charactersOf),
			});
		}),
		{ numRuns: 500 },
	);
});

test("So are texts in UTF-8, whatever stands behind them", () => {
	fc.assert(
		fc.property(
			fc.array(texts, { maxLength: 4 }),
			fc.nat(40),
			(all, before) => {
				const wellFormed = all.map((text) => text.toWellFormed());
				const encoded = wellFormed.map((text) => {
					const memory = Buffer.from(`${"x".repeat(before)}${text}"\\\n`);
					return new Utf8Text(memory.subarray(before, memory.length - 3));
				});
				expect(written(encoded)).toEqual(written(wellFormed));
				expect(written(encoded).lengths).toEqual(wellFormed.map(charactersOf));
			},
		),
		{ numRuns: 500 },
	);
});

test("Long texts are written slice by slice, with characters on the borders", () => {
	for (const character of ["\u0000", '"', "é", "漢", "\u{1f600}"])
		for (const before of [0, 1, 2, 3]) {
			const text = "x".repeat(before) + character.repeat(40_000);
			const expected = {
				json: `"é${JSON.stringify(text).slice(1)}`,
				lengths: [before + 40_000],
			};
			expect(written([text])).toEqual(expected);
			expect(written([new Utf8Text(Buffer.from(text))])).toEqual(expected);
		}
});

test("What was written is the same, in however many chunks it is taken", () => {
	const writer = new JsonWriter();
	const chunks: string[] = [];
	let whole = "";
	for (let i = 0; i < 300; i++) {
		const text = `${i}\n`.repeat(2_000);
		writer.json("[");
		writer.text(new Utf8Text(Buffer.from(text)));
		writer.json("]");
		whole += `[${JSON.stringify(text).slice(1, -1)}]`;
		if (writer.isFull) chunks.push(writer.take().toString());
	}
	chunks.push(writer.take().toString());
	expect(chunks.length).toBeGreaterThan(2);
	expect(chunks.join("") === whole).toBe(true);
});
