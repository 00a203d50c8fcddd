import { DataError, optionName } from "../../core/errors.js";
import { emptyTotals } from "../../dataset/totals.js";
import { readAll, writeAll } from "../../storage/storage.js";
import { readKeys } from "../document-hashes.js";
import { NO_ROWS, writeRecord } from "../record.js";
import { Stopwatch } from "../stopwatch.js";
import { documentsHeldOut, type ThresholdTask } from "../tasks-of-plan.js";
import type { Workspace } from "../workspace.js";
import type { TaskRunner } from "./task.js";

/**
 * Finds the key up to which documents are held out, so that as many texts are as was
 * asked for.
 * @throws DataError `too-few-documents`
 */
export const runThreshold: TaskRunner<ThresholdTask> = async (
	{ workspace, plan },
	number,
	{ from, to },
) => {
	const count = documentsHeldOut(plan.settings) ?? 0;
	let smallest = new Float64Array(0);
	for (let task = from; task < to; task++) {
		const keys = await readKeys(workspace, task);
		smallest = Float64Array.from(new Set([...smallest, ...keys]))
			.sort()
			.slice(0, count);
	}
	if (smallest.length < count)
		throw new DataError(
			"too-few-documents",
			`the input has ${smallest.length} documents with different texts, and ${count} are to be held out: give a smaller ${optionName("validation")}.`,
		);
	const path = workspace.findings(number);
	const content = `${smallest[count - 1]}\n`;
	const written = await writeAll(workspace.storage, path, content, {
		once: true,
	});
	await writeRecord(workspace, {
		task: number,
		planHash: plan.planHash,
		...NO_ROWS,
		totals: emptyTotals(),
		findings: { path, ...written },
	});
	return new Stopwatch().times;
};

/** The key that such a task has found. */
export async function readThreshold(
	workspace: Workspace,
	task: number,
): Promise<number> {
	const content = await readAll(workspace.storage, workspace.findings(task));
	return Number(content.toString("utf8"));
}
