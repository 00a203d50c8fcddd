import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { bestFitDecreasing } from "../../src/pack/best-fit-decreasing.js";
import { lowerBound } from "../../src/pack/lower-bound.js";
import type { Packing } from "../../src/pack/packing.js";

/** As lists of sequences, pack by pack. */
function packsOf({ order, packOffsets }: Packing): number[][] {
	return Array.from({ length: packOffsets.length - 1 }, (_, p) => [
		...order.subarray(packOffsets[p], packOffsets[p + 1]),
	]);
}

/**
 * Best-fit-decreasing by its definition, in quadratic time: each sequence into
 * the fullest pack with room, of equally full ones that which has been so for
 * longest.
 */
function plain(lengths: number[], capacity: number): number[][] {
	const packs: { left: number; since: number; members: number[] }[] = [];
	const sorted = [...lengths.keys()].sort((a, b) => lengths[b] - lengths[a]);
	sorted.forEach((sequence, time) => {
		const length = lengths[sequence];
		let best: (typeof packs)[0] | undefined;
		for (const pack of packs)
			if (
				pack.left >= length &&
				(best === undefined ||
					pack.left < best.left ||
					(pack.left === best.left && pack.since < best.since))
			)
				best = pack;
		if (best === undefined) {
			best = { left: capacity, since: 0, members: [] };
			packs.push(best);
		}
		best.left -= length;
		best.since = time;
		best.members.push(sequence);
	});
	return packs.map(({ members }) => members);
}

/** The fewest packs, by trying everything. */
function optimum(lengths: number[], capacity: number): number {
	let best = lengths.length;
	const loads: number[] = [];
	const place = (at: number) => {
		if (loads.length >= best) return;
		if (at === lengths.length) {
			best = loads.length;
			return;
		}
		for (let p = 0; p <= loads.length; p++) {
			if (p === loads.length) loads.push(0);
			if (loads[p] + lengths[at] <= capacity) {
				loads[p] += lengths[at];
				place(at + 1);
				loads[p] -= lengths[at];
			}
			if (p === loads.length - 1 && loads[p] === 0) {
				loads.pop();
				break;
			}
		}
	};
	place(0);
	return best;
}

test("makes the packs of the definition, one by one", () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 3000 }).chain((capacity) =>
				fc.tuple(
					fc.constant(capacity),
					fc.array(fc.integer({ min: 1, max: capacity }), {
						maxLength: 200,
					}),
				),
			),
			([capacity, lengths]) => {
				const packing = bestFitDecreasing(Int32Array.from(lengths), capacity);
				expect(packsOf(packing)).toEqual(plain(lengths, capacity));
			},
		),
		{ numRuns: 500 },
	);
});

test("needs at most 11/9 of the fewest packs and 6/9 of one", () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 9 }),
			(lengths) => {
				const { packOffsets } = bestFitDecreasing(Int32Array.from(lengths), 20);
				const fewest = optimum(lengths, 20);
				const packs = packOffsets.length - 1;
				expect(packs).toBeGreaterThanOrEqual(fewest);
				expect(packs).toBeLessThanOrEqual(Math.floor((11 * fewest + 6) / 9));
			},
		),
		{ numRuns: 200 },
	);
});

test("fills a million packs of natural lengths to within 0.01 % of the bound", () => {
	const capacity = 2048;
	const random = createRandom(1);
	const uniform = () => (random() + 0.5) / 2 ** 32;
	// Log-normal with median 400, cut at a row: the shape of web documents.
	const lengths = Int32Array.from({ length: 1_000_000 }, () => {
		const normal =
			Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
		const length = Math.round(400 * Math.exp(1.2 * normal));
		return Math.max(1, Math.min(capacity, length));
	});
	const packs = bestFitDecreasing(lengths, capacity).packOffsets.length - 1;
	expect(packs / lowerBound(lengths, capacity)).toBeLessThan(1.0001);
});
