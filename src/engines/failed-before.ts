import type { Workspace } from "../build/workspace.js";
import { inParallel } from "../core/in-parallel.js";
import { LANES } from "../storage/lanes.js";
import { readIfThere } from "../storage/storage.js";
import { logPath } from "./group-logs.js";
import { type LogSummary, readLog } from "./read-log.js";

/** Which of the tasks has failed as often as it may, with its last words, as a sentence; null where none has. */
export function failureIn(
	earlier: LogSummary | null,
	path: string,
	tasks: readonly number[],
	tries: number,
): { times: number; sentence: string } | null {
	for (const task of tasks) {
		const { times = 0, sentence = null } = earlier?.failures.get(task) ?? {};
		if (times < tries) continue;
		const why =
			sentence === null
				? "the last time it was killed, or its machine was lost; it may need more memory"
				: `the last time: ${sentence.replace(/\.$/, "")}`;
		return {
			times,
			sentence: `task ${task} has failed ${times} times and is not tried again; ${why}. Its log is ${path}`,
		};
	}
	return null;
}

/** Of groups with such a task, a sentence that tells of it. */
export async function failedBefore(
	workspace: Workspace,
	groups: ReadonlyMap<number, readonly number[]>,
	{ tasksPerJob, tries }: { tasksPerJob: number; tries: number },
): Promise<Map<number, string>> {
	const failed = new Map<number, string>();
	await inParallel([...groups], LANES, async ([group, tasks]) => {
		const path = logPath(workspace, group, tasksPerJob);
		const content = await readIfThere(workspace.storage, path);
		const log = content && readLog(content.toString("utf8"));
		const failure = failureIn(log, path, tasks, tries);
		if (failure !== null) failed.set(group, failure.sentence);
	});
	return new Map([...failed].sort(([a], [b]) => a - b));
}
