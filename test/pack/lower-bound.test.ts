import fc from "fast-check";
import { expect, test } from "vitest";
import { lowerBound } from "../../src/pack/lower-bound.js";
import { optimum } from "./instances.js";

const bound = (lengths: number[], capacity: number, maxSequences?: number) =>
	lowerBound(Int32Array.from(lengths), capacity, { maxSequences });

test("never exceeds the fewest packs, nor falls below the sum of the tokens", () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: 1, max: 24 }), { maxLength: 9 }),
			fc.integer({ min: 1, max: 6 }),
			fc.constantFrom(24, 25),
			(lengths, maxSequences, capacity) => {
				const tokens = lengths.reduce((sum, length) => sum + length, 0);
				expect(bound(lengths, capacity)).toBeLessThanOrEqual(
					optimum(lengths, capacity),
				);
				expect(bound(lengths, capacity)).toBeGreaterThanOrEqual(
					Math.ceil(tokens / capacity),
				);
				expect(bound(lengths, capacity, maxSequences)).toBeLessThanOrEqual(
					optimum(lengths, capacity, maxSequences),
				);
			},
		),
		{ numRuns: 500 },
	);
});

/** L2 by its definition, for each k. */
function l2(lengths: number[], capacity: number): number {
	let most = 0;
	for (let k = 0; k <= capacity / 2; k++) {
		const j1 = lengths.filter((l) => l > capacity - k);
		const j2 = lengths.filter((l) => l <= capacity - k && l > capacity / 2);
		const j3 = lengths.filter((l) => l <= capacity / 2 && l >= k);
		const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
		const beside = sum(j3) - (j2.length * capacity - sum(j2));
		most = Math.max(
			most,
			j1.length + j2.length + Math.max(0, Math.ceil(beside / capacity)),
		);
	}
	return most;
}

test("is Martello and Toth's L2", () => {
	fc.assert(
		fc.property(
			fc
				.integer({ min: 1, max: 60 })
				.chain((capacity) =>
					fc.tuple(
						fc.constant(capacity),
						fc.array(fc.integer({ min: 1, max: capacity }), { maxLength: 60 }),
					),
				),
			([capacity, lengths]) => {
				expect(bound(lengths, capacity)).toBe(l2(lengths, capacity));
			},
		),
		{ numRuns: 1000 },
	);
});

test("proves that lengths just over half of a row cannot share one", () => {
	expect(bound(Array<number>(1000).fill(51), 100)).toBe(1000);
	expect(bound(Array<number>(1000).fill(50), 100)).toBe(500);
	expect(bound(Array<number>(1000).fill(1), 100, 20)).toBe(50);
});
