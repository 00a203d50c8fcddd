import { optionName, UsageError } from "./errors.js";
import { nearestName, quoted } from "./text.js";

// An option is said once, in a table: what it takes, what it means without being given,
// what it goes with, a line of help. From the table come its type, its check, its
// default, the sentences of its errors, its flag on the command line and its line in
// the docs.

/** What the values of an option are. */
export interface OptionType<T = unknown> {
	/** What stands for a value in help, such as "n"; null where the name alone says it. */
	readonly placeholder: string | null;
	/** Completes "give ...". */
	readonly expected: string;
	/** What a choice is one of; null where there is no list. */
	readonly choices: readonly string[] | null;
	/** `one` value, a list with `commas`, or the `words` that follow; of a `file` the content; `none` on a command line. */
	readonly written: "one" | "commas" | "words" | "file" | "none";
	/** What is wrong with a value, as a sentence's end; null when nothing is. */
	fault(value: unknown): string | null;
	/** A value from the text of a command line or file; undefined when it is none. */
	parse(text: string): T | undefined;
}

/** The values of a table that are known while defaults are found. */
export type OptionValues = Readonly<Record<string, unknown>>;

export interface OptionFacts<T> {
	/** One line, no full stop. */
	readonly help: string;
	/** The heading that it stands under in help. */
	readonly group?: string;
	/** The value without one given. */
	readonly default?: T;
	/** Finds the value without one given: from the values of the options before in the table, and all that was given. */
	readonly defaultFrom?: (values: OptionValues, given: OptionValues) => T;
	/** The default in words, where it is not one value. */
	readonly defaultText?: string;
	/** Other options, and the values of theirs that this one goes with. */
	readonly of?: Readonly<Record<string, readonly string[]>>;
}

/** `Known`: whether it always has a value, where it means something at all. */
export interface Option<
	T = unknown,
	Required extends boolean = boolean,
	Known extends boolean = boolean,
> extends OptionFacts<T> {
	readonly type: OptionType<T>;
	/** Whether it must be given, where it means something at all. */
	readonly required: Required;
	readonly known: Known;
}

// biome-ignore lint/suspicious/noExplicitAny: the options of a table are of many types
export type OptionTable = Readonly<Record<string, Option<any>>>;

type ValueOf<O> = O extends Option<infer T> ? T : never;

/** What a caller gives: the type of a table's options. */
export type Given<T extends OptionTable> = {
	readonly [K in keyof T as T[K]["required"] extends true ? K : never]: ValueOf<
		T[K]
	>;
} & {
	readonly [K in keyof T as T[K]["required"] extends true ? never : K]?:
		| ValueOf<T[K]>
		| undefined;
};

/** What a table comes to: what was given, and defaults; undefined where there is neither. */
export type Resolved<T extends OptionTable> = {
	readonly [K in keyof T]: T[K]["known"] extends true
		? ValueOf<T[K]>
		: ValueOf<T[K]> | undefined;
};

/** The options of all entries of a registry, as one table's type: none has a value beside every entry. */
export type EntryOptions<E extends Record<string, { options: OptionTable }>> = {
	readonly [K in keyof Intersected<E[keyof E]["options"]>]: Option<
		ValueOf<Intersected<E[keyof E]["options"]>[K]>
	>;
};

type Intersected<U> = (U extends unknown ? (u: U) => void : never) extends (
	all: infer I extends OptionTable,
) => void
	? { readonly [K in keyof I]: I[K] }
	: never;

/** Whether facts have a default, as a type. */
type HasDefault<F> = F extends { default: unknown } | { defaultFrom: unknown }
	? true
	: false;

function option<T, F extends OptionFacts<T>>(
	type: OptionType<T>,
	facts: F,
): Option<T, false, HasDefault<F>> {
	const known = "default" in facts || "defaultFrom" in facts;
	return { ...facts, type, required: false, known: known as HasDefault<F> };
}

/** The option as one that must be given. */
export function required<T>(of: Option<T>): Option<T, true, true> {
	return { ...of, required: true, known: true };
}

/** The option as one that may be left out, and has no value then. */
export function optional<T>(of: Option<T>): Option<T, false, false> {
	return { ...of, required: false, known: false };
}

/** The same options under a heading. */
export function grouped<const T extends OptionTable>(
	group: string,
	table: T,
): T {
	return Object.fromEntries(
		Object.entries(table).map(([name, of]) => [name, { group, ...of }]),
	) as T;
}

