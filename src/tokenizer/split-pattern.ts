import { type Category, findCategory } from "./unicode-ranges.js";

/** White space as the Rust library has it; that of JavaScript has U+FEFF and not U+0085. */
const SPACE =
	"\\t-\\r\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/** What must be escaped in a class under the flag `v`, and need not be elsewhere. */
const NEEDS_ESCAPE = /[$.*+?(){}|/&!#%,:;<=>@`~]/;

/** The pattern by which a ByteLevel pre-tokenizer with `use_regex` splits (GPT-2). */
export const GPT2_PATTERN =
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** A split pattern, compiled. */
export interface SplitPattern {
	/** The expression to split this text by; it has the flags `g` and `v`. */
	for(text: string): RegExp;
}

/**
 * Compiles a split pattern of a tokenizer.json, which is written for another
 * dialect, to JavaScript regular expressions with the same matches. Categories
 * are those of Unicode 16, as in the Rust library; a text gets the expression
 * that goes by this JavaScript's own, faster ones when it has no character on
 * which they differ.
 * @returns null when it uses something whose translation is not known here.
 */
export function compileSplitPattern(pattern: string): SplitPattern | null {
	const differing = new Set<string>();
	const native = translate(pattern, (category) => {
		differing.add(category.differing);
		return category.native;
	});
	const exact = translate(pattern, (category) => category.exact);
	if (native === null || exact === null) return null;
	const points = [...differing].join("");
	if (points === "") return { for: () => native };
	const isDifferent = new RegExp(`[${points}]`, "v");
	return { for: (text) => (isDifferent.test(text) ? exact : native) };
}

function translate(
	pattern: string,
	classOf: (category: Category) => string,
): RegExp | null {
	let source = "";
	let inClass = false;
	for (let i = 0; i < pattern.length; ) {
		const rest = pattern.slice(i);
		const escaped = /^\\(?:p\{[A-Za-z_]+\}|[sSrnt'/.*+?()[\]{}|^$\\-])/.exec(
			rest,
		);
		if (escaped) {
			const [text] = escaped;
			if (text === "\\s") source += inClass ? SPACE : `[${SPACE}]`;
			else if (text.startsWith("\\p")) {
				const category = findCategory(text.slice(3, -1));
				if (category === null) return null;
				source += classOf(category);
			} else if (text === "\\S") {
				if (inClass) return null;
				source += `[^${SPACE}]`;
			} else if (text === "\\'") source += "'";
			else source += text;
			i += text.length;
			continue;
		}
		const insensitive = /^\(\?i:([^()[\]\\*+?{}]*)\)/.exec(rest);
		if (insensitive && !inClass) {
			source += `(?:${withoutCase(insensitive[1])})`;
			i += insensitive[0].length;
			continue;
		}
		const character = pattern[i];
		if (character === "\\") return null;
		if (inClass) {
			// Nested classes and intersections mean something else in JavaScript.
			if (character === "[" || rest.startsWith("&&")) return null;
			if (character === "]") inClass = false;
			else if (NEEDS_ESCAPE.test(character)) source += "\\";
		} else if (character === "[") {
			inClass = true;
			if (/^\[\^?\]/.test(rest)) return null;
		} else if (character === "(" && !/^\((?:\?[:!=]|[^?])/.test(rest)) {
			return null;
		} else if (/^[*+?}]\+/.test(rest)) {
			return null; // Possessive.
		} else if (character === "^" || character === "$" || character === ".") {
			return null;
		}
		source += character;
		i++;
	}
	try {
		return new RegExp(source, "gv");
	} catch {
		return null;
	}
}

/** Letters as classes of both cases, with the one other letter that folds to `s`. */
function withoutCase(text: string): string {
	return text.replace(/[a-z]/gi, (letter) => {
		const both = letter.toLowerCase() + letter.toUpperCase();
		if (both === "sS") return "[sS\u017f]";
		return both === "kK" ? "[kK\u212a]" : `[${both}]`;
	});
}
