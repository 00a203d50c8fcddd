import { join } from "node:path";
import { openBuild, planBuild } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import type { Plan } from "../../src/build/plan.js";
import { tokenizerOfPlan } from "../../src/build/prepare.js";
import { dependenciesOf, type Task } from "../../src/build/tasks-of-plan.js";
import type { runOnThreads } from "../../src/engines/threads.js";
import {
	contentsOf,
	directoryWith,
	root,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

/** That of the build, whose workers are JavaScript. */
let run: typeof runOnThreads;
beforeAll(async () => {
	const threads = await import(join(root, "dist/src/engines/threads.js"));
	run = threads.runOnThreads;
});

/** A build of eight tasks, and two that pack what four of them leave. */
async function planned(): Promise<{ out: string; plan: Plan }> {
	// Lines of 100 bytes, each a task.
	const lines = Array.from(
		{ length: 8 },
		(_, i) => `${JSON.stringify({ text: `${i} `.padEnd(88, "word ") })}\n`,
	);
	const out = join(temporaryDirectory(), "data");
	await planBuild({
		inputs: [directoryWith({ "a.jsonl": lines.join("") })],
		tokenizer: tokenizerPath,
		seqLen: 128,
		taskSize: 100,
		out,
	});
	const { plan } = await openBuild(out);
	const reading = plan.tasks.filter(({ kind }) => kind === "read");
	expect(reading).toHaveLength(8);
	const repack = [0, 4].map((from): Task => {
		return { kind: "repack", source: 0, from, to: from + 4 };
	});
	return { out, plan: { ...plan, tasks: [...reading, ...repack] } };
}

/** Runs tasks, and gives their numbers in the order in which they were done. */
async function done(
	{ out, plan }: { out: string; plan: Plan },
	tasks: number[],
	workers: number,
): Promise<number[]> {
	const order: number[] = [];
	const tokenizer = await tokenizerOfPlan(plan);
	await run({ out, plan, tokenizer }, tasks, workers, undefined, {
		onProgress() {},
		onTaskBegun() {},
		onTaskAgain() {},
		onTaskFailed() {},
		onTaskDone: (task) => order.push(task),
	});
	return order;
}

describe.each([0, 1, 3])("with %i workers", (workers) => {
	test("each task is done once, after those that it depends on", async () => {
		const build = await planned();
		const { tasks } = build.plan;
		const all = [...tasks.keys()];
		const repack = all.filter((task) => tasks[task].kind === "repack");
		expect(repack.length).toBeGreaterThan(1);
		// In whatever order they are asked for.
		const order = await done(build, [...all].reverse(), workers);
		expect([...order].sort((a, b) => a - b)).toEqual(all);
		for (const task of repack) {
			const needed = [...dependenciesOf(tasks[task])];
			expect(needed.length).toBeGreaterThan(1);
			for (const each of needed)
				expect(order.indexOf(each)).toBeLessThan(order.indexOf(task));
		}
		if (workers < 2) expect(order).toEqual(all);
	});
});

test("tasks that are not asked for are taken to be done", async () => {
	const build = await planned();
	const { tasks } = build.plan;
	const first = tasks.findIndex(({ kind }) => kind === "repack");
	const needed = [...dependenciesOf(tasks[first])];
	expect(await done(build, needed, 2)).toHaveLength(needed.length);
	const before = contentsOf(build.out);
	expect(await done(build, [first], 2)).toEqual([first]);
	expect(contentsOf(build.out)).toMatchObject(before);
});