/** A whole number; on a command line with K, M, G or T for powers of 1024. */
export function integer<const F extends OptionFacts<number>>({
	least = 0,
	most = Number.MAX_SAFE_INTEGER,
	...facts
}: F & { least?: number; most?: number }) {
	return option(integerType(least, most), facts as unknown as F);
}

/** Whole numbers with commas between. */
export function integers<const F extends OptionFacts<readonly number[]>>({
	least = 0,
	...facts
}: F & { least?: number }) {
	const one = integerType(least, Number.MAX_SAFE_INTEGER);
	return option(listOf(one, "whole numbers"), facts as unknown as F);
}

/** A finite number. */
export function number<const F extends OptionFacts<number>>(facts: F) {
	return option(numberType, facts);
}

/** Numbers with commas between. */
export function numbers<const F extends OptionFacts<readonly number[]>>(
	facts: F,
) {
	return option(listOf(numberType, "numbers"), facts);
}

export function text<const F extends OptionFacts<string>>({
	placeholder = "text",
	...facts
}: F & { placeholder?: string }) {
	return option(textType(placeholder), facts as unknown as F);
}

/** Several texts, as words that follow one another. */
export function texts<const F extends OptionFacts<readonly string[]>>({
	placeholder = "text",
	...facts
}: F & { placeholder?: string }) {
	const type = listOf(textType(placeholder), "texts");
	return option<readonly string[], F>(
		{ ...type, placeholder, written: "words" },
		facts as unknown as F,
	);
}

/** True or false; on a command line its name, or its name after `no-`. */
export function flag<const F extends OptionFacts<boolean>>(facts: F) {
	return option(flagType, facts);
}

/** One of some words. */
export function choice<
	const Name extends string,
	const F extends OptionFacts<Name>,
>(choices: readonly Name[], facts: F) {
	return option<Name, F>(choiceType<Name>(null, choices), facts);
}

/** The name of an entry of a registry. */
export function entryOf<Name extends string, const F extends OptionFacts<Name>>(
	{ kind, names }: { kind: string; names: readonly Name[] },
	facts: F,
) {
	return option<Name, F>(choiceType<Name>(kind, names), facts);
}

/** Names of entries of a registry, with commas between. */
export function entriesOf<
	Name extends string,
	const F extends OptionFacts<readonly Name[]>,
>({ kind, names }: { kind: string; names: readonly Name[] }, facts: F) {
	const list = listOf(choiceType<Name>(kind, names), "names");
	return option<readonly Name[], F>({ ...list, placeholder: "names" }, facts);
}

/**
 * A value with parts, as JSON; on a command line its text, or a file that holds it.
 * @param type.fault What is wrong with a value, as the end of a sentence that begins
 * with the option.
 * @param type.parse Throws where the text is no value; default `JSON.parse`.
 */
export function json<T, const F extends OptionFacts<T> = OptionFacts<T>>(
	{
		parse = JSON.parse,
		...type
	}: Pick<OptionType<T>, "placeholder" | "expected" | "fault"> & {
		written: "one" | "file";
		parse?: (text: string) => unknown;
	},
	facts: F,
) {
	return option<T, F>(
		{
			...type,
			choices: null,
			parse(text) {
				try {
					return parse(text) as T;
				} catch {
					return undefined;
				}
			},
		},
		facts,
	);
}

/** What only a program can give: a function, a signal. */
export function programValue<
	T,
	const F extends OptionFacts<T> = OptionFacts<T>,
>(expected: string, isOne: (value: unknown) => boolean, facts: F) {
	return option<T, F>(
		{
			placeholder: null,
			expected,
			choices: null,
			written: "none",
			fault: (value) =>
				isOne(value) ? null : ` is ${quoted(value)}: give ${expected}`,
			parse: () => undefined,
		},
		facts,
	);
}

