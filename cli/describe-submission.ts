import { grouped } from "../src/core/number-texts.js";
import type { SubmitResult } from "../src/engines/submit.js";

/** What came of giving a build to a scheduler, as lines for a person. */
export function describeSubmission(result: SubmitResult): string {
	const { status, out, tasks, tasksDone, groups } = result;
	if (status === "already-built")
		return `${out} is built already; nothing was done\n`;
	const { submitted, queued, failed, jobs, tasksPerJob } = result;
	const done = groups - submitted.length - queued.length - failed.length;
	const lines = [
		[
			"tasks",
			`${grouped(tasks)}, of which ${grouped(tasksDone)} are done; up to ${tasksPerJob} a group`,
		],
		[
			"groups",
			`${grouped(groups)}: ${grouped(done)} done, ${grouped(queued.length)} queued before, ${grouped(submitted.length)} given now${failed.length > 0 ? `, ${grouped(failed.length)} left out` : ""}`,
		],
		["jobs", jobs.join(", ") || "none"],
		["next", `seqpack status ${out}`],
	];
	return `Planned ${out}\n${lines.map(([name, text]) => `  ${name.padEnd(11)}${text}\n`).join("")}`;
}

/** What `--json` prints; its fields only grow within a version. */
export function submissionSummary(result: SubmitResult): object {
	return { version: 1, command: "build", ...result };
}
