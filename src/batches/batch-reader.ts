import { UsageError } from "../core/errors.js";
import { Int32Buffer } from "../core/token-batch.js";
import { batchColumns } from "../masks/batch-columns.js";
import {
	type SequenceShares,
	shareMultiple,
	shareOfRow,
} from "../masks/sequence-parallel.js";
import { balanceRanks, rankImbalance } from "../pack/balance-ranks.js";
import { type CostModel, DEFAULT_COST } from "../pack/cost.js";
import type { Column } from "../shards/columns.js";
import type { Store } from "../storage/store.js";
import type { Batch } from "./batch.js";
import { BucketRows, OpenFiles } from "./bucket-rows.js";
import type { DatasetBuckets } from "./dataset-buckets.js";
import type { CurriculumPlan } from "./plan.js";
import { RowFinder } from "./row-finder.js";
import { type Pool, readPool } from "./sequence-pools.js";
import { type PlanStep, StepsReader } from "./steps.js";

/** What a rank is given of each step, and how. */
export interface BatchSettings {
	rank: number;
	worldSize: number;
	/** Names from `batchColumns`. */
	columns: readonly string[];
	/** Share rows out by cost, not in their order. */
	balanceRanks: boolean;
	/** Ranks that share each row. */
	sequenceParallel: number;
	sequenceShares: SequenceShares;
}

/** A sequence or row of a step: where it is from, and its tokens. */
interface Item {
	dataset: number;
	row: number;
	/** First token in the row. */
	start: number;
	/** Tokens of each of its sequences; null for a row that one sequence fills. */
	lengths: Int32Array | null;
	source: BucketRows;
}

/** Reads what one rank gets of a step; any step, in any order. */
export class BatchReader {
	readonly #plan: CurriculumPlan;
	readonly #settings: BatchSettings;
	readonly #steps: StepsReader;
	readonly #files = new OpenFiles();
	/** By stage, then bucket. */
	readonly #finders: RowFinder[][];
	readonly #cost: CostModel = DEFAULT_COST;
	#pool: { key: string; pool: Pool } | null = null;

