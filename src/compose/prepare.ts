import { sum } from "../core/arithmetic.js";
import { optionName, UsageError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { findOptionsOf } from "../documents/options.js";
import { requireContent } from "../documents/tokenizer-option.js";
import type { ComposeValues } from "../options/compose.js";
import { parseRecipe, type Recipe } from "../recipes/recipe.js";
import { findFrames } from "../sources/bytes/frames.js";
import {
	bytesOf,
	cutIntoTasks,
	divisionOf,
	type InputSpan,
	usualTaskSize,
	wholeSpan,
} from "../sources/divide.js";
import { findInputs, noticesOf } from "../sources/find/find-inputs.js";
import {
	fingerprintBySample,
	fingerprintByVersion,
} from "../sources/find/fingerprint.js";
import type { Division } from "../sources/source.js";
import { sha256OfJson } from "../storage/hash.js";
import { LANES } from "../storage/lanes.js";
import { readTokenizerFiles } from "../storage/load-tokenizer.js";
import { storageAt } from "../storage/storages.js";
import { prepareKept } from "../tokenizer/kept-tokenizer.js";
import { version } from "../version.js";
import { readRecipe } from "./read-recipe.js";
import type { ComposeContext } from "./unit.js";

/** A call of composing as its options come out. */
export interface PreparedCompose {
	context: ComposeContext;
	recipe: Recipe;
	/** The spans of each unit that reads the input. */
	units: InputSpan[][];
	totalBytes: number;
	/** SHA-256 of the recipe, with the lists that it names. */
	recipeHash: string;
	/** SHA-256 of all that decides the bytes that come out. */
	hash: string;
}

/** How the input of composing is found and read. */
export type ComposeReading = Pick<
	ComposeValues,
	| "recipe"
	| "inputs"
	| "textField"
	| "idField"
	| "where"
	| "tokenizer"
	| "seed"
	| "groupMemory"
	| "taskSize"
	| "onNotice"
	| "onError"
> &
	Parameters<typeof findOptionsOf>[0];

/**
 * @param standardInput Gives the path of a file that holds standard input.
 * @throws UsageError, DataError
 */
export async function prepareCompose(
	values: ComposeReading,
	{
		output,
		gzip,
		standardInput,
	}: { output: string; gzip: boolean; standardInput: () => Promise<string> },
): Promise<PreparedCompose> {
	const source = await readRecipe(values.recipe);
	const recipe = parseRecipe(source, values.recipe);
	const prepared = await tokenizerFor(recipe, values.tokenizer);
	const found = await findInputs(values.inputs, {
		...findOptionsOf(values),
		output,
		standardInput,
	});
	requireContent(found.files, {}, null);
	for (const notice of noticesOf(found)) values.onNotice?.(notice, "warn");
	const files = await inParallel(found.files, LANES, async (file) => ({
		...file,
		frames: await findFrames(storageAt(file.path), file),
	}));
	const divisions = await inParallel(files, LANES, (file) =>
		divisionOf(storageAt(file.path), file),
	);
	const totalBytes = sum(divisions.map(bytesOf));
	const { grouping } = recipe;
	const taskSize = values.taskSize ?? usualTaskSize(totalBytes);
	const units =
		grouping?.kind === "run"
			? wholeFiles(divisions, taskSize)
			: cutIntoTasks(divisions, taskSize);
	const partitions =
		grouping?.kind === "keyed"
			? Math.max(1, Math.ceil(totalBytes / values.groupMemory))
			: 0;
	const recipeHash = sha256OfJson(source as Record<string, unknown>);
	const { onError } = values;
	const seed = values.seed ?? recipe.seed;
	const records = {
		textField: values.textField ?? null,
		idField: values.idField ?? null,
		where: values.where ?? null,
		fields: recipe.fields,
	};
	const fingerprints = await inParallel(
		files,
		LANES,
		async (file) =>
			fingerprintByVersion(file) ?? (await fingerprintBySample(file)),
	);
	const hash = sha256OfJson({
		...{
			version,
			recipeHash,
			seed,
			onError,
			records,
			gzip,
			taskSize,
			partitions,
		},
		tokenizer: prepared?.fingerprint ?? null,
		files: files.map(({ source, format, compression, options = {} }, i) => ({
			...{ source, format, compression, options },
			fingerprint: fingerprints[i],
		})),
	});
	return {
		context: {
			recipe: source,
			name: values.recipe,
			files,
			...{ records, seed, onError, gzip, partitions },
			tokenizer: prepared?.tokenizer ?? null,
		},
		...{ recipe, units, totalBytes, recipeHash, hash },
	};
}

/** Files whole, small ones together. */
function wholeFiles(
	divisions: readonly Division[],
	taskSize: number,
): InputSpan[][] {
	const whole = divisions.map((division) => ({ parts: [bytesOf(division)] }));
	return cutIntoTasks(whole, taskSize).map((spans) =>
		spans.flatMap(({ input }) => ({ input, ...wholeSpan(divisions[input]) })),
	);
}

async function tokenizerFor(recipe: Recipe, path: string | undefined) {
	if (!recipe.countsTokens) {
		return null;
	}
	if (path === undefined)
		throw new UsageError(
			"missing-option",
			`${optionName("tokenizer")} is missing: the recipe counts tokens. Give a tokenizer.json, a directory that holds one, or count words.`,
		);
	const files = await readTokenizerFiles(path);
	return {
		fingerprint: files.fingerprint,
		tokenizer: prepareKept(files.fingerprint, files, "auto"),
	};
}
