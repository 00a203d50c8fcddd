import { nearestName, quoted } from "./text.js";

/** What the values of an option are. */
export interface OptionType<T = unknown> {
	/** What stands for a value in help, such as "n"; null where the name alone says it. */
	readonly placeholder: string | null;
	/** Completes "give ...". */
	readonly expected: string;
	/** What a choice is one of; null where there is no list. */
	readonly choices: readonly string[] | null;
	/** What choices mean, one line each, by name; none where the names say it. */
	readonly meanings: Readonly<Record<string, string>>;
	/** `one` value, a list with `commas`, the `words` that follow, or one each time that the option is `repeated`; of a `file` the content; `none` on a command line. */
	readonly written: "one" | "commas" | "words" | "repeated" | "file" | "none";
	/** What is wrong with a value, as a sentence's end; null when nothing is. */
	fault(value: unknown): string | null;
	/** A value from the text of a command line or file; undefined when it is none. */
	parse(text: string): T | undefined;
}

/** A whole number in a range. */
export function integerType(least: number, most: number): OptionType<number> {
	const expected =
		most === Number.MAX_SAFE_INTEGER
			? `a whole number of at least ${least}`
			: `a whole number from ${least} to ${most}`;
	return {
		placeholder: "n",
		expected,
		choices: null,
		meanings: {},
		written: "one",
		fault: (value) =>
			Number.isInteger(value) &&
			(value as number) >= least &&
			(value as number) <= most
				? null
				: ` is ${quoted(value)}: give ${expected}`,
		parse(text) {
			const match = /^(-?\d+)([kmgt]?)$/i.exec(text.trim());
			if (match === null) return undefined;
			const power = ["", "k", "m", "g", "t"].indexOf(match[2].toLowerCase());
			return Number(match[1]) * 1024 ** power;
		},
	};
}

export const numberType: OptionType<number> = {
	placeholder: "x",
	expected: "a number",
	choices: null,
	meanings: {},
	written: "one",
	fault: (value) =>
		typeof value === "number" && Number.isFinite(value)
			? null
			: ` is ${quoted(value)}: give a number`,
	parse(text) {
		const value = Number(text.trim() || "?");
		return Number.isFinite(value) ? value : undefined;
	},
};

export function textType(placeholder: string): OptionType<string> {
	return {
		placeholder,
		expected: "a text",
		choices: null,
		meanings: {},
		written: "one",
		fault: (value) =>
			typeof value !== "string"
				? ` is ${quoted(value)}: give a text`
				: value === ""
					? " is empty: give a text"
					: null,
		parse: (text) => text,
	};
}

export const flagType: OptionType<boolean> = {
	placeholder: null,
	expected: "true or false",
	choices: null,
	meanings: {},
	written: "one",
	fault: (value) =>
		typeof value === "boolean"
			? null
			: ` is ${quoted(value)}: give true or false`,
	parse: (text) =>
		text === "true" ? true : text === "false" ? false : undefined,
};

export function choiceType<Name extends string>(
	kind: string | null,
	choices: readonly Name[],
	meanings: Readonly<Record<string, string>>,
): OptionType<Name> {
	return {
		placeholder: "name",
		expected: `one of ${choices.join(", ")}`,
		choices,
		meanings,
		written: "one",
		fault(value) {
			if ((choices as readonly unknown[]).includes(value)) return null;
			const none = kind === null ? "" : `, and there is no such ${kind}`;
			const near =
				typeof value === "string" ? nearestName(value, choices) : null;
			const meant = near === null ? "" : ` (did you mean ${near}?)`;
			return ` is ${quoted(value)}${none}${meant}: give one of ${choices.join(", ")}`;
		},
		parse: (text) => text as Name,
	};
}

export function listOf<T>(
	one: OptionType<T>,
	many: string,
): OptionType<readonly T[]> {
	return {
		placeholder: "list",
		expected: `a list of ${many}`,
		choices: one.choices,
		meanings: one.meanings,
		written: "commas",
		fault(value) {
			if (!Array.isArray(value))
				return ` is ${quoted(value)}: give a list of ${many}`;
			for (const part of value) {
				const fault = one.fault(part);
				if (fault !== null) return fault;
			}
			return null;
		},
		parse(text) {
			const parts = text.split(",").map((part) => one.parse(part.trim()));
			return parts.includes(undefined) ? undefined : (parts as T[]);
		},
	};
}
