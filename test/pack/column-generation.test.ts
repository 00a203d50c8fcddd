import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { patternBound } from "../../src/pack/column-generation.js";
import { lowerBound } from "../../src/pack/lower-bound.js";
import { pack } from "../../src/pack/pack.js";
import { everything } from "../helpers.js";
import { checkPacking, instance, optimum } from "./instances.js";

const columns = (lengths: Int32Array, capacity: number) =>
	pack(lengths, capacity, { packer: "column-generation" });
const packsOf = (lengths: Int32Array, capacity: number) =>
	columns(lengths, capacity).packOffsets.length - 1;
const greedyPacks = (lengths: Int32Array, capacity: number) =>
	pack(lengths, capacity).packOffsets.length - 1;

test("is valid, no worse than best-fit-decreasing, and no better than its bound", () => {
	fc.assert(
		fc.property(instance, ([capacity, list]) => {
			const lengths = Int32Array.from(list);
			checkPacking(lengths, capacity, columns(lengths, capacity));
			const packs = packsOf(lengths, capacity);
			expect(packs).toBeLessThanOrEqual(greedyPacks(lengths, capacity));
			expect(packs).toBeGreaterThanOrEqual(patternBound(lengths, capacity));
		}),
		{ numRuns: 200 },
	);
});

test.each([1, 300, 5003])(
	"the bound is at most the fewest packs, lengths times %i",
	(scale) => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.integer({ min: 1, max: 24 }), fc.nat()), {
					maxLength: 9,
				}),
				(list) => {
					// Capacities of many units, and lengths that are not multiples of one.
					const capacity = 24 * scale;
					const lengths = list.map(([length, more]) =>
						Math.min(capacity, length * scale + (more % scale)),
					);
					const bound = patternBound(Int32Array.from(lengths), capacity);
					expect(bound).toBeLessThanOrEqual(optimum(lengths, capacity));
					expect(bound).toBeGreaterThanOrEqual(
						lowerBound(Int32Array.from(lengths), capacity),
					);
				},
			),
			{ numRuns: everything ? 300 : 100 },
		);
	},
);

/** Tokens of a row: of many different lengths packing takes long. */
const row = everything ? 8192 : 2048;

/** 20,000 lengths, as parts of a row. */
function drawn(part: (normal: number, uniform: number) => number): Int32Array {
	const random = createRandom(3);
	const uniform = () => (random() + 0.5) / 2 ** 32;
	return Int32Array.from({ length: 20_000 }, () => {
		const normal =
			Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
		return Math.max(
			1,
			Math.min(row, Math.round(row * part(normal, uniform()))),
		);
	});
}

describe("lengths that greedy packing finds hard", () => {
	test.each([
		["near a third of a row", drawn((n) => 0.35 + 0.03 * n), 0.985, 1.015],
		["near 0.45 of a row", drawn((n) => 0.45 + 0.05 * n), 1, 1.005],
		["from a fifth to 0.7", drawn((_, u) => 0.2 + 0.5 * u), 0.996, 1.01],
	])(
		"%s: fewer packs, or the proof that there are none",
		(_, lengths, saved, gap) => {
			const greedy = greedyPacks(lengths, row);
			const packs = packsOf(lengths, row);
			expect(packs / greedy).toBeLessThanOrEqual(saved);
			expect(packs / patternBound(lengths, row)).toBeLessThan(gap);
		},
	);

	test("a cutting-stock problem with a known optimum", () => {
		// 44, 30 and 26 fill a row.
		const lengths = Int32Array.from(
			Array.from({ length: 300 }, (_, i) => [44, 30, 26][i % 3]),
		);
		expect(packsOf(lengths, 100)).toBe(100);
		const two = Int32Array.from(
			Array.from({ length: 600 }, (_, i) => (i % 6 < 2 ? 35 : 15)),
		);
		// Two of 35 and two of 15 fill a row.
		expect(packsOf(two, 100)).toBe(patternBound(two, 100));
	});
});

test("has no limit on sequences, and says so", () => {
	expect(() =>
		pack(Int32Array.of(1), 4, { packer: "column-generation", maxSequences: 2 }),
	).toThrow(/maxSequences would change nothing: .* capped.*column-generation/);
});
