import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unitKinds, unitStarts } from "../../src/segment.js";

/** The units of a text. */
function unitsOf(text: string, kind: string): string[] {
	const bytes = Buffer.from(text);
	const starts = unitStarts(bytes, kind);
	return Array.from(starts, (start, i) =>
		bytes.subarray(start, starts[i + 1] ?? bytes.length).toString(),
	);
}

const kinds = unitKinds
	.entries()
	.filter(([, { finder }]) => finder !== undefined)
	.map(([name, { argument }]) =>
		argument === undefined ? name : `${name}:\\d|^|x*`,
	);

test.each(kinds)("%s: units tile any text", (kind) => {
	const piece = fc.constantFrom(
		..."a B . ? \n \r \r\n \n\n \t 字 。 é 😀 1 x xx \ud800 \u2029".split(" "),
		" ",
	);
	fc.assert(
		fc.property(fc.array(piece), (parts) => {
			const text = parts.join("").toWellFormed();
			const units = unitsOf(text, kind);
			expect(units.join("")).toBe(text);
			expect(units).not.toContain("");
		}),
		{ numRuns: 300 },
	);
});

describe("what units are", () => {
	const examples: [string, string[]][] = [
		[
			"sentence",
			[
				"He paid 3.5 to Dr. smith (etc.). ",
				"“Why?” ",
				"Because.\r\n",
				"字。",
				"字",
			],
		],
		["line", ["a\n", "\n", "b\r\n", "c\rd\n".slice(0, 2), "d\n", "e"]],
		["paragraph", ["\n \na\nb\n\n", "c\r\n \t\r\n\r\n", "d\n"]],
		["capital-paragraph", ["a\n\nb\n\n", "Él\n\n字\n\n1\n\n", " \tD"]],
		["regex:^#", ["a # b\n", "# c\n", "## d"]],
		["regex:§", ["é", "§1 😀", "§", "§2"]],
	];
	test.each(examples)("%s", (kind, units) => {
		expect(unitsOf(units.join(""), kind)).toEqual(units);
	});

	test("a text without a border is one unit, and an empty one has none", () => {
		for (const kind of kinds.filter((each) => !each.startsWith("regex"))) {
			expect(unitsOf("abc def", kind)).toEqual(["abc def"]);
			expect(unitsOf("", kind)).toEqual([]);
		}
	});
});

test.each([
	["words", /no kind of units "words".* sentence, /],
	["regex", /write the expression after it/],
	["regex:[", /pattern "\[", which cannot be used/],
	["line:3", /stands alone/],
	["message", /not found in a text alone: give one of sentence/],
])("%s is refused", (kind, sentence) => {
	expect(() => unitStarts("a", kind)).toThrow(sentence);
});
