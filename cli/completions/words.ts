import type { Command, Option } from "commander";
import { typeOf } from "../command.js";

/** What a command line may have, for shells that complete it. */
export interface CommandWords {
	/** The words that name it, after that of the program; none: the program itself. */
	words: readonly string[];
	help: string;
	flags: readonly FlagWords[];
	commands: readonly CommandWords[];
	/** What its first argument can be; null: a path, or nothing. */
	choices: readonly string[] | null;
}

export interface FlagWords {
	/** With its dashes. */
	name: string;
	help: string;
	/** What follows it: a choice, a file, something that nobody can guess; null: nothing. */
	value: readonly string[] | "path" | "any" | null;
}

/** All that a command and those below it take. */
export function wordsOf(
	command: Command,
	above: readonly string[] | null = null,
): CommandWords {
	const words = above === null ? [] : [...above, command.name()];
	const [first] = command.registeredArguments;
	return {
		words,
		help: command.description(),
		flags: command.createHelp().visibleOptions(command).map(flagOf),
		commands: command.commands.map((each) => wordsOf(each, words)),
		choices: (first && typeOf(first)?.choices) ?? null,
	};
}

/** A command and all below it, the last ones first. */
export function allBelow(command: CommandWords): CommandWords[] {
	return [...command.commands.flatMap(allBelow), command];
}

function flagOf(option: Option): FlagWords {
	const name = option.long ?? option.short ?? "";
	// Defaults and choices follow in brackets.
	const help = option.description.replace(/ \(.*$/s, "");
	return { name, help, value: taken(option) };
}

function taken(option: Option): FlagWords["value"] {
	if (!option.required && !option.optional) return null;
	const type = typeOf(option);
	if (type === undefined) return "any";
	if (type.choices !== null) return type.choices;
	const isNumber = type.placeholder === "n" || type.placeholder === "x";
	return isNumber ? "any" : "path";
}
