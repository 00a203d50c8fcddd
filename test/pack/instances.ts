import fc from "fast-check";
import { expect } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { lowerBound } from "../../src/pack/lower-bound.js";
import type { Packing } from "../../src/pack/packing.js";
import { expectNumbers } from "../helpers.js";

/** A capacity, and lengths from 1 to it, of the shapes that packers find hard. */
export const instance = fc.integer({ min: 1, max: 200 }).chain((capacity) =>
	fc.tuple(
		fc.constant(capacity),
		fc.oneof(
			fc.array(fc.integer({ min: 1, max: capacity }), { maxLength: 300 }),
			fc.array(
				fc.integer({
					min: Math.ceil(capacity / 3),
					max: Math.ceil(capacity / 2),
				}),
			),
			// A few lengths, each many times.
			fc
				.array(fc.integer({ min: 1, max: capacity }), {
					minLength: 1,
					maxLength: 8,
				})
				.chain((few) =>
					fc.array(fc.constantFrom(...few), {
						minLength: 100,
						maxLength: 300,
					}),
				),
			// All equal; all just over half; two sizes that fit exactly; one giant.
			fc
				.tuple(fc.nat(300), fc.integer({ min: 1, max: capacity }))
				.map(([n, length]) => Array<number>(n).fill(length)),
			fc.array(fc.constantFrom(1, capacity, Math.floor(capacity / 2) + 1)),
			fc
				.integer({ min: 1, max: capacity })
				.chain((a) => fc.array(fc.constantFrom(a, Math.max(1, capacity - a)))),
			fc
				.array(fc.constant(1), { maxLength: 100 })
				.map((ones) => [...ones, capacity]),
		),
	),
);

/** As lists of sequences, pack by pack. */
export function packsOf({ order, packOffsets }: Packing): number[][] {
	return Array.from({ length: packOffsets.length - 1 }, (_, p) => [
		...order.subarray(packOffsets[p], packOffsets[p + 1]),
	]);
}

/** Each sequence in one pack, no pack over the capacity or the limit, none empty. */
export function checkPacking(
	lengths: Int32Array,
	capacity: number,
	packing: Packing,
	maxSequences = Number.POSITIVE_INFINITY,
): void {
	const { order, packOffsets } = packing;
	const packs = packOffsets.length - 1;
	expect(packOffsets[0]).toBe(0);
	expect(packOffsets[packs]).toBe(lengths.length);
	expectNumbers(order.slice().sort(), [...lengths.keys()]);
	const faults: string[] = [];
	for (let p = 0; p < packs; p++) {
		let tokens = 0;
		for (let at = packOffsets[p]; at < packOffsets[p + 1]; at++)
			tokens += lengths[order[at]];
		const sequences = packOffsets[p + 1] - packOffsets[p];
		if (!(tokens > 0 && tokens <= capacity && sequences <= maxSequences))
			faults.push(`pack ${p}: ${tokens} tokens of ${sequences} sequences`);
	}
	expect(faults).toEqual([]);
	const limit = Number.isFinite(maxSequences) ? { maxSequences } : {};
	expect(packs).toBeGreaterThanOrEqual(lowerBound(lengths, capacity, limit));
}

/** Log-normal lengths, cut at a row: the shape of web documents. */
export function naturalLengths(
	count: number,
	median: number,
	sigma: number,
	capacity: number,
	seed = 1,
): Int32Array {
	const random = createRandom(seed);
	const uniform = () => (random() + 0.5) / 2 ** 32;
	return Int32Array.from({ length: count }, () => {
		const normal =
			Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
		const length = Math.round(median * Math.exp(sigma * normal));
		return Math.max(1, Math.min(capacity, length));
	});
}

/** The fewest packs, by trying everything. */
export function optimum(
	lengths: readonly number[],
	capacity: number,
	maxSequences = Number.POSITIVE_INFINITY,
): number {
	let best = lengths.length;
	const loads: number[] = [];
	const members: number[] = [];
	const place = (at: number) => {
		if (loads.length >= best) return;
		if (at === lengths.length) {
			best = loads.length;
			return;
		}
		for (let p = 0; p <= loads.length; p++) {
			const isNew = p === loads.length;
			if (isNew) {
				loads.push(0);
				members.push(0);
			}
			if (loads[p] + lengths[at] <= capacity && members[p] < maxSequences) {
				loads[p] += lengths[at];
				members[p]++;
				place(at + 1);
				loads[p] -= lengths[at];
				members[p]--;
			}
			if (isNew) {
				loads.pop();
				members.pop();
				break;
			}
		}
	};
	place(0);
	return best;
}
