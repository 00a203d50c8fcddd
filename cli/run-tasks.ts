import { groupsOf } from "../src/build/groups.js";
import { counted, durationText } from "../src/core/number-texts.js";
import { grouped as heading, integer } from "../src/core/option.js";
import { resolveOptions } from "../src/core/resolve-options.js";
import { findBuild } from "../src/engines/build.js";
import { plannedIn, runGroupsTable } from "../src/engines/options.js";
import {
	type Rank,
	rankOfEnvironment,
	rankVariables,
} from "../src/engines/rank.js";
import { type RanGroups, runGroups } from "../src/engines/run-groups.js";
import { commandOf, NUMBERS_NOTE } from "./command.js";
import { asFlag } from "./fail.js";
import { directory, outputTable } from "./output-options.js";
import { runTold } from "./run-build.js";
import { noteOut } from "./under-way.js";

const ownTable = {
	out: plannedIn,
	...heading("Running", {
		rank: integer({
			defaultText: "what the scheduler or launcher sets",
			help: "the number of the group to run",
		}),
		ranks: integer({
			least: 1,
			defaultText: "a rank is one group",
			help: "how many ranks share the groups: with 8, each takes every 8th",
		}),
		...runGroupsTable,
	}),
};

const table = { ...ownTable, ...outputTable };

/** What came of it; without tasks where nothing was to be run. */
interface Ran extends RanGroups {
	status: "run" | "already-built" | "no-group";
	seconds: number;
}

export const runTasksCommand = () =>
	commandOf({
		name: "run-tasks",
		description:
			"Run one group of tasks of a planned build, or all that are not done.",
		table,
		arguments: ["out"],
		notes: `${NUMBERS_NOTE}
The rank is --rank, or else the first of these environment variables that is set:
${rankVariables.join(", ")} (SGE counts from 1).
Without a rank, every group that is not done is run.`,
		isReported: true,
		examples: [
			"seqpack run-tasks data/ --rank 3",
			"seqpack run-tasks data/ --workers 8",
		],
		async run({ json, ...given }) {
			const { rank, ranks, ...values } = resolveOptions(ownTable, given);
			const out = directory(values.out);
			noteOut(out);
			return runTold(
				json,
				async (running): Promise<Ran> => {
					const began = performance.now();
					const none = { tasks: 0, tasksResumed: 0, seconds: 0 };
					const found = await findBuild(out);
					const tell = running.onNotice;
					if (found.planned === null) {
						tell(`${out} is built already: there is nothing to run`, "info");
						return { status: "already-built", ...none };
					}
					const all = groupsOf(found.planned.plan, values.tasksPerJob).length;
					const one = rankOf(rank, ranks);
					const groups = groupsFor(one, all);
					tell(describeRank(one, groups, all), "info");
					if (groups.length === 0) return { status: "no-group", ...none };
					const ran = await runGroups(found.planned, groups, {
						...values,
						...running,
					});
					const seconds = (performance.now() - began) / 1000;
					return { status: "run", ...ran, seconds };
				},
				({ status, tasks, tasksResumed, seconds }) =>
					status === "run"
						? `${counted(tasks, "task")} done, ${tasksResumed} of them before, in ${durationText(seconds)}\n`
						: "",
				(ran) => ({ version: 1, command: "run-tasks", out, ...ran }),
			);
		},
	});

/** The rank that is given, or that of the environment; null where neither is. */
function rankOf(
	rank: number | undefined,
	ranks: number | undefined,
): Rank | null {
	if (rank !== undefined)
		return { rank, ranks: ranks ?? null, from: asFlag("rank") };
	const found = rankOfEnvironment(process.env);
	return found && { ...found, ranks: ranks ?? found.ranks };
}

/** The groups of a rank. */
function groupsFor(one: Rank | null, all: number): number[] {
	const numbers = Array.from({ length: all }, (_, group) => group);
	if (one === null) return numbers;
	return numbers.filter((group) =>
		one.ranks === null ? group === one.rank : group % one.ranks === one.rank,
	);
}

function describeRank(one: Rank | null, groups: number[], all: number): string {
	const of = counted(all, "group");
	if (one === null)
		return `no rank is given: running what is not done of ${of}`;
	const { rank, ranks, from } = one;
	const is = `rank ${rank}${ranks === null ? "" : ` of ${ranks}`}, from ${from}`;
	if (groups.length === 0)
		return `${is}: there is nothing for it to do in a plan of ${of}`;
	return `${is}: running ${groups.length === 1 ? `group ${groups[0]}` : groups.length} of ${of}`;
}
