import { doneTasks } from "../build/done-tasks.js";
import { type Group, groupsOf, TASKS_PER_JOB } from "../build/groups.js";
import { planOfTasks } from "../build/plan-files.js";
import { tokenizerOfPlan } from "../build/prepare.js";
import { rangesText } from "../build/ranges.js";
import { neededOutside } from "../build/tasks-of-plan.js";
import { Workspace } from "../build/workspace.js";
import {
	EnvironmentError,
	InterruptedError,
	optionName,
	UsageError,
} from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { type LogLevel, noticesUpTo, type OnNotice } from "../core/notices.js";
import { LANES } from "../storage/lanes.js";
import { usableCpus } from "../storage/usable-cpus.js";
import { type PlannedBuild, requirePlanned } from "./build.js";
import { failureIn } from "./failed-before.js";
import { GroupLog, logPath, WRITE_EVERY } from "./group-logs.js";
import { TRIES } from "./options.js";
import { type Listener, type RunOptions, run } from "./run.js";
import { waitForTasks } from "./wait-for-tasks.js";

/** How groups are run. */
export interface RunGroupsOptions extends RunOptions {
	/** As for `groupsOf`. */
	tasksPerJob?: number | undefined;
	/**
	 * Seconds to wait for tasks of other groups that these need; default 0.
	 */
	wait?: number | undefined;
	/** How often a task may fail, before it is not tried any more; default 5. */
	tries?: number | undefined;
	/** Told of things worth knowing, as sentences. */
	onNotice?: OnNotice | undefined;
	/** How much it is told; default `info`. */
	logLevel?: LogLevel | undefined;
}

/** What running groups came to. */
export interface RanGroups {
	/** Of these groups; those that were done before are among them. */
	tasks: number;
	tasksResumed: number;
}

/**
 * Runs those tasks of groups of a planned build that are not done, wave by wave, and
 * keeps a log of each group in the state of the build.
 * @param groups Their numbers, as `groupsOf` has them with the same `tasksPerJob`.
 * @throws UsageError `no-group`, `failed-before` where a task has failed as often as it may;
 * EnvironmentError `tasks-missing` where tasks of others are needed and not done in time;
 * else as `runTasks` does
 */
export async function runGroups(
	planned: PlannedBuild,
	groups: readonly number[],
	options: RunGroupsOptions = {},
): Promise<RanGroups> {
	const { out, plan } = planned;
	const workspace = new Workspace(out, plan.planHash);
	await requirePlanned(workspace);
	const all = groupsOf(plan, options.tasksPerJob);
	const unknown = groups.find((group) => all[group] === undefined);
	if (unknown !== undefined)
		throw new UsageError(
			"no-group",
			`the plan in ${out} has no group ${unknown}: its groups are numbered from 0 to ${all.length - 1}.`,
		);
	const ran: RanGroups = { tasks: 0, tasksResumed: 0 };
	const waves = [...new Set(groups.map((group) => all[group].wave))].sort(
		(a, b) => a - b,
	);
	let tokenizer: Awaited<ReturnType<typeof tokenizerOfPlan>> | undefined;
	for (const wave of waves) {
		const ofWave = groups.filter((group) => all[group].wave === wave);
		const tasks = ofWave.flatMap((group) => all[group].tasks);
		const own = await planOfTasks(workspace, plan, tasks);
		const done = await doneTasks(workspace, own, tasks, options);
		const missing = tasks.filter((task) => !done.has(task));
		ran.tasks += tasks.length;
		ran.tasksResumed += done.size;
		if (missing.length === 0) continue;
		tokenizer ??= await tokenizerOfPlan(plan);
		await waitForOthers({ workspace, planned, all }, missing, options);
		const logs = await GroupLogs.open(
			workspace,
			new Map(
				ofWave
					.filter((group) => all[group].tasks.some((task) => !done.has(task)))
					.map((group) => [group, all[group]]),
			),
			new Set(missing),
			options,
		);
		const onNotice = noticesUpTo(options.logLevel, options.onNotice);
		await logs.during((listener) =>
			run(workspace, plan, tokenizer ?? null, missing, options, {
				...listener,
				onNotice,
			}),
		);
	}
	return ran;
}

/** Waits until what tasks need of other groups is done. */
async function waitForOthers(
	{
		workspace,
		planned: { plan },
		all,
	}: {
		workspace: Workspace;
		planned: PlannedBuild;
		all: readonly Group[];
	},
	tasks: readonly number[],
	{ wait = 0, signal, onNotice }: RunGroupsOptions,
): Promise<void> {
	const groupsOfTasks = (tasks: readonly number[]) => {
		const some = new Set(tasks);
		const groups = [...all.keys()].filter((group) =>
			all[group].tasks.some((task) => some.has(task)),
		);
		return rangesText(groups);
	};
	const needed = [...neededOutside(plan, tasks).keys()].sort((a, b) => a - b);
	const undone = await waitForTasks(workspace, plan, needed, {
		wait,
		signal,
		onWait: (waited) =>
			onNotice?.(
				`waiting for ${waited.length} tasks, of the groups ${groupsOfTasks(waited)}`,
				"info",
			),
	});
	if (undone.length > 0)
		throw new EnvironmentError(
			"tasks-missing",
			`what is to be done here goes on with what ${undone.length} other tasks leave, and these are not done: run the groups ${groupsOfTasks(undone)} first, and then the same again.`,
		);
}

