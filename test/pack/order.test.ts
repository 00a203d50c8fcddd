import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom, permutation } from "../../src/core/random.js";
import { packCosts } from "../../src/pack/cost.js";
import {
	imbalance,
	rankImbalance,
	stepImbalance,
} from "../../src/pack/imbalance.js";
import {
	type OrderOptions,
	orderRows,
	rowOrders,
} from "../../src/pack/orders.js";
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

test("imbalance is the largest over the mean: of costs, of steps, of ranks", () => {
	expect(imbalance([1, 3])).toBe(1.5);
	expect(imbalance([])).toBe(1);
	expect(imbalance([0, 0])).toBe(1);
	expect(stepImbalance(Float64Array.of(1, 3, 2, 2, 9), 2)).toBe((1.5 + 1) / 2);
	expect(stepImbalance(Float64Array.of(1), 2)).toBe(1);
	expect(
		rankImbalance(Float64Array.of(1, 3, 2, 2), [
			[0, 1],
			[2, 3],
		]),
	).toBe(1);
	expect(
		rankImbalance(Float64Array.of(1, 3, 2, 2), [
			[0, 2],
			[1, 3],
		]),
	).toBe(5 / 4);
});

describe.each(rowOrders.names)("%s", (order) => {
	test("has every row once, and depends on the seed alone", () => {
		fc.assert(
			fc.property(
				fc.array(fc.nat(50), { maxLength: 200 }),
				fc.integer({ min: 1, max: 9 }),
				fc.integer({ min: 1, max: 90 }),
				(list, ranks, shuffleWindow) => {
					const costs = Float64Array.from(list);
					const own = { ranks, shuffleWindow };
					const options = Object.fromEntries(
						Object.entries(own).filter(
							([name]) => name in rowOrders.find(order).options,
						),
					);
					const ordered = () =>
						orderRows(costs, { order, ...options }, createRandom(5));
					const { rows, steps } = ordered();
					expect([...rows].sort((a, b) => a - b)).toEqual([...list.keys()]);
					expect(ordered()).toEqual({ rows, steps });
					expect(steps.bitsKept).toBeLessThanOrEqual(steps.bits);
				},
			),
		);
	});
});

test("the balanced order counts its steps and their imbalance", () => {
	const costs = Float64Array.from({ length: 43 }, (_, i) => i * i);
	const { rows, steps } = orderRows(
		costs,
		{ order: "balanced", ranks: 4 },
		createRandom(2),
	);
	expect(steps.steps).toBe(10);
	expect(steps.imbalance / steps.steps).toBeCloseTo(
		stepImbalance(
			Float64Array.from(rows, (row) => costs[row]),
			4,
		),
		12,
	);
});

describe.each([
	[32_768, 300_000],
	[131_072, 300_000],
])("rows of %i tokens for 8 ranks", (capacity, count) => {
	const lengths = naturalLengths(count, 700, 1.5, capacity);
	const costs = packCosts(lengths, pack(lengths, capacity));
	const cost = (order: Int32Array) =>
		stepImbalance(
			Float64Array.from(order, (pack) => costs[pack]),
			8,
		);
	const balancedOrder = () =>
		orderRows(
			costs,
			{ order: "balanced", ranks: 8, shuffleWindow: 1024 },
			createRandom(1),
		).rows;

	test("are within 1 % of the mean, where a shuffle is not", () => {
		expect(cost(balancedOrder())).toBeLessThanOrEqual(1.01);
		expect(cost(permutation(costs.length, createRandom(1)))).toBeGreaterThan(
			1.1,
		);
	});

	test("do not go from the long to the short", () => {
		const order = balancedOrder();
		const half = order.length >> 1;
		const mean = (from: number, to: number) =>
			order.subarray(from, to).reduce((sum, p) => sum + costs[p], 0) /
			(to - from);
		expect(mean(0, half) / mean(half, order.length)).toBeGreaterThan(0.95);
		expect(mean(0, half) / mean(half, order.length)).toBeLessThan(1.05);
	});
});

test("the randomness given up is counted in bits", () => {
	const kept = (rows: number, options: Omit<OrderOptions, "order">) => {
		const costs = new Float64Array(rows);
		const all = { order: "balanced", ...options } as const;
		const { steps } = orderRows(costs, all, createRandom(1));
		return steps.bitsKept / steps.bits;
	};
	// Two ranks, four rows: 3 pairings of 24 orders.
	expect(kept(4, { ranks: 2 })).toBeCloseTo(1 - Math.log(3) / Math.log(24), 12);
	expect(kept(100, { ranks: 1 })).toBeCloseTo(1, 12);
	expect(kept(4096, { ranks: 8 })).toBeLessThan(
		kept(4096, { ranks: 8, shuffleWindow: 64 }),
	);
});
