import type { PlanInput } from "../build/plan.js";
import { readRecord, type TaskRecord } from "../build/record.js";
import type { StageTimes } from "../build/stopwatch.js";
import { runTask } from "../build/tasks/run-task.js";
import type { TaskContext } from "../build/tasks/task.js";
import { dependenciesOf } from "../build/tasks-of-plan.js";
import { Workspace } from "../build/workspace.js";
import { sum } from "../core/arithmetic.js";
import { InterruptedError } from "../core/errors.js";
import { progressOf } from "../core/progress.js";
import type { BuildOptions } from "../options/build.js";
import type { ReadableStorage } from "../sources/source.js";
import { memoryStorage } from "../storage/memory.js";
import { storageAt } from "../storage/storages.js";
import type { PreparedTokenizer } from "../tokenizer/from-json.js";
import { openKept } from "../tokenizer/kept-tokenizer.js";
import type { Sample, Stratum } from "./sample.js";

/** What the tasks of a sample did. */
export interface SampleRun {
	workspace: Workspace;
	/** Those of the sample's strata, each with the tasks that were run. */
	strata: Stratum[];
	/** By the task's number. */
	records: Map<number, TaskRecord>;
	times: Map<number, StageTimes>;
	/** Uncompressed bytes of the tasks that read, about. */
	bytes: number;
}

/**
 * Runs a sample's tasks as a build does, but that what they write is kept in memory.
 * @param seconds When to leave out the parts that have not begun.
 * @throws as `runTask` does
 */
export async function runSample(
	{ plan, strata, isWhole, ofBytes }: Sample,
	tokenizer: PreparedTokenizer,
	seconds: number,
	{ signal, onProgress }: Partial<Pick<BuildOptions, "signal" | "onProgress">>,
): Promise<SampleRun> {
	const out = "sample";
	const workspace = new Workspace(out, plan.planHash, memoryStorage());
	const opened = openKept(tokenizer);
	const context: TaskContext = {
		workspace,
		plan,
		storageOf: cutShort,
		tokenizer: () => opened,
		shouldStop: () => signal?.aborted ?? false,
		onProgress() {},
	};
	const end = performance.now() + seconds * 1000;
	const records = new Map<number, TaskRecord>();
	const times = new Map<number, StageTimes>();
	const tell = () =>
		onProgress?.(
			progressOf("reading", "task", {
				done: times.size,
				total: plan.tasks.length,
			}),
		);
	tell();
	const run = async (number: number) => {
		if (times.has(number)) return;
		for (const needed of dependenciesOf(plan.tasks[number])) await run(needed);
		if (signal?.aborted) throw new InterruptedError("the build was stopped.");
		times.set(number, await runTask(context, number));
		tell();
		const record = await readRecord(workspace, plan, number);
		if (record !== null) records.set(number, record);
	};
	if (isWhole) for (const task of plan.tasks.keys()) await run(task);
	const most = Math.max(...strata.map(({ parts }) => parts.length));
	for (let i = 0; i < most && !isWhole; i++) {
		if (i > 0 && performance.now() > end) break;
		for (const { parts } of strata)
			if (i < parts.length) await run(parts[i].task);
	}
	const done = strata.map((stratum) => ({
		...stratum,
		parts: stratum.parts.filter(({ task }) => times.has(task)),
	}));
	for (const { repack, parts } of done) {
		if (repack === null) continue;
		const task = plan.tasks[repack];
		if (task.kind === "repack") task.to = task.from + parts.length;
		await run(repack);
	}
	const bytes = isWhole
		? ofBytes
		: sum(done.flatMap(({ parts }) => parts.map((part) => part.bytes)));
	return { workspace, strata: done, records, times, bytes };
}

/** A place to read an input from: a file that is larger than the plan has it ends early. */
export function cutShort({
	path: root,
	bytes,
	beside = [],
}: PlanInput): ReadableStorage {
	const storage = storageAt(root);
	/** What stands beside it is whole. */
	const isBeside = (path: string) =>
		beside.some((other) => other.path === path);
	return {
		readSize: storage.readSize,
		async stat(path) {
			const found = await storage.stat(path);
			return found === null || isBeside(path)
				? found
				: { ...found, size: Math.min(found.size, bytes) };
		},
		async open(path) {
			const file = await storage.open(path);
			if (isBeside(path)) return file;
			return {
				read: (position, length, into) => {
					const there = Math.max(0, bytes - position);
					return file.read(position, Math.min(length, there), into);
				},
				close: () => file.close(),
			};
		},
	};
}
