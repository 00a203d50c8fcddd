import { sum } from "../core/arithmetic.js";
import { fitTable, wholeNumbers } from "./fit-table.js";
import type { WeightLines } from "./weight-lines.js";

/** Spans of a bucket, at most. */
const MOST_SPANS = 1000;
/** What a source has at least of a span, as a part of its share: so that all totals can be met. */
const LEAST = 1e-6;

/**
 * Cuts the places of a bucket into spans, in which the sources' shares follow the weights at the
 * steps where they come. All spans together have what each source gives, exactly; spans are
 * shorter where weights change faster. Null where weights do not change.
 * @param steps The steps of the bucket in the stage, ascending.
 * @param batchRows Rows of a step.
 * @param sources The dataset of each, and the rows that it gives; together those of the steps.
 * @returns Of each span the rows of each source.
 */
export function weightSpans(
	steps: Int32Array,
	batchRows: number,
	sources: readonly { dataset: number; rows: number }[],
	lines: WeightLines,
): number[][] | null {
	const groups = groupSteps(steps, lines);
	if (groups === null) return null;
	const rows = groups.map(({ count }) => count * batchRows);
	const columns = sources.map((source) => source.rows);
	const all = sum(rows);
	const shares = groups.map(({ weights }, g) =>
		sources.map(
			({ dataset }, s) =>
				weights[dataset] + (LEAST * rows[g] * columns[s]) / all ** 2,
		),
	);
	return wholeSpans(fitTable(shares, rows, columns), rows, columns);
}

/** Steps one after the other: how many, and their weights added up. */
interface StepGroup {
	count: number;
	weights: number[];
}

/**
 * Within a span that is mixed by itself, shares are off by the rows times the change of the weights: both
 * are as small as can be where the roots of the changes are equal in all spans.
 */
function groupSteps(steps: Int32Array, lines: WeightLines): StepGroup[] | null {
	const changes = new Float64Array(steps.length);
	let before = steps.length === 0 ? [] : lines.at(steps[0]);
	let total = 0;
	for (let i = 1; i < steps.length; i++) {
		const weights = lines.at(steps[i]);
		const change = sum(weights.map((w, d) => Math.abs(w - before[d])));
		if (change > 1e-12) changes[i] = Math.sqrt(change);
		total += changes[i];
		before = weights;
	}
	if (total === 0) return null;
	const groups: StepGroup[] = [];
	let done = 0;
	let number = -1;
	for (const [i, step] of steps.entries()) {
		done += changes[i];
		const own = Math.min(
			MOST_SPANS - 1,
			Math.floor((done / total) * MOST_SPANS),
		);
		const weights = lines.at(step);
		if (own !== number)
			groups.push({ count: 0, weights: weights.map(() => 0) });
		number = own;
		const group = groups[groups.length - 1];
		group.count++;
		weights.forEach((weight, d) => {
			group.weights[d] += weight;
		});
	}
	return groups;
}

/** Whole numbers whose sums from the first row on are near those given, and that have the sums of rows and columns. */
function wholeSpans(
	cells: readonly (readonly number[])[],
	rows: readonly number[],
	columns: readonly number[],
): number[][] {
	const due = columns.map(() => 0);
	let taken = columns.map(() => 0);
	return cells.map((row, r) => {
		row.forEach((cell, c) => {
			due[c] += cell;
		});
		const next = wholeNumbers(due, sum(taken) + rows[r], taken, columns);
		const span = next.map((n, c) => n - taken[c]);
		taken = next;
		return span;
	});
}
