import { whenRead } from "../storage/when-read.js";
import type { CurriculumPlan } from "./curriculum-plan.js";
import { bucketOfLength, type DatasetBuckets } from "./dataset-buckets.js";
import { OpenFiles } from "./open-files.js";
import { RowFinder } from "./row-finder.js";
import { RowReader } from "./row-reader.js";
import { type Pool, poolOfStep, readPool } from "./sequence-pools.js";
import type { PlanStep } from "./steps-file.js";
import { StoreReaders } from "./store-reader.js";

/** Counts the tokens of steps of sequences that a plan leaves out; reads the lengths of their pools. */
export class LeftSequences {
	readonly #plan: CurriculumPlan;
	readonly #datasets: readonly DatasetBuckets[];
	readonly #files = new OpenFiles();
	readonly #stores = new StoreReaders(this.#files);
	readonly #tokens: number[] = [];
	readonly #left: number[] = [];
	#last: { key: string; pool: Pool } | null = null;

	constructor(plan: CurriculumPlan, datasets: readonly DatasetBuckets[]) {
		this.#plan = plan;
		this.#datasets = datasets;
	}

	/**
	 * Adds a step.
	 * @param withPool Whether all of its pool is left out.
	 * @returns Its tokens.
	 */
	async add(step: PlanStep, withPool: boolean): Promise<number> {
		const { stage, part } = step;
		const key = `${stage} ${step.offset}`;
		if (this.#last?.key !== key) {
			const pool = await this.#read(step);
			this.#last = { key, pool };
			const { order } = pool.batches;
			if (withPool)
				this.#left[stage] =
					this.left(stage) + pool.lengths.length - order.length;
		}
		const { batches, lengths, turns } = this.#last.pool;
		const { order, offsets } = batches;
		let tokens = 0;
		for (let i = offsets[turns[part]]; i < offsets[turns[part] + 1]; i++)
			tokens += lengths[order[i]];
		this.#tokens[stage] = this.tokens(stage) + tokens;
		return tokens;
	}

	/** Tokens of the steps of a stage. */
	tokens(stage: number): number {
		return this.#tokens[stage] ?? 0;
	}

	/** Sequences in no step, of the pools of a stage that are left out. */
	left(stage: number): number {
		return this.#left[stage] ?? 0;
	}

	close(): void {
		this.#files.close();
	}

	async #read(step: PlanStep): Promise<Pool> {
		const bucket = this.#plan.stages[step.stage].buckets[step.bucket];
		const rows = bucket.sources.map(({ dataset }) => {
			const of = this.#datasets[dataset];
			const own = bucketOfLength(of, bucket.length);
			return new RowReader(of, own, this.#files, this.#stores);
		});
		const finder = new RowFinder(bucket, rows, this.#plan.seed);
		const { span, budget, key } = poolOfStep(this.#plan, step);
		return whenRead(() => readPool(finder, span, budget, key));
	}
}
