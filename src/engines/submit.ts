import { type Group, groupsOf, TASKS_PER_JOB } from "../build/groups.js";
import type { Plan } from "../build/plan.js";
import { readRecords } from "../build/record.js";
import { Workspace } from "../build/workspace.js";
import { optionName, UsageError } from "../core/errors.js";
import { entryOf, type Given, grouped, optional } from "../core/option.js";
import { optionsOfEntries, resolveOptions } from "../core/resolve-options.js";
import type { BuildOptions } from "../options/build.js";
import { isSecretHere } from "../storage/http/secret-urls.js";
import { storageAt } from "../storage/storages.js";
import { type PlannedBuild, planUnlessBuilt } from "./build.js";
import type { Submission } from "./engine.js";
import { engineEntries, engines } from "./engines.js";
import { failedBefore } from "./failed-before.js";
import { tasksPerJob, tries } from "./options.js";

const ofSubmitting = {
	executor: engines.where(({ submit }) => submit !== undefined),
};

/** Who runs a build's tasks; goes with the options of a build. */
export const executorTable = {
	...grouped("Running", {
		executor: entryOf(engines, {
			default: "threads",
			help: "who runs the tasks",
		}),
		tasksPerJob: {
			...optional(tasksPerJob),
			default: undefined,
			of: ofSubmitting,
			defaultText: "64, or more where the cluster allows fewer jobs",
		},
		tries: { ...tries, of: ofSubmitting },
	}),
	...optionsOfEntries("executor", engineEntries),
};

export type ExecutorOptions = Given<typeof executorTable>;

/** What came of giving a build to a scheduler. */
export interface SubmitResult extends Submission {
	/** `already-built` where the dataset is there, and nothing was done. */
	status: "submitted" | "already-built";
	out: string;
	/** How many tasks there are, and are done. */
	tasks: number;
	tasksDone: number;
	/** How many groups there are. */
	groups: number;
	tasksPerJob: number;
	/** Groups that are not tried again. */
	failed: readonly number[];
}

/**
 * Plans a build, gives the groups of tasks that are not done to a scheduler, and returns.
 * The same call again gives what is neither done nor queued.
 * @throws UsageError `no-executor`, `array-too-large`, `refused`; EnvironmentError
 * `no-scheduler`; else as `planBuild` does
 */
export async function submitBuild(
	options: BuildOptions & ExecutorOptions,
): Promise<SubmitResult> {
	const given = Object.entries(options);
	const isOwn = ([name]: [string, unknown]) =>
		Object.hasOwn(executorTable, name);
	const own = Object.fromEntries(given.filter(isOwn)) as ExecutorOptions;
	const rest = given.filter((entry) => !isOwn(entry));
	const values = resolveOptions(executorTable, own);
	const { submit, mostGroups } = engines.find(values.executor);
	if (submit === undefined)
		throw new UsageError(
			"bad-option",
			`${optionName("executor", values.executor)} is no scheduler to submit to: choose one of ${ofSubmitting.executor.join(", ")}.`,
		);
	const most = (await mostGroups?.()) ?? Number.POSITIVE_INFINITY;
	const build = Object.fromEntries(rest) as unknown as BuildOptions;
	const { manifest, ...planned } = await planUnlessBuilt(build);
	if (manifest !== null) return alreadyBuilt(planned);
	const { out, plan } = planned;
	requireReadable(plan);
	const workspace = new Workspace(out, plan.planHash);
	const { groups, tasksPerJob } = fittingGroups(
		planned,
		values.tasksPerJob,
		most,
	);
	const records = await readRecords(workspace, plan);
	const undone = [...groups.keys()].filter((group) =>
		groups[group].tasks.some((task) => records[task] === null),
	);
	const failures = await failedBefore(
		workspace,
		new Map(undone.map((group) => [group, groups[group].tasks])),
		{ tasksPerJob, tries: values.tries },
	);
	const missing = undone.filter((group) => !failures.has(group));
	const submission = await submit(
		{
			planned,
			workspace,
			out: storageAt(out).absolute(out),
			groups,
			tasksPerJob,
			missing,
			isDone: undone.length === 0,
			workers: options.workers,
			tries: values.tries,
		},
		values,
	);
	return {
		...submission,
		status: "submitted",
		out,
		tasks: plan.tasks.length,
		tasksDone: records.filter((record) => record !== null).length,
		groups: groups.length,
		tasksPerJob,
		failed: [...failures.keys()],
		notices: [
			...[...failures].map(
				([group, why]) => `group ${group} is left out: ${why}`,
			),
			...(groups.length === 1 && plan.tasks.length > 1
				? [
						`all ${plan.tasks.length} tasks are one job: a smaller ${optionName("taskSize")} makes more jobs of it`,
					]
				: []),
			...submission.notices,
		],
	};
}

/**
 * Groups, as many as a submission may have at most.
 * @throws UsageError `array-too-large`
 */
export function fittingGroups(
	{ plan }: Pick<PlannedBuild, "plan">,
	asked: number | undefined,
	most: number,
): { groups: Group[]; tasksPerJob: number } {
	const tasksPerJob = asked ?? TASKS_PER_JOB;
	const groups = groupsOf(plan, tasksPerJob);
	if (groups.length <= most) return { groups, tasksPerJob };
	const least = (tasksPerJob / TASKS_PER_JOB) * (groups.length / most);
	for (
		let times = Math.max(1, Math.floor(least));
		(times - 1) * TASKS_PER_JOB < plan.tasks.length;
		times++
	) {
		const larger = times * TASKS_PER_JOB;
		const fewer = groupsOf(plan, larger);
		if (fewer.length > most) continue;
		if (asked !== undefined) throw tooMany(groups.length, most, larger);
		return { groups: fewer, tasksPerJob: larger };
	}
	throw tooMany(groups.length, most, null);
}

function tooMany(
	groups: number,
	most: number,
	enough: number | null,
): UsageError {
	const what =
		enough === null
			? `a larger ${optionName("taskSize")} makes fewer`
			: `give ${optionName("tasksPerJob", enough)} or more, or leave it out`;
	return new UsageError(
		"array-too-large",
		`the plan has ${groups} jobs, and the cluster allows arrays of ${most} at most: ${what}.`,
	);
}

function alreadyBuilt({ out, plan }: PlannedBuild): SubmitResult {
	const tasks = plan.tasks.length;
	return {
		status: "already-built",
		out,
		...{ tasks, tasksDone: tasks, groups: 0, tasksPerJob: TASKS_PER_JOB },
		...{ text: null, submitted: [], queued: [], jobs: [] },
		...{ failed: [], notices: [] },
	};
}

/** @throws UsageError `secret-url` for inputs that jobs could not read: what signs them is kept nowhere */
function requireReadable({ inputs }: Plan): void {
	const input = inputs.find(({ path }) => isSecretHere(path));
	if (input !== undefined)
		throw new UsageError(
			"secret-url",
			`${input.path} was given with a signature or a password, which is kept out of plans, so that jobs cannot read it: build with ${optionName("executor", "threads")}, or give URLs that the machines of the jobs may read by themselves.`,
		);
}
