import { availableParallelism } from "node:os";
import { begin } from "../build/begin.js";
import { finalize } from "../build/finalize.js";
import {
	findManifest,
	forgetUnused,
	readPlan,
	withOutput,
} from "../build/output-directory.js";
import type { Plan } from "../build/plan.js";
import {
	type PreparedBuild,
	prepareBuild,
	tokenizerOfPlan,
} from "../build/prepare.js";
import { putAway } from "../build/put-away.js";
import { readRecords, requireRows, type TaskRecord } from "../build/record.js";
import { noTimes, type StageTimes } from "../build/stopwatch.js";
import { dependenciesOf } from "../build/tasks-of-plan.js";
import { STATE, Workspace } from "../build/workspace.js";
import { sum } from "../core/arithmetic.js";
import { addCounts } from "../core/counts.js";
import { DataError, UsageError } from "../core/errors.js";
import type { Manifest } from "../dataset/manifest.js";

import type { BuildOptions, BuildProgress } from "../options/build.js";
import type { PreparedTokenizer } from "../tokenizer/from-json.js";
import { runOnThreads } from "./threads.js";

/** A build whose plan lies in its output directory: any process can run its tasks. */
export interface PlannedBuild {
	/** The output directory. */
	out: string;
	plan: Plan;
}

/** How tasks are run. */
export interface RunOptions {
	/** Threads; default one a core. 0 runs in the calling thread. */
	workers?: number | undefined;
	/** Stops the run; tasks that are done stay done. */
	signal?: AbortSignal | undefined;
	/** Told of how far the run is, several times a second. */
	onProgress?: ((progress: BuildProgress) => void) | undefined;
}

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

/**
 * Builds a dataset: reads documents, tokenizes, packs, and writes shards, an
 * index and a manifest to `options.out`. It is `planBuild`, `runTasks` of all tasks and
 * `finalizeBuild` in one. Stopped or killed at any place, the same call goes on where
 * it stopped and gives the same bytes.
 * @throws UsageError, DataError, EnvironmentError, InterruptedError; each says
 * what to do.
 */
export async function build(options: BuildOptions): Promise<BuildResult> {
	const began = performance.now();
	return buildPrepared(await prepareBuild(options), options, began);
}

/** Runs the tasks of a build that is prepared, and makes its dataset. */
export async function buildPrepared(
	prepared: PreparedBuild,
	options: RunOptions,
	began: number,
): Promise<BuildResult> {
	const { out, plan, notify } = prepared;
	return withPrepared(prepared, async (workspace) => {
		const end = (rest: Omit<BuildResult, "out" | "seconds">): BuildResult => ({
			...rest,
			out,
			seconds: (performance.now() - began) / 1000,
		});
		const found = await begin(workspace, plan, prepared.replaces);
		if (found.state === "built") {
			const { manifest } = found;
			const tasksResumed = plan.tasks.length;
			const stages = noTimes();
			return end({ status: "already-built", manifest, tasksResumed, stages });
		}
		if (found.state !== "unfinished" && found.givesUp)
			notify(
				"what an unfinished build of other files had done is given up: this one begins anew",
			);
		try {
			const all = [...plan.tasks.keys()];
			const { tokenizer } = prepared;
			const done = await run(workspace, plan, tokenizer, all, options, notify);
			const manifest = await makeDataset(workspace, plan);
			return end({ status: "built", manifest, ...done });
		} catch (error) {
			const isEmpty =
				error instanceof DataError && error.code === "empty-corpus";
			const kept = isEmpty ? 0 : await countDone(workspace, plan);
			if (isEmpty) await putAway(workspace);
			if (kept > 0)
				notify(
					`${kept} of ${plan.tasks.length} tasks are done and kept in ${out}/${STATE}: the same command goes on from there`,
				);
			else if (found.state !== "unfinished") await forgetUnused(workspace);
			throw error;
		}
	});
}

/** Works in the output directory of a build. Where nothing was done, nothing of the build is left there. */
async function withPrepared<T>(
	{ out, plan, replaces, discardInput }: PreparedBuild,
	action: (workspace: Workspace) => Promise<T>,
): Promise<T> {
	try {
		return await withOutput(out, plan, replaces, action);
	} catch (error) {
		// What was begun goes on with the input that is kept.
		if ((await readPlan(out))?.planHash !== plan.planHash) await discardInput();
		throw error;
	}
}

/**
 * Plans a build, and writes the plan to the output directory.
 * @throws as `build` does; UsageError `already-built` where there is nothing to do
 */
export async function planBuild(options: BuildOptions): Promise<PlannedBuild> {
	const prepared = await prepareBuild(options);
	const { out, plan, replaces } = prepared;
	await withPrepared(prepared, async (workspace) => {
		const { state } = await begin(workspace, plan, replaces);
		if (state === "built")
			throw new UsageError(
				"already-built",
				`${out} is built already: there is nothing to plan.`,
			);
	});
	return { out, plan };
}

/** The build that was planned in a directory. @throws UsageError `no-plan` */
export async function openBuild(out: string): Promise<PlannedBuild> {
	const plan = await readPlan(out);
	if (plan === null)
		throw new UsageError("no-plan", `no build is planned in ${out}.`);
	return { out, plan };
}

