import { expect, test } from "vitest";
import { hasManyWays } from "../../../src/tokenizer/patterns/many-ways.js";
import { parsePattern } from "../../../src/tokenizer/patterns/parse.js";

test.each([
	"(a+)+$",
	"(a|aa)+$",
	"(.*a){20}$",
	"(\\w+\\s?)+$",
	"(x+x+)+y",
	"(?:a{0,50}){50}b",
	"(a*)*b",
	"(a?){30}b",
	"x(?=([a-z]+)*[0-9])",
])("%s may match in more ways than can be tried", (pattern) => {
	expect(hasManyWays(parsePattern(pattern))).toBe(true);
});

test.each([
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
	"\\p{N}{1,3}(?=(?:\\p{N}{3})*(?!\\p{N}))",
	"^(\\w+\\s)+$",
	"(?:\\r?\\n)+",
	"(?:[a-z]|[0-9])*",
	"(ab*c)+",
])("%s does not", (pattern) => {
	expect(hasManyWays(parsePattern(pattern))).toBe(false);
});
