import { parseJson } from "./json.js";
import {
	choiceType,
	flagType,
	integerType,
	listOf,
	numberType,
	type OptionType,
	textType,
} from "./option-types.js";
import type { Registry } from "./registry.js";
import { quoted } from "./text.js";

// An option is said once, in a table: what it takes, what it means without being given,
// what it goes with, a line of help. From the table come its type, its check, its
// default, the sentences of its errors, its flag on the command line and its line in
// the docs.

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
	/** What is made of a value that is given; left out: it is kept as it is. */
	made?(value: T): T;
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

/** A number between 0 and 1, or a whole number from 1 on. */
export function shareOrCount<const F extends OptionFacts<number>>(facts: F) {
	const expected = "a share between 0 and 1, or a whole number";
	return option<number, F>(
		{
			...numberType,
			expected,
			fault: (value) =>
				typeof value === "number" &&
				value > 0 &&
				(value < 1 || Number.isSafeInteger(value))
					? null
					: ` is ${quoted(value)}: give ${expected}`,
		},
		facts,
	);
}

/** A number above 0 and at most 1. */
export function share<const F extends OptionFacts<number>>(facts: F) {
	const expected = "a number above 0 and at most 1";
	return option<number, F>(
		{
			...numberType,
			expected,
			fault: (value) =>
				typeof value === "number" && value > 0 && value <= 1
					? null
					: ` is ${quoted(value)}: give ${expected}`,
		},
		facts,
	);
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

/** Texts with commas between. */
export function names<const F extends OptionFacts<readonly string[]>>(
	facts: F,
) {
	const list = listOf(textType("names"), "names");
	return option<readonly string[], F>({ ...list, placeholder: "names" }, facts);
}

/** Several texts, each given by itself; on a command line the option is repeated. */
export function repeated<const F extends OptionFacts<readonly string[]>>({
	placeholder = "text",
	...facts
}: F & { placeholder?: string }) {
	const type = listOf(textType(placeholder), "texts");
	return option<readonly string[], F>(
		{ ...type, placeholder, written: "repeated", parse: (text) => [text] },
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
	return option<Name, F>(choiceType<Name>(null, choices, {}), facts);
}

/** Entries that can be chosen: all of a registry, or those with some of its names. */
type Entries<Name extends string> = Pick<
	Registry<Name, unknown>,
	"kind" | "names" | "meanings"
>;

/** The name of an entry of a registry. */
export function entryOf<Name extends string, const F extends OptionFacts<Name>>(
	{ kind, names, meanings }: Entries<Name>,
	facts: F,
) {
	return option<Name, F>(choiceType<Name>(kind, names, meanings), facts);
}

/** Names of entries of a registry, with commas between. */
export function entriesOf<
	Name extends string,
	const F extends OptionFacts<readonly Name[]>,
>({ kind, names, meanings }: Entries<Name>, facts: F) {
	const list = listOf(choiceType<Name>(kind, names, meanings), "names");
	return option<readonly Name[], F>({ ...list, placeholder: "names" }, facts);
}

/**
 * A value with parts, as JSON; on a command line its text, or a file that holds it.
 * @param type.fault What is wrong with a value, as the end of a sentence that begins
 * with the option.
 * @param type.parse Throws where the text is no value; default `parseJson`.
 */
export function json<T, const F extends OptionFacts<T> = OptionFacts<T>>(
	{
		parse = parseJson,
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
			meanings: {},
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
			meanings: {},
			written: "none",
			fault: (value) =>
				isOne(value) ? null : ` is ${quoted(value)}: give ${expected}`,
			parse: () => undefined,
		},
		facts,
	);
}