/**
 * Runs tasks of a planned build, by their numbers, those among them that are done
 * already left out. Takes no lock: any number of processes may run tasks of one build,
 * also the same ones, since what a task writes is always the same.
 * @throws UsageError `not-ready` where a task packs what another one leaves that is
 * neither done nor among these, `no-task`, `no-plan`; else as `build` does
 */
export async function runTasks(
	{ out, plan }: PlannedBuild,
	tasks: readonly number[],
	options: RunOptions = {},
): Promise<void> {
	const workspace = new Workspace(out, plan.planHash);
	await requirePlanned(workspace);
	const unknown = tasks.find((task) => plan.tasks[task] === undefined);
	if (unknown !== undefined)
		throw new UsageError(
			"no-task",
			`the plan in ${out} has no task ${unknown}: its tasks are numbered from 0 to ${plan.tasks.length - 1}.`,
		);
	const tokenizer = await tokenizerOfPlan(plan);
	await run(workspace, plan, tokenizer, tasks, options);
}

/**
 * Makes the dataset of a planned build whose tasks are all done; called again, it gives
 * what it has made.
 * @throws UsageError `not-ready` where some are not, `no-plan`, `in-use`; DataError
 * `empty-corpus`
 */
export function finalizeBuild({ out, plan }: PlannedBuild): Promise<Manifest> {
	return withOutput(out, plan, "everything", async (workspace) => {
		const manifest = await findManifest(out);
		const begun = await readPlan(out);
		// A dataset of the same plan may be built anew; a store grows once by it.
		const isDone = begun === null || plan.grows !== undefined;
		if (isDone && manifest?.planHash === plan.planHash) {
			await putAway(workspace);
			return manifest;
		}
		await requirePlanned(workspace);
		return makeDataset(workspace, plan);
	});
}

/** @throws UsageError `no-plan` where the directory has another plan by now, or none */
async function requirePlanned({ out, planHash }: Workspace): Promise<void> {
	if ((await readPlan(out))?.planHash !== planHash)
		throw new UsageError(
			"no-plan",
			`the plan of this build is no longer in ${out}: it was finished, or another has taken its place. Plan again.`,
		);
}

async function makeDataset(
	workspace: Workspace,
	plan: Plan,
): Promise<Manifest> {
	const records = await readRecords(workspace, plan);
	const missing = [...records.keys()].filter((task) => records[task] === null);
	if (missing.length > 0)
		throw new UsageError(
			"not-ready",
			`${missing.length} of ${records.length} tasks of ${workspace.out} are not done, such as ${missing[0]}: run them first.`,
		);
	requireRows(plan, records as TaskRecord[]);
	return finalize(workspace, plan, records as TaskRecord[]);
}

async function countDone(workspace: Workspace, plan: Plan): Promise<number> {
	const records = await readRecords(workspace, plan);
	return records.filter((record) => record !== null).length;
}

/** Runs those of the tasks that have no record. */
async function run(
	workspace: Workspace,
	plan: Plan,
	tokenizer: PreparedTokenizer | null,
	tasks: readonly number[],
	{ workers, signal, onProgress }: RunOptions,
	notify: (sentence: string) => void = () => {},
): Promise<Pick<BuildResult, "tasksResumed" | "stages">> {
	const records = await readRecords(workspace, plan);
	const missing = tasks.filter((task) => records[task] === null);
	requireReady(plan, missing, records);
	const tasksResumed = tasks.length - missing.length;
	if (tasksResumed > 0)
		notify(
			`going on where an earlier run stopped: ${tasksResumed} of ${tasks.length} tasks are done`,
		);
	const stages = noTimes();
	const progress = {
		bytes: records.reduce((sum, record) => sum + (record?.bytes ?? 0), 0),
		totalBytes: bytesToRead(plan),
		documents: 0,
		tokens: 0,
		tasks: tasksResumed,
		totalTasks: tasks.length,
	};
	const { out } = workspace;
	const threads = workers ?? availableParallelism();
	await runOnThreads({ out, plan, tokenizer }, missing, threads, signal, {
		onProgress(bytes, documents, tokens) {
			addCounts(progress, { bytes, documents, tokens });
			onProgress?.(progress);
		},
		onTaskDone(_task, times) {
			progress.tasks++;
			addCounts(stages, times);
			onProgress?.(progress);
		},
	});
	return { tasksResumed, stages };
}

/** Of inputs that are read twice, twice their bytes. */
function bytesToRead({ inputs, tasks, store }: Plan): number {
	if (store !== undefined)
		return sum(
			tasks.map((task) => (task.kind === "pack" ? task.lengths.bytes : 0)),
		);
	const bytes = inputs.reduce((sum, { bytes }) => sum + bytes, 0);
	return tasks.some(({ kind }) => kind === "hash") ? 2 * bytes : bytes;
}

function requireReady(
	{ tasks }: Plan,
	missing: readonly number[],
	records: readonly (TaskRecord | null)[],
): void {
	const given = new Set(missing);
	for (const task of missing)
		for (const needed of dependenciesOf(tasks[task]))
			if (records[needed] === null && !given.has(needed))
				throw new UsageError(
					"not-ready",
					`task ${task} packs what others leave, and task ${needed} is not done: run that one first, or both together.`,
				);
}
