import { DataError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { resolveOptions } from "../core/resolve-options.js";
import { findOptionsOf } from "../documents/options.js";
import { type BuildOptions, buildTable } from "../options/build.js";
import { bytesOf, divisionOf } from "../sources/divide.js";
import { findInputs, noticesOf } from "../sources/find-inputs.js";
import { readTokenizerFiles } from "../storage/load-tokenizer.js";
import { storageAt } from "../storage/storages.js";
import {
	openTokenizer,
	type PreparedTokenizer,
	prepareTokenizer,
	type TokenizerEngine,
} from "../tokenizer/from-json.js";
import { makePlan, type Plan, type PlanTokenizer } from "./plan.js";
import { checkSettings, resolveSettings } from "./resolve-settings.js";

/** A build as its options come out: what to do, and with what. Nothing is written yet. */
export interface PreparedBuild {
	out: string;
	plan: Plan;
	tokenizer: PreparedTokenizer;
	overwrite: boolean;
	notify: (sentence: string) => void;
}

/** @throws UsageError, DataError for options and inputs that cannot be built from */
export async function prepareBuild(
	options: BuildOptions,
): Promise<PreparedBuild> {
	const values = resolveOptions(buildTable, options);
	checkSettings(values);
	const notify = values.onNotice ?? (() => {});
	const out = values.out.replace(/(?<=.)\/+$/, "");
	const found = await findInputs(values.inputs, {
		...findOptionsOf(values),
		output: out,
	});
	for (const notice of noticesOf(found)) notify(notice);
	const { files } = found;
	const { fingerprint, ...tokenizerFiles } = await readTokenizerFiles(
		values.tokenizer,
	);
	const prepared = prepareTokenizer(tokenizerFiles, values.tokenizerEngine);
	const tokenizer = openTokenizer(prepared);
	const divisions = await inParallel(files, 16, (file) =>
		divisionOf(storageAt(file.path), file),
	);
	const inputBytes = divisions.reduce((sum, each) => sum + bytesOf(each), 0);
	const settings = resolveSettings(values, tokenizer, inputBytes);
	const { engine, vocabSize } = tokenizer;
	const plan = await makePlan(
		files,
		divisions,
		settings,
		{
			path: values.tokenizer,
			asked: values.tokenizerEngine,
			fingerprint,
			engine,
			vocabSize,
		},
		values.onError,
	);
	const { overwrite } = values;
	return { out, plan, tokenizer: prepared, overwrite, notify };
}

/**
 * The tokenizer of a plan, for a process that did not make the plan.
 * @throws DataError `tokenizer-changed`
 */
export async function tokenizerOfPlan({
	tokenizer: { path, asked, fingerprint },
}: {
	tokenizer: PlanTokenizer;
}): Promise<PreparedTokenizer> {
	const files = await readTokenizerFiles(path);
	if (files.fingerprint !== fingerprint)
		throw new DataError(
			"tokenizer-changed",
			`${files.name} is not the tokenizer that the build was planned with: its SHA-256 is ${files.fingerprint.slice(0, 12)}, and was ${fingerprint.slice(0, 12)}. Plan again, or put the tokenizer back.`,
		);
	return prepareTokenizer(files, asked as TokenizerEngine);
}
