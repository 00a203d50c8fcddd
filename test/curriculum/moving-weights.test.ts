import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { checkOption, resolveOptions } from "../../src/core/resolve-options.js";
import { BucketPlaces } from "../../src/curriculum/bucket-places.js";
import {
	planStage,
	type StageBucket,
} from "../../src/curriculum/plan-stage.js";
import {
	type StageOptions,
	stageTable,
} from "../../src/curriculum/stage-options.js";

/** A stage of datasets that have as many rows of each length as are given. */
function planned(
	counts: readonly number[],
	lengths: readonly number[],
	tokensPerStep: number,
	options: StageOptions,
) {
	return planStage(
		{
			datasets: counts.map((rows) =>
				lengths.map((length) => ({ length, rows })),
			),
			...{ tokensPerStep, worldSize: 1, epochs: 1 },
			used: counts.map(() => new Map()),
		},
		resolveOptions(stageTable, options),
		createRandom(1),
	);
}

/** The weights at a point of a stage, by the definition: on the line between two points. */
function weightAt(
	points: readonly (readonly [number, readonly number[]])[],
	dataset: number,
	at: number,
): number {
	const share = ([, weights]: (typeof points)[number]) =>
		weights[dataset] / weights.reduce((a, b) => a + b);
	const next = points.findIndex(([place]) => place > at);
	if (next === -1) return share(points[points.length - 1]);
	if (next === 0) return share(points[0]);
	const [from, to] = [points[next - 1], points[next]];
	const along = (at - from[0]) / (to[0] - from[0]);
	return share(from) * (1 - along) + share(to) * along;
}

/** Rows of each dataset in each of the steps of a bucket. */
function rowsOfSteps(bucket: StageBucket, datasets: number): number[][] {
	const places = new BucketPlaces(bucket);
	return Array.from({ length: bucket.steps }, (_, step) => {
		const rows = Array<number>(datasets).fill(0);
		for (let i = 0; i < bucket.batchRows; i++) {
			const { source } = places.find(step * bucket.batchRows + i);
			rows[bucket.sources[source].dataset]++;
		}
		return rows;
	});
}

const anyPoints = (datasets: number) =>
	fc
		.array(
			fc.tuple(
				fc.nat(500),
				fc.array(fc.nat(9), { minLength: datasets, maxLength: datasets }),
			),
			{ minLength: 1, maxLength: 5 },
		)
		.map((points) => {
			const at = new Map(points);
			return [...at.entries()].sort(([a], [b]) => a - b);
		})
		.filter((points) =>
			points.every(([, weights]) => weights.some((weight) => weight > 0)),
		);

