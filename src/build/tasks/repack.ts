import { sum } from "../../core/arithmetic.js";
import { addCounts } from "../../core/counts.js";
import { createRandom } from "../../core/random.js";
import type { DatasetFile } from "../../dataset/manifest.js";
import { emptyTotals } from "../../dataset/totals.js";
import { LeftoversReader } from "../leftovers.js";
import { Output } from "../output.js";
import { NO_ROWS, readRecordsOf, sparse, writeRecord } from "../record.js";
import { Stopwatch } from "../stopwatch.js";
import type { RepackTask } from "../tasks-of-plan.js";
import type { TaskRunner } from "./task.js";

/** Packs what some tasks left over, all of which are done. */
export const runRepack: TaskRunner<RepackTask> = async (
	{ workspace, plan },
	number,
	{ from, to },
) => {
	const { settings } = plan;
	const watch = new Stopwatch();
	const files = new Map<number, DatasetFile>();
	const tasks = Array.from({ length: to - from }, (_, i) => from + i);
	const records = await readRecordsOf(workspace, plan, tasks);
	for (const task of tasks) {
		const record = records.get(task);
		if (record === undefined)
			throw new Error(`task ${task} is not done, and its leftovers are wanted`);
		if (record.leftovers !== null) files.set(task, record.leftovers);
	}
	const bytes = sum([...files.values()].map(({ bytes }) => bytes));
	const leftovers = new LeftoversReader(bytes, settings);
	for (const task of files.keys())
		await watch.run("read", () => leftovers.add(workspace, task));
	const sequences = leftovers.sequences();
	const output = new Output(workspace, plan, number, { watch, leaves: false });
	try {
		const random = createRandom(settings.seed, number, 0);
		const { counts } = await watch.run("pack", () =>
			output.write(sequences, random),
		);
		const { shards, rooms } = await output.finish();
		await writeRecord(workspace, plan, number, {
			...NO_ROWS,
			totals: addCounts(emptyTotals(), counts),
			rooms: rooms.map(sparse),
			shards,
		});
	} catch (error) {
		await output.abort();
		throw error;
	}
	return watch.times;
};