/** A group that is to be run, and its log. */
interface Running {
	log: GroupLog;
	/** Those of its tasks that are not done. */
	undone: Set<number>;
	/** All of its tasks. */
	tasks: number;
	state: "waiting" | "at-work" | "ended";
}

/** The logs of groups that are run together. */
class GroupLogs {
	readonly #running: readonly Running[];
	readonly #runningOf = new Map<number, Running>();
	readonly #workers: number;
	readonly #signal: AbortSignal | undefined;

	private constructor(
		running: readonly Running[],
		{ workers = usableCpus(), signal }: RunOptions,
	) {
		this.#running = running;
		this.#workers = workers;
		this.#signal = signal;
		for (const one of running)
			for (const task of one.undone) this.#runningOf.set(task, one);
	}

	/**
	 * @param missing The tasks that are to be done.
	 * @throws UsageError `failed-before`
	 */
	static async open(
		workspace: Workspace,
		groups: ReadonlyMap<number, Group>,
		missing: ReadonlySet<number>,
		options: RunGroupsOptions,
	): Promise<GroupLogs> {
		const { tasksPerJob = TASKS_PER_JOB, tries = TRIES, onNotice } = options;
		let isTold = false;
		const onTrouble = (error: unknown) => {
			if (!isTold)
				onNotice?.(
					`the log cannot be written, and the work goes on without: ${(error as Error).message}`,
					"warn",
				);
			isTold = true;
		};
		const running = await inParallel(
			[...groups],
			LANES,
			async ([group, { tasks }]): Promise<Running> => {
				const path = logPath(workspace, group, tasksPerJob);
				const log = await GroupLog.open(workspace, path, onTrouble);
				const undone = tasks.filter((task) => missing.has(task));
				requireTries(log, undone, tries);
				return {
					log,
					undone: new Set(undone),
					tasks: tasks.length,
					state: "waiting",
				};
			},
		);
		return new GroupLogs(running, options);
	}

	/** Does work, and writes what becomes of it, from time to time and at its end. */
	async during(work: (listener: Listener) => Promise<unknown>): Promise<void> {
		const atWork = () =>
			this.#running.filter(({ state }) => state === "at-work");
		const stop = () => {
			for (const { log } of atWork()) {
				log.note({ kind: "stopping" });
				// Whoever asks may not wait for the end.
				void log.write();
			}
		};
		const timer = setInterval(() => {
			for (const one of atWork()) writeAtWork(one);
		}, WRITE_EVERY);
		this.#signal?.addEventListener("abort", stop);
		let failure = "not all tasks are done";
		try {
			await work(this.#listener());
		} catch (error) {
			failure = (error as Error).message;
			throw error;
		} finally {
			clearInterval(timer);
			this.#signal?.removeEventListener("abort", stop);
			for (const one of atWork()) this.#end(one, failure);
			await Promise.all(this.#running.map(({ log }) => log.write()));
		}
	}

	#listener(): Listener {
		return {
			onTaskBegun: (task) => {
				const one = this.#runningOf.get(task);
				if (one === undefined) return;
				const isFirst = one.state === "waiting";
				if (isFirst) one.log.note({ kind: "begin", workers: this.#workers });
				one.state = "at-work";
				one.log.note({ kind: "task-begun", task });
				if (isFirst) writeAtWork(one);
			},
			onTaskDone: (task) => {
				const one = this.#runningOf.get(task);
				if (one === undefined) return;
				one.undone.delete(task);
				one.log.note({ kind: "task-done", task });
				if (one.undone.size === 0) this.#end(one, null);
			},
			onTaskAgain: (task, error) => {
				const sentence = error.message;
				const log = this.#runningOf.get(task)?.log;
				log?.note({ kind: "task-again", task, sentence });
			},
			onTaskFailed: (task, error) => {
				if (error instanceof InterruptedError) return;
				const sentence = error.message;
				const log = this.#runningOf.get(task)?.log;
				log?.note({ kind: "task-failed", task, sentence });
			},
		};
	}

	#end(one: Running, sentence: string | null): void {
		one.state = "ended";
		one.log.note({ kind: "end", sentence });
		void one.log.write();
	}
}

function writeAtWork({ log, tasks, undone }: Running): void {
	const done = tasks - undone.size;
	void log.write({ kind: "at-work", done, tasks });
}

/** @throws UsageError `failed-before` where one of the tasks has failed as often as it may */
function requireTries(
	{ earlier, path }: GroupLog,
	tasks: readonly number[],
	tries: number,
): void {
	const failure = failureIn(earlier, path, tasks, tries);
	if (failure !== null)
		throw new UsageError(
			"failed-before",
			`${failure.sentence}: fix what it names, and give ${optionName("tries", failure.times + 1)} or more.`,
		);
}
