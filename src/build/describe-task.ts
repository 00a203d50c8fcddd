import type { Plan } from "./plan.js";
import type { Task } from "./tasks-of-plan.js";

/** What a task is and what it reads, as the beginning of a sentence. */
export function describeTask(plan: Plan, number: number): string {
	return `task ${number}, which ${deed(plan, plan.tasks[number])},`;
}

function deed({ inputs, store }: Plan, task: Task): string {
	switch (task.kind) {
		case "read":
		case "hash": {
			const [first, ...others] = task.spans;
			if (first === undefined) return "reads nothing";
			const { path, bytes } = inputs[first.input];
			const { start } = first;
			const end = Math.min(first.end, bytes);
			const part =
				start > 0 || end < bytes ? ` from ${start} to before ${end}` : "";
			const more =
				others.length === 0
					? ""
					: ` and ${others.length} more ${others.length === 1 ? "span" : "spans"}`;
			return `reads ${path}${part}${more}`;
		}
		case "pack":
			return `packs documents of ${store === undefined ? "the store" : task.lengths.path}`;
		case "repeats":
			return "finds documents that repeat others";
		case "threshold":
			return "finds how many documents are taken";
		case "repack":
			return `packs what tasks ${task.from} to ${task.to - 1} left over`;
	}
}
