import { sum } from "../core/arithmetic.js";
import { ROW_OF_ANY_LENGTH } from "../core/capacity.js";
import { DataError, optionName, UsageError } from "../core/errors.js";
import { type BatchKind, batchKinds } from "../curriculum/batch-kinds.js";
import { sharedWidth } from "../masks/row-share.js";
import { type Sharing, sequenceMultiple } from "../masks/sequence-parallel.js";
import { balanceRanks } from "../pack/balance-ranks.js";
import { type CostModel, DEFAULT_COST, SQUARES } from "../pack/cost.js";
import { dealRows } from "../pack/deal-rows.js";
import { rankImbalance } from "../pack/imbalance.js";
import type { CurriculumPlan } from "../plan/curriculum-plan.js";
import {
	bucketOfLength,
	type DatasetBuckets,
} from "../plan/dataset-buckets.js";
import type { GroupsOfStep, StepGroup } from "../plan/groups-file.js";
import { OpenFiles } from "../plan/open-files.js";
import { RowFinder } from "../plan/row-finder.js";
import { RowReader } from "../plan/row-reader.js";
import { type Pool, poolOfStep, readPool } from "../plan/sequence-pools.js";
import type { PlanStep } from "../plan/steps-file.js";
import { StoreReaders } from "../plan/store-reader.js";
import { eachOf } from "../storage/when-read.js";
import { type Column, columnOf, type Schema } from "../tables/columns.js";
import { type Batch, batchSchema, WEIGHTS } from "./batch.js";
import {
	addWeights,
	flatRow,
	paddedRows,
	type RowShape,
} from "./batch-rows.js";
import { type BatchSettings, sharingOf } from "./batch-settings.js";
import { itemsOfLanes } from "./chunk-items.js";
import { type Fact, facts, inEveryRow } from "./facts.js";
import { settingsInGroup } from "./group-settings.js";
import { GroupsReader } from "./groups-reader.js";
import { LanesReader } from "./lanes-reader.js";
import {
	itemsOfPool,
	itemsOfRows,
	labelsOfRows,
	lengthsOf,
	pickItems,
	type StepItems,
} from "./step-items.js";
import { openSteps, type StepsReader } from "./steps-reader.js";

