import { Int32Buffer } from "../../core/buffers.js";
import { emptyTotals } from "../../dataset/totals.js";
import { HashSet, readHashes, writeLists } from "../document-hashes.js";
import { NO_ROWS, writeRecord } from "../record.js";
import { Stopwatch } from "../stopwatch.js";
import type { RepeatsTask } from "../tasks-of-plan.js";
import type { TaskRunner } from "./task.js";

/** Lists, for each task that reads, the documents whose text came before, of one part of the hashes. */
export const runRepeats: TaskRunner<RepeatsTask> = async (
	{ workspace, plan },
	number,
	{ part, from, to },
) => {
	const watch = new Stopwatch();
	const known = new HashSet();
	const repeats = new Int32Buffer();
	const offsets = new Int32Array(to - from + 1);
	for (let task = from; task < to; task++) {
		const { words, numbers } = await watch.run("read", () =>
			readHashes(workspace, task, part),
		);
		for (const [i, document] of numbers.entries())
			if (known.has(words, 4 * i)) repeats.push(document);
		offsets[task - from + 1] = repeats.length;
	}
	await writeRecord(workspace, plan, number, {
		...NO_ROWS,
		totals: emptyTotals(),
		findings: await writeLists(workspace, number, offsets, repeats.view()),
	});
	return watch.times;
};
