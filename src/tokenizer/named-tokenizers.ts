import { optionName, UsageError } from "../core/errors.js";
import type { Option } from "../core/option.js";
import { registry } from "../core/registry.js";
import { checkOption } from "../core/resolve-options.js";
import { quoted } from "../core/text.js";
import { bytes } from "./bytes.js";
import { ids } from "./ids.js";
import { kmer } from "./kmer.js";
import type { NamedTokenizer } from "./named-tokenizer.js";
import type { Tokenizer } from "./tokenizer.js";

const entries = { bytes, kmer, ids };

/** Tokenizers that need no file. */
export const namedTokenizers = registry<keyof typeof entries, NamedTokenizer>(
	"tokenizer",
	entries,
);

/** What can be set of them. */
export const namedTokenizersTable = { ...kmer.options };

/**
 * Tells a tokenizer's name from a path: `bytes`, `kmer:6`, or with settings
 * `kmer:6,rest=pad-a`. Null: it is none.
 */
export function tokenizerNameIn(text: string): string | null {
	const name = partsOf(text).name;
	return namedTokenizers.has(name) ? name : null;
}

/** How each is asked for: `bytes, kmer:6`. */
export function tokenizerExamples(): string {
	return namedTokenizers
		.entries()
		.map(([, { example }]) => example)
		.join(", ");
}

/**
 * Makes the tokenizer of a name, as `tokenizerNameIn` knows it.
 * @throws UsageError `bad-option`, `unknown-name`, `unknown-option`, `ignored-option`
 */
export function tokenizerByName(text: string): Tokenizer {
	const { name, argument: given, settings } = partsOf(text);
	const { argument, example, options, open } = namedTokenizers.find(name);
	const wrong = (why: string) =>
		new UsageError(
			"bad-option",
			`${optionName("tokenizer")} is ${quoted(text)}${why}: give one such as ${example}.`,
		);
	if ((given === null) !== (argument === null))
		throw wrong(given === null ? ", without its number" : "");
	const value = given === null ? undefined : argument?.type.parse(given);
	if (argument !== null && argument.type.fault(value) !== null)
		throw wrong(`, and ${argument.help} are ${argument.type.expected}`);
	const values: Record<string, unknown> = {};
	for (const [key, setting] of settings) {
		const option = Object.keys(options).find(
			(option) => settingOf(name, option) === key,
		);
		if (option === undefined)
			throw wrong(`, and has no setting ${quoted(key)}`);
		const of: Option = options[option];
		const parsed = of.type.parse(setting);
		checkOption(option, of, parsed ?? setting);
		values[option] = parsed;
	}
	return open(value ?? Number.NaN, values);
}

/**
 * The same name with settings given as options, so that it says all by itself.
 * @param values Options of a table that has `namedTokenizersTable`; undefined where not given.
 * @throws UsageError `ignored-option` for those that the tokenizer does not have
 */
export function withSettings(
	tokenizer: string,
	values: Readonly<Record<string, unknown>>,
): string {
	const name = tokenizerNameIn(tokenizer);
	let text = tokenizer;
	for (const option of Object.keys(namedTokenizersTable)) {
		const value = values[option];
		if (value === undefined) continue;
		const users = namedTokenizers.where(({ options }) => option in options);
		if (name === null || !users.includes(name as never))
			throw new UsageError(
				"ignored-option",
				`${optionName(option)} would change nothing: it is for the tokenizer ${users.join(", ")}, and ${optionName("tokenizer")} is ${quoted(tokenizer)}. Leave it out.`,
			);
		text += `,${settingOf(name, option)}=${value}`;
	}
	return text;
}

/** What an option is called within a name: `phase-seed` is `kmerPhaseSeed`. */
function settingOf(name: string, option: string): string {
	return option
		.slice(name.length)
		.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
		.slice(1);
}

function partsOf(text: string): {
	name: string;
	argument: string | null;
	settings: [key: string, value: string][];
} {
	const [head, ...settings] = text.split(",");
	const [name, ...argument] = head.split(":");
	return {
		name,
		argument: argument.length === 0 ? null : argument.join(":"),
		settings: settings.map((setting) => {
			const [key, ...value] = setting.split("=");
			return [key, value.join("=")];
		}),
	};
}
