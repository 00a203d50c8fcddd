import { describe, expect, test } from "vitest";
import { workOf } from "../../src/parallel/group-cost.js";
import {
	EvenCuts,
	itemsOfLengths,
	lengthBuckets,
	planGroups,
} from "../../src/parallel.js";
import { sevenBillion, tokensPerDevice } from "./seven-billion.js";
import { wikipediaLengths } from "./wikipedia-lengths.js";

// Of FlexSP's own test file, and what its program makes of them.
const twenty = Int32Array.of(
	...[1024, 1536, 1762, 1428, 2479, 5728, 3739, 8729, 15273, 6482],
	...[1726, 837, 8627, 9273, 17263, 18729, 6273, 8172, 8274, 37264],
);
const sum = (numbers: Iterable<number>) =>
	[...numbers].reduce((total, n) => total + n, 0);

test("20 lengths in 10 buckets", () => {
	const { bounds, bucketOf, rounding } = lengthBuckets(twenty, 10);
	expect([...bounds]).toEqual([
		...[1024, 1762, 3739, 6482, 8729, 9273, 15273, 17263, 18729, 37264],
	]);
	expect(rounding).toBe(4120);
	expect(sum(twenty)).toBe(164_618);
	expect(sum(bucketOf.map((bucket) => bounds[bucket]))).toBe(164_618 + 4120);
});

/** Sums of the runs of lengths, the longest first. */
function cutSums(lengths: Int32Array, parts: number): number[] {
	const sorted = lengths.toSorted().reverse();
	const borders = new EvenCuts(sorted).into(parts);
	return Array.from({ length: parts }, (_, i) =>
		sum(sorted.subarray(borders[i], borders[i + 1])),
	);
}

test("they are cut into three micro-batches", () => {
	expect(cutSums(twenty, 3)).toEqual([55_993, 50_538, 58_087]);
});

test("512 lengths of Wikipedia are cut into two", () => {
	const rounded = wikipediaLengths.map((n) => Math.ceil(n / 128) * 128);
	expect(cutSums(rounded, 2)).toEqual([246_272, 246_528]);
	const plan = planGroups(wikipediaLengths, 64, {
		...{ tokensPerDevice, cost: sevenBillion, multiple: 128 },
	});
	expect(plan.microBatches).toBe(2);
	expect(plan.cost / plan.bound).toBeLessThan(1.03);
});

describe("16 devices", () => {
	const lengths = Int32Array.of(
		...[32768, 8192, 8192, 4096, 4096, 4096, 4096, 2048, 2048, 2048],
	);
	const options = { tokensPerDevice, cost: sevenBillion };

	test("the best takes 2156.0 ms, with the longest alone on 8", () => {
		const plan = planGroups(lengths, 16, options);
		expect(plan.cost).toBeCloseTo(2156.0, 1);
		expect(plan.bound).toBeCloseTo(1866.2, 1);
		expect(plan.isExact).toBe(true);
		expect(plan.microBatches).toBe(1);
		const [first] = plan.groups;
		expect(first).toMatchObject({ firstRank: 0, degree: 8 });
		expect([...first.items]).toEqual([0]);
	});

	test("two groups of 8 that tokens are dealt out to take 2266.2, and one of 16 2733.6", () => {
		const { tokens, squares } = itemsOfLengths(lengths);
		const took = (items: number[], degree: number) =>
			workOf(
				sevenBillion,
				sum(items.map((i) => tokens[i])),
				sum(items.map((i) => squares[i])),
				degree,
			) + sevenBillion.fixed;
		const dealt = [took([0, 7, 9], 8), took([1, 2, 3, 4, 5, 6, 8], 8)];
		expect(Math.max(...dealt)).toBeCloseTo(2266.2, 1);
		expect(took([...lengths.keys()], 16)).toBeCloseTo(2733.6, 1);
		const equal = planGroups(lengths, 16, { ...options, rule: "hbp" });
		expect(equal.groups.map(({ degree }) => degree)).toEqual([8, 8]);
		expect(equal.cost).toBeCloseTo(2156.0, 1);
	});
});
