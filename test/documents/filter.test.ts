import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFilter } from "../../src/documents/filter.js";
import { valueAt } from "../../src/sources/records/fields.js";

function holds(condition: string, record: unknown): boolean {
	const { fields, holds } = parseFilter(condition, "where");
	return holds(fields.map((path) => valueAt(record, path)));
}

const record = {
	lang: "en",
	score: 0.7,
	big: 12345678901234567890n,
	tags: ["a", "b"],
	meta: { lang: "de", "odd name": 1, none: null },
	text: "Grüße 😀",
	cell: "0.75",
	empty: "",
	ok: true,
};

describe("a condition", () => {
	test.each([
		['lang == "en" and score > 0.5', true],
		['meta.lang == "en" or score >= 0.7', true],
		["score > 0.5 and score < 0.6", false],
		["not ok", false],
		["!(score < 0.5) && ok", true],
		['meta["odd name"] == 1', true],
		["score * 10 - 1 > 5.9 and 7 % 4 == 3", true],
		["big > 12345678901234567000", true],
		["big == 12345678901234567890", true],
		["big == 12345678901234567891", false],
		['"a" in tags and not ("c" in tags)', true],
		['lang in ["de", "en"]', true],
		['"rüß" in text', true],
		["length(text) == 7", true],
		["number(cell) > 0.5 and number(cell) < 1", true],
		["number(score) == score and number(big) > 1", true],
		["number(missing) > 0", false],
		['lower(text) == "grüße 😀"', true],
		['contains(text, "ß") and startswith(text, "G")', true],
		['endswith(text, "😀") and matches(text, "^\\\\p{Lu}.+ .$")', true],
		["ok or missing > 1", true],
		// What is not there, or null, meets no comparison but with null.
		["missing > 1", false],
		["missing <= 1", false],
		['missing == "x"', false],
		['missing != "x"', true],
		["meta.none == null and missing == null", true],
		["missing", false],
		["length(missing) > 1", false],
		["missing + 1 > 0", false],
		["lang != null", true],
	])("%s", (condition, due) => {
		expect(holds(condition, record)).toBe(due);
	});

	test("compares as JavaScript does, where both are numbers or texts", () => {
		const operators = {
			"<": (a: number, b: number) => a < b,
			"<=": (a: number, b: number) => a <= b,
			">": (a: number, b: number) => a > b,
			">=": (a: number, b: number) => a >= b,
			"==": (a: number, b: number) => a === b,
			"!=": (a: number, b: number) => a !== b,
		};
		const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double());
		for (const [operator, due] of Object.entries(operators))
			fc.assert(
				fc.property(number, number, (a, b) => {
					expect(holds(`a ${operator} b`, { a, b })).toBe(due(a, b));
				}),
			);
	});

	test.each([
		'score > "0.5"',
		"lang > 1",
		"tags < 3",
		"score and ok",
		"lang",
		"length(score) > 1",
		'"a" in score',
		"-lang == 1",
		"number(lang) > 1",
		"number(empty) > 1",
		"number(ok) > 1",
	])("%s cannot be told, and nothing is converted", (condition) => {
		expect(() => holds(condition, record)).toThrow(
			/cannot be applied to .*onError/,
		);
	});

	test.each([
		["lang ==", /is no condition/],
		["1 == 1", /names no field/],
		["lang == 'en' score", /is no condition/],
		["f(lang)", /no function f; there are: length, lower/],
		["length(lang, 1) > 1", /length takes 1 values/],
		['matches(lang, "(")', /Invalid regular expression/],
		["matches(lang, text)", /written out/],
		["lang ? 1 : 2", /is no condition/],
		["lang = 1", /is no condition/],
		["constructor.constructor('x')()", /no function/],
	])("%s is refused", (condition, sentence) => {
		expect(() => parseFilter(condition, "where")).toThrow(sentence);
	});

	test("a field is only what the record has of its own", () => {
		expect(holds("toString == null", {})).toBe(true);
		expect(holds("__proto__ == null", {})).toBe(true);
		expect(holds("lang.length == null", { lang: "en" })).toBe(true);
	});
});

test("a condition that is too long to be read is refused", () => {
	const condition = `score${" + score".repeat(2000)} > 1`;
	expect(() => parseFilter(condition, "where")).toThrow(
		/more than 10000 characters/,
	);
});
