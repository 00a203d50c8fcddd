import { sum } from "../core/arithmetic.js";
import { ROW_OF_ANY_LENGTH } from "../core/capacity.js";
import { type BatchKind, batchKinds } from "../curriculum/batch-kinds.js";
import { shareMultiple, shareOfRow } from "../masks/sequence-parallel.js";
import { balanceRanks } from "../pack/balance-ranks.js";
import { type CostModel, DEFAULT_COST, SQUARES } from "../pack/cost.js";
import { dealRows } from "../pack/deal-rows.js";
import { rankImbalance } from "../pack/imbalance.js";
import type { CurriculumPlan } from "../plan/curriculum-plan.js";
import {
	bucketOfLength,
	type DatasetBuckets,
} from "../plan/dataset-buckets.js";
import { OpenFiles } from "../plan/open-files.js";
import { RowFinder } from "../plan/row-finder.js";
import { RowReader } from "../plan/row-reader.js";
import { type Pool, poolOfStep, readPool } from "../plan/sequence-pools.js";
import { type PlanStep, stepsSchemaOf } from "../plan/steps-file.js";
import { StoreReaders } from "../plan/store-reader.js";
import { type Column, columnOf, type Schema } from "../tables/columns.js";
import { type Batch, batchSchema } from "./batch.js";
import { flatRow, paddedRows, type RowShape } from "./batch-rows.js";
import type { BatchSettings } from "./batch-settings.js";
import { itemsOfLanes } from "./chunk-items.js";
import { LanesReader } from "./lanes-reader.js";
import {
	itemsOfPool,
	itemsOfRows,
	labelsOfRows,
	lengthsOf,
	pickItems,
	type StepItems,
} from "./step-items.js";
import { StepsReader } from "./steps-reader.js";

/**
 * Reads what one rank gets of a step; any step, in any order. All that it does throws
 * `NotYetRead` where what it reads is not on this machine: see `whenRead`.
 */
export class BatchReader {
	readonly #plan: CurriculumPlan;
	readonly #kind: BatchKind;
	readonly #settings: BatchSettings;
	readonly #steps: StepsReader;
	/** Null where steps are not of lanes. */
	readonly #lanes: LanesReader | null;
	readonly #files = new OpenFiles();
	readonly #schema: Schema;
	/** By stage, then bucket. */
	readonly #finders: RowFinder[][];
	/** The pools that were read last, two at most: steps that are read at a time may be of two. */
	readonly #pools: { stage: number; offset: number; pool: Pool }[] = [];

