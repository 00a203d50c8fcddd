import { compilePattern, type MakeFinder } from "./patterns/find-matches.js";
import { PatternError } from "./patterns/pattern-error.js";

/** The pattern by which a ByteLevel pre-tokenizer with `use_regex` splits (GPT-2). */
export const GPT2_PATTERN =
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Finders of the matches of a split pattern; null for one that cannot be used. */
export function compileSplitPattern(pattern: string): MakeFinder | null {
	try {
		return compilePattern({ regex: pattern });
	} catch (error) {
		if (error instanceof PatternError) return null;
		throw error;
	}
}
