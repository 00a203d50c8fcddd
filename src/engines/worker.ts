import type { StageTimes } from "../build/stopwatch.js";
import { runTask } from "../build/tasks/run-task.js";
import type { TaskAtWork } from "../options/build.js";
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
		let progress: TaskProgress = { bytes: 0, documents: 0, tokens: 0 };
		const report = () => {
			send({ ...progress, last });
			progress = { bytes: 0, documents: 0, tokens: 0 };
			reported = performance.now();
		};
		const context = taskContext(data, (bytes, documents, tokens, at) => {
			beat();
			last = at ?? last;
			progress.bytes += bytes;
			progress.documents += documents;
			progress.tokens += tokens;
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
