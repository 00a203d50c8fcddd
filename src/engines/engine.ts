import type { Group } from "../build/groups.js";
import type { Workspace } from "../build/workspace.js";
import type { OptionTable, OptionValues } from "../core/option.js";
import type { PlannedBuild } from "./build.js";

/** Who runs the tasks of a build. */
export interface Engine<Table extends OptionTable = OptionTable> {
	/** What it is, in a few words. */
	meaning: string;
	/** Options of its own. */
	options: Table;
	/** Gives work to a scheduler. Left out: the process that builds does it. */
	submit?(work: Work, values: OptionValues): Promise<Submission>;
	/**
	 * How many groups a submission may have; asked before anything is planned.
	 * @throws UsageError `no-executor` where the scheduler is not here
	 */
	mostGroups?(): Promise<number>;
}

/** What is to be done of a planned build. */
export interface Work {
	planned: PlannedBuild;
	workspace: Workspace;
	/** The output directory in full, as other machines see it. */
	out: string;
	groups: readonly Group[];
	tasksPerJob: number;
	/** The numbers of the groups that are not done. */
	missing: readonly number[];
	/** Whether all groups are done; else none may be missing, where some are not tried again. */
	isDone: boolean;
	/** Workers of a job, if they were asked for. */
	workers: number | undefined;
	/** How often a task may fail. */
	tries: number;
}

/** What came of giving work to a scheduler. */
export interface Submission {
	/** What is to be printed: a manifest to apply. Null: nothing. */
	text: string | null;
	/** The numbers of the groups that were given; those that had been before. */
	submitted: readonly number[];
	queued: readonly number[];
	/** What the scheduler calls the jobs. */
	jobs: readonly string[];
	/** What happened, and what to do next, as sentences. */
	notices: readonly string[];
}
