import fc from "fast-check";
import { expect, test } from "vitest";
import { BacktrackFinder } from "../../src/tokenizer/patterns/backtrack.js";
import { parsePattern } from "../../src/tokenizer/patterns/parse.js";
import { PatternError } from "../../src/tokenizer/patterns/pattern-error.js";
import { compileProgram } from "../../src/tokenizer/patterns/program.js";
import {
	automatonOf,
	compileAutomaton,
	type SplitAutomaton,
} from "../../src/tokenizer/split-automaton.js";

/** Runs an automaton as the kernel does, over code points: the pieces that match. */
function run(automaton: SplitAutomaton, text: string): string[] {
	const { rows, first, matching, pages, classes } = automaton;
	const characters = [...text];
	const entry = (row: number, character: string) => {
		const point = character.codePointAt(0) as number;
		if (point < 128) return rows[row / 4 + point];
		const page = pages[point >> 8];
		return rows[row / 4 + 128 + classes[page * 256 + (point & 255)]];
	};
	const pieces: string[] = [];
	for (let start = 0; start < characters.length; ) {
		let row = first;
		let last = start;
		let at = start;
		for (; at < characters.length; at++) {
			row = entry(row, characters[at]);
			if (row >= matching) last = at;
			if (row & 1) break;
		}
		if (at === characters.length && rows[row / 4 + 255] >= matching) last = at;
		if (last > start) pieces.push(characters.slice(start, last).join(""));
		start = Math.max(last, start + 1);
	}
	return pieces;
}

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const UPPER = "\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}";
const LOWER = "\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}";
const patterns = [
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
	`${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
	`[^\\r\\n\\p{L}\\p{N}]?[${UPPER}]*[${LOWER}]+${CONTRACTIONS}?|[^\\r\\n\\p{L}\\p{N}]?[${UPPER}]+[${LOWER}]*${CONTRACTIONS}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
	"[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
	"\\p{N}{1,3}",
	"a|ab|abc",
	"(?:ab|a)(?:bc|c)?",
	"(?:a|b)*abb",
	"a{2,4}b?|a",
	"(?:a?b?)+c",
	"a(?!b)|ab+(?!\\s)|b",
];
const characters =
	"aabbcc''sStTlLrReEvVmMdDkK  \n\r\t\u0085\u00a0\ufeff12٣½Ⅻ.,!/-_éÉßǅʰ中かカ\u0301\u093f\u017f\u212a😀𝔸";

test.each(patterns)("%s: matches as the matcher does", (pattern) => {
	const automaton = compileAutomaton(parsePattern(pattern));
	if (automaton === null) throw new Error("not compiled");
	const finder = new BacktrackFinder(
		compileProgram(parsePattern(pattern)),
		pattern,
	);
	fc.assert(
		fc.property(
			fc
				.array(fc.constantFrom(...characters), { maxLength: 30 })
				.map((list) => list.join("")),
			(text) => {
				const due: string[] = [];
				finder.begin(text);
				while (finder.next()) due.push(text.slice(finder.start, finder.end));
				expect(run(automaton, text)).toEqual(due);
			},
		),
		{ numRuns: 2000 },
	);
});

test.each([
	["a|ab", true],
	[patterns[0], true],
	[patterns[1], true],
	[patterns[2], true],
	["a+b", false],
	["(?:a|b)*abb", false],
	["\\s+$|.", false],
])("%s: the search is linear: %s", (pattern, isLinear) => {
	expect(compileAutomaton(parsePattern(pattern))?.isLinear ?? false).toBe(
		isLinear,
	);
});

test("which byte a match may begin with", () => {
	const starts = automatonOf(parsePattern("\\p{N}{1,3}"))?.starts as Uint8Array;
	const bytes = [..."\u00b2٣1Ⅻ"].map((c) => new TextEncoder().encode(c)[0]);
	for (const byte of bytes) expect(starts[byte]).toBe(1);
	for (const byte of [0x20, 0x61, 0x80, 0xbf, 0xc3])
		expect(starts[byte]).toBe(0);
});

test.each([
	"a*",
	"(?<=a)b",
	"a++",
	"(a)\\1",
	"^a",
	"a$",
	"(?!ab)c",
	"(?=a)b",
	"(?:(?!a)b?)+c",
	"[z-a]",
	"(a",
	"a{3,1}",
	"a{1000}",
])("%s has no automaton", (pattern) => {
	const automaton = () => automatonOf(parsePattern(pattern));
	try {
		expect(automaton()).toBeNull();
	} catch (error) {
		if (!(error instanceof PatternError)) throw error;
	}
});
