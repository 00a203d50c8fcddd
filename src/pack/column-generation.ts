import { bestFitDecreasing } from "./best-fit.js";
import { CapacityQueues } from "./capacity-queues.js";
import { groupByPack } from "./group-by-pack.js";
import { lowerBoundOfCounts } from "./lower-bound.js";
import type { Packer } from "./packer.js";
import { checkLengths, type Packing } from "./packing.js";
import { type PatternSolution, solvePatterns } from "./pattern-lp.js";
import { countLengths, longestFirst } from "./sequence-orders.js";

/** Types of lengths, and units of capacity, at most: what bounds the time. */
const MOST_TYPES = 128;
const MOST_UNITS = 4096;

/** Lengths that are taken for one, and how many sequences have them. */
interface LengthType {
	shortest: number;
	longest: number;
	count: number;
}

/**
 * For lengths on which greedy packing is far from the bound, such as clusters near
 * a third of a row: patterns of lengths are chosen by column generation on the
 * histogram (Gilmore and Gomory 1961), each used a whole number of times, and the
 * sequences left over are packed by best-fit-decreasing. Lengths are grouped into
 * at most 128 types, each taken for its longest. Never worse than
 * best-fit-decreasing: of the two the one with fewer packs counts, and where that one
 * is at the lower bound nothing else is tried.
 */
export const columnGeneration: Packer<Record<never, never>> = {
	meaning:
		"patterns of lengths, chosen by linear programming, for lengths that greedy packing finds hard, such as clusters near a third of a row",
	options: {},
	fillsRows: false,
	sharesRows: true,
	repacks: true,
	pack(lengths, capacity) {
		const unlimited = { maxSequences: undefined };
		const greedy = bestFitDecreasing.pack(lengths, capacity, unlimited);
		const counts = countLengths(lengths, capacity);
		const packs = greedy.packOffsets.length - 1;
		if (packs <= lowerBoundOfCounts(counts)) return greedy;
		const types = groupLengths(counts, MOST_TYPES);
		const planned = fillPatterns(
			solve(types, capacity).solution,
			types,
			lengths,
			capacity,
		);
		return planned.packOffsets.length < greedy.packOffsets.length
			? planned
			: greedy;
	},
};

/**
 * A lower bound on packs that can be above `lowerBound`'s: the dual of the linear
 * relaxation over patterns, made safe. A length counts as the dearest type whose size,
 * rounded up, is not above it, so that no pattern of real lengths is worth more than
 * the best one of types, by whose worth the sum is divided (Farley's bound).
 * @throws as the packers do.
 */
export function patternBound(lengths: Int32Array, capacity: number): number {
	checkLengths(lengths, capacity);
	const counts = countLengths(lengths, capacity);
	const simple = lowerBoundOfCounts(counts);
	const types = groupLengths(counts, MOST_TYPES);
	const { solution, sizes, unit } = solve(types, capacity);
	let worth = 0;
	// Values may dip: a length can count as any type that is no larger.
	let largest = 0;
	let t = 0;
	for (const { shortest, count } of types) {
		for (; t < types.length && sizes[t] <= Math.floor(shortest / unit); t++)
			largest = Math.max(largest, solution.values[t]);
		worth += largest * count;
	}
	return Math.max(
		simple,
		Math.ceil((worth / solution.most) * (1 - 1e-9) - 1e-6),
	);
}

function solve(types: readonly LengthType[], capacity: number) {
	const unit = Math.ceil(capacity / MOST_UNITS);
	const units = Math.floor(capacity / unit);
	const sizes = Int32Array.from(types, ({ longest }) =>
		Math.min(units, Math.ceil(longest / unit)),
	);
	const demands = Float64Array.from(types, ({ count }) => count);
	return { solution: solvePatterns(sizes, demands, units), sizes, unit };
}

/**
 * Groups lengths, from the shortest on, so that rounding each up to the longest of
 * its group wastes little: groups hold equal shares of the square roots of the
 * counts, which a quantizer of least waste has.
 */
function groupLengths(counts: Float64Array, most: number): LengthType[] {
	let distinct = 0;
	let total = 0;
	for (const count of counts) {
		if (count > 0) distinct++;
		total += Math.sqrt(count);
	}
	const types: LengthType[] = [];
	let share = 0;
	let count = 0;
	let shortest = 0;
	for (let length = 1; length < counts.length; length++) {
		if (counts[length] === 0) continue;
		share += Math.sqrt(counts[length]);
		if (count === 0) shortest = length;
		count += counts[length];
		const isFull = share >= ((types.length + 1) * total) / most;
		if (distinct <= most || isFull) {
			types.push({ shortest, longest: length, count });
			count = 0;
		}
	}
	if (count > 0) {
		const longest = counts.findLastIndex((n) => n > 0);
		types.push({ shortest, longest, count });
	}
	return types;
}

/** Packs by the patterns, each a whole number of times, then what is left by best fit. */
function fillPatterns(
	{ patterns, packs: wanted }: PatternSolution,
	types: readonly LengthType[],
	lengths: Int32Array,
	capacity: number,
): Packing {
	const sequences = longestFirst(lengths, capacity);
	// Sequences of a type lie side by side, those of the longest type first.
	const next = new Int32Array(types.length);
	const ends = new Int32Array(types.length);
	let at = 0;
	for (let t = types.length - 1; t >= 0; t--) {
		next[t] = at;
		at += types[t].count;
		ends[t] = at;
	}
	const packOf = new Int32Array(lengths.length).fill(-1);
	const room: number[] = [];
	for (const [p, pattern] of patterns.entries())
		for (let i = 0; i < Math.floor(wanted[p] + 1e-9); i++) {
			let left = capacity;
			for (const [t, items] of pattern.entries())
				for (let k = 0; k < items && next[t] < ends[t]; k++) {
					const sequence = sequences[next[t]++];
					packOf[sequence] = room.length;
					left -= lengths[sequence];
				}
			if (left < capacity) room.push(left);
		}
	const queues = new CapacityQueues(capacity);
	for (const [pack, left] of room.entries())
		if (left > 0) queues.put(pack, left);
	let packs = room.length;
	for (const sequence of sequences) {
		if (packOf[sequence] !== -1) continue;
		const length = lengths[sequence];
		const found = queues.smallestFrom(length);
		const pack = found === -1 ? packs++ : queues.take(found);
		const left = (found === -1 ? capacity : found) - length;
		packOf[sequence] = pack;
		if (left > 0) queues.put(pack, left);
	}
	return groupByPack(sequences, packOf, packs);
}
