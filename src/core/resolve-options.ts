import { optionName, UsageError } from "./errors.js";
import type {
	EntryOptions,
	Given,
	Option,
	OptionTable,
	OptionValues,
	Resolved,
} from "./option.js";
import { nearestName, quoted } from "./text.js";

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
	const all = givenOptions(table, given) as OptionValues;
	const values: Record<string, unknown> = {};
	for (const [name, option] of Object.entries(table)) {
		const value = all[name];
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
		values[name] =
			value == null
				? defaultOf(option, values, all)
				: (option.made?.(value) ?? value);
	}
	return values as Resolved<T>;
}

/**
 * What is given, read once: options of the table alone, each of its type, whatever the object does where it is read.
 * @throws UsageError `bad-option`, `unknown-name`, `unknown-option`
 */
export function givenOptions<T extends OptionTable>(
	table: T,
	given: Given<T>,
): Given<T> {
	if (typeof given !== "object" || given === null)
		throw new UsageError(
			"bad-option",
			`the options are ${quoted(given)}: give an object.`,
		);
	const read = reading("the options", () => {
		const own = new Set([...Object.keys(table), ...Reflect.ownKeys(given)]);
		return [...own].map(
			(name) => [name, (given as Record<PropertyKey, unknown>)[name]] as const,
		);
	});
	const values: Record<string, unknown> = {};
	for (const [name, value] of read) {
		if (value === undefined) continue;
		if (typeof name === "symbol" || !Object.hasOwn(table, name))
			throw unknownOption(table, String(name));
		checkOption(name, table[name], value);
		values[name] = value;
	}
	return values as Given<T>;
}

/** @throws UsageError `bad-option` where what is given cannot be looked at: a getter of its own throws, or a proxy. */
function reading<T>(what: string, action: () => T): T {
	try {
		return action();
	} catch (error) {
		const why = error instanceof Error ? ` (${error.message})` : "";
		throw new UsageError(
			"bad-option",
			`${what} cannot be read${why}: give plain values.`,
		);
	}
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

/** The error for an option that is not given, and must be. */
export function missingOption(
	name: string,
	{ help, type }: Option,
): UsageError {
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
	const fault = reading(optionName(name), () => type.fault(value));
	if (fault === null) return;
	const isNames = type.written !== "commas" || Array.isArray(value);
	throw new UsageError(
		type.choices !== null && isNames ? "unknown-name" : "bad-option",
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
