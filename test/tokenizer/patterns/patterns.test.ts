// Regular expressions against Oniguruma, as the Rust library uses it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRandom, randomBelow } from "../../../src/core/random.js";
import { AutomatonFinder } from "../../../src/tokenizer/patterns/automaton-finder.js";
import { BacktrackFinder } from "../../../src/tokenizer/patterns/backtrack.js";
import {
	compilePattern,
	findMatches,
} from "../../../src/tokenizer/patterns/find-matches.js";
import type { Finder } from "../../../src/tokenizer/patterns/finder.js";
import { parsePattern } from "../../../src/tokenizer/patterns/parse.js";
import { PatternError } from "../../../src/tokenizer/patterns/pattern-error.js";
import { compileProgram } from "../../../src/tokenizer/patterns/program.js";
import {
	otherNames,
	properties,
} from "../../../src/tokenizer/patterns/unicode-properties.js";
import { compileAutomaton } from "../../../src/tokenizer/split-automaton.js";
import { everything, fixtures } from "../../helpers.js";
import { allCharacters, rustSplitter } from "../rust-splits.js";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
console.log(`patterns: SEED=${seed}`);

const rustOf = (regex: string) =>
	rustSplitter({
		type: "Split",
		pattern: { Regex: regex },
		behavior: "Isolated",
		invert: false,
	});

function piecesOf(finder: Finder, text: string): string[] {
	const pieces: string[] = [];
	let done = 0;
	finder.begin(text);
	while (finder.next()) {
		pieces.push(text.slice(done, finder.start));
		pieces.push(text.slice(finder.start, finder.end));
		done = finder.end;
	}
	pieces.push(text.slice(done));
	return pieces.filter((piece) => piece !== "");
}

/** All matchers that there are for a pattern. */
function findersOf(regex: string): Finder[] {
	const tree = parsePattern(regex);
	const automaton = compileAutomaton(tree);
	return [
		new BacktrackFinder(compileProgram(tree), regex),
		...(automaton === null ? [] : [new AutomatonFinder(automaton)]),
	];
}