describe("weights that change", () => {
	test("at any step the rows so far are the integral of the weights, to a row or two", () => {
		const length = 64;
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 4 }).chain(anyPoints),
				fc.integer({ min: 1, max: 600 }),
				fc.integer({ min: 1, max: 20 }),
				fc.boolean(),
				(points, steps, batchRows, byTokens) => {
					const datasets = points[0][1].length;
					const tokensPerStep = length * batchRows;
					const { buckets } = planned(
						Array(datasets).fill(1000),
						[length],
						tokensPerStep,
						{
							weightsAt: byTokens
								? points.map(([at, weights]) => [at * tokensPerStep, weights])
								: points,
							...(byTokens ? { weightsBy: "tokens" } : {}),
							tokens: steps * tokensPerStep,
						},
					);
					expect(buckets[0].steps).toBe(steps);
					const rows = rowsOfSteps(buckets[0], datasets);
					for (let d = 0; d < datasets; d++) {
						let due = 0;
						let found = 0;
						for (let step = 0; step < steps; step++) {
							// Points lie at whole steps, between which weights are straight.
							due += weightAt(points, d, step + 0.5) * batchRows;
							found += rows[step][d];
							expect(Math.abs(found - due)).toBeLessThan(3);
						}
						expect(Math.abs(found - due)).toBeLessThan(1.001);
					}
				},
			),
			{ numRuns: 25 },
		);
	});

	test("of many steps, in windows of 100: a thousand spans are near enough", () => {
		const points = [
			[0, [0.7, 0.2, 0.1]],
			[5000, [0.7, 0.2, 0.1]],
			[9000, [0.1, 0.2, 0.7]],
			[9100, [0.5, 0.5, 0]],
		] as const;
		const { buckets } = planned([1e6, 1e6, 1e6], [64], 64 * 512, {
			weightsAt: points,
			tokens: 12_000 * 64 * 512,
		});
		const [{ spans, sources }] = buckets;
		expect(spans?.length).toBeGreaterThan(100);
		expect(spans?.length).toBeLessThanOrEqual(1000);
		sources.forEach(({ rows }, source) => {
			expect(spans?.reduce((sum, span) => sum + span[source], 0)).toBe(rows);
		});
		const places = new BucketPlaces(buckets[0]);
		for (let from = 0; from < 11_900; from += 37) {
			const [before, after] = [
				places.before(from * 512),
				places.before((from + 100) * 512),
			];
			for (let d = 0; d < 3; d++) {
				let due = 0;
				for (let step = from; step < from + 100; step++)
					due += weightAt(points, d, step + 0.5) * 512;
				expect(Math.abs(after[d] - before[d] - due)).toBeLessThan(6);
			}
		}
	});

	test("that do not change are weights", () => {
		const options = { tokens: 300 * 1024, schedule: "grow-p2" } as const;
		const weights = [3, 1, 2];
		const fixed = planned([900, 500, 700], [16, 32, 64], 1024, {
			...options,
			weights,
		});
		const still = planned([900, 500, 700], [16, 32, 64], 1024, {
			...options,
			weightsAt: [
				[10, weights],
				[20, weights],
			],
		});
		expect(still).toEqual(fixed);
	});

	test("over several buckets: totals as those of their mean, and shares that are those of the steps", () => {
		const { buckets, order } = planned([4000, 4000], [16, 32, 64], 1024, {
			tokens: 200 * 1024,
			schedule: "grow-p2",
			weightsAt: [
				[0, [1, 0]],
				[200, [0, 1]],
			],
		});
		const tokens = [0, 0];
		const halves = [
			[0, 0],
			[0, 0],
		];
		for (const [b, bucket] of buckets.entries()) {
			const rows = rowsOfSteps(bucket, 2);
			let at = 0;
			for (const [step, own] of order.entries()) {
				if (own !== b) continue;
				for (const d of [0, 1]) {
					tokens[d] += rows[at][d] * bucket.length;
					halves[Number(step >= order.length / 2)][d] += rows[at][d];
				}
				at++;
			}
			for (const { dataset, rows: taken } of bucket.sources)
				expect(rows.reduce((sum, own) => sum + own[dataset], 0)).toBe(taken);
		}
		expect(tokens[0] / (tokens[0] + tokens[1])).toBeCloseTo(0.5, 2);
		expect(halves[0][0]).toBeGreaterThan(halves[0][1] * 1.5);
		expect(halves[1][1]).toBeGreaterThan(halves[1][0] * 1.5);
	});

	test("without tokens: as long as no data is used twice, or until all is used", () => {
		const weightsAt = [
			[0, [1, 0]],
			[100, [0.5, 0.5]],
		] as const;
		const rows = (options: StageOptions) => {
			const { buckets } = planned([1000, 600], [64], 640, {
				weightsAt,
				...options,
			});
			const of = buckets[0].sources.map((source) => source.rows);
			return { of, steps: buckets[0].steps };
		};
		// 100 steps take 750 rows of the first and 250 of the second, every later one 5 of each.
		expect(rows({})).toEqual({ of: [1000, 500], steps: 150 });
		expect(rows({ match: "repeat" })).toEqual({ of: [1100, 600], steps: 170 });
	});
});

test.each<[unknown, RegExp]>([
	[[], /weightsAt is no list of points/],
	[[[0]], /has the point \[0\]: give a number/],
	[[[-1, [1]]], /has the point \[-1,\[1\]\]: give a number of at least 0/],
	[
		[
			[0, [1]],
			[0, [1]],
		],
		/has a point at 0 after one at 0: give each a larger number/,
	],
	[
		[
			[0, [1]],
			[5, [1, 2]],
		],
		/has 2 weights at 5 and 1 at 0: give as many at each point/,
	],
	[[[0, [1, -2]]], /has the weight -2 at 0/],
	[[[3, [0, 0]]], /has weights at 3 that are all 0/],
])("points %j are refused", (points, sentence) => {
	expect(() => checkOption("weightsAt", stageTable.weightsAt, points)).toThrow(
		sentence,
	);
});

test("points on a command line", () => {
	const { parse } = stageTable.weightsAt.type;
	expect(parse("0:.7/.3, 1000:.5/.5,1G:0/1")).toEqual([
		[0, [0.7, 0.3]],
		[1000, [0.5, 0.5]],
		[2 ** 30, [0, 1]],
	]);
	expect(parse("0.7,0.3")).toBeUndefined();
});

test.each<[StageOptions, RegExp]>([
	[{ weightsAt: [[0, [1, 1, 1]]] }, /3 weights at each point .* 2 datasets/],
	[
		{
			weightsAt: [
				[0, [1, 1]],
				[10, [1, 0]],
			],
			match: "repeat",
		},
		/dataset 2 is not used up in 268435456 steps/,
	],
])("a stage of %j is refused", (options, sentence) => {
	expect(() => planned([1000, 1000], [64], 640, options)).toThrow(sentence);
});
