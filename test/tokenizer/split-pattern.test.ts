import { expect, test } from "vitest";
import {
	compileSplitPattern,
	GPT2_PATTERN,
} from "../../src/tokenizer/split-pattern.js";
import { eachRange, unicode16 } from "../../src/tokenizer/unicode-tables.js";

const piecesOf = (pattern: string, text: string) =>
	text.match(compileSplitPattern(pattern)?.for(text) ?? /$^/g);

test("splits as the pattern says", () => {
	expect(piecesOf(GPT2_PATTERN, "I'll go  home\n\n 42%")).toEqual([
		"I",
		"'ll",
		" go",
		" ",
		" home",
		"\n\n",
		" 42",
		"%",
	]);
	expect(piecesOf("(?i:'s|'ll)|\\p{L}+", "a'S b'LL c'\u017f")).toEqual([
		"a",
		"'S",
		"b",
		"'LL",
		"c",
		"'\u017f",
	]);
	expect(piecesOf("[^\\s/]+[\\r\\n/]*", "a/b\u0085c\ufeffd")).toEqual([
		"a/",
		"b",
		"c\ufeffd",
	]);
});

test("categories are those of Unicode 16, whatever this JavaScript has", () => {
	const members = (category: string) => {
		const split = compileSplitPattern(`\\p{${category}}`);
		const found: number[] = [];
		for (let point = 0; point < 0x110000; point++) {
			if (point >= 0xd800 && point < 0xe000) continue;
			const text = String.fromCodePoint(point);
			if (split && text.match(split.for(text)) !== null) found.push(point);
		}
		return found;
	};
	// U+11DE0 is a digit since Unicode 17, U+10D40 one since Unicode 16.
	const digits = members("N");
	expect(digits).toContain(0x10d40);
	expect(digits).not.toContain(0x11de0);
	for (const category of ["L", "N"]) {
		let size = 0;
		eachRange(unicode16[category], (begin, end) => {
			size += end - begin;
		});
		expect(members(category).length).toBe(size);
	}
});

test.each([
	"\\p{Han}+",
	"\\P{L}+",
	"[a-z&&[^b]]",
	"a++b",
	"a?+b",
	"(?<n>a)",
	"(?>a)",
	"^a",
	"a$",
	"a.b",
	"\\d+",
	"\\bword",
	"[[:alpha:]]",
	"(a",
])("%s has no translation", (pattern) => {
	expect(compileSplitPattern(pattern)).toBeNull();
});
