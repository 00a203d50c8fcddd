import { numbersOfRanges } from "../src/build/ranges.js";
import {
	counted,
	durationText,
	grouped,
	percent,
} from "../src/core/number-texts.js";
import { flag, optional } from "../src/core/option.js";
import { redactedJson } from "../src/core/secrets.js";
import { plannedIn, tasksPerJob } from "../src/engines/options.js";
import { type BuildStatus, buildStatus } from "../src/engines/status.js";
import { commandOf } from "./command.js";
import { directory, outputTable } from "./output-options.js";
import { escaped } from "./say.js";
import { writeOut } from "./streams.js";

export const statusCommand = () =>
	commandOf({
		name: "status",
		description: "Show how far a planned build is.",
		table: {
			out: plannedIn,
			tasksPerJob: {
				...optional(tasksPerJob),
				default: undefined,
				defaultText: "that of the newest log",
			},
			missing: flag({
				default: false,
				help: "print the numbers of the groups that are neither done nor running, one per line",
			}),
			...outputTable,
		},
		arguments: ["out"],
		examples: ["seqpack status data/", "seqpack status data/ --json"],
		async run({ out, tasksPerJob, missing, json }) {
			const status = await buildStatus(directory(out), { tasksPerJob });
			if (missing) {
				const { failed, missing } = status.groups;
				const numbers = [failed, missing].flatMap(numbersOfRanges);
				numbers.sort((a, b) => a - b);
				await writeOut(numbers.map((number) => `${number}\n`).join(""));
				return 0;
			}
			await writeOut(
				json
					? `${redactedJson({ version: 1, command: "status", ...status })}\n`
					: escaped(describe(status)),
			);
			return 0;
		},
	});

/** Groups that have failed and are shown with their logs. */
const SHOWN = 10;

function describe({
	out,
	isBuilt,
	tasks,
	groups,
	failed,
	secondsLeft,
}: BuildStatus): string {
	if (isBuilt) return `${out} is built\n`;
	const lines: [string, string][] = [
		[
			"tasks",
			`${grouped(tasks.done)} of ${grouped(tasks.total)} are done (${percent(tasks.done / tasks.total)})`,
		],
		[
			"groups",
			`${grouped(groups.total)}, of up to ${counted(groups.tasksPerJob, "task")}`,
		],
	];
	for (const state of ["done", "running", "failed", "missing"] as const)
		if (groups[state] !== "") lines.push([`  ${state}`, groups[state]]);
	if (secondsLeft !== null && tasks.done < tasks.total)
		lines.push(["time left", `about ${durationText(secondsLeft)}`]);
	if (tasks.done === tasks.total)
		lines.push(["next", `seqpack finalize ${out}`]);
	const logs = failed
		.slice(0, SHOWN)
		.flatMap(({ group, attempts, log, lastLine }) => [
			`group ${group} (attempt ${attempts}; ${log}):`,
			`  ${lastLine}`,
		]);
	if (failed.length > SHOWN)
		logs.push(`and ${failed.length - SHOWN} more that failed`);
	return [
		out,
		...lines.map(([name, text]) => `  ${name.padEnd(11)}${text}`),
		...logs,
		"",
	].join("\n");
}
