import { orderBy } from "../../core/order-by.js";
import type { Diffing } from "./diffing.js";
import { Firsts } from "./firsts.js";
import { ROW_WIDTH, rowNumber } from "./read-rows.js";
import type { Spill } from "./spill.js";

/** What came of comparing the rows of two sides. */
export class ComparedRows {
	equal = 0;
	moved = 0;
	firstMoved: { a: number; b: number } | null = null;
	readonly onlyA: Firsts<number>;
	readonly onlyB: Firsts<number>;

	constructor(limit: number) {
		this.onlyA = new Firsts(limit);
		this.onlyB = new Firsts(limit);
	}
}

/** Compares rows partition by partition: those of one hash, first those of one number, then in their order. */
export async function compareRows(
	a: Spill,
	b: Spill,
	{ limit, onRows }: Diffing,
): Promise<ComparedRows> {
	const result = new ComparedRows(limit);
	for (let partition = 0; partition < a.partitions; partition++) {
		comparePartition(await a.read(partition), await b.read(partition), result);
		onRows(0);
	}
	return result;
}

function comparePartition(
	a: Int32Array,
	b: Int32Array,
	result: ComparedRows,
): void {
	const orderA = byHash(a);
	const orderB = byHash(b);
	let i = 0;
	let j = 0;
	while (i < orderA.length || j < orderB.length) {
		const order =
			i === orderA.length
				? 1
				: j === orderB.length
					? -1
					: compared(a, orderA[i] * ROW_WIDTH, b, orderB[j] * ROW_WIDTH);
		const fromA = i;
		const fromB = j;
		if (order <= 0) i = endOf(a, orderA, i);
		if (order >= 0) j = endOf(b, orderB, j);
		compareAlike(
			numbersOf(a, orderA, fromA, i),
			numbersOf(b, orderB, fromB, j),
			result,
		);
	}
}

/** Compares the numbers, ascending, of rows that are alike. */
function compareAlike(a: number[], b: number[], result: ComparedRows): void {
	const equal = Math.min(a.length, b.length);
	result.equal += equal;
	const [restA, restB] = withoutCommon(a, b);
	const moved = Math.min(restA.length, restB.length);
	result.moved += moved;
	if (
		moved > 0 &&
		(result.firstMoved === null || restA[0] < result.firstMoved.a)
	)
		result.firstMoved = { a: restA[0], b: restB[0] };
	for (const row of restA.slice(moved)) result.onlyA.add(row, row);
	for (const row of restB.slice(moved)) result.onlyB.add(row, row);
}

/** What of two ascending lists is not in both. */
function withoutCommon(a: number[], b: number[]): [number[], number[]] {
	const rest: [number[], number[]] = [[], []];
	let i = 0;
	let j = 0;
	while (i < a.length || j < b.length)
		if (j === b.length || a[i] < b[j]) rest[0].push(a[i++]);
		else if (i === a.length || b[j] < a[i]) rest[1].push(b[j++]);
		else {
			i++;
			j++;
		}
	return rest;
}

/** By their hashes; those of one hash stay in the order of their numbers. */
function byHash(records: Int32Array): Uint32Array {
	const count = records.length / ROW_WIDTH;
	return orderBy(
		[0, 1].map((word) => {
			const values = new Int32Array(count);
			for (let i = 0; i < count; i++) values[i] = records[i * ROW_WIDTH + word];
			return values;
		}),
	);
}

function endOf(records: Int32Array, order: Uint32Array, from: number): number {
	let end = from + 1;
	const at = order[from] * ROW_WIDTH;
	while (
		end < order.length &&
		compared(records, at, records, order[end] * ROW_WIDTH) === 0
	)
		end++;
	return end;
}

function numbersOf(
	records: Int32Array,
	order: Uint32Array,
	from: number,
	to: number,
): number[] {
	const numbers: number[] = [];
	for (let i = from; i < to; i++)
		numbers.push(rowNumber(records, order[i] * ROW_WIDTH));
	return numbers;
}

function compared(
	a: Int32Array,
	atA: number,
	b: Int32Array,
	atB: number,
): number {
	return (
		(a[atA] >>> 0) - (b[atB] >>> 0) || (a[atA + 1] >>> 0) - (b[atB + 1] >>> 0)
	);
}
