import { setTimeout as sleep } from "node:timers/promises";
import type { Plan } from "../build/plan.js";
import { readRecordsOf } from "../build/record.js";
import type { Workspace } from "../build/workspace.js";
import { InterruptedError } from "../core/errors.js";

/** Seconds between two looks, at most. */
const LONGEST_PAUSE = 30;

/**
 * Waits until tasks are done that others run.
 * @param wait Seconds, at most.
 * @param onWait Told once, where there is something to wait for.
 * @returns Those that are not done by then.
 * @throws InterruptedError
 */
export async function waitForTasks(
	workspace: Workspace,
	plan: Plan,
	tasks: readonly number[],
	{
		wait,
		signal,
		onWait,
	}: {
		wait: number;
		signal?: AbortSignal | undefined;
		onWait?: (tasks: readonly number[]) => void;
	},
): Promise<number[]> {
	const began = performance.now();
	let missing = [...tasks];
	for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
		const done = await readRecordsOf(workspace, plan, missing);
		missing = missing.filter((task) => !done.has(task));
		const left = wait - (performance.now() - began) / 1000;
		if (missing.length === 0 || left <= 0) return missing;
		if (pause === 1) onWait?.(missing);
		try {
			const seconds = Math.min(pause, left);
			await sleep(1000 * seconds, undefined, signal && { signal });
		} catch {
			throw new InterruptedError("the build was stopped.");
		}
	}
}
