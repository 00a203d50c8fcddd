import { composeTo } from "../compose/compose-to.js";
import { type ComposeOutput, intoDirectory } from "../compose/outputs.js";
import { type PreparedCompose, prepareCompose } from "../compose/prepare.js";
import { readRecipe } from "../compose/read-recipe.js";
import { optionName, UsageError } from "../core/errors.js";
import { resolveOptions } from "../core/resolve-options.js";
import type { Manifest } from "../dataset/manifest.js";
import { TRAIN } from "../dataset/splits.js";
import type { BuildOptions, BuildValues } from "../options/build.js";
import { composeTable } from "../options/compose.js";
import type { SourceValues } from "../options/sources.js";
import { forms } from "../recipes/forms.js";
import { parseRecipe, type Recipe } from "../recipes/recipe.js";
import { INJECTED_FILE } from "../sources/find/own-files.js";
import { AUTO, readOptionsTable } from "../sources/formats.js";
import { usableCpus } from "../storage/usable-cpus.js";
import type { ComposedRecords } from "./composed-records.js";
import type { KeptInput } from "./kept-input.js";
import type { PlanComposed, SourceFile } from "./plan.js";

/** Letters of a hash in the name of a directory of composed records. */
const HASH_LETTERS = 16;
/** The field of composed records that says what they are made of. */
const PARTS = "parts";
/** The format of their files, a name from `sourceFormats`. */
const COMPOSED_FORMAT = "jsonl";

/** The options of a build that go with no recipe, each with why and what to do instead. */
const without: Partial<Record<keyof BuildValues, string>> = {
	append:
		"composing looks at all records together, and what it made of those in the store cannot be changed: build the store of all inputs again; or run seqpack compose, build the store of what that writes, and append what it writes later",
	keepSplits:
		"a composed record may be made of files of several splits: build each split alone, or hold documents out with validation",
	text: "it has no records to compose: leave one of them out",
	tokensField: "it composes texts, not token ids: leave one of them out",
};

/** The recipe that a build asks for; null where it asks for none. @throws UsageError */
export async function recipeOf({
	recipe,
	...options
}: BuildOptions): Promise<Recipe | null> {
	if (recipe === undefined) return null;
	for (const [name, why] of Object.entries(without))
		if ((options as Record<string, unknown>)[name])
			throw new UsageError(
				"ignored-option",
				`${optionName(name)} does not go with ${optionName("recipe")}: ${why}.`,
			);
	return parseRecipe(await readRecipe(recipe), recipe);
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

/** A source, and all that its records are composed with. */
export interface ComposingSource {
	source: SourceValues;
	prepared: PreparedCompose;
}

/**
 * Prepares to compose the records of sources; nothing is composed yet.
 * @throws UsageError, DataError
 */
export async function prepareSources(
	values: BuildValues,
	sources: readonly SourceValues[],
	out: string,
	input: KeptInput,
): Promise<ComposingSource[]> {
	const { recipe: path, tokenizer, onError, onNotice } = values;
	const recipe = path as string;
	const composing: ComposingSource[] = [];
	for (const source of sources) {
		const usual = resolveOptions(composeTable, {
			...{ recipe, out },
			inputs: [...source.inputs],
		});
		const prepared = await prepareCompose(
			{
				...usual,
				...source,
				...{ recipe, tokenizer, onError, onNotice },
				seed: usual.seed,
				taskSize: values.taskSize,
			},
			{ output: out, gzip: false, standardInput: () => input.keep() },
		);
		composing.push({ source, prepared });
	}
	return composing;
}

/** What composed records are kept by. */
export const nameOfComposed = ({ hash }: PreparedCompose) =>
	hash.slice(0, HASH_LETTERS);

/**
 * Composes the records of a source, unless they are there, and gives
 * the source as it is read then.
 * @throws UsageError, DataError, InterruptedError
 */
export async function composeSource(
	{ signal, workers = usableCpus(), onNotice, onProgress }: BuildValues,
	{ source, prepared }: ComposingSource,
	records: ComposedRecords,
): Promise<{ read: ComposedSource; composed: PlanComposed }> {
	const running = { signal, workers, onProgress };
	const { data, injected, summary, wasThere } = await records.of(
		nameOfComposed(prepared),
		async (to) => {
			const { hash } = prepared;
			const into = { overwrite: true, gzip: false, hash };
			const action = (output: ComposeOutput) =>
				composeTo(output, prepared, running);
			return (await intoDirectory(to, into, action)).summary;
		},
	);
	const { read, skipped, leftOut, counts, recipe, seed } = summary;
	if (!wasThere) {
		const told = Object.entries({ ...leftOut, ...skipped, ...counts })
			.map(([name, count]) => `, ${name} ${count}`)
			.join("");
		const where = records.areKept
			? ""
			: ", into a temporary directory: a build would do it again";
		onNotice?.(
			`composed ${summary.records} records of ${read}${told}${where}`,
			"info",
		);
	}
	return {
		read: {
			...composedSource(source, prepared.recipe),
			inputs: [data],
			composed: prepared.hash,
		},
		composed: {
			source: source.name ?? null,
			...{ recipe, seed },
			...{ read, skipped, leftOut, records: summary.records, counts },
			injected: injected && { ...injected, rows: summary.injected },
		},
	};
}

/**
 * The sources of a dataset as they would be read if they were composed, where it was built of records that
 * are composed as these; null: it was not, or has none.
 */
export function sourcesOfBuilt(
	manifest: Manifest | null,
	composing: readonly ComposingSource[],
	records: ComposedRecords,
): BuiltSources | null {
	const built = manifest?.composed ?? [];
	const hashes = manifest?.settings.sources.map(({ composed }) => composed);
	const isSame =
		built.length === composing.length &&
		composing.every(({ prepared }, i) => hashes?.[i] === prepared.hash);
	if (manifest === null || !isSame) return null;
	const names = built.map(({ source }) => source);
	const directories = composing.map(
		({ prepared }) => `${records.directoryOf(nameOfComposed(prepared))}/data`,
	);
	return {
		sources: composing.map(({ source, prepared }, i) => ({
			...composedSource(source, prepared.recipe),
			inputs: [directories[i]],
			composed: prepared.hash,
		})),
		composed: built.map(({ injected, ...rest }, i) => ({
			...rest,
			injected: injected && {
				...injected,
				path: `${records.directoryOf(nameOfComposed(composing[i].prepared))}/${INJECTED_FILE}`,
			},
		})),
		files: manifest.inputs.map(
			({ source, bytes, fingerprint, of = names[0] }) => {
				const at = names.indexOf(of);
				return {
					...{ of: at, split: TRAIN, source, fingerprint },
					path: `${directories[at]}/${source}`,
					...{ size: bytes, version: null },
					...{ format: COMPOSED_FORMAT, compression: null, frames: null },
				};
			},
		),
	};
}

/** What a dataset was built of. */
export interface BuiltSources {
	sources: ComposedSource[];
	composed: PlanComposed[];
	files: SourceFile[];
}
