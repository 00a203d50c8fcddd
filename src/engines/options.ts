import { TASKS_PER_JOB } from "../build/groups.js";
import { grouped, integer, required, text } from "../core/option.js";
import { buildTable } from "../options/build.js";

/** How often a task may fail, where nothing is said of it. */
export const TRIES = 5;

/** The directory that a build is planned in. */
export const plannedIn = required(
	text({
		placeholder: "dir",
		help: "the directory that a build is planned in",
	}),
);

export const tasksPerJob = integer({
	least: 1,
	default: TASKS_PER_JOB,
	help: "tasks of a job at most, not counting those that pack leftovers; tasks whose leftovers are packed together (up to 64) always share a job",
});

export const tries = integer({
	least: 1,
	most: 1000,
	default: TRIES,
	help: "how many times a task may fail before it is given up",
});

export const wait = integer({
	default: 0,
	help: "seconds to wait for tasks that other processes are running",
});

/** How groups of tasks are run. */
export const runGroupsTable = grouped("Running", {
	tasksPerJob,
	workers: buildTable.workers,
	wait,
	tries,
});
