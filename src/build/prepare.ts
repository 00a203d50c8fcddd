import { DataError } from "../core/errors.js";
import { resolveOptions } from "../core/resolve-options.js";
import { type BuildOptions, buildTable } from "../options/build.js";
import { bytesOf, divisionOf } from "../sources/divide.js";
import { findInputs } from "../sources/find-inputs.js";
import { findFrames } from "../sources/frames.js";
import { readTokenizerFiles } from "../storage/load-tokenizer.js";
import { storageAt } from "../storage/storages.js";
import {
	openTokenizer,
	type PreparedTokenizer,
	prepareTokenizer,
	type TokenizerEngine,
} from "../tokenizer/from-json.js";
import { inParallel, makePlan, type Plan, type PlanTokenizer } from "./plan.js";
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
	const {
		files: found,
		ignored,
		repeated,
	} = await findInputs(values.inputs, {
		format: values.inputFormat,
		exclude: out,
	});
	if (ignored.length > 0)
		notify(
			`left out ${ignored.length} file${ignored.length === 1 ? "" : "s"} of unknown kind, such as ${ignored[0]}`,
		);
	if (repeated > 0)
		notify(
			`met ${repeated} file${repeated === 1 ? "" : "s"} again, by name or by link; each is read once`,
		);
	const { fingerprint, ...tokenizerFiles } = await readTokenizerFiles(
		values.tokenizer,
	);
	const prepared = prepareTokenizer(tokenizerFiles, values.tokenizerEngine);
	const tokenizer = openTokenizer(prepared);
	const files = await inParallel(found, 16, async (file) => ({
		...file,
		frames: await findFrames(storageAt(file.path), file),
	}));
	const divisions = await Promise.all(
		files.map((file) => divisionOf(storageAt(file.path), file)),
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