	constructor(
		store: Store,
		directory: string,
		plan: CurriculumPlan,
		datasets: readonly DatasetBuckets[],
		settings: BatchSettings,
	) {
		this.#plan = plan;
		this.#settings = settings;
		this.#steps = new StepsReader(store, directory, plan.steps.rows);
		const readers = new Map<string, BucketRows>();
		const readerOf = (dataset: number, length: number) => {
			const key = `${dataset} ${length}`;
			const bucket = datasets[dataset].buckets.find((b) => b.length === length);
			const reader =
				readers.get(key) ??
				new BucketRows(
					store,
					datasets[dataset],
					bucket as DatasetBuckets["buckets"][number],
					this.#files,
				);
			readers.set(key, reader);
			return reader;
		};
		this.#finders = plan.stages.map(({ buckets }) =>
			buckets.map(
				(bucket) =>
					new RowFinder(
						bucket,
						bucket.sources.map(({ dataset }) =>
							readerOf(dataset, bucket.length),
						),
						plan.seed,
					),
			),
		);
	}

	read(number: number): Batch {
		const step = this.#steps.read(number);
		const { mine, imbalance } = this.#share(step);
		const rows =
			this.#plan.batches === "flat"
				? this.#flat(step, mine)
				: this.#padded(step, mine);
		const steps = new Int32Array(rows.rows).fill(number);
		const columns = {
			step: { type: "int32" as const, values: steps },
			...rows.columns,
		};
		const { stage } = step;
		const { length } = rows;
		return { step: number, stage, length, rows: rows.rows, columns, imbalance };
	}

	close(): void {
		this.#steps.close();
		this.#files.close();
	}

	/** The items of a step that are this rank's. */
	#share(step: PlanStep): { mine: Item[]; imbalance: Batch["imbalance"] } {
		const { rank, worldSize, sequenceParallel } = this.#settings;
		const groups = worldSize / sequenceParallel;
		const group = Math.floor(rank / sequenceParallel);
		const each = step.batchSize / groups;
		const first = group * each;
		if (!this.#settings.balanceRanks) {
			const mine: Item[] = [];
			for (let i = first; i < first + each; i++) mine.push(this.#item(step, i));
			return { mine, imbalance: null };
		}
		const all = Array.from({ length: step.batchSize }, (_, i) =>
			this.#item(step, i),
		);
		const costs = Float64Array.from(all, (item) => this.#costOf(item, step));
		const shared = balanceRanks(costs, groups);
		const inOrder = shared.map((_, g) =>
			Array.from({ length: each }, (_, i) => g * each + i),
		);
		return {
			mine: Array.from(shared[group], (i) => all[i]),
			imbalance: {
				shared: rankImbalance(costs, shared),
				inOrder: rankImbalance(costs, inOrder),
			},
		};
	}

	#costOf({ lengths }: Item, { length }: PlanStep): number {
		const { perToken, perSquare } = this.#cost;
		let cost = 0;
		for (const tokens of lengths ?? [length + this.#plan.more])
			cost += perToken * tokens + perSquare * tokens * tokens;
		return cost;
	}

	/** Item `i` of a step. */
	#item(step: PlanStep, i: number): Item {
		const finder = this.#finders[step.stage][step.bucket];
		if (this.#plan.batches === "token-budget") {
			const pool = this.#poolOf(step, finder);
			const { order, offsets } = pool.batches;
			const sequence = order[offsets[pool.turns[step.part]] + i];
			const { dataset, row, rows } = finder.find(pool.places[sequence]);
			const lengths = pool.lengths.slice(sequence, sequence + 1);
			return {
				dataset,
				row,
				start: pool.starts[sequence],
				lengths,
				source: rows,
			};
		}
		const { dataset, row, rows } = finder.find(step.offset + i);
		const lengths = rows.isFull ? null : rows.readLengths(row);
		return { dataset, row, start: 0, lengths, source: rows };
	}

	#poolOf({ stage, bucket, offset }: PlanStep, finder: RowFinder): Pool {
		const key = `${stage} ${offset}`;
		if (this.#pool?.key === key) return this.#pool.pool;
		const { pools, buckets } = this.#plan.stages[stage];
		const all = buckets[bucket].sources.reduce(
			(sum, { rows }) => sum + rows,
			0,
		);
		const rows = Math.min(pools?.rows ?? 0, all - offset);
		const { tokensPerStep: tokens, worldSize: multiple, seed } = this.#plan;
		const pool = readPool(
			finder,
			{ first: offset, rows },
			{ tokens, multiple },
			[seed, stage, offset],
		);
		this.#pool = { key, pool };
		return pool;
	}

	/** A row for each item, padded to the step's length. */
	#padded(step: PlanStep, items: Item[]) {
		const { sequenceParallel, sequenceShares, columns } = this.#settings;
		const { padId, more, batches } = this.#plan;
		const isCut = sequenceParallel > 1;
		const multiple = shareMultiple(sequenceParallel, sequenceShares);
		const tokens = step.length + more;
		// Rows that are cut give their last token as a label alone.
		const width = !isCut
			? tokens
			: batches === "token-budget"
				? Math.ceil(tokens / multiple) * multiple
				: step.length;
		const ids = new Int32Array(items.length * tokens);
		const seqLengths = new Int32Buffer(items.length);
		const seqOffsets = new Int32Array(items.length + 1);
		const bytes = new Uint8Array(ids.buffer);
		for (const [i, { row, start, lengths, source }] of items.entries()) {
			if (lengths === null) {
				source.readFull(
					row,
					bytes.subarray(i * tokens * 4, (i + 1) * tokens * 4),
				);
				seqLengths.push(tokens);
			} else {
				const used = sumOf(lengths);
				const at = i * tokens;
				source.readTokens(row, start, ids.subarray(at, at + used));
				if (used < tokens) ids.fill(padId, at + used, at + tokens);
				seqLengths.append(lengths);
			}
			seqOffsets[i + 1] = seqLengths.length;
		}
		const lengths = seqLengths.view();
		const rowOf = (i: number) => {
			const ofRow = lengths.subarray(seqOffsets[i], seqOffsets[i + 1]);
			const at = i * tokens;
			return { ids: ids.subarray(at, at + sumOf(ofRow)), seqLengths: ofRow };
		};
		const cut = this.#cutter(width);
		const given: Record<string, Column> = {};
		for (const name of columns) {
			const values = new Int32Buffer(items.length * tokens);
			const offsets = new Int32Array(items.length + 1);
			for (let i = 0; i < items.length; i++) {
				const row = batchColumns[name](rowOf(i), Math.max(width, tokens));
				values.append(cut === null ? row : cut(row));
				offsets[i + 1] = values.length;
			}
			given[name] = { type: "list<int32>", values: values.view(), offsets };
		}
		const rowsOfIds =
			cut === null
				? ids
				: cutRows(ids, items.length, tokens, width, padId, cut);
		const length = items.length === 0 ? 0 : rowsOfIds.length / items.length;
		return {
			rows: items.length,
			length,
			columns: {
				...this.#origins(step, items),
				input_ids: {
					type: "list<int32>" as const,
					values: rowsOfIds,
					offsets: Int32Array.from(
						{ length: items.length + 1 },
						(_, i) => i * length,
					),
				},
				seq_lengths: {
					type: "list<int32>" as const,
					values: lengths,
					offsets: seqOffsets,
				},
				...(batches === "token-budget"
					? {
							start: {
								type: "int32" as const,
								values: Int32Array.from(items, ({ start }) => start),
							},
						}
					: {}),
				...given,
			},
		};
	}

	/** One row of all items, one after the other, without padding. */
	#flat(step: PlanStep, items: Item[]) {
		const { sequenceParallel, sequenceShares, columns } = this.#settings;
		const { more, padId } = this.#plan;
		const ids = new Int32Buffer(items.length * (step.length + more));
		const seqLengths = new Int32Buffer(items.length);
		for (const { row, start, lengths, source } of items) {
			const own = lengths ?? Int32Array.of(step.length + more);
			const used = sumOf(own);
			ids.reserve(used);
			source.readTokens(
				row,
				start,
				ids.array.subarray(ids.length, ids.length + used),
			);
			ids.length += used;
			seqLengths.append(own);
		}
		const multiple = shareMultiple(sequenceParallel, sequenceShares);
		const width =
			sequenceParallel === 1
				? ids.length
				: Math.ceil(ids.length / multiple) * multiple;
		const cut = this.#cutter(width);
		const row = { ids: ids.view(), seqLengths: seqLengths.view() };
		const given: Record<string, Column> = {};
		for (const name of columns) {
			const dense = batchColumns[name](row, width);
			given[name] = oneList(Int32Array.from(cut === null ? dense : cut(dense)));
		}
		const values =
			cut === null
				? row.ids
				: cutRows(row.ids, 1, row.ids.length, width, padId, cut);
		const { dataset, bucket, row: numbers } = this.#origins(step, items);
		return {
			rows: 1,
			length: values.length,
			columns: {
				dataset: oneList(dataset.values),
				bucket: oneList(bucket.values),
				row: {
					type: "list<int64>" as const,
					values: numbers.values,
					offsets: Int32Array.of(0, items.length),
				},
				input_ids: oneList(values),
				seq_lengths: oneList(row.seqLengths),
				...given,
			},
		};
	}

	#origins({ stage, bucket }: PlanStep, items: Item[]) {
		const { length } = this.#plan.stages[stage].buckets[bucket];
		return {
			dataset: {
				type: "int32" as const,
				values: Int32Array.from(items, ({ dataset }) => dataset),
			},
			bucket: {
				type: "int32" as const,
				values: new Int32Array(items.length).fill(length),
			},
			row: {
				type: "int64" as const,
				values: BigInt64Array.from(items, ({ row }) => BigInt(row)),
			},
		};
	}

	/** What takes this rank's share of a row's values; null where rows are whole. */
	#cutter(width: number): ((row: ArrayLike<number>) => Int32Array) | null {
		const { rank, sequenceParallel, sequenceShares } = this.#settings;
		if (sequenceParallel === 1) return null;
		const part = rank % sequenceParallel;
		const spans = shareOfRow(width, sequenceParallel, part, sequenceShares);
		const length = spans.reduce((sum, [from, to]) => sum + to - from, 0);
		return (row) => {
			const share = new Int32Array(length);
			let at = 0;
			for (const [from, to] of spans)
				for (let i = from; i < to; i++) share[at++] = row[i];
			return share;
		};
	}
}

