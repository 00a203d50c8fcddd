import { groupsOf, TASKS_PER_JOB } from "../build/groups.js";
import { readPlan } from "../build/output-directory.js";
import type { Plan } from "../build/plan.js";
import { rangesText } from "../build/ranges.js";
import { readRecords } from "../build/record.js";
import { Workspace } from "../build/workspace.js";
import { sum } from "../core/arithmetic.js";
import { UsageError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { findManifest } from "../dataset/find-manifest.js";
import { LANES } from "../storage/lanes.js";
import { readIfThere } from "../storage/storage.js";
import { LOGS, logName, logPath, WRITE_EVERY } from "./group-logs.js";
import { type LogSummary, readLog } from "./read-log.js";

/** Milliseconds after which a group that says nothing is not taken to be at work; clocks may differ. */
const SILENT_AFTER = 10 * WRITE_EVERY;

/** How far a build is whose tasks may run anywhere. */
export interface BuildStatus {
	out: string;
	planHash: string;
	/** Whether the dataset is there; then nothing of its tasks is told. */
	isBuilt: boolean;
	/** How many tasks there are and are done, and which are not, as ranges: `3-5,9`. */
	tasks: { total: number; done: number; missing: string };
	/** Groups of tasks, as `groupsOf` has them: how many there are, and the numbers of each kind as ranges. */
	groups: {
		total: number;
		tasksPerJob: number;
		done: string;
		running: string;
		failed: string;
		/** Neither done, nor running, nor failed: not begun, or stopped. */
		missing: string;
	};
	/** Groups that have failed, or were not heard of for five minutes. */
	failed: { group: number; log: string; attempts: number; lastLine: string }[];
	/** Seconds until all is done, if as many groups run on; null where that is not known. */
	secondsLeft: number | null;
}

export interface StatusOptions {
	/** As for `groupsOf`; default what the newest log has. */
	tasksPerJob?: number | undefined;
	/** Milliseconds since 1970, in the place of the clock's. */
	now?: number | undefined;
}

/**
 * How far the build in a directory is. Which tasks are done the records tell; what runs
 * and has failed, the logs.
 * @throws UsageError `no-plan` where there is neither a plan nor a dataset
 */
export async function buildStatus(
	out: string,
	{ tasksPerJob: asked, now = Date.now() }: StatusOptions = {},
): Promise<BuildStatus> {
	const plan = await readPlan(out);
	if (plan === null) return builtStatus(out);
	const workspace = new Workspace(out, plan.planHash);
	const [records, logs] = await Promise.all([
		readRecords(workspace, plan),
		readLogs(workspace),
	]);
	const newest = logs.reduce<Log | null>(
		(best, log) => (best === null || log.heard > best.heard ? log : best),
		null,
	);
	const tasksPerJob = asked ?? newest?.tasksPerJob ?? TASKS_PER_JOB;
	const groups = groupsOf(plan, tasksPerJob);
	const ofSize = new Map(
		logs
			.filter((log) => log.tasksPerJob === tasksPerJob)
			.map((log) => [log.group, log]),
	);
	const missing = [...records.keys()].filter((task) => records[task] === null);
	const undone = new Set(missing);
	const byState: Record<State, number[]> = {
		done: [],
		running: [],
		failed: [],
		missing: [],
	};
	for (const [group, { tasks }] of groups.entries()) {
		const isDone = tasks.every((task) => !undone.has(task));
		const log = ofSize.get(group);
		byState[isDone ? "done" : stateOf(log, now)].push(group);
	}
	const failed = byState.failed.flatMap((group) => {
		const log = ofSize.get(group);
		if (log === undefined) return [];
		const { attempts, lastLine } = log;
		const path = logPath(workspace, group, tasksPerJob);
		return [{ group, log: path, attempts, lastLine }];
	});
	const running = byState.running.flatMap((group) => ofSize.get(group) ?? []);
	return {
		out,
		planHash: plan.planHash,
		isBuilt: false,
		tasks: {
			total: records.length,
			done: records.length - missing.length,
			missing: rangesText(missing),
		},
		groups: {
			total: groups.length,
			tasksPerJob,
			done: rangesText(byState.done),
			running: rangesText(byState.running),
			failed: rangesText(byState.failed),
			missing: rangesText(byState.missing),
		},
		failed,
		secondsLeft: secondsLeft(plan, missing.length, running, logs),
	};
}

type State = "done" | "running" | "failed" | "missing";

/** The state of a group that is not done, as its log tells it. */
function stateOf(log: LogSummary | undefined, now: number): State {
	if (log?.state === "failed") return "failed";
	if (log?.state !== "open") return "missing";
	return now - log.heard > SILENT_AFTER ? "failed" : "running";
}

async function builtStatus(out: string): Promise<BuildStatus> {
	const manifest = await findManifest(out);
	if (manifest === null)
		throw new UsageError("no-plan", `no build is planned in ${out}.`);
	const { read, repack } = manifest.tasks;
	return {
		out,
		planHash: manifest.planHash,
		isBuilt: true,
		tasks: { total: read + repack, done: read + repack, missing: "" },
		groups: {
			total: 0,
			tasksPerJob: TASKS_PER_JOB,
			...{ done: "", running: "", failed: "", missing: "" },
		},
		failed: [],
		secondsLeft: 0,
	};
}

interface Log extends LogSummary {
	group: number;
	tasksPerJob: number;
}

async function readLogs(workspace: Workspace): Promise<Log[]> {
	const { storage } = workspace;
	const directory = workspace.state(LOGS);
	const names = await storage.list(directory);
	const logs = await inParallel(names, LANES, async (name) => {
		const of = logName(name);
		if (of === null) return [];
		const content = await readIfThere(storage, `${directory}/${name}`);
		const log = content && readLog(content.toString("utf8"));
		return log ? [{ ...log, ...of }] : [];
	});
	return logs.flat();
}

/** What the tasks took that are done, for those that are not, shared among the workers that are at work. */
function secondsLeft(
	{ tasks }: Plan,
	missing: number,
	running: readonly LogSummary[],
	logs: readonly LogSummary[],
): number | null {
	const seconds = logs.flatMap((log) => log.seconds);
	const workers = sum(
		running.map(({ workers }) => Math.max(1, Math.min(workers, tasks.length))),
	);
	if (seconds.length === 0 || workers === 0) return null;
	return (missing * sum(seconds)) / seconds.length / workers;
}
