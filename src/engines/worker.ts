import type { StageTimes } from "../build/stopwatch.js";
import { runTask } from "../build/tasks/run-task.js";
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
		let progress: TaskProgress = { bytes: 0, documents: 0, tokens: 0 };
		const report = () => {
			send(progress);
			progress = { bytes: 0, documents: 0, tokens: 0 };
			reported = performance.now();
		};
		const context = taskContext(data, (bytes, documents, tokens) => {
			beat();
			progress.bytes += bytes;
			progress.documents += documents;
			progress.tokens += tokens;
			if (performance.now() - reported > REPORT_EVERY) report();
		});
		return async (task) => {
			const times = await runTask(context, task);
			report();
			return times;
		};
	},
);