/** Cuts each of some rows, padded to `width` or cut off there first. */
function cutRows(
	ids: Int32Array,
	rows: number,
	tokens: number,
	width: number,
	padId: number,
	cut: (row: ArrayLike<number>) => Int32Array,
): Int32Array {
	const out = new Int32Buffer(ids.length);
	for (let i = 0; i < rows; i++) {
		const row = new Int32Array(width).fill(padId);
		row.set(ids.subarray(i * tokens, i * tokens + Math.min(tokens, width)));
		out.append(cut(row));
	}
	return out.view();
}

function oneList(values: Int32Array) {
	return {
		type: "list<int32>" as const,
		values,
		offsets: Int32Array.of(0, values.length),
	};
}

function sumOf(lengths: Int32Array): number {
	let sum = 0;
	for (const length of lengths) sum += length;
	return sum;
}

/**
 * Checks that a plan can be read so.
 * @throws UsageError that says the numbers and a way out
 */
export function checkBatchSettings(
	plan: CurriculumPlan,
	{ rank, worldSize, columns, sequenceParallel, sequenceShares }: BatchSettings,
): void {
	if (!Number.isInteger(rank) || rank < 0 || rank >= worldSize)
		throw new UsageError(
			"bad-rank",
			`there is no rank ${rank} (--rank) among ${worldSize} ranks (--world-size): give one from 0 to ${worldSize - 1}.`,
		);
	for (const column of columns)
		if (!Object.hasOwn(batchColumns, column))
			throw new UsageError(
				"bad-option",
				`columns (--columns) is "${column}": give one of ${Object.keys(batchColumns).join(", ")}.`,
			);
	if (sequenceParallel > 1 && columns.includes("cu_seqlens"))
		throw new UsageError(
			"bad-option",
			"cu_seqlens are of whole rows, and --sequence-parallel cuts them: leave one of the two out.",
		);
	if (worldSize % sequenceParallel !== 0)
		throw new UsageError(
			"bad-sequence-parallel",
			`${sequenceParallel} ranks that share a row (--sequence-parallel) do not divide the ${worldSize} ranks (--world-size).`,
		);
	const groups = worldSize / sequenceParallel;
	for (const { buckets } of plan.stages)
		for (const { length, batchRows } of buckets) {
			const rows = plan.batches === "token-budget" ? plan.worldSize : batchRows;
			if (rows % groups !== 0)
				throw new UsageError(
					"bad-world-size",
					`${groups} ranks${sequenceParallel > 1 ? `, of ${sequenceParallel} each,` : ""} do not divide the ${rows} ${plan.batches === "token-budget" ? "sequences that batches are multiples of" : `sequences of ${length} tokens in a step`}: use as many ranks as divide them, or plan again with --world-size ${groups}.`,
				);
			if (
				sequenceParallel > 1 &&
				plan.batches !== "flat" &&
				plan.batches !== "token-budget"
			)
				shareOfRow(length, sequenceParallel, 0, sequenceShares);
		}
}