/** Tokens of the rows of a batch: lists of columns have their borders in 32 bits. */
const MOST_TOKENS = 2 ** 31 - 1;

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
	/** Null where groups of ranks do not share steps. */
	readonly #groups: GroupsReader | null;
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
		this.#schema = batchSchema(
			plan.batches,
			settings.columns,
			plan.groups !== undefined,
		);
		this.#steps = openSteps(directory, plan);
		this.#groups =
			plan.groups === undefined
				? null
				: new GroupsReader(directory, plan.groups);
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

	/**
	 * One batch; of a step that is cut, one for each micro-batch.
	 * @param number The step, from 0.
	 */
	read(number: number): Batch[] {
		const step = this.#stepAt(number);
		const finder = this.#finders[step.stage][step.bucket];
		if (step.groups !== undefined)
			return this.#microBatches(number, step, finder, step.groups);
		const { items, imbalance, ...shared } = this.#share(step, finder);
		const labels = shared.labels + this.#trainedPadding(step, finder, null);
		const ofRank =
			sum(items.labels) + this.#trainedPadding(step, finder, items);
		const batch = this.#batch(number, step, items, this.#settings, {
			...facts("int32", { step_labels: labels, rank_labels: ofRank }),
			...this.#sumsOfWeights(() => ({
				step_weight: this.#weightOfStep(step, finder),
				rank_weight: addWeights(0, items, finder),
			})),
		});
		return [{ ...batch, microBatch: 0, microBatches: 1, imbalance }];
	}

	/** @throws DataError `bad-plan` for a step of what the plan does not have */
	#stepAt(number: number): PlanStep {
		const step = this.#steps.read(number);
		if (this.#isPlanned(step)) return step;
		throw new DataError(
			"bad-plan",
			`step ${number} of the plan is not one of its stages and buckets: its steps were changed. Make the plan again with seqpack curriculum.`,
		);
	}

	/** Whether a step is of what its bucket has: so much of rows, sequences or lanes. */
	#isPlanned({ stage, bucket, batchSize, offset, length }: PlanStep): boolean {
		const { lanes, stages } = this.#plan;
		const planned = stages[stage]?.buckets[bucket];
		if (planned === undefined || batchSize < 0 || offset < 0 || length < 0)
			return false;
		if (lanes !== undefined)
			return batchSize <= lanes.count && length <= lanes.chunk;
		const rows = planned.sources.reduce((sum, { rows }) => sum + rows, 0);
		if (length > planned.length) return false;
		// A pool's first row, and as many sequences as its rows may have.
		return this.#kind.items === "sequences"
			? offset < rows && batchSize <= rows * planned.length
			: offset + batchSize <= rows;
	}

	/** What this rank is given of each micro-batch of a step. */
	#microBatches(
		number: number,
		step: PlanStep,
		finder: RowFinder,
		planned: GroupsOfStep,
	): Batch[] {
		const { rank } = this.#settings;
		const groups = this.#groups?.of(planned) ?? [];
		const own = groups.filter(
			({ firstRank, degree }) => firstRank <= rank && rank < firstRank + degree,
		);
		const labelsOf = (some: readonly StepGroup[]) =>
			sum(some.map(({ labels }) => labels));
		const fullLength = step.length + Number(this.#plan.plusOne);
		const sequences =
			this.#kind.items === "sequences"
				? this.#items(step, finder, 0, step.batchSize)
				: null;
		const itemsOf = (items: Int32Array) =>
			sequences !== null
				? pickItems(sequences, items)
				: itemsOfRows(
						finder,
						Float64Array.from(items, (item) => step.offset + item),
						fullLength,
					);
		const ofStep = this.#sumsOfWeights(() => ({
			step_weight: this.#weightOfStep(step, finder),
			rank_weight: own.reduce(
				(sum, { items }) => addWeights(sum, itemsOf(items), finder),
				0,
			),
		}));
		const { microBatches } = planned;
		const batches: Batch[] = [];
		eachOf(own.length, (i) => {
			const { microBatch, firstRank, degree, labels, items } = own[i];
			const rows = itemsOf(items);
			const settings = settingsInGroup(this.#settings, firstRank, degree);
			const batch = this.#batch(number, step, rows, settings, {
				...facts("int32", {
					step_labels: labelsOf(groups),
					rank_labels: labelsOf(own),
					micro_batch_labels: labels,
					micro_batch: microBatch,
					micro_batches: microBatches,
					degree,
					first_rank: firstRank,
				}),
				...ofStep,
				...this.#sumsOfWeights(() => ({
					micro_batch_weight: addWeights(0, rows, finder),
				})),
			});
			batches[i] = { ...batch, microBatch, microBatches, imbalance: null };
		});
		return batches;
	}

	/** @param given Columns that have one value in each row. */
	#batch(
		number: number,
		step: PlanStep,
		items: StepItems,
		settings: BatchSettings,
		given: Readonly<Record<string, Fact>>,
	): Omit<Batch, "microBatch" | "microBatches" | "imbalance"> {
		const finder = this.#finders[step.stage][step.bucket];
		const { length } = this.#plan.stages[step.stage].buckets[step.bucket];
		const { rows, columns } = this.#kind.isPadded
			? paddedRows(
					items,
					finder,
					length,
					this.#paddedShape(step, items, settings),
				)
			: flatRow(items, finder, length, this.#flatShape(items, settings));
		const { values } = columnOf({ rows, columns }, "input_ids", "list<int32>");
		const tokens = values.length / Math.max(1, rows);
		const all = {
			...facts("int32", { step: number, stage: step.stage, length: tokens }),
			...given,
		};
		const inEachRow = Object.entries(all).map(([name, fact]) => [
			name,
			inEveryRow(fact, rows),
		]);
		return {
			step: number,
			stage: step.stage,
			length: tokens,
			rows,
			columns: pickColumns(this.#schema, {
				...Object.fromEntries(inEachRow),
				...columns,
			}),
		};
	}

	/** Sums of the weights of labels, where these are asked for: they are read for that. */
	#sumsOfWeights(
		sums: () => Readonly<Record<string, number>>,
	): Record<string, Fact> {
		return this.#settings.columns.includes(WEIGHTS)
			? facts("float64", sums())
			: {};
	}

	#weightOfStep(step: PlanStep, finder: RowFinder): number {
		return addWeights(0, this.#items(step, finder, 0, step.batchSize), finder);
	}

	/** What this rank is given of a step, without its tokens; `length` is that of the step. */
	itemsOf(number: number): {
		items: StepItems;
		finder: RowFinder;
		length: number;
	} {
		const step = this.#stepAt(number);
		const finder = this.#finders[step.stage][step.bucket];
		const { items } = this.#share(step, finder);
		return { items, finder, length: step.length };
	}

	/** All that a step has, and which ranks are given which of it: lengths are read, and no tokens. */
	sharesOf(number: number): { items: StepItems; shares: RankShare[] } {
		const step = this.#stepAt(number);
		const finder = this.#finders[step.stage][step.bucket];
		const items = this.#items(step, finder, 0, step.batchSize);
		if (step.groups !== undefined)
			return { items, shares: this.#groups?.of(step.groups) ?? [] };
		const { sequenceParallel: degree } = this.#settings;
		const shares = this.#shareOut(items).shared.map((own, group) => ({
			firstRank: group * degree,
			degree,
			items: own,
		}));
		return { items, shares };
	}

	close(): void {
		this.#steps.close();
		this.#lanes?.close();
		this.#groups?.close();
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
		const { costs, shared, inOrder } = this.#shareOut(all);
		return {
			items: pickItems(all, shared[group]),
			labels: sum(all.labels),
			imbalance: {
				shared: rankImbalance(costs, shared),
				inOrder: rankImbalance(costs, inOrder),
			},
		};
	}

	/** Which items of a step ranks are given, those that share rows together; and what they would be in their order. */
	#shareOut(all: StepItems) {
		const { worldSize, sequenceParallel, ...settings } = this.#settings;
		const { balanceRanks: isBalanced, sortRows } = settings;
		const groups = worldSize / sequenceParallel;
		const each = all.count / groups;
		const costs = costsOf(all, sortRows ? SQUARES : DEFAULT_COST);
		const inOrder = Array.from({ length: groups }, (_, g) =>
			Int32Array.from({ length: each }, (_, i) => g * each + i),
		);
		const shared = sortRows
			? dealRows(costs, groups)
			: isBalanced
				? balanceRanks(costs, groups)
				: inOrder;
		return { costs, shared, inOrder };
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
		const places = Float64Array.from(
			{ length: count },
			(_, i) => step.offset + first + i,
		);
		return itemsOfRows(finder, places, fullLength);
	}

	/** Padding of a step that is trained on: of some items, or of all ranks together. */
	#trainedPadding(
		step: PlanStep,
		finder: RowFinder,
		items: StepItems | null,
	): number {
		if (this.#settings.columnOptions.trainedPadding === undefined) return 0;
		const of = items ?? this.#items(step, finder, 0, step.batchSize);
		const { tokens } = this.#paddedShape(step, of, this.#settings);
		return of.count * tokens - sum(of.lengths);
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

	#paddedShape(
		step: PlanStep,
		items: StepItems,
		settings: BatchSettings,
	): RowShape {
		// Sequences of a micro-batch are padded to the longest of it.
		const length =
			step.groups !== undefined && this.#kind.items === "sequences"
				? items.lengths.reduce((a, b) => Math.max(a, b))
				: step.length;
		// The lengths of sequences are not those of the bucket's rows.
		const plusOne = this.#kind.items !== "sequences" && this.#plan.plusOne;
		const tokens = length + Number(plusOne);
		// Rows that are cut give a token beyond the bucket's length as a label alone.
		const rows = Array.from({ length: items.count }, (_, i) =>
			lengthsOf(items, i),
		);
		return this.#shape(tokens, length, rows, settings);
	}

	#flatShape({ lengths }: StepItems, settings: BatchSettings): RowShape {
		const tokens = sum(lengths);
		return this.#shape(tokens, tokens, [lengths], settings);
	}

	/**
	 * @param most Tokens of a row that are given where it is cut.
	 * @param rows The lengths of the sequences of each.
	 */
	#shape(
		tokens: number,
		most: number,
		rows: readonly Int32Array[],
		settings: BatchSettings,
	): RowShape {
		const { padId } = this.#plan;
		const { rank, columns, columnOptions } = settings;
		const sharing = sharingOf(settings);
		const shape = { tokens, padId, columns, columnOptions };
		if (sharing.parts === 1) return { ...shape, share: null };
		const width = sharedWidth(rows, most, sharing);
		requireRoom(width * rows.length, sharing);
		const part = rank % sharing.parts;
		return { ...shape, share: { ...sharing, part, most, width } };
	}
}

/** Items of a step that some ranks are given together. */
export interface RankShare {
	firstRank: number;
	/** How many ranks share them. */
	degree: number;
	items: Int32Array;
}

/** @throws UsageError where rows that are padded to be cut are more than a batch can have */
function requireRoom(tokens: number, sharing: Sharing): void {
	if (tokens > MOST_TOKENS)
		throw new UsageError(
			"bad-option",
			`the rows of a step have ${tokens} tokens once each sequence is padded to a multiple of ${sequenceMultiple(sharing)} (${optionName("sequenceMultiple")}), and batches have at most ${MOST_TOKENS}: give a smaller multiple, or fewer ranks that share a row (${optionName("sequenceParallel")}).`,
		);
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