function integerType(least: number, most: number): OptionType<number> {
	const expected =
		most === Number.MAX_SAFE_INTEGER
			? `a whole number of at least ${least}`
			: `a whole number from ${least} to ${most}`;
	return {
		placeholder: "n",
		expected,
		choices: null,
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

const numberType: OptionType<number> = {
	placeholder: "x",
	expected: "a number",
	choices: null,
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

function textType(placeholder: string): OptionType<string> {
	return {
		placeholder,
		expected: "a text",
		choices: null,
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

const flagType: OptionType<boolean> = {
	placeholder: null,
	expected: "true or false",
	choices: null,
	written: "one",
	fault: (value) =>
		typeof value === "boolean"
			? null
			: ` is ${quoted(value)}: give true or false`,
	parse: (text) =>
		text === "true" ? true : text === "false" ? false : undefined,
};

function choiceType<Name extends string>(
	kind: string | null,
	choices: readonly Name[],
): OptionType<Name> {
	return {
		placeholder: "name",
		expected: `one of ${choices.join(", ")}`,
		choices,
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

function listOf<T>(one: OptionType<T>, many: string): OptionType<readonly T[]> {
	return {
		placeholder: "list",
		expected: `a list of ${many}`,
		choices: one.choices,
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

/**
 * The options that the entries of a registry have of their own, as one table: each
 * goes with the entries that have it. An option that several share is one object.
 * @param selector The option that names the entry.
 */
export function optionsOfEntries<
	E extends Record<string, { options: OptionTable }>,
>(selector: string, entries: E): EntryOptions<E> {
	const table: Record<string, Option> = {};
	const users = new Map<string, { option: Option; names: string[] }>();
	for (const [entry, { options }] of Object.entries(entries))
		for (const [name, option] of Object.entries(options)) {
			const known = users.get(name);
			if (known === undefined) users.set(name, { option, names: [entry] });
			else if (known.option === option) known.names.push(entry);
			else
				throw new Error(
					`two different options of ${selector} are called ${name}`,
				);
		}
	for (const [name, { option, names }] of users)
		table[name] = { ...option, of: { ...option.of, [selector]: names } };
	return table as EntryOptions<E>;
}

/**
 * Checks what is given, and finds the rest: the values of a table.
 * @throws UsageError `unknown-option`, `missing-option`, `bad-option`, `unknown-name`,
 * `ignored-option`; each names the option
 */
export function resolveOptions<T extends OptionTable>(
	table: T,
	given: Given<T>,
): Resolved<T> {
	if (typeof given !== "object" || given === null)
		throw new UsageError(
			"bad-option",
			`the options are ${quoted(given)}: give an object.`,
		);
	const all = given as OptionValues;
	for (const [name, value] of Object.entries(all))
		if (value !== undefined && !Object.hasOwn(table, name))
			throw unknownOption(table, name);
	const values: Record<string, unknown> = {};
	for (const [name, option] of Object.entries(table)) {
		const value = all[name];
		if (value !== undefined) checkOption(name, option, value);
		const why = whyIgnored(option, values);
		// What is not asked for changes nothing, and need not be refused.
		if (why !== null && value !== undefined && value !== false)
			throw new UsageError(
				"ignored-option",
				`${optionName(name)} would change nothing: ${why}. Leave it out.`,
			);
		if (why !== null) continue;
		if (value === undefined && option.required)
			throw missingOption(name, option);
		values[name] = value ?? defaultOf(option, values, all);
	}
	return values as Resolved<T>;
}

/** The value that an option has when none is given. */
export function defaultOf(
	option: Option,
	values: OptionValues,
	given: OptionValues,
): unknown {
	return option.defaultFrom === undefined
		? option.default
		: option.defaultFrom(values, given);
}

function unknownOption(table: OptionTable, name: string): UsageError {
	const near = nearestName(name, Object.keys(table));
	return new UsageError(
		"unknown-option",
		`there is no option ${quoted(name)}${near === null ? "" : `; did you mean ${optionName(near)}?`}${near === null ? "." : ""}`,
	);
}

function missingOption(name: string, { help, type }: Option): UsageError {
	return new UsageError(
		"missing-option",
		`${optionName(name)} is missing: give ${type.expected} (${help}).`,
	);
}

/** @throws UsageError `bad-option`, `unknown-name` for a value that the option cannot have. */
export function checkOption(
	name: string,
	{ type }: Option,
	value: unknown,
): void {
	const fault = type.fault(value);
	if (fault === null) return;
	throw new UsageError(
		type.choices === null ? "bad-option" : "unknown-name",
		`${optionName(name)}${fault}.`,
	);
}

/** Why an option means nothing beside the values of others; null where it means something. */
export function whyIgnored(
	{ of = {} }: Pick<Option, "of">,
	values: OptionValues,
): string | null {
	for (const [selector, allowed] of Object.entries(of)) {
		const value = values[selector];
		if (!allowed.includes(String(value)))
			return `it is for ${optionName(selector)} ${allowed.join(", ")}, and ${optionName(selector)} is ${value ?? "not given"}`;
	}
	return null;
}
