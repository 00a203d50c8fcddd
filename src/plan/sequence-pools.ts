import { sum } from "../core/arithmetic.js";
import { Int32Buffer } from "../core/buffers.js";
import { createRandom, permutation } from "../core/random.js";
import {
	type BudgetBatches,
	tokenBudgetBatches,
} from "../curriculum/token-budget.js";
import { eachOf } from "../storage/when-read.js";
import type { CurriculumPlan } from "./curriculum-plan.js";
import type { RowFinder } from "./row-finder.js";
import type { PlanStep } from "./steps-file.js";

/** Rows whose sequences are sorted together, and the batches that they make. */
export interface Pool {
	/** Of each sequence: its row's place in the bucket, its first token in the row, its tokens. */
	places: Float64Array;
	starts: Int32Array;
	lengths: Int32Array;
	batches: BudgetBatches;
	/** In which order the batches come. */
	turns: Int32Array;
}

/** Which rows the pool of a step has, how it is shared out, and the key of its order. */
export function poolOfStep(
	plan: CurriculumPlan,
	{ stage, bucket, offset }: Pick<PlanStep, "stage" | "bucket" | "offset">,
) {
	const own = plan.stages[stage];
	const all = sum(own.buckets[bucket].sources.map(({ rows }) => rows));
	const { tokensPerStep = plan.tokensPerStep } = own;
	const { worldSize = plan.worldSize } = own;
	return {
		span: {
			first: offset,
			rows: Math.min(own.pools?.rows ?? 0, all - offset),
		},
		budget: { tokens: tokensPerStep, multiple: worldSize },
		key: [plan.seed, stage, offset],
	};
}

/**
 * Reads the lengths of all sequences of a pool, and shares them out.
 * @param first Place of the pool's first row in its bucket; `rows` of them.
 * @throws NotYetRead
 */
export function readPool(
	finder: RowFinder,
	{ first, rows }: { first: number; rows: number },
	{ tokens, multiple }: { tokens: number; multiple: number },
	key: readonly number[],
): Pool {
	const lengths = new Int32Buffer();
	const starts = new Int32Buffer();
	const counts = new Int32Array(rows);
	eachOf(rows, (i) => {
		const found = finder.find(first + i);
		const ofRow = found.rows.readLengths(found.row);
		counts[i] = ofRow.length;
		let start = 0;
		for (const length of ofRow) {
			starts.push(start);
			lengths.push(length);
			start += length;
		}
	});
	const places = new Float64Array(lengths.length);
	let at = 0;
	counts.forEach((count, i) => {
		places.fill(first + i, at, at + count);
		at += count;
	});
	const batches = tokenBudgetBatches(lengths.view(), tokens, multiple);
	const random = createRandom(...key);
	return {
		places,
		starts: starts.view(),
		lengths: lengths.view(),
		batches,
		turns: permutation(batches.offsets.length - 1, random),
	};
}

/**
 * Labels of each sequence of a pool.
 * @throws NotYetRead
 */
export function labelsOfPool(
	finder: RowFinder,
	{ first, rows }: { first: number; rows: number },
	{ lengths }: Pick<Pool, "lengths">,
): Int32Array {
	const labels = new Int32Buffer(lengths.length);
	eachOf(rows, (i) => {
		const { row, rows: reader } = finder.find(first + i);
		if (reader.isMasked)
			labels.append(reader.readSequences(row, "label_counts"));
		else labels.append(reader.readLengths(row).map((length) => length - 1));
	});
	return labels.view();
}