function same(regex: string, texts: Iterable<string>): void {
	const finders = findersOf(regex);
	const rust = rustOf(regex);
	for (const text of texts) {
		const due = rust(text);
		for (const finder of finders)
			expect(
				piecesOf(finder, text),
				`${finder.constructor.name} ${JSON.stringify([regex, text.slice(0, 200)])}`,
			).toEqual(due);
	}
}

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const UPPER = "\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}";
const LOWER = "\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}";
const REST = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const used = {
	"GPT-2":
		"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
	"Llama 3": `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|${REST}`,
	cl100k: `'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s`,
	o200k: `[^\\r\\n\\p{L}\\p{N}]?[${UPPER}]*[${LOWER}]+${CONTRACTIONS}?|[^\\r\\n\\p{L}\\p{N}]?[${UPPER}]+[${LOWER}]*${CONTRACTIONS}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
	Qwen: `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|${REST}`,
	"DeepSeek, letters":
		"[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
	"DeepSeek and Hunyuan, Han": "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
	"numbers of three from behind":
		"\\p{N}{1,3}(?=(?:\\p{N}{3})*(?:\\P{N}|$))|\\D+",
	Falcon: "[0-9][0-9][0-9]",
	BLOOM: " ?[^(\\s|[.,!?…。，、।۔،])]+",
	"digits from behind": "(?=(\\d{3})+(?!\\d))",
	"Grok and others":
		"\\p{Han}+|\\p{Hiragana}+|[\\p{L}&&\\p{Latin}]+|[^a-z&&\\S]",
};

const languages = readFileSync(join(fixtures, "scripts/udhr.jsonl"), "utf8")
	.trim()
	.split("\n")
	.map((line) => (JSON.parse(line) as { text: string }).text);

describe("patterns that are used", () => {
	test.each(Object.entries(used))("%s", (_, regex) => {
		const most = everything ? 700 : 200;
		same(
			regex,
			languages.map((text) => text.slice(0, most)),
		);
		const step = everything ? 1 : 127;
		same(regex, allCharacters(1 + (seed % step), step));
	});
});

const atoms = [
	..."abcABsSk12 '-",
	..."éß中ﬁ.",
	..."swdhSWDHRNO".split("").map((letter) => `\\${letter}`),
	..."\\p{L} \\p{Lu} \\p{N} \\P{L} \\p{^Han} \\pL \\p{Word} \\p{punct} \\n \\x{62} \\u0061 \\x41 \\101".split(
		" ",
	),
	..."[abc] [^ab] [a-c1-2] [\\s\\w&&[^b]] [[:alpha:]1] [[:punct:]] [^\\s\\p{L}] [ß-é] [a-c&&[^b]] [[:^word:]] []a] [a-]".split(
		" ",
	),
];
const anchors = "^ $ \\b \\B \\A \\z \\Z \\G".split(" ");
const groups =
	"(?: (?: (?: ( (?i: (?> (?= (?! (?<= (?<! (?m: (?-i: (?W: (?i)(?: (?<n>".split(
		" ",
	);
const repetitions =
	"* + ? *? +? ?? ++ *+ ?+ {2} {1,2} {,2} {2,} {0,1} {2}? {1,3}? {3,1} {1} ** +* *?? +?? {2}+".split(
		" ",
	);
const letters = [
	..."aabbccABsSk12  '-$½²\n\réßﬁ中ſK\u0301٣_ẞ😀",
	"\r\n",
	"ss",
	"SS",
	"fi",
];

function randomPattern(random: () => number, depth: number): string {
	const pick = (list: readonly string[]) =>
		list[randomBelow(random, list.length)];
	const options = Array.from(
		{ length: random() < 0.3 ? 2 + randomBelow(random, 2) : 1 },
		() => {
			const count = random() < 0.07 ? 0 : 1 + randomBelow(random, 3);
			return Array.from({ length: count }, () => {
				const kind = random();
				let part = pick(atoms);
				if (depth > 0 && kind < 0.3)
					part = `${pick(groups)}${randomPattern(random, depth - 1)})`;
				else if (kind < 0.36) part = pick(anchors);
				return random() < 0.4 ? part + pick(repetitions) : part;
			}).join("");
		},
	);
	return options.join("|");
}

test("random patterns: what Oniguruma takes is taken, and matches the same", () => {
	const random = createRandom(seed);
	const count = everything ? 150 : 50;
	let unknown = 0;
	for (let i = 0; i < count; i++) {
		const regex = randomPattern(random, 2);
		let rust: ((text: string) => string[]) | null = null;
		try {
			rust = rustOf(regex);
		} catch (error) {
			// It gives up on some valid patterns, by a fault of its own.
			if (/undefined error code/.test(String(error))) continue;
		}
		let why: string | null = null;
		try {
			findersOf(regex);
		} catch (error) {
			if (!(error instanceof PatternError)) throw error;
			why = error.message;
		}
		if (why?.includes("not known here")) {
			unknown++;
			continue;
		}
		expect(why === null, `${JSON.stringify(regex)} ${why}`).toBe(rust !== null);
		if (rust === null) continue;
		const texts = Array.from({ length: 6 }, () =>
			Array.from(
				{ length: 1 + randomBelow(random, 14) },
				() => letters[randomBelow(random, letters.length)],
			).join(""),
		);
		same(regex, texts);
	}
	expect(unknown).toBeLessThan(count / 20);
});

test("back references, and a match that begins later", () => {
	const texts = ["abab aa abba", "aAa a", "xyxy-yxyx", "", "aab"].filter(
		(text) => text !== "",
	);
	for (const regex of [
		"(.)\\1",
		"(?<a>a)b\\k<a>",
		"(?i)(a)\\1",
		"(a|ab)(?:b|a)*\\1",
		"(?<n>x)|(?<n>y)\\k<n>",
		"a\\Kb",
		"(?:(a)|b)*\\1",
		"(x)(y)\\k<-2>\\2",
	])
		same(regex, texts);
});

test.each([
	..."(a|a)|[a|[]|a)|*a|a{3,200000}|\\|[b-a]|[a-\\d]|[\\d-a]|\\p{Foo}|[[:foo:]]|(?P<n>a)|(?a)|\\x80|\\u12|(a)\\2|\\k<n>|(?<n>a)(b)\\1|(?<=(?=a))|(?<!(a))|\\b+|(?=a)*|(?:^|b)*|(?<1>a)"
		.replaceAll("(?:^|b)*", "(?:^\u0000b)*")
		.replaceAll("(a|a)", "(a\u0000a")
		.split("|")
		.map((regex) => regex.replaceAll("\u0000", "|")),
])("%s is refused, as by Oniguruma", (regex) => {
	expect(() => rustOf(regex)).toThrow();
	expect(() => compilePattern({ regex })).toThrow(PatternError);
});

test.each([
	"\\X",
	"(?~a)",
	"(a)?(?(1)b)",
	"(?<n>a\\g<n>?)",
	"(*FAIL)",
	"(?<=(?>a))b",
	"(?y{g})a",
])("%s is refused, though Oniguruma takes it", (regex) => {
	expect(() => compilePattern({ regex })).toThrow(/which is not known here/);
});

test.each([
	"(a+)+$|\\s+|.",
	"(a|a)*b",
	"(\\w+\\s?)*$",
	"(a*)*b",
	"(.*)*x",
	"(?:a+b?)+c",
	"a+b",
	"\\s+$",
	"(?=.*x)a",
	"(?<=b.*)a",
	"(?>(?:ab)*)c",
	"a++b",
	"(x+x+)+y",
	"[a-z]+9|[a-z]",
])("%s ends soon on a text that is made for it", (regex) => {
	const finder = compilePattern({ regex })();
	const length = 15_000;
	for (const part of ["a", "ab", "word ", " ", "x"]) {
		const text = `${part.repeat(length / part.length)}!`;
		const before = performance.now();
		finder.begin(text);
		while (finder.next());
		// It takes some tens of milliseconds; without notes, longer than anyone waits.
		expect(performance.now() - before).toBeLessThan(8000);
	}
});

test("a pattern with back references is given up after some steps", () => {
	const finder = compilePattern({ regex: "(a+)+\\1b" })();
	finder.begin("a".repeat(5000));
	expect(() => finder.next()).toThrow(
		expect.objectContaining({ code: "pattern-takes-too-long" }),
	);
});

test("the matches of a string and of an expression", () => {
	const matches = (
		pattern: Parameters<typeof findMatches>[0],
		text: string,
	) => [...findMatches(pattern)(text)];
	expect(matches({ string: "aa" }, "aaaa😀aa")).toEqual([
		[0, 2],
		[2, 4],
		[6, 8],
	]);
	expect(matches({ regex: "a*" }, "b😀aa")).toEqual([
		[0, 0],
		[1, 1],
		[3, 5],
	]);
	expect(matches({ string: "" }, "ab")).toEqual([
		[0, 0],
		[1, 1],
		[2, 2],
	]);
});

test("properties have the code points that Oniguruma's have", () => {
	const names = [
		...Object.keys(properties),
		...Object.keys(otherNames),
		..."alnum alpha blank cntrl digit graph lower print punct space upper xdigit word ascii posixpunct any assigned unknown c cc cs co z zl zp l lu ll lt lm lo m n p s lc".split(
			" ",
		),
	].filter((_, i) => everything || i % 97 === seed % 97);
	// Another part of the code points each time.
	const step = everything ? 11 : 23;
	for (const name of names)
		same(`\\p{${name}}+`, allCharacters(1 + (seed % step), step));
});
