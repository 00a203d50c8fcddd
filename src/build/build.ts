import { availableParallelism } from "node:os";
import { DataError } from "../core/errors.js";
import type { Manifest } from "../dataset/manifest.js";
import { addTotals, emptyTotals } from "../dataset/totals.js";
import { bytesOf, divisionOf } from "../sources/divide.js";
import { findInputs } from "../sources/find-inputs.js";
import type { InputFile } from "../sources/source.js";
import { readTokenizerFiles } from "../storage/load-tokenizer.js";
import { localFiles as storage } from "../storage/local.js";
import {
	openTokenizer,
	type PreparedTokenizer,
	prepareTokenizer,
} from "../tokenizer/from-json.js";
import { finalize } from "./finalize.js";
import { takeLock } from "./lock.js";
import { type BuildOptions, checkOptions, resolveSettings } from "./options.js";
import { beginAnew, forget, lookAtOutput } from "./output-directory.js";
import { STATE } from "./paths.js";
import { makePlan, type Plan, remainderTasks } from "./plan.js";
import { readRecord, type TaskRecord } from "./record.js";
import { type RunEvents, runTasks } from "./run.js";
import type { StageTimes } from "./task.js";

export interface BuildResult {
	/** `built`, or `already-built` when the dataset was there and nothing was done. */
	status: "built" | "already-built";
	out: string;
	manifest: Manifest;
	/** Tasks that an earlier run had done. */
	tasksResumed: number;
	/** Milliseconds by stage, summed over the workers. */
	stages: StageTimes;
	seconds: number;
}

/** A build that is prepared: what to do, and with what. */
interface Prepared {
	plan: Plan;
	files: InputFile[];
	preparedTokenizer: PreparedTokenizer;
	out: string;
	onError: "stop" | "skip";
}

/**
 * Builds a dataset: reads documents, tokenizes, packs, and writes shards, an
 * index and a manifest to `options.out`. Stopped or killed at any place, the
 * same call goes on where it stopped and gives the same bytes.
 * @throws UsageError, DataError, EnvironmentError, InterruptedError; each says
 * what to do.
 */
export async function build(options: BuildOptions): Promise<BuildResult> {
	const began = performance.now();
	const seconds = () => (performance.now() - began) / 1000;
	const prepared = await prepare(options);
	const { out, plan } = prepared;
	const overwrite = options.overwrite ?? false;
	const found = await lookAtOutput(storage, out, plan, overwrite);
	if (found.state === "built") {
		const { manifest } = found;
		const tasksResumed = plan.tasks.length + remainderTasks(plan);
		const stages = { read: 0, tokenize: 0, pack: 0, write: 0 };
		const status = "already-built";
		return { status, out, manifest, tasksResumed, stages, seconds: seconds() };
	}
	const isNew = (await storage.stat(out)) === null;
	await storage.makeDirectory(`${out}/${STATE}`);
	const unlock = await takeLock(storage, out);
	try {
		if (found.state !== "unfinished") await beginAnew(storage, out, plan);
		const done = await runMissing(prepared, options);
		const manifest = await finalize(storage, out, plan, prepared.onError);
		await unlock();
		return { status: "built", out, manifest, ...done, seconds: seconds() };
	} catch (error) {
		await unlock();
		const kept = await readRecords(prepared);
		const tasks = kept.filter((record) => record !== null).length;
		const isEmpty = error instanceof DataError && error.code === "empty-corpus";
		if (tasks === 0 || isEmpty) await forget(storage, out, isNew);
		else
			options.onNotice?.(
				`${tasks} of ${kept.length} tasks are done and kept in ${out}/${STATE}: the same command goes on from there`,
			);
		throw error;
	}
}

async function prepare(options: BuildOptions): Promise<Prepared> {
	checkOptions(options);
	const out = options.out.replace(/(?<=.)\/+$/, "");
	const { files, ignored, repeated } = await findInputs(options.inputs, {
		format: options.inputFormat ?? "auto",
		exclude: out,
	});
	if (ignored.length > 0)
		options.onNotice?.(
			`left out ${ignored.length} file${ignored.length === 1 ? "" : "s"} of unknown kind, such as ${ignored[0]}`,
		);
	if (repeated > 0)
		options.onNotice?.(
			`met ${repeated} file${repeated === 1 ? "" : "s"} again, by name or by link; each is read once`,
		);
	const tokenizerFiles = await readTokenizerFiles(options.tokenizer);
	const tokenizerEngine = options.tokenizerEngine ?? "auto";
	const preparedTokenizer = prepareTokenizer(tokenizerFiles, tokenizerEngine);
	const tokenizer = openTokenizer(preparedTokenizer);
	const divisions = await Promise.all(
		files.map((file) => divisionOf(storage, file)),
	);
	const inputBytes = divisions.reduce((sum, d) => sum + bytesOf(d), 0);
	const settings = resolveSettings(options, tokenizer, inputBytes);
	const { engine, vocabSize } = tokenizer;
	const { fingerprint } = tokenizerFiles;
	const identity = { fingerprint, engine, vocabSize };
	const plan = await makePlan(storage, files, divisions, settings, identity);
	const onError = options.onError ?? "stop";
	return { plan, files, preparedTokenizer, out, onError };
}

