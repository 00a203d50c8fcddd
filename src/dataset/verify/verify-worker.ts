import { serve } from "../../threads/serve.js";
import {
	type CheckedFile,
	type CheckedTask,
	type CheckJob,
	checkTask,
	type ThreadData,
} from "./check-tasks.js";

serve<ThreadData, CheckJob, CheckedTask, CheckedFile>(
	(data, { send, beat }) =>
		(job) =>
			checkTask(data, job, (bytes) => {
				beat();
				send({ bytes });
			}),
);
