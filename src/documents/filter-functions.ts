import { registry } from "../core/registry.js";
import { quoted } from "../core/text.js";
import { hasManyWays } from "../tokenizer/patterns/many-ways.js";
import { parsePattern } from "../tokenizer/patterns/parse.js";
import { PatternError } from "../tokenizer/patterns/pattern-error.js";

/** A function that conditions can use; null where a value that it is given is null. */
interface FilterFunction {
	readonly meaning: string;
	readonly parameters: number;
	/** Whether numbers are as good as texts. */
	readonly takesNumbers?: boolean;
	/** What is wrong with the last value, which must be written out then; null where nothing is. */
	fault?(text: string): string | null;
	/** @returns undefined where a text cannot be used. */
	apply(...values: string[]): unknown;
}

/** The expressions of all conditions, which write them out. */
const expressions = new Map<string, RegExp>();

/** Also false for one that only JavaScript has. */
function mayTakeForever(pattern: string): boolean {
	try {
		return hasManyWays(parsePattern(pattern));
	} catch (error) {
		if (error instanceof PatternError) return false;
		throw error;
	}
}

/** The functions of `where`. */
export const filterFunctions = registry<string, FilterFunction>(
	"function of a condition",
	{
		length: {
			meaning: "characters of a text",
			parameters: 1,
			apply: (text) => {
				let characters = text.length;
				for (let i = 0; i < text.length; i++)
					if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) characters--;
				return characters;
			},
		},
		lower: {
			meaning: "a text in small letters",
			parameters: 1,
			apply: (text) => text.toLowerCase(),
		},
		contains: {
			meaning: "whether a text has another within it",
			parameters: 2,
			apply: (text, part) => text.includes(part),
		},
		startswith: {
			meaning: "whether a text begins with another",
			parameters: 2,
			apply: (text, part) => text.startsWith(part),
		},
		endswith: {
			meaning: "whether a text ends with another",
			parameters: 2,
			apply: (text, part) => text.endsWith(part),
		},
		matches: {
			meaning: "whether a regular expression of JavaScript is found in a text",
			parameters: 2,
			fault(pattern) {
				try {
					expressions.set(pattern, new RegExp(pattern, "u"));
				} catch (error) {
					return (error as Error).message;
				}
				return mayTakeForever(pattern)
					? `${quoted(pattern)} repeats what can match in several ways, and may take time without end`
					: null;
			},
			apply: (text, pattern) => expressions.get(pattern)?.test(text),
		},
		number: {
			meaning: "the number that a text is, as cells of CSV are",
			parameters: 1,
			takesNumbers: true,
			apply(value) {
				const number = value === "" ? Number.NaN : Number(value);
				return Number.isNaN(number) ? undefined : number;
			},
		},
	},
);
