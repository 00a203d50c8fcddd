import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom, permutation } from "../../src/core/random.js";
import { imbalance, packCosts } from "../../src/pack/cost.js";
import { balancedOrder, randomnessKept } from "../../src/pack/order.js";
import { pack } from "../../src/pack/pack.js";
import { naturalLengths } from "./instances.js";

test("a cost counts tokens, and squares of segments", () => {
	const lengths = Int32Array.of(3, 4, 5);
	const packing = pack(lengths, 8);
	expect([...packing.order]).toEqual([2, 0, 1]);
	expect([
		...packCosts(lengths, packing, { perToken: 10, perSquare: 1 }),
	]).toEqual([80 + 25 + 9, 40 + 16]);
});

test("imbalance is the largest over the mean, step by step", () => {
	expect(imbalance(Float64Array.of(1, 3, 2, 2, 9), 2)).toBe((1.5 + 1) / 2);
	expect(imbalance(Float64Array.of(1), 2)).toBe(1);
});

test("a balanced order has every row once, and depends on the seed alone", () => {
	fc.assert(
		fc.property(
			fc.array(fc.nat(50), { maxLength: 200 }),
			fc.integer({ min: 1, max: 9 }),
			fc.integer({ min: 1, max: 90 }),
			(list, ranks, shuffleWindow) => {
				const costs = Float64Array.from(list);
				const order = () =>
					balancedOrder(costs, { ranks, shuffleWindow }, createRandom(5));
				expect([...order()].sort((a, b) => a - b)).toEqual([...list.keys()]);
				expect(order()).toEqual(order());
			},
		),
	);
});

describe.each([
	[32_768, 300_000],
	[131_072, 300_000],
])("rows of %i tokens for 8 ranks", (capacity, count) => {
	const lengths = naturalLengths(count, 700, 1.5, capacity);
	const costs = packCosts(lengths, pack(lengths, capacity));
	const cost = (order: Int32Array) =>
		imbalance(
			Float64Array.from(order, (pack) => costs[pack]),
			8,
		);

	test("are within 1 % of the mean, where a shuffle is not", () => {
		const options = { ranks: 8, shuffleWindow: 1024 };
		const balanced = balancedOrder(costs, options, createRandom(1));
		expect(cost(balanced)).toBeLessThanOrEqual(1.01);
		expect(cost(permutation(costs.length, createRandom(1)))).toBeGreaterThan(
			1.1,
		);
	});

	test("do not go from the long to the short", () => {
		const options = { ranks: 8, shuffleWindow: 1024 };
		const order = balancedOrder(costs, options, createRandom(1));
		const half = order.length >> 1;
		const mean = (from: number, to: number) =>
			order.subarray(from, to).reduce((sum, p) => sum + costs[p], 0) /
			(to - from);
		expect(mean(0, half) / mean(half, order.length)).toBeGreaterThan(0.95);
		expect(mean(0, half) / mean(half, order.length)).toBeLessThan(1.05);
	});
});

test("the randomness given up is counted in bits", () => {
	// Two ranks, four rows: 3 pairings of 24 orders.
	expect(randomnessKept(4, { ranks: 2 })).toBeCloseTo(
		1 - Math.log(3) / Math.log(24),
		12,
	);
	expect(randomnessKept(100, { ranks: 1 })).toBeCloseTo(1, 12);
	expect(randomnessKept(1, { ranks: 1 })).toBe(1);
	expect(randomnessKept(4096, { ranks: 8 })).toBeLessThan(
		randomnessKept(4096, { ranks: 8, shuffleWindow: 64 }),
	);
});
