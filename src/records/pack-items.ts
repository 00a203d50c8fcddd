import { roundUp } from "../core/arithmetic.js";
import { createRandom } from "../core/random.js";
import type { PackRecordsValues } from "../options/pack-records.js";
import { closedPacks } from "../pack/closed-packs.js";
import { packCosts } from "../pack/cost.js";
import { rowOrders } from "../pack/orders.js";
import { packers } from "../pack/packers.js";
import type { Packing } from "../pack/packing.js";
import type { StepCounts } from "../pack/row-order.js";
import type { Items } from "./items.js";

/** Which records of a window share a row. */
export interface PackedItems {
	packing: Packing;
	/** The room that each record takes. */
	rooms: Int32Array;
	/** What each pack costs. */
	costs: Float64Array;
	/** The packs that become rows, in the order of the rows. */
	rows: Int32Array;
	/** The records of the others, in their order. */
	left: Int32Array;
	steps: StepCounts;
}

/**
 * Packs the records of a window.
 * @param window Its number.
 * @param isLast Whether all packs become rows; else some stay open.
 * @param hasCosts Whether records say what they cost.
 */
export function packItems(
	items: Items,
	values: PackRecordsValues,
	{
		window,
		isLast,
		hasCosts,
	}: { window: number; isLast: boolean; hasCosts: boolean },
): PackedItems {
	const { seqLen, padDocumentToMultiple, ranks = 1, seed } = values;
	const packer = packers.find(values.packer);
	const lengths = Int32Array.from(items.lengths);
	const rooms = lengths.map((length) => roundUp(length, padDocumentToMultiple));
	const packing = packer.pack(rooms, seqLen, values);
	const { order, packOffsets } = packing;
	const packs = Int32Array.from(
		{ length: packOffsets.length - 1 },
		(_, i) => i,
	);
	const closed = isLast
		? packs
		: closedPacks(rooms, packing, seqLen, { repacks: packer.repacks, ranks });
	const costs = hasCosts
		? sumsOfPacks(items.costs, packing)
		: packCosts(lengths, packing);
	const { rows, steps } = rowOrders.find(values.order).order(
		Float64Array.from(closed, (pack) => costs[pack]),
		values,
		createRandom(seed, window),
	);
	const isClosed = new Set(closed);
	const left = Array.from(packs)
		.filter((pack) => !isClosed.has(pack))
		.flatMap((pack) => [
			...order.subarray(packOffsets[pack], packOffsets[pack + 1]),
		]);
	return {
		packing,
		rooms,
		costs,
		rows: rows.map((row) => closed[row]),
		left: Int32Array.from(left).sort(),
		steps,
	};
}

function sumsOfPacks(
	values: readonly number[],
	{ order, packOffsets }: Packing,
): Float64Array {
	const sums = new Float64Array(packOffsets.length - 1);
	for (let pack = 0; pack < sums.length; pack++)
		for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++)
			sums[pack] += values[order[at]];
	return sums;
}
