import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import type {
	Given,
	OptionTable,
	OptionType,
	Option as TableOption,
} from "../src/core/option.js";
import { asFlag, failWith } from "./fail.js";

export const NUMBERS_NOTE = "Numbers may end in K, M, G or T (powers of 1024).";

/** What a command is, besides its options. */
export interface CommandFacts<T extends OptionTable> {
	name: string;
	description: string;
	/** Every option, by its library name. */
	table: T;
	/** The options that stand after the name, without a flag. */
	arguments?: readonly (keyof T & string)[];
	/** Command lines that show it at work; what else is worth saying. */
	examples: readonly string[];
	notes?: string;
	/** Does the work; what it returns is the exit code. */
	run(values: Given<T>): Promise<number | undefined>;
}

/** Makes a command of its table. */
export function commandOf<T extends OptionTable>(
	facts: CommandFacts<T>,
): Command {
	const { name, description, table, notes, examples } = facts;
	const positional = facts.arguments ?? [];
	const command = new Command(name).description(description);
	for (const [option, spec] of Object.entries(table)) {
		if (spec.type.written === "none") continue;
		if (positional.includes(option))
			command.argument(`<${valueText(spec.type)}>`, spec.help);
		else for (const flag of flagsOf(option, spec)) command.addOption(flag);
	}
	command.addHelpText(
		"after",
		`\n${notes === undefined ? "" : `${notes}\n\n`}Example:\n${examples.map((line) => `  ${line}`).join("\n")}`,
	);
	const asWritten = (option: string, value: unknown) =>
		positional.includes(option) ? `<${option}>` : asFlag(option, value);
	command.action(async (...given: unknown[]) => {
		const flags = command.opts() as Record<string, unknown>;
		const values = Object.fromEntries(
			positional.map((option, i) => [option, given[i]]),
		);
		try {
			const code = await facts.run({ ...flags, ...values } as Given<T>);
			if (code !== undefined) process.exitCode = code;
		} catch (error) {
			process.exitCode = failWith(error, asWritten);
		}
	});
	return command;
}

/** The flags of an option: one, or two of what is true by default or by circumstance. */
function flagsOf(name: string, spec: TableOption): Option[] {
	const flag = asFlag(name, undefined);
	const { type, group } = spec;
	const made: Option[] = [];
	if (type.placeholder === null) {
		made.push(new Option(flag, describe(spec)));
		if (spec.default !== false)
			made.push(new Option(`--no-${flag.slice(2)}`, "do not"));
	} else
		made.push(
			new Option(`${flag} <${valueText(type)}>`, describe(spec)).argParser(
				parserOf(type),
			),
		);
	if (group !== undefined)
		for (const option of made) option.helpGroup(`${group}:`);
	return made;
}

function valueText({ placeholder, written }: OptionType): string {
	return `${placeholder}${written === "words" ? "..." : ""}`;
}

/** The help of an option: its line, what it goes with, its choices and its default. */
function describe(spec: TableOption): string {
	const { help, type, of = {} } = spec;
	const goesWith = Object.entries(of).map(
		([selector, values]) =>
			`${asFlag(selector, undefined)} ${values.join(", ")}`,
	);
	const notes = [
		...(type.choices === null ? [] : [`choices: ${type.choices.join(", ")}`]),
		...(goesWith.length === 0 ? [] : [`with ${goesWith.join("; ")}`]),
		...(spec.required ? ["required"] : []),
		...(defaultText(spec) === null ? [] : [`default: ${defaultText(spec)}`]),
	];
	return notes.length === 0 ? help : `${help} (${notes.join("; ")})`;
}

/** The default of an option in words, as its flag would be given; null where there is none. */
export function defaultText(spec: TableOption): string | null {
	if (spec.defaultText !== undefined) return spec.defaultText;
	const value = spec.default;
	if (value === undefined || value === false) return null;
	return typeof value === "number" ? countText(value) : String(value);
}

/** A number as it is given: 67108864 as "64M". */
function countText(value: number): string {
	let unit = 0;
	while (unit < 4 && value >= 2 ** 16 && value % 1024 === 0) {
		value /= 1024;
		unit++;
	}
	return `${value}${["", "K", "M", "G", "T"][unit]}`;
}

function parserOf(type: OptionType) {
	return (text: string, before?: unknown): unknown => {
		const value = type.parse(type.written === "file" ? contentOf(text) : text);
		if (value === undefined)
			throw new InvalidArgumentError(`Give ${type.expected}.`);
		// Words come one by one.
		return type.written === "words"
			? [...((before as unknown[] | undefined) ?? []), ...(value as unknown[])]
			: value;
	};
}

function contentOf(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		throw new InvalidArgumentError(
			`${path} cannot be read: ${(error as Error).message}.`,
		);
	}
}

/** Those of the values that are of a table. */
export function pickOptions<T extends OptionTable>(
	table: T,
	values: Readonly<Record<string, unknown>>,
): Given<T> {
	return Object.fromEntries(
		Object.entries(values).filter(([name]) => Object.hasOwn(table, name)),
	) as Given<T>;
}
