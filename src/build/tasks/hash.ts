import { InterruptedError } from "../../core/errors.js";
import { consume } from "../../core/generators.js";
import { emptyTotals } from "../../dataset/totals.js";
import { DocumentHashes } from "../document-hashes.js";
import { keyRule } from "../key-rule.js";
import { NO_ROWS, writeRecord } from "../record.js";
import { Stopwatch } from "../stopwatch.js";
import type { HashTask } from "../tasks-of-plan.js";
import { readingOf } from "./reading.js";
import type { TaskRunner } from "./task.js";

/** Hashes the documents of a task that reads, before any task does. */
export const runHash: TaskRunner<HashTask> = async (context, number, task) => {
	const { workspace, plan, onProgress, shouldStop } = context;
	const watch = new Stopwatch();
	const hashes = new DocumentHashes(keyRule(plan.settings));
	// Records that cannot be used are listed by the task that makes rows.
	const documents = readingOf(context, task, {
		hashes: true,
		onBadRecord() {},
	});
	const counts = await consume(watch.watch("read", documents), (batch) => {
		hashes.add({ ...batch, hashes: batch.hashes as Uint8Array });
		const position = batch.positions.at(-1) ?? null;
		onProgress(
			{ bytes: batch.bytes },
			{ task: number, source: batch.source, position },
		);
		if (shouldStop())
			throw new InterruptedError("the build was asked to stop.");
	});
	await writeRecord(workspace, plan, number, {
		...NO_ROWS,
		totals: emptyTotals(),
		bytes: counts.reduce((sum, { bytes }) => sum + bytes, 0),
		findings: await watch.run("write", () =>
			hashes.write(workspace, number, task.parts),
		),
	});
	return watch.times;
};
