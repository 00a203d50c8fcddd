import { optionName, UsageError } from "../core/errors.js";
import {
	type Given,
	grouped,
	number,
	type Option,
	programValue,
	type Resolved,
	required,
	text,
	texts,
} from "../core/option.js";
import {
	checkOption,
	resolveOptions,
	whyIgnored,
} from "../core/resolve-options.js";
import { quoted } from "../core/text.js";
import { isObject } from "../core/values.js";
import {
	carriedTable,
	conversationsTable,
	limit,
	partsField,
	readingTable,
	tokenListsTable,
	unitsTable,
} from "../documents/options.js";
import { describeFormats } from "../sources/formats.js";

const { onError: _, ...recordsTable } = readingTable;

/** The inputs of a build. */
export const inputs = texts({
	placeholder: "input",
	default: [],
	defaultText: "those of the sources",
	help: `files, directories and globs of ${describeFormats()}; - is standard input, @FILE a list of inputs`,
});

/** The options of one source of several. */
export const sourceTable = {
	...grouped("Sources", {
		name: required(
			text({ placeholder: "name", help: "what the dataset calls the source" }),
		),
		inputs: required(texts({ placeholder: "input", help: inputs.help })),
		repeat: number({
			default: 1,
			help: "how many times its documents are taken; 1.5 is all of them once, and half of them again",
		}),
	}),
	...recordsTable,
	...conversationsTable,
	...tokenListsTable,
	...unitsTable,
	...carriedTable,
	...grouped("Reading", { limit, partsField }),
};

export type SourceOptions = Given<typeof sourceTable>;
export type SourceValues = Resolved<typeof sourceTable>;

/** Several sources, each with inputs and ways of reading of its own. */
export const sources = programValue<readonly SourceOptions[]>(
	"a list of sources",
	// Read in full: of a getter that throws it is said which option has it.
	(value) =>
		Array.isArray(value) &&
		value.every((each) => isObject(each) && Object.values(each)),
	{
		help: "sources with a name, inputs, and options of their own; options outside of them hold for all",
	},
);

/**
 * The sources of a build, with the options that are given for all; one without a name
 * where inputs are given.
 * @throws UsageError of an option of a source, which is named
 */
export function sourcesOf(
	values: {
		inputs: readonly string[];
		sources: readonly SourceOptions[] | undefined;
	} & Omit<SourceValues, "name" | "repeat">,
): SourceValues[] {
	if (values.sources === undefined) {
		const { sources, ...own } = values;
		return [{ ...own, name: "", repeat: 1 }];
	}
	if (values.inputs.length > 0)
		throw new UsageError(
			"ignored-option",
			`${optionName("inputs")} would change nothing: the sources have inputs of their own. Give one of them.`,
		);
	const names = new Set<string>();
	return values.sources.map((given, i) => {
		const what = `the source ${typeof given.name === "string" ? quoted(given.name) : `${i + 1}`}`;
		const own = ofSource(what, () =>
			resolveOptions(sourceTable, inherited(given, values)),
		);
		if (names.has(own.name))
			throw new UsageError("bad-option", `${what} is there twice.`);
		if (!(own.repeat > 0 && own.repeat <= 1000))
			throw new UsageError(
				"bad-option",
				`${what}: ${optionName("repeat")} is ${own.repeat}: give a number above 0 and at most 1000.`,
			);
		names.add(own.name);
		return own;
	});
}

/** The options of which one says what a record's text is. */
const TEXT_OPTIONS = [
	...["text", "textField", "conversations", "loss"],
	...Object.keys(tokenListsTable),
] as (keyof typeof sourceTable)[];

/** What is given for a source, and for all where the source does not say otherwise and it means something. */
function inherited(
	given: SourceOptions,
	all: Readonly<Record<string, unknown>>,
): SourceOptions {
	const merged: Record<string, unknown> = { ...given };
	const makesText = TEXT_OPTIONS.some((name) => given[name] !== undefined);
	for (const [name, option] of Object.entries<Option>(sourceTable)) {
		const isOther = makesText && TEXT_OPTIONS.some((each) => each === name);
		if (merged[name] !== undefined || isOther || name === "inputs") continue;
		const value = all[name];
		if (value === undefined || whyIgnored(option, merged) !== null) continue;
		checkOption(name, option, value);
		merged[name] = value;
	}
	return merged as unknown as SourceOptions;
}

function ofSource<T>(what: string, action: () => T): T {
	try {
		return action();
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		throw new UsageError(error.code, `${what}: ${error.pack().message}`);
	}
}
