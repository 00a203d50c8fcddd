import { describe, expect, test } from "vitest";
import { randomBelow } from "../../../src/core/random.js";
import { compileTree } from "../../../src/tokenizer/patterns/find-matches.js";
import { parseJavaScript } from "../../../src/tokenizer/patterns/javascript.js";
import { casesOf, randomOf } from "../../cases.js";

function finds(pattern: string, text: string): boolean {
	const finder = compileTree(parseJavaScript(pattern), pattern)();
	finder.begin(text);
	return finder.next();
}

const texts = [
	"",
	"a",
	"ab",
	"aab\n",
	"Grüße 😀",
	"\u2028",
	"  \t\ufeff",
	"2026-11-28",
	"foo_bar9",
	"x\r\ny",
	"\ud800a",
];

describe("A regular expression matches where JavaScript's own does", () => {
	test.each([
		"^a",
		"b$",
		"^$",
		".",
		"^.$",
		"^.+$",
		"\\d{4}-\\d\\d-\\d\\d",
		"\\bfoo",
		"foo\\b",
		"\\Ba",
		"\\w\\W",
		"\\s",
		"^\\S+$",
		"[^a-z]",
		"[\\d\\p{Lu}-]",
		"[\\]\\-]",
		"\\p{Emoji_Presentation}",
		"\\P{ASCII}",
		"\\p{Script=Greek}|\\p{L}{3,}?ß",
		"(?<year>\\d+)-(?:11|12)",
		"a(?=b)",
		"a(?!b)",
		"(?<=a)b",
		"(?<!a)b",
		"(?<=^a+)b",
		"\\u{1F600}",
		"\\ud83d\\ude00",
		"\\ud800",
		"[\\ud800-\\udfff]",
		"\\x61",
		"\\t|\\cJ|\\0",
		"(?:a|b)*c|(a*)*b",
		"x{2}|a{2,}|b{0,1}\\n",
		"[]",
		"[^]",
		"a||b",
		"()",
	])("%s", (pattern) => {
		for (const text of texts)
			expect(finds(pattern, text), JSON.stringify(text)).toBe(
				new RegExp(pattern, "u").test(text),
			);
	});

	test("whatever it is made of", () => {
		const name = "JavaScript's expressions";
		const atoms = ["a", "b", ".", "\\w", "[^a]", "\\b", "^", "$", "é", "\\s"];
		const repeats = ["", "", "*", "+", "?", "*?", "{1,2}", "{2}"];
		const opens = ["(?:", "(", "(?=", "(?!", "(?<=", "(?<!"];
		for (let number = 0; number < casesOf({ daily: 300 }); number++) {
			const random = randomOf(name, number);
			const one = <T>(of: readonly T[]) => of[randomBelow(random, of.length)];
			const draw = (depth: number): string => {
				const parts = Array.from({ length: 1 + randomBelow(random, 3) }, () => {
					if (depth > 0 && randomBelow(random, 3) === 0) {
						const open = one(opens);
						const isLook = /[=!]$/.test(open);
						return `${open}${draw(depth - 1)})${isLook ? "" : one(repeats)}`;
					}
					const atom = one(atoms);
					return atom + (/^(?:\\b|\^|\$)$/.test(atom) ? "" : one(repeats));
				});
				return parts.join(randomBelow(random, 5) === 0 ? "|" : "");
			};
			const pattern = draw(2);
			const text = Array.from({ length: randomBelow(random, 9) }, () =>
				one(["a", "b", "é", " ", "\n", "_"]),
			).join("");
			expect(
				finds(pattern, text),
				`${name}, case ${number}: ${JSON.stringify([pattern, text])}`,
			).toBe(new RegExp(pattern, "u").test(text));
		}
	});
});

test.each([
	"(a+)+$",
	"(a|a)*$",
	"(a|aa)+$",
	"(.*)*x",
	"(\\w+\\s?)+:",
	"a*a*a*a*a*a*b",
	"^(([a-z])+.)+[A-Z]([a-z])+$",
	"(?=(a+)+b)a",
	"\\s+$",
])("%s takes a time that is linear in the text", (pattern) => {
	const text = pattern === "\\s+$" ? " ".repeat(30_000) : "a".repeat(30_000);
	const begun = performance.now();
	finds(pattern, `${text}!`);
	expect(performance.now() - begun).toBeLessThan(10_000);
});

test.each([
	["(a)\\1", /refers back/],
	["(?<n>a)\\k<n>", /refers back/],
	["(", /Unterminated group/],
	["(?:".repeat(300) + ")".repeat(300), /more than 200 groups/],
	["(?:(?:a{1000}){1000}){1000}", /repetitions of more than/],
	["(?:a{0,1000}){0,1000}", /repetitions of more than/],
])("%s is refused", (pattern, why) => {
	expect(() => finds(pattern, "a")).toThrow(why);
});

test("A pattern of many steps is given up on a long text", () => {
	expect(() => finds("(?:a?b?){20000}c", "ab".repeat(10_000))).toThrow(
		/takes too long, or too much memory, on a text of 20000 characters/,
	);
});
