import type { StageTimes } from "../build/stopwatch.js";
import { runTask } from "../build/tasks/run-task.js";
import { addCounts } from "../core/counts.js";
import { noGrowth, type TaskAtWork } from "../core/progress.js";
import { serve } from "../threads/serve.js";
import {
	type TaskProgress,
	taskContext,
	type WorkerContext,
} from "./threads.js";

/** The least time between two reports of progress, in milliseconds. */
const REPORT_EVERY = 100;

serve<WorkerContext, number, StageTimes, TaskProgress>(
	(data, { send, beat }) => {
		let reported = 0;
		let last: TaskAtWork | undefined;
		let progress = noGrowth();
		const report = () => {
			send({ ...progress, last });
			progress = noGrowth();
			reported = performance.now();
		};
		const context = taskContext(data, (more, at) => {
			beat();
			last = at ?? last;
			addCounts(progress, more);
			if (performance.now() - reported > REPORT_EVERY) report();
		});
		return async (task) => {
			try {
				return await runTask(context, task);
			} finally {
				report();
			}
		};
	},
);