	constructor(
		directory: string,
		plan: CurriculumPlan,
		datasets: readonly DatasetBuckets[],
		settings: BatchSettings,
	) {
		this.#plan = plan;
		this.#kind = batchKinds.find(plan.batches);
		this.#settings = settings;
		this.#schema = batchSchema(plan.batches, settings.columns);
		this.#steps = new StepsReader(
			`${directory}/${plan.steps.path}`,
			plan.steps.rows,
			stepsSchemaOf(this.#kind),
		);
		this.#lanes =
			plan.lanes === undefined ? null : new LanesReader(directory, plan.lanes);
		const stores = new StoreReaders(this.#files);
		const known = new Map<string, RowReader>();
		const rowsOf = (dataset: number, length: number) => {
			const key = `${dataset} ${length}`;
			const bucket = bucketOfLength(datasets[dataset], length);
			const rows =
				known.get(key) ??
				new RowReader(datasets[dataset], bucket, this.#files, stores);
			known.set(key, rows);
			return rows;
		};
		this.#finders = plan.stages.map(({ buckets }) =>
			buckets.map((bucket) => {
				const length = plan.lanes ? ROW_OF_ANY_LENGTH : bucket.length;
				const rows = bucket.sources.map(({ dataset }) =>
					rowsOf(dataset, length),
				);
				return new RowFinder(bucket, rows, plan.seed);
			}),
		);
	}

	/** @param number The step, from 0. */
	read(number: number): Batch {
		const step = this.#steps.read(number);
		const finder = this.#finders[step.stage][step.bucket];
		const { items, imbalance, ...shared } = this.#share(step, finder);
		const labels = shared.labels + this.#trainedPadding(step, finder, null);
		const ofRank =
			sum(items.labels) + this.#trainedPadding(step, finder, items);
		const inEachRow = (value: number): Column => ({
			type: "int32",
			values: new Int32Array(rows).fill(value),
		});
		const { length } = this.#plan.stages[step.stage].buckets[step.bucket];
		const { rows, columns } = this.#kind.isPadded
			? paddedRows(items, finder, length, this.#paddedShape(step))
			: flatRow(items, finder, length, this.#flatShape(items));
		const { values } = columnOf({ rows, columns }, "input_ids", "list<int32>");
		const tokens = values.length / Math.max(1, rows);
		return {
			step: number,
			stage: step.stage,
			length: tokens,
			rows,
			columns: pickColumns(this.#schema, {
				step: inEachRow(number),
				stage: inEachRow(step.stage),
				length: inEachRow(tokens),
				step_labels: inEachRow(labels),
				rank_labels: inEachRow(ofRank),
				...columns,
			}),
			imbalance,
		};
	}

	/** What this rank is given of a step, without its tokens; `length` is that of the step. */
	itemsOf(number: number): {
		items: StepItems;
		finder: RowFinder;
		length: number;
	} {
		const step = this.#steps.read(number);
		const finder = this.#finders[step.stage][step.bucket];
		const { items } = this.#share(step, finder);
		return { items, finder, length: step.length };
	}

	close(): void {
		this.#steps.close();
		this.#lanes?.close();
		this.#files.close();
	}

	/** What this rank is given of a step. */
	#share(
		step: PlanStep,
		finder: RowFinder,
	): { items: StepItems; imbalance: Batch["imbalance"]; labels: number } {
		const { rank, worldSize, sequenceParallel } = this.#settings;
		const groups = worldSize / sequenceParallel;
		const group = Math.floor(rank / sequenceParallel);
		const each = step.batchSize / groups;
		const { balanceRanks: isBalanced, sortRows } = this.#settings;
		if (!isBalanced && !sortRows) {
			const items = this.#items(step, finder, group * each, each);
			const labels =
				groups === 1 ? sum(items.labels) : this.#labels(step, finder);
			return { items, imbalance: null, labels };
		}
		const all = this.#items(step, finder, 0, step.batchSize);
		const costs = costsOf(all, sortRows ? SQUARES : DEFAULT_COST);
		const shared = sortRows
			? dealRows(costs, groups)
			: balanceRanks(costs, groups);
		const inOrder = shared.map((_, g) =>
			Array.from({ length: each }, (_, i) => g * each + i),
		);
		return {
			items: pickItems(all, shared[group]),
			labels: sum(all.labels),
			imbalance: {
				shared: rankImbalance(costs, shared),
				inOrder: rankImbalance(costs, inOrder),
			},
		};
	}

	#items(
		step: PlanStep,
		finder: RowFinder,
		first: number,
		count: number,
	): StepItems {
		if (this.#lanes !== null) {
			const documents = this.#lanes.at(step.offset, first, count);
			return itemsOfLanes(finder, documents, step.offset, step.length);
		}
		if (this.#kind.items === "sequences") {
			const pool = this.#poolOf(step, finder);
			return itemsOfPool(finder, pool, step.part, first, count);
		}
		const fullLength = step.length + Number(this.#plan.plusOne);
		return itemsOfRows(finder, step.offset + first, count, fullLength);
	}

	/** Padding of a step that is trained on: of some items, or of all ranks together. */
	#trainedPadding(
		step: PlanStep,
		finder: RowFinder,
		items: StepItems | null,
	): number {
		if (this.#settings.columnOptions.trainedPadding === undefined) return 0;
		const of = items ?? this.#items(step, finder, 0, step.batchSize);
		return of.count * this.#paddedShape(step).tokens - sum(of.lengths);
	}

	/** Labels of a step, of all ranks together. */
	#labels(step: PlanStep, finder: RowFinder): number {
		const { batchSize, offset, length } = step;
		if (this.#lanes !== null) return step.labels;
		if (this.#kind.items === "sequences")
			return sum(this.#items(step, finder, 0, batchSize).labels);
		const fullLength = length + Number(this.#plan.plusOne);
		return labelsOfRows(finder, offset, batchSize, fullLength);
	}

	#poolOf(step: PlanStep, finder: RowFinder): Pool {
		const { stage, offset } = step;
		const known = this.#pools.find(
			(each) => each.stage === stage && each.offset === offset,
		);
		if (known !== undefined) return known.pool;
		const { span, budget, key } = poolOfStep(this.#plan, step);
		const pool = readPool(finder, span, budget, key);
		this.#pools.push({ stage, offset, pool });
		if (this.#pools.length > 2) this.#pools.shift();
		return pool;
	}

	#paddedShape({ length }: PlanStep): RowShape {
		// The lengths of sequences are not those of the bucket's rows.
		if (this.#kind.items === "sequences")
			return this.#shape(length, this.#roundedUp(length));
		// Rows that are cut give a token beyond the bucket's length as a label alone.
		return this.#shape(length + Number(this.#plan.plusOne), length);
	}

	#flatShape({ lengths }: StepItems): RowShape {
		const tokens = lengths.reduce((sum, n) => sum + n, 0);
		return this.#shape(tokens, this.#roundedUp(tokens));
	}

	#shape(tokens: number, cutWidth: number): RowShape {
		const { padId } = this.#plan;
		const { rank, sequenceParallel, sequenceShares, ...settings } =
			this.#settings;
		const { columns, columnOptions } = settings;
		if (sequenceParallel === 1)
			return {
				tokens,
				width: tokens,
				spans: null,
				padId,
				columns,
				columnOptions,
			};
		const part = rank % sequenceParallel;
		const spans = shareOfRow(cutWidth, sequenceParallel, part, sequenceShares);
		return { tokens, width: cutWidth, spans, padId, columns, columnOptions };
	}

	/** Rounded up to what rows can be cut into. */
	#roundedUp(tokens: number): number {
		const { sequenceParallel, sequenceShares } = this.#settings;
		const multiple = shareMultiple(sequenceParallel, sequenceShares);
		return Math.ceil(tokens / multiple) * multiple;
	}
}

function pickColumns(
	schema: Schema,
	columns: Record<string, Column>,
): Record<string, Column> {
	return Object.fromEntries(schema.map(({ name }) => [name, columns[name]]));
}

function costsOf(
	items: StepItems,
	{ perToken, perSquare }: CostModel,
): Float64Array {
	return Float64Array.from({ length: items.count }, (_, i) => {
		let cost = 0;
		for (const tokens of lengthsOf(items, i))
			cost += perToken * tokens + perSquare * tokens * tokens;
		return cost;
	});
}
