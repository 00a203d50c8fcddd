import { addCounts } from "../../core/counts.js";
import { createRandom } from "../../core/random.js";
import type { DatasetFile } from "../../dataset/manifest.js";
import type { Settings } from "../../dataset/settings.js";
import { emptyTotals } from "../../dataset/totals.js";
import type { Sequences } from "../cut-window.js";
import { LeftoversReader } from "../leftovers.js";
import { Output, type OutputCounts } from "../output.js";
import { NO_ROWS, readRecordsOf, sparse, writeRecord } from "../record.js";
import { growthOf } from "../row-growth.js";
import { Stopwatch } from "../stopwatch.js";
import type { RepackTask } from "../tasks-of-plan.js";
import type { Workspace } from "../workspace.js";
import type { TaskRunner } from "./task.js";

/** Packs what some tasks left over, all of which are done. */
export const runRepack: TaskRunner<RepackTask> = async (
	{ workspace, plan, onProgress },
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
	const output = new Output(workspace, plan, number, { watch, leaves: false });
	const { buckets, order } = emptyTotals();
	const counts: OutputCounts = { buckets, order };
	let windows = 0;
	try {
		for await (const sequences of leftoverWindows(
			workspace,
			files,
			settings,
			watch,
		)) {
			const random = createRandom(settings.seed, number, windows++);
			const packed = await watch.run("pack", () =>
				output.write(sequences, random),
			);
			addCounts(counts, packed.counts);
			onProgress(growthOf(settings, packed.counts.buckets));
		}
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

/** What tasks left over, in windows: each ends with the task whose tokens fill it. */
async function* leftoverWindows(
	workspace: Workspace,
	files: ReadonlyMap<number, DatasetFile>,
	settings: Settings,
	watch: Stopwatch,
): AsyncGenerator<Sequences> {
	const leftovers = new LeftoversReader(settings);
	const last = [...files.keys()].at(-1);
	for (const [task, file] of files) {
		await watch.run("read", () => leftovers.add(workspace, task, file));
		if (leftovers.tokens < settings.window && task !== last) continue;
		yield leftovers.sequences();
		leftovers.clear();
	}
}
