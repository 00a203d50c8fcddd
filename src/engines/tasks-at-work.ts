import type { Plan } from "../build/plan.js";
import type { StageTimes } from "../build/stopwatch.js";
import type { OnNotice } from "../core/notices.js";
import type { TaskAtWork } from "../core/progress.js";

/** The tasks that are at work, and where each of them is. */
export class TasksAtWork {
	readonly #tasks = new Map<number, TaskAtWork>();
	readonly #began = new Map<number, number>();
	readonly #plan: Plan;
	readonly #onNotice: OnNotice;

	constructor(plan: Plan, onNotice: OnNotice = () => {}) {
		this.#plan = plan;
		this.#onNotice = onNotice;
	}

	/** In the order in which they began; one that has failed is among them. */
	list(): TaskAtWork[] {
		return [...this.#tasks.values()];
	}

	begins(task: number): void {
		this.#tasks.set(task, { task, source: null, position: null });
		this.#began.set(task, performance.now());
		this.#onNotice(
			`task ${task} begins (${this.#plan.tasks[task].kind})`,
			"debug",
		);
	}

	hasRead(last: TaskAtWork): void {
		if (this.#tasks.has(last.task)) this.#tasks.set(last.task, last);
	}

	isDone(task: number, times: StageTimes): void {
		this.#tasks.delete(task);
		const stages = Object.entries(times)
			.filter(([, milliseconds]) => milliseconds > 0)
			.map(
				([stage, milliseconds]) => `, ${stage} ${secondsText(milliseconds)}`,
			);
		this.#onNotice(
			`task ${task} is done in ${secondsText(this.#since(task))}${stages.join("")}`,
			"debug",
		);
	}

	hasFailed(task: number, { message }: Error): void {
		this.#onNotice(
			`task ${task} failed after ${secondsText(this.#since(task))}: ${message}`,
			"debug",
		);
	}

	#since(task: number): number {
		return performance.now() - (this.#began.get(task) ?? 0);
	}
}

const secondsText = (milliseconds: number) =>
	`${(milliseconds / 1000).toFixed(3)} s`;
