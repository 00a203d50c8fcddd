import fc from "fast-check";
import { expect, test } from "vitest";
import {
	createRandom,
	permutation,
	randomBelow,
} from "../../src/core/random.js";

test("a permutation holds every number once", () => {
	fc.assert(
		fc.property(fc.nat(500), fc.nat(), (count, seed) => {
			const order = permutation(count, createRandom(seed));
			expect([...order].sort((a, b) => a - b)).toEqual([
				...Array(count).keys(),
			]);
		}),
	);
});

test("the same key gives the same stream, another key another", () => {
	const take = (...key: number[]) => {
		const random = createRandom(...key);
		return Array.from({ length: 8 }, random);
	};
	expect(take(1, 2, 3)).toEqual(take(1, 2, 3));
	const streams = [
		[0],
		[1],
		[2 ** 32],
		[2 ** 40 + 1],
		[1, 0],
		[0, 1],
		[1, 2],
		[2, 1],
	].map((key) => take(...key).join());
	expect(new Set(streams).size).toBe(streams.length);
});

test("numbers below a limit are uniform", () => {
	const random = createRandom(7);
	const counts = new Array(10).fill(0);
	const draws = 100_000;
	for (let i = 0; i < draws; i++) counts[randomBelow(random, 10)]++;
	// Chi-squared with 9 degrees of freedom: 27.9 is its 99.9 % point.
	const chi = counts.reduce((sum, n) => sum + (n - draws / 10) ** 2, 0);
	expect(chi / (draws / 10)).toBeLessThan(27.9);
});

test("all orders of four are equally likely", () => {
	const counts = new Map<string, number>();
	const random = createRandom(11);
	const draws = 48_000;
	for (let i = 0; i < draws; i++) {
		const key = permutation(4, random).join();
		counts.set(key, (counts.get(key) ?? 0) + 1);
	}
	expect(counts.size).toBe(24);
	const due = draws / 24;
	const chi = [...counts.values()].reduce((s, n) => s + (n - due) ** 2, 0);
	// 23 degrees of freedom: 49.7 is the 99.9 % point.
	expect(chi / due).toBeLessThan(49.7);
});
