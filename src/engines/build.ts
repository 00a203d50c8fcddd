import { begin } from "../build/begin.js";
import { finalize } from "../build/finalize.js";
import {
	forgetUnused,
	readPlan,
	withOutput,
	withOutputLock,
} from "../build/output-directory.js";
import type { Plan } from "../build/plan.js";
import { wholePlan } from "../build/plan-files.js";
import {
	type PreparedBuild,
	prepareBuild,
	tokenizerOfPlan,
} from "../build/prepare.js";
import { putAway } from "../build/put-away.js";
import { rangesText } from "../build/ranges.js";
import { readRecords, requireRows, type TaskRecord } from "../build/record.js";
import { noTimes } from "../build/stopwatch.js";
import { STATE, Workspace } from "../build/workspace.js";
import { DataError, UsageError } from "../core/errors.js";
import { type OnProgress, progressOf } from "../core/progress.js";
import { findManifest } from "../dataset/find-manifest.js";
import type { Manifest } from "../dataset/manifest.js";

import type { BuildOptions } from "../options/build.js";
import { noteFailed } from "./failed-in.js";
import { type Ran, type RunOptions, run } from "./run.js";
import { waitForTasks } from "./wait-for-tasks.js";

/** A build whose plan lies in its output directory: any process can run its tasks. */
export interface PlannedBuild {
	/** The output directory. */
	out: string;
	plan: Plan;
}

export interface BuildResult extends Ran {
	/** `built`, or `already-built` when the dataset was there and nothing was done. */
	status: "built" | "already-built";
	out: string;
	manifest: Manifest;
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
		const found = await begin(workspace, plan, prepared.replaces, notify);
		if (found.state === "built") {
			const { manifest } = found;
			const tasksResumed = plan.tasks.length;
			const stages = noTimes();
			return end({ status: "already-built", manifest, tasksResumed, stages });
		}
		if (found.state !== "unfinished" && found.givesUp)
			notify(
				"what an unfinished build of other files had done is given up: this one begins anew",
				"warn",
			);
		try {
			const all = [...plan.tasks.keys()];
			const { tokenizer } = prepared;
			let last = progressOf("reading", "task");
			const onProgress: OnProgress = (now) => {
				last = now;
				options.onProgress?.(now);
			};
			const running = { ...options, onProgress };
			const done = await run(workspace, plan, tokenizer, all, running, {
				onNotice: notify,
			});
			onProgress({ ...last, stage: "finishing", atWork: [] });
			const manifest = await makeDataset(workspace, plan);
			return end({ status: "built", manifest, ...done });
		} catch (error) {
			noteFailed(error, { plan, task: null });
			const isEmpty =
				error instanceof DataError && error.code === "empty-corpus";
			const kept = isEmpty ? 0 : await countDone(workspace, plan);
			if (isEmpty) await putAway(workspace);
			if (kept > 0)
				notify(
					`${kept} of ${plan.tasks.length} tasks are done and kept in ${out}/${STATE}: the same command goes on from there`,
					"info",
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
	const { manifest, ...planned } = await planUnlessBuilt(options);
	if (manifest === null) return planned;
	throw new UsageError(
		"already-built",
		`${planned.out} is built already: there is nothing to plan.`,
	);
}

/** The same; where the dataset is there already, its manifest too. */
export async function planUnlessBuilt(
	options: BuildOptions,
): Promise<PlannedBuild & { manifest: Manifest | null }> {
	const prepared = await prepareBuild(options);
	const { out, plan, replaces, notify } = prepared;
	const found = await withPrepared(prepared, (workspace) =>
		begin(workspace, plan, replaces, notify),
	);
	return { out, plan, manifest: "manifest" in found ? found.manifest : null };
}

/** The build that was planned in a directory. @throws UsageError `no-plan` */
export async function openBuild(out: string): Promise<PlannedBuild> {
	const plan = await readPlan(out);
	if (plan === null) throw noPlan(out);
	return { out, plan };
}

function noPlan(out: string): UsageError {
	return new UsageError("no-plan", `no build is planned in ${out}.`);
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
 * What is in a directory: a planned build, or else a dataset.
 * @throws UsageError `no-plan` where there is neither
 */
export async function findBuild(
	out: string,
): Promise<{ planned: PlannedBuild } | { planned: null; manifest: Manifest }> {
	const plan = await readPlan(out);
	if (plan !== null) return { planned: { out, plan } };
	const manifest = await findManifest(out);
	if (manifest === null) throw noPlan(out);
	return { planned: null, manifest };
}

/** How a dataset is made of tasks that may still be at work. */
export interface FinalizeOptions {
	/** Seconds to wait for tasks that are not done; default 0. */
	wait?: number | undefined;
	/** Stops waiting. */
	signal?: AbortSignal | undefined;
	/** Told of how far the tasks are, and that the dataset is made. */
	onProgress?: OnProgress | undefined;
}

/**
 * Makes the dataset of a planned build whose tasks are all done; called again, it gives
 * what it has made.
 * @throws UsageError `not-ready` where some are not, `no-plan`, `in-use`; DataError
 * `empty-corpus`
 */
export async function finalizeBuild(
	{ out, plan }: PlannedBuild,
	{ wait = 0, signal, onProgress }: FinalizeOptions = {},
): Promise<Manifest> {
	const total = plan.tasks.length;
	const tell = (undone: number) =>
		onProgress?.(
			progressOf("finishing", "task", { done: total - undone, total }),
		);
	if (wait > 0)
		await waitForTasks(
			new Workspace(out, plan.planHash),
			plan,
			[...plan.tasks.keys()],
			{ wait, signal, onWait: ({ length }) => tell(length) },
		);
	tell(0);
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

/** Removes what a call that was stopped has left beside a dataset that no build is planned for. */
export async function tidyBuilt(
	out: string,
	{ planHash }: Manifest,
): Promise<void> {
	const workspace = new Workspace(out, planHash);
	if (!(await workspace.storage.list(out)).includes(STATE)) return;
	await withOutputLock(workspace, async () => {
		if ((await readPlan(out)) === null) await putAway(workspace);
	});
}

/** @throws UsageError `no-plan` where the directory has another plan by now, or none */
export async function requirePlanned({
	out,
	planHash,
}: Workspace): Promise<void> {
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
	const whole = await wholePlan(workspace, plan);
	const records = await readRecords(workspace, plan);
	const missing = [...records.keys()].filter((task) => records[task] === null);
	if (missing.length > 0)
		throw new UsageError(
			"not-ready",
			`${missing.length} of ${records.length} tasks of ${workspace.out} are not done (${rangesText(missing)}): run them first.`,
		);
	requireRows(whole, records as TaskRecord[]);
	return finalize(workspace, whole, records as TaskRecord[]);
}

async function countDone(workspace: Workspace, plan: Plan): Promise<number> {
	const records = await readRecords(workspace, plan);
	return records.filter((record) => record !== null).length;
}
