import fc from "fast-check";
import { expect, test } from "vitest";
import { type Group, groupsOf } from "../../src/build/groups.js";
import {
	dependenciesOf,
	planTasks,
	type Task,
} from "../../src/build/tasks-of-plan.js";
import type { Settings } from "../../src/dataset/settings.js";

/** Tasks as a build plans them, of sources with and without limits, copies, repeats and documents held out. */
const tasks = fc
	.record({
		sources: fc.array(
			fc.record({
				tasks: fc.nat(200),
				limit: fc.constantFrom(null, null, 5),
				repeat: fc.constantFrom(1, 1, 2.5),
			}),
			{ minLength: 1, maxLength: 4 },
		),
		repacks: fc.boolean(),
		dedupe: fc.boolean(),
		validation: fc.constantFrom(null, 0.1, 10),
	})
	.map(({ sources, repacks, dedupe, validation }) =>
		planTasks(
			sources.map(({ tasks }) => Array.from({ length: tasks }, () => [])),
			{
				sources,
				dedupe,
				validation,
				packer: { name: repacks ? "best-fit-decreasing" : "concat" },
			} as unknown as Settings,
			3 * 2 ** 30,
		),
	);

const given = fc.record({
	tasks,
	tasksPerJob: fc.integer({ min: 1, max: 300 }),
});

function ofEach(tasks: readonly Task[], groups: readonly Group[]): number[] {
	const groupOf = new Array(tasks.length).fill(-1);
	for (const [number, group] of groups.entries())
		for (const task of group.tasks) {
			expect(groupOf[task]).toBe(-1);
			groupOf[task] = number;
		}
	return groupOf;
}

test("every task is in one group, and what a group needs is its own or of an earlier wave", () => {
	fc.assert(
		fc.property(given, ({ tasks, tasksPerJob }) => {
			const groups = groupsOf({ tasks }, tasksPerJob);
			const groupOf = ofEach(tasks, groups);
			expect(groupOf).not.toContain(-1);
			for (const [task, group] of groupOf.entries())
				for (const needed of dependenciesOf(tasks[task]))
					if (groupOf[needed] !== group)
						expect(groups[groupOf[needed]].wave).toBeLessThan(
							groups[group].wave,
						);
			// Groups are numbered wave by wave, so that each wave is a range.
			const waves = groups.map(({ wave }) => wave);
			expect(waves).toEqual([...waves].sort((a, b) => a - b));
		}),
	);
});

test("a group has no more tasks than it may, but those that must be together", () => {
	fc.assert(
		fc.property(given, ({ tasks, tasksPerJob }) => {
			const groups = groupsOf({ tasks }, tasksPerJob);
			const size = ({ tasks: own }: Group) =>
				own.filter((task) => tasks[task].kind !== "repack").length;
			const hasLimit = tasks.some(
				(task) => task.kind === "read" && task.after !== undefined,
			);
			for (const group of groups)
				if (!hasLimit)
					expect(size(group)).toBeLessThanOrEqual(Math.max(64, tasksPerJob));
			for (const group of groups) expect(group.tasks.length).toBeGreaterThan(0);
		}),
	);
});

test("64 tasks and the one that packs what they leave are a group", () => {
	const spans = [Array.from({ length: 200 }, () => [])];
	const settings = {
		sources: [{ limit: null, repeat: 1 }],
		packer: { name: "best-fit-decreasing" },
		dedupe: false,
		validation: null,
	} as unknown as Settings;
	const groups = groupsOf({ tasks: planTasks(spans, settings, 1) });
	expect(
		groups.map(({ wave, tasks }) => [wave, tasks[0], tasks.length]),
	).toEqual([
		[0, 0, 65],
		[0, 64, 65],
		[0, 128, 65],
		[0, 192, 9],
	]);
	expect(groups[1].tasks.at(-1)).toBe(201);
});

test("tasks of a changed plan that wait for each other are refused", () => {
	const waiting = (number: number): Task => ({
		...{ kind: "read", source: 0, spans: [] },
		threshold: number,
	});
	const finding: Task = { kind: "threshold", from: 0, to: 1 };
	expect(() => groupsOf({ tasks: [waiting(1), finding] }, 1)).toThrow(
		/tasks that wait for each other: it was changed\. Plan again/,
	);
});