/** Runs the tasks that have no record. */
async function runMissing(
	prepared: Prepared,
	options: BuildOptions,
): Promise<Pick<BuildResult, "tasksResumed" | "stages">> {
	const records = await readRecords(prepared);
	const missing = [...records.keys()].filter((task) => records[task] === null);
	const tasksResumed = records.length - missing.length;
	if (tasksResumed > 0)
		options.onNotice?.(
			`going on where an earlier run stopped: ${tasksResumed} of ${records.length} tasks are done`,
		);
	const stages: StageTimes = { read: 0, tokenize: 0, pack: 0, write: 0 };
	const progress = {
		bytes: records.reduce((sum, record) => sum + (record?.bytes ?? 0), 0),
		totalBytes: prepared.files.reduce((sum, file) => sum + file.size, 0),
		documents: 0,
		tokens: 0,
		tasks: tasksResumed,
		totalTasks: records.length,
	};
	const events: RunEvents = {
		onProgress(bytes, documents, tokens) {
			progress.bytes += bytes;
			progress.documents += documents;
			progress.tokens += tokens;
			options.onProgress?.(progress);
		},
		onTaskDone(_task, times) {
			progress.tasks++;
			stages.read += times.read;
			stages.tokenize += times.tokenize;
			stages.pack += times.pack;
			stages.write += times.write;
			options.onProgress?.(progress);
		},
	};
	const workers = options.workers ?? availableParallelism();
	const { signal } = options;
	const { tasks } = prepared.plan;
	const reading = missing.filter((task) => task < tasks.length);
	await runTasks(prepared, reading, workers, signal, events);
	// They need what all the others left over.
	const remainders = missing.filter((task) => task >= tasks.length);
	const threads = remainders.length > 1 ? workers : 0;
	if (remainders.length > 0)
		await runTasks(prepared, remainders, threads, signal, events);
	requireRows(await readRecords(prepared), options.inputs);
	return { tasksResumed, stages };
}

/** The record of each task, null where it is still to be done. */
async function readRecords({
	out,
	plan,
	onError,
}: Prepared): Promise<(TaskRecord | null)[]> {
	const records: (TaskRecord | null)[] = [];
	const tasks = plan.tasks.length + remainderTasks(plan);
	for (let task = 0; task < tasks; task++) {
		const record = await readRecord(storage, out, task, plan.planHash);
		// Where errors are to stop the build, a task that passed some over is not done.
		const counts = onError === "skip" || record?.skipped === null;
		records.push(counts ? record : null);
	}
	return records;
}

/** @throws DataError `empty-corpus` when nothing at all came out. */
function requireRows(
	records: (TaskRecord | null)[],
	inputs: readonly string[],
): void {
	const totals = emptyTotals();
	for (const record of records)
		if (record !== null) addTotals(totals, record.totals);
	if (totals.rows > 0) return;
	const skipped = Object.values(totals.skippedRecords).reduce(
		(sum, records) => sum + records,
		0,
	);
	const from = inputs.join(", ");
	const tokens = totals.textTokens + totals.specialTokens;
	if (tokens === 0)
		throw new DataError(
			"empty-corpus",
			`there is no text in ${from}: ${totals.documents} documents, all of them empty, and ${skipped} records skipped as unusable. Name inputs that hold text.`,
		);
	const reasons = Object.entries(totals.dropped).map(
		([reason, { documents }]) => `${documents} ${reason}`,
	);
	throw new DataError(
		"empty-corpus",
		`nothing is left of ${from}: all ${tokens} tokens of ${totals.documents} documents are dropped (${reasons.join(", ")}). Ask for less to be dropped, such as by --remainder keep, or a smaller --min-length or --min-sequence.`,
	);
}
