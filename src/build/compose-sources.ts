import { composeTo } from "../compose/compose-to.js";
import { intoDirectory } from "../compose/outputs.js";
import { prepareCompose } from "../compose/prepare.js";
import { readRecipe } from "../compose/read-recipe.js";
import { optionName, UsageError } from "../core/errors.js";
import { resolveOptions } from "../core/resolve-options.js";
import type { BuildOptions, BuildValues } from "../options/build.js";
import { composeTable } from "../options/compose.js";
import type { SourceValues } from "../options/sources.js";
import { forms } from "../recipes/forms.js";
import { parseRecipe, type Recipe } from "../recipes/recipe.js";
import { AUTO, readOptionsTable } from "../sources/formats.js";
import { usableCpus } from "../storage/usable-cpus.js";
import type { KeptInput } from "./kept-input.js";

/** Letters of a hash in the name of a directory of composed records. */
const HASH_LETTERS = 16;
/** The field of composed records that says what they are made of. */
const PARTS = "parts";

/** The options of a build that go with no recipe. */
const without: readonly (keyof BuildValues)[] = [
	"append",
	"keepSplits",
	"text",
	"tokensField",
];

/** The recipe that a build asks for; null where it asks for none. @throws UsageError */
export async function recipeOf({
	recipe,
	...options
}: BuildOptions): Promise<Recipe | null> {
	if (recipe === undefined) return null;
	for (const name of without)
		if ((options as Record<string, unknown>)[name])
			throw new UsageError(
				"ignored-option",
				`${optionName(name)} does not go with ${optionName("recipe")}: leave it out, or run seqpack compose first and build from what it writes.`,
			);
	const found = parseRecipe(await readRecipe(recipe), recipe);
	if (found.choosing !== null)
		throw new UsageError(
			"bad-option",
			`${recipe} lists what it injects, and a build has no place for that list: run seqpack compose first, which writes it, and build from what that writes.`,
		);
	return found;
}

/** A source whose records are composed before they are read. */
export interface ComposedSource extends SourceValues {
	/** SHA-256 of all that decides what is composed; null: it is not known yet. */
	composed: string | null;
}

/** A source as its composed records are read. */
export function composedSource(
	source: SourceValues,
	recipe: Recipe,
): ComposedSource {
	const asked =
		source.loss === undefined && source.conversations === undefined
			? forms[recipe.form].readWith(recipe.marksMessages)
			: {};
	return {
		...source,
		...asked,
		...Object.fromEntries(
			Object.keys(readOptionsTable).map((name) => [name, undefined]),
		),
		inputFormat: AUTO,
		textField: undefined,
		idField: undefined,
		where: undefined,
		exclude: [],
		ignore: undefined,
		groupByDirectory: undefined,
		partsField: PARTS,
		composed: null,
	} as ComposedSource;
}

/**
 * Composes the records of a source into the state of its build, unless they are there, and gives
 * the source as it is read then.
 * @throws UsageError, DataError
 */
export async function composeSource(
	values: BuildValues,
	source: SourceValues,
	recipe: Recipe,
	out: string,
	input: KeptInput,
): Promise<ComposedSource> {
	const { recipe: path, tokenizer, onError, onNotice } = values;
	const usual = resolveOptions(composeTable, {
		recipe: path as string,
		inputs: [...source.inputs],
		out,
	});
	const prepared = await prepareCompose(
		{
			...usual,
			...source,
			recipe: path as string,
			seed: usual.seed,
			...{ tokenizer, onError, onNotice },
			taskSize: values.taskSize,
		},
		{ output: out, gzip: false, standardInput: () => input.keep() },
	);
	const directory = await input.composed(
		prepared.hash.slice(0, HASH_LETTERS),
		(to) =>
			intoDirectory(to, { overwrite: true, gzip: false }, async (output) => {
				const { signal, workers = usableCpus() } = values;
				const { read, records, counts, skipped, leftOut } = await composeTo(
					output,
					prepared,
					{ signal, workers },
				);
				const told = Object.entries({ ...leftOut, ...skipped, ...counts })
					.map(([name, count]) => `, ${name} ${count}`)
					.join("");
				onNotice?.(`composed ${records} records of ${read}${told}`);
			}),
	);
	return {
		...composedSource(source, recipe),
		inputs: [directory],
		composed: prepared.hash,
	};
}
