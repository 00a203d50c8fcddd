import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { Int32Buffer } from "../../../src/core/buffers.js";
import { unitCuts } from "../../../src/documents/units/unit-cuts.js";
import { type Tokenizer, tokenizerFromJson } from "../../../src/tokenizer.js";
import { tokenizerPath } from "../../helpers.js";

let tokenizer: Tokenizer;
/** The same, that does not tell where tokens end. */
let silent: Tokenizer;
beforeAll(() => {
	const tokenizerJson = readFileSync(
		join(tokenizerPath, "tokenizer.json"),
		"utf8",
	);
	tokenizer = tokenizerFromJson({ tokenizerJson }, "auto");
	silent = tokenizerFromJson({ tokenizerJson }, "huggingface");
});

function cutsOf(by: Tokenizer, text: Uint8Array, starts: number[]): number[] {
	const ids = new Int32Buffer();
	by.encodeUtf8Into(text, ids);
	const out = new Int32Buffer();
	unitCuts(by, text, ids.view(), Int32Array.from(starts), 5, out);
	return [...out.view()];
}

test("a token is of the unit that its first byte but for white space is in", () => {
	const words = fc.constantFrom(
		..."a the  over 1999 é 字 😀 \n \r\n . , Why <|x".split(" "),
		" ",
		" the",
	);
	const cases = fc.tuple(
		fc.array(words, { minLength: 1, maxLength: 20 }),
		fc.array(fc.nat(60), { maxLength: 6 }),
	);
	fc.assert(
		fc.property(cases, ([parts, places]) => {
			const text = Buffer.from(parts.join(""));
			const starts = [0, ...new Set(places)]
				.filter((place, i) => (i === 0 || place > 0) && place < text.length)
				.sort((a, b) => a - b);
			const ids = new Int32Buffer();
			tokenizer.encodeUtf8Into(text, ids);
			const ends = tokenizer.tokenEnds(text, ids.view()) ?? [];
			expect(ends).toHaveLength(ids.length);
			// The unit of each token, from its own bytes.
			const due: number[] = [];
			let before = 0;
			for (let token = 0, begin = 0; token < ids.length; token++) {
				const end = ends[token];
				let place = begin;
				while (place < end && [9, 10, 11, 12, 13, 32].includes(text[place]))
					place++;
				// White space alone is where it ends.
				if (place === end) place = end - 1;
				const unit = starts.filter((start) => start <= place).length;
				if (unit > before && token > 0) due.push(5 + token);
				before = Math.max(before, unit);
				begin = end;
			}
			expect(cutsOf(tokenizer, text, starts)).toEqual(due);
		}),
		{ numRuns: 300 },
	);
});

test("a tokenizer that does not tell where tokens end gives the same cuts", () => {
	const text = Buffer.from(
		"One two. Three, four? “Yes!” 5.5 and é.\n\n字。 Last ones. ".repeat(9),
	);
	const starts = [0];
	for (let place = 1; place < text.length; place++)
		if (text[place - 1] === 32 || text[place - 1] === 10) starts.push(place);
	const due = cutsOf(tokenizer, text, starts);
	expect(due.length).toBeGreaterThan(80);
	expect(silent.tokenEnds(text, Int32Array.of(1))).toBeNull();
	expect(cutsOf(silent, text, starts)).toEqual(due);
});
