import { readFileSync } from "node:fs";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { optionName, SeqpackError, UsageError } from "../src/core/errors.js";
import type {
	Given,
	OptionTable,
	Option as TableOption,
} from "../src/core/option.js";
import type { OptionType } from "../src/core/option-types.js";
import { redactedJson } from "../src/core/secrets.js";
import { version } from "../src/version.js";
import { defaultText, goesWith, valueText } from "./describe-option.js";
import { asFlag, failWith } from "./fail.js";
import { failReporting } from "./fail-reporting.js";
import { logLevelOf } from "./output-options.js";
import { saySentence, setJson, setLogLevel } from "./say.js";
import { begins } from "./under-way.js";

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
	/** Whether a failure of any kind leaves a report; otherwise only a defect does. */
	isReported?: boolean;
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
		if (positional.includes(option)) command.addArgument(argumentOf(spec));
		else
			for (const flag of flagsOf(option, spec, table, () => command.help()))
				command.addOption(flag);
	}
	command.addHelpText("after", () => describeChoices(command, table));
	command.addHelpText(
		"after",
		`\n${notes === undefined ? "" : `${notes}\n\n`}Example:\n${examples.map((line) => `  ${line}`).join("\n")}`,
	);
	const asWritten = (option: string, value: unknown) =>
		positional.includes(option) ? `<${option}>` : asFlag(option, value);
	command.action(async (...given: unknown[]) => {
		const flags = command.opts() as Record<string, unknown>;
		const words = Object.fromEntries(
			positional.map((option, i) => [option, given[i]]),
		);
		const { quiet, logLevel, ...values } = { ...flags, ...words };
		begins(pathOf(command), values);
		let code: number;
		try {
			setJson("json" in values && values.json === true);
			setLogLevel(logLevelOf({ quiet, logLevel } as Told, process.env));
			saySentence(describeStart(command, values), "debug");
			code = (await facts.run(values as Given<T>)) ?? 0;
		} catch (error) {
			const isReported = facts.isReported || !(error instanceof SeqpackError);
			code = isReported
				? await failReporting(error, asWritten)
				: failWith(error, asWritten);
		}
		if (code !== 0) throw new Failed(code);
	});
	return command;
}

/** Versions, the command and what it was given. */
function describeStart(command: Command, values: object): string {
	const { platform, arch, version: node } = process;
	return `seqpack ${version}, Node ${node}, ${platform} ${arch}: ${pathOf(command)} ${redactedJson(values)}`;
}

type Told = Parameters<typeof logLevelOf>[0];

/** The words that name a command, without that of the program. */
function pathOf(command: Command): string {
	const words: string[] = [];
	for (let at = command; at.parent !== null; at = at.parent)
		words.unshift(at.name());
	return words.join(" ");
}

/** A command has ended with another code than 0, and has said why. */
export class Failed extends Error {
	constructor(readonly exitCode: number) {
		super(`exit code ${exitCode}`);
	}
}

/** What the choices of options mean, as a part of help; empty where all names say it. */
function describeChoices(command: Command, table: OptionTable): string {
	const help = command.createHelp();
	help.prepareContext({ helpWidth: process.stdout.columns ?? 80 });
	const sections = Object.entries(table).flatMap(([name, { type }]) => {
		const { choices, meanings } = type;
		const named = (choices ?? []).filter((choice) => choice in meanings);
		if (named.length === 0) return [];
		const width = Math.max(...named.map((choice) => choice.length));
		const lines = named.map((choice) =>
			help.formatItem(choice, width, meanings[choice], help),
		);
		return [`\n${asFlag(name)}:\n${lines.join("\n")}`];
	});
	return sections.join("\n");
}

/** How an argument without a flag stands in usage: in brackets where it may be left out. */
function argumentOf({ type, required, help }: TableOption): Argument {
	const text = valueText(type);
	const made = new Argument(required ? `<${text}>` : `[${text}]`, help);
	types.set(made, type);
	return made;
}

const types = new WeakMap<Option | Argument, OptionType>();

/** What an option or argument of a command takes; undefined where it is of no table. */
export const typeOf = (option: Option | Argument) => types.get(option);

/** The flags of an option: one, or two of what is true by default or by circumstance. */
function flagsOf(
	name: string,
	spec: TableOption,
	table: OptionTable,
	help: () => never,
): Option[] {
	const flag = asFlag(name);
	const { type, group } = spec;
	const made: Option[] = [];
	if (type.placeholder === null) {
		made.push(new Option(flag, describe(spec, table)));
		if (spec.default !== false)
			made.push(new Option(`--no-${flag.slice(2)}`, `do not ${spec.help}`));
	} else
		made.push(
			new Option(
				`${flag} <${valueText(type)}>`,
				describe(spec, table),
			).argParser(parserOf(type, help)),
		);
	for (const option of made) types.set(option, type);
	if (group !== undefined)
		for (const option of made) option.helpGroup(`${group}:`);
	return made;
}

/** The help of an option: its line, what it goes with, its choices and its default. */
function describe(spec: TableOption, table: OptionTable): string {
	const { help, type } = spec;
	const usual = defaultText(spec, (name) => asFlag(name, undefined));
	const others = goesWith(spec, table, asFlag);
	const notes = [
		...(type.choices === null ? [] : [`choices: ${type.choices.join(", ")}`]),
		...(others === null ? [] : [others]),
		...(spec.required ? ["required"] : []),
		...(usual === null ? [] : [`default: ${usual}`]),
	];
	return notes.length === 0 ? help : `${help} (${notes.join("; ")})`;
}

function parserOf(type: OptionType, help: () => never) {
	return (text: string, before?: unknown): unknown => {
		if (text === "--help" || text === "-h") help();
		const value = type.parse(type.written === "file" ? contentOf(text) : text);
		if (value === undefined)
			throw new InvalidArgumentError(`Give ${type.expected}.`);
		// These come one by one.
		return type.written === "words" || type.written === "repeated"
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

/**
 * What is given, which must be of a table: of a command that does several things, that of one.
 * @param why What the option does instead, as the end of a sentence, by its name.
 * @throws UsageError `ignored-option`
 */
export function onlyOptions<T extends OptionTable>(
	table: T,
	values: Readonly<Record<string, unknown>>,
	why: (name: string) => string,
): Given<T> {
	const other = Object.keys(values).find(
		(name) => values[name] !== undefined && !Object.hasOwn(table, name),
	);
	if (other !== undefined)
		throw new UsageError(
			"ignored-option",
			`${optionName(other)} would change nothing: it ${why(other)}. Leave it out.`,
		);
	return pickOptions(table, values);
}
