import { groupsOf, TASKS_PER_JOB } from "../src/build/groups.js";
import { bytesText, counted } from "../src/core/number-texts.js";
import { grouped } from "../src/core/option.js";
import { type PlannedBuild, planUnlessBuilt } from "../src/engines/build.js";
import { memoryNeeded } from "../src/engines/memory.js";
import { tasksPerJob } from "../src/engines/options.js";
import { buildTable } from "../src/options/build.js";
import { commandOf, NUMBERS_NOTE } from "./command.js";
import { config, withConfig } from "./config-option.js";
import { outputTable } from "./output-options.js";
import { runTold } from "./run-build.js";
import { note, noteOut } from "./under-way.js";

export const planCommand = () =>
	commandOf({
		name: "plan",
		description:
			"Plan a build, for other processes or machines to run its tasks. It takes the options of seqpack build.",
		table: {
			...buildTable,
			...config,
			...grouped("Running", { tasksPerJob }),
			...outputTable,
		},
		arguments: ["inputs"],
		notes: NUMBERS_NOTE,
		isReported: true,
		examples: [
			"seqpack plan corpus/*.jsonl.gz --tokenizer tokenizer.json --seq-len 8192 --out data/",
			"seqpack run-tasks data/ --rank 0",
			"seqpack status data/",
			"seqpack finalize data/",
		],
		async run({ json, config, tasksPerJob = TASKS_PER_JOB, ...given }) {
			const options = await withConfig(config, given);
			note({ options });
			noteOut(options.out);
			return runTold(
				json,
				(running) => planUnlessBuilt({ ...options, ...running }),
				(planned) => describe(planned, tasksPerJob, options.workers),
				(planned) => summary(planned, tasksPerJob, options.workers),
			);
		},
	});

type Planned = Awaited<ReturnType<typeof planUnlessBuilt>>;

function describe(
	planned: Planned,
	tasksPerJob: number,
	workers: number | undefined,
): string {
	const { out, plan, manifest } = planned;
	if (manifest !== null) return `${out} is built already; nothing was done\n`;
	const groups = groupsOf(plan, tasksPerJob);
	const last = groups.length - 1;
	const waves = (groups.at(-1)?.wave ?? 0) + 1;
	const size =
		tasksPerJob === TASKS_PER_JOB ? "" : ` --tasks-per-job ${tasksPerJob}`;
	const lines = [
		["tasks", counted(plan.tasks.length, "task")],
		[
			"jobs",
			`${counted(groups.length, "group")}, numbered from 0${waves === 1 ? "; all can run at once" : `; in ${waves} waves, one after the other: ${firstRanks(planned, tasksPerJob)}`}`,
		],
		[
			"memory",
			workers === undefined
				? `${bytesText(memoryNeeded(plan.settings, 1))} for a job of one worker, ${bytesText(memoryNeeded(plan.settings, 2) - memoryNeeded(plan.settings, 1))} for each more`
				: `${bytesText(memoryNeeded(plan.settings, workers))} for a job of ${counted(workers, "worker")}`,
		],
		[
			"next",
			`seqpack run-tasks ${out}${size} --rank N, for N from 0 to ${last}`,
		],
		["", `then seqpack finalize ${out}`],
	];
	return `Planned ${out}\n${lines.map(([name, text]) => `  ${name.padEnd(11)}${text}\n`).join("")}`;
}

/** The groups of each wave. */
function firstRanks({ plan }: PlannedBuild, tasksPerJob: number): string {
	const groups = groupsOf(plan, tasksPerJob);
	const waves = [...new Set(groups.map(({ wave }) => wave))];
	return waves
		.map((wave) => {
			const first = groups.findIndex((group) => group.wave === wave);
			const last = groups.findLastIndex((group) => group.wave === wave);
			return first === last ? `${first}` : `${first}-${last}`;
		})
		.join(", then ");
}

function summary(
	{ out, plan, manifest }: Planned,
	tasksPerJob: number,
	workers = 1,
) {
	const groups = groupsOf(plan, tasksPerJob);
	return {
		version: 1,
		command: "plan",
		status: manifest === null ? "planned" : "already-built",
		out,
		planHash: plan.planHash,
		tasks: plan.tasks.length,
		groups: groups.length,
		waves: (groups.at(-1)?.wave ?? 0) + 1,
		tasksPerJob,
		memory: memoryNeeded(plan.settings, workers),
	};
}
