import {
	DataError,
	optionName,
	SeqpackError,
	UsageError,
} from "../core/errors.js";
import type { GroupPlan } from "../parallel/group-plan.js";
import type { Storage } from "../storage/storage.js";
import { whenRead } from "../storage/when-read.js";
import { groupRows, type RowWidth } from "./group-rows.js";
import {
	type GroupsOfStep,
	groupsName,
	type PlanGroups,
} from "./groups-file.js";
import { GroupsSum } from "./groups-sum.js";
import { GroupsWriter } from "./groups-writer.js";
import { KeptLists } from "./kept-lists.js";
import type { GroupsTask } from "./resolve-groups.js";
import type { RowFinder } from "./row-finder.js";
import { readStepRows, rowTokens, type StepRows } from "./step-rows.js";

/** Shares the rows of steps out among groups of ranks, and writes these, step by step. */
export class StepGrouper {
	readonly #task: GroupsTask;
	/** Whether rows are padded to the length of their step. */
	readonly #isPadded: boolean;
	/** Tokens of a row beyond its bucket's length. */
	readonly #extra: number;
	readonly #writer: GroupsWriter;
	readonly #sum: GroupsSum;
	readonly #kept = new KeptLists();
	#steps = 0;

	private constructor(
		task: GroupsTask,
		isPadded: boolean,
		extra: number,
		writer: GroupsWriter,
	) {
		this.#task = task;
		this.#isPadded = isPadded;
		this.#extra = extra;
		this.#writer = writer;
		this.#sum = new GroupsSum(task.ranks);
	}

	/** @param path Where the groups are written. */
	static async create(
		task: GroupsTask,
		rows: { isPadded: boolean; extra: number },
		storage: Storage,
		path: string,
	): Promise<StepGrouper> {
		const writer = await GroupsWriter.create(storage, path);
		return new StepGrouper(task, rows.isPadded, rows.extra, writer);
	}

	/**
	 * Shares out the rows at some places of a bucket, those of the next step.
	 * @param length That of the bucket.
	 * @throws UsageError, DataError that name the step
	 */
	async add(
		finder: RowFinder,
		first: number,
		count: number,
		length: number,
	): Promise<GroupsOfStep> {
		const full = length + this.#extra;
		const reading = whenRead(() =>
			readStepRows(finder, this.#kept, first, count, full),
		);
		const rows = reading instanceof Promise ? await reading : reading;
		return this.share(rows, this.#isPadded ? length : null);
	}

	/**
	 * Shares out rows, those of the next step.
	 * @throws UsageError, DataError that name the step
	 */
	async share(rows: StepRows, width: RowWidth): Promise<GroupsOfStep> {
		const step = this.#steps++;
		const plan = this.#plan(step, rows, width);
		const before = this.#writer.rows;
		for (const { items, ...group } of plan.groups) {
			let labels = 0;
			for (const item of items) labels += rows.labels[item];
			const writing = this.#writer.add(step, { ...group, items, labels });
			if (writing !== undefined) await writing;
		}
		this.#sum.add(plan);
		return {
			first: before,
			count: plan.groups.length,
			microBatches: plan.microBatches,
		};
	}

	async finish(): Promise<PlanGroups> {
		const file = await this.#writer.finish();
		const { rule, ranks, maxTokens, cost } = this.#task;
		const { degrees, summary } = this.#sum;
		return {
			path: groupsName(file.sha256),
			...file,
			...{ rule, ranks, maxTokens, cost, degrees, summary },
		};
	}

	abort(): Promise<void> {
		return this.#writer.abort();
	}

	#plan(step: number, rows: StepRows, width: RowWidth): GroupPlan {
		this.#requireRoom(step, rows, width);
		try {
			return groupRows(this.#task, rows, width);
		} catch (error) {
			if (!(error instanceof SeqpackError)) throw error;
			const Kind = error instanceof UsageError ? UsageError : DataError;
			throw new Kind(error.code, `step ${step}: ${error.sentence(optionName)}`);
		}
	}

	/** @throws UsageError where a row is too long, or ranks are too many */
	#requireRoom(step: number, rows: StepRows, width: RowWidth): void {
		const { rule, ranks, maxTokens } = this.#task;
		const tokens = rowTokens(rows, (length) => length);
		const longest =
			typeof width === "number"
				? width
				: tokens.reduce((a, b) => Math.max(a, b));
		const most = rule === null ? maxTokens : maxTokens * ranks;
		if (longest > most)
			throw new UsageError(
				"bad-option",
				rule === null
					? `a row of step ${step} has ${longest} tokens, and a micro-batch ${maxTokens} at most (${optionName("maxTokensPerMicroBatch")}): give at least ${longest}, or let ranks share rows (${optionName("parallelPlan")}).`
					: `a row of step ${step} has ${longest} tokens, and all ${ranks} ranks together hold ${most} (${optionName("devices")}, ${optionName("tokensPerDevice")}): give ${optionName("tokensPerDevice", Math.ceil(longest / ranks))} or more, more ${optionName("devices")}, or shorter rows.`,
			);
		if (rule === null && tokens.length < ranks)
			throw new UsageError(
				"bad-option",
				`step ${step} has ${tokens.length} rows, and each of the ${ranks} ranks is to have one at least (${optionName("worldSize")}): give more ${optionName("tokensPerStep")}, or fewer ranks.`,
			);
	}
}
