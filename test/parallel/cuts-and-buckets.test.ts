import fc from "fast-check";
import { expect, test } from "vitest";
import { EvenCuts, lengthBuckets } from "../../src/parallel.js";

const values = fc.array(fc.integer({ min: 1, max: 30 }), {
	minLength: 1,
	maxLength: 9,
});

/** All ways of cutting a list into runs, none empty. */
function* cuts(list: number[], parts: number): Generator<number[][]> {
	if (parts === 1) {
		yield [list];
		return;
	}
	for (let first = 1; first <= list.length - parts + 1; first++)
		for (const others of cuts(list.slice(first), parts - 1))
			yield [list.slice(0, first), ...others];
}

const sum = (list: number[]) => list.reduce((total, n) => total + n, 0);
const best = <T>(ways: Iterable<T>, cost: (way: T) => number) =>
	Math.min(...[...ways].map(cost));

test("the largest sum of a run is least, for any number of runs in any order of asking", () => {
	fc.assert(
		fc.property(values, fc.array(fc.nat()), (list, asked) => {
			const evenCuts = new EvenCuts(list);
			for (const some of [...asked, 0, list.length - 1]) {
				const parts = 1 + (some % list.length);
				const borders = [...evenCuts.into(parts)];
				expect(borders).toHaveLength(parts + 1);
				expect(borders[0]).toBe(0);
				expect(borders[parts]).toBe(list.length);
				const runs = borders
					.slice(1)
					.map((end, i) => list.slice(borders[i], end));
				expect(Math.min(...runs.map((run) => run.length))).toBeGreaterThan(0);
				expect(Math.max(...runs.map(sum))).toBe(
					best(cuts(list, parts), (way) => Math.max(...way.map(sum))),
				);
			}
		}),
	);
});

test("buckets add as few tokens as can be", () => {
	fc.assert(
		fc.property(values, fc.integer({ min: 1, max: 5 }), (list, count) => {
			const { bounds, bucketOf, rounding } = lengthBuckets(
				Int32Array.from(list),
				count,
			);
			const sorted = [...list].sort((a, b) => a - b);
			const buckets = Math.min(count, new Set(list).size);
			expect(bounds).toHaveLength(buckets);
			const added = list.map((length, i) => bounds[bucketOf[i]] - length);
			expect(Math.min(...added)).toBeGreaterThanOrEqual(0);
			expect(sum(added)).toBe(rounding);
			expect(rounding).toBe(
				best(cuts(sorted, buckets), (way) =>
					sum(
						way.map(
							(bucket) => bucket.length * Math.max(...bucket) - sum(bucket),
						),
					),
				),
			);
		}),
	);
});
