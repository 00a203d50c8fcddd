import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import {
	type GroupPlan,
	type Items,
	itemsOfLengths,
	planMicroBatches,
} from "../../src/parallel.js";

const step = fc
	.record({
		ranks: fc.integer({ min: 1, max: 8 }),
		maxTokens: fc.integer({ min: 1, max: 60 }),
		parts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
			minLength: 1,
			maxLength: 60,
		}),
		padded: fc.boolean(),
	})
	.map(({ parts, ...others }) => ({
		...others,
		lengths: Int32Array.from(parts, (part) =>
			Math.max(1, Math.ceil(part ** 2 * others.maxTokens)),
		),
	}));

/** Tokens of a micro-batch of a rank. */
function tokensOf(lengths: Int32Array, items: Int32Array, padded: boolean) {
	const own = [...items].map((item) => lengths[item]);
	return padded
		? own.length * Math.max(...own)
		: own.reduce((sum, length) => sum + length, 0);
}

/** The fewest micro-batches of ranks that need not be full, by trying all ways; at most a few rows. */
function fewest(
	lengths: Int32Array,
	ranks: number,
	maxTokens: number,
	padded: boolean,
): number {
	const counts = new Set<number>();
	const place = (at: number, bins: number[][]) => {
		if (at === lengths.length) {
			counts.add(bins.length);
			return;
		}
		for (const bin of [...bins, []]) {
			const own = Int32Array.from([...bin, at]);
			if (tokensOf(lengths, own, padded) > maxTokens) continue;
			const others = bins.filter((other) => other !== bin);
			place(at + 1, [...others, [...own]]);
		}
	};
	place(0, []);
	const fitting = [...counts].filter((count) => count % ranks === 0);
	return Math.min(...fitting) / ranks;
}

const imbalance = (costs: number[]) =>
	(Math.max(...costs) * costs.length) / costs.reduce((a, b) => a + b);

/** The worst of the micro-batches' imbalances, and that of what ranks take altogether. */
function imbalances({ microBatches, groups }: GroupPlan, ranks: number) {
	const totals = new Array(ranks).fill(0);
	for (const { firstRank, cost } of groups) totals[firstRank] += cost;
	return {
		totals: imbalance(totals),
		worst: Math.max(
			...Array.from({ length: microBatches }, (_, i) =>
				imbalance(
					groups
						.filter(({ microBatch }) => microBatch === i)
						.map(({ cost }) => cost),
				),
			),
		),
	};
}

test("every row once, equally many micro-batches on each rank, none empty or over the cap", () => {
	fc.assert(
		fc.property(step, ({ lengths, ranks, maxTokens, padded }) => {
			const items = itemsOfLengths(lengths);
			const plan = () => planMicroBatches(items, ranks, { maxTokens, padded });
			if (lengths.length < ranks) {
				expect(plan).toThrow(
					`a step of ${lengths.length} rows leaves some of ${ranks} ranks without any`,
				);
				return;
			}
			let made: GroupPlan;
			try {
				made = plan();
			} catch (error) {
				expect(String(error)).toMatch(/equally many micro-batches/);
				return;
			}
			const { groups, microBatches, cost, bound } = made;
			expect(plan()).toEqual(made);
			expect(
				groups.flatMap((group) => [...group.items]).sort((a, b) => a - b),
			).toEqual([...lengths.keys()]);
			expect(
				groups.map(({ microBatch, firstRank }) => [microBatch, firstRank]),
			).toEqual(
				Array.from({ length: microBatches * ranks }, (_, i) => [
					Math.floor(i / ranks),
					i % ranks,
				]),
			);
			for (const group of groups) {
				expect(group.degree).toBe(1);
				expect(group.items.length).toBeGreaterThan(0);
				expect(tokensOf(lengths, group.items, padded)).toBeLessThanOrEqual(
					maxTokens,
				);
			}
			expect(bound).toBeLessThanOrEqual(cost);
		}),
		{ numRuns: 200 },
	);
});

test("as few micro-batches as can be, of a few rows", () => {
	let more = 0;
	let tried = 0;
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 3, maxLength: 7 }),
			fc.integer({ min: 1, max: 3 }),
			fc.boolean(),
			(list, ranks, padded) => {
				const lengths = Int32Array.from(list);
				const least = fewest(lengths, ranks, 12, padded);
				const plan = () =>
					planMicroBatches(itemsOfLengths(lengths), ranks, {
						...{ maxTokens: 12, padded },
					});
				if (least === Infinity) {
					expect(plan).toThrow(/equally many micro-batches/);
					return;
				}
				tried++;
				let found = Infinity;
				try {
					found = plan().microBatches;
				} catch {}
				expect(found).toBeGreaterThanOrEqual(least);
				if (padded) expect(found).toBe(least);
				if (found > least) more++;
			},
		),
		{ numRuns: 300, seed: 7 },
	);
	// Where rows are not padded it is bin packing, which is not solved to the end.
	expect(more / tried).toBeLessThan(0.02);
});

describe("over 8 ranks", () => {
	const random = createRandom(20);
	const uniform = () => (random() + 0.5) / 2 ** 32;
	const lognormal = (median: number, most: number) => {
		const normal =
			Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
		return Math.min(most, Math.ceil(median * Math.exp(normal)));
	};
	const flat = () =>
		itemsOfLengths(
			Int32Array.from({ length: 512 }, () => lognormal(1000, 8192)),
		);
	/** Rows of 8,192 tokens, full of sequences. */
	const packed = (): Items => {
		const squares = Float64Array.from({ length: 256 }, () => {
			let sum = 0;
			for (let left = 8192; left > 0; ) {
				const length = Math.min(left, lognormal(500, 4096));
				sum += length ** 2;
				left -= length;
			}
			return sum;
		});
		return { tokens: new Int32Array(256).fill(8192), squares };
	};

	test.each<[string, () => Items, number]>([
		["flat batches", flat, 32768],
		["packed rows", packed, 65536],
	])(
		"%s: the costliest rank has at most 1 %% over the mean",
		(_, make, maxTokens) => {
			for (let i = 0; i < 10; i++) {
				const items = make();
				const plan = planMicroBatches(items, 8, { maxTokens });
				const { worst, totals } = imbalances(plan, 8);
				expect(worst).toBeLessThan(1.01);
				expect(totals).toBeLessThan(1.01);
				expect(plan.cost / plan.bound).toBeLessThan(1.01);
			}
		},
	);

	// Six of these were up to 1.027 where each micro-batch was levelled by itself alone.
	test.each([0, 1000])(
		"steps of all kinds are level over 8 ranks, by a cost of %i a token",
		(perToken) => {
			let state = 5;
			const random = () => {
				state = (state * 48271) % 2147483647;
				return state / 2147483647;
			};
			for (let step = 0; step < 150; step++) {
				const count = 200 + Math.floor(random() * 401);
				const lengths = Int32Array.from({ length: count }, () =>
					Math.floor(Math.exp(4 + random() * 5)),
				);
				const plan = planMicroBatches(itemsOfLengths(lengths), 8, {
					...{ maxTokens: 16384, cost: { perToken, perSquare: 1 } },
				});
				expect(imbalances(plan, 8).totals).toBeLessThan(1.0101);
				const items = plan.groups.flatMap((group) => [...group.items]);
				expect(items.sort((a, b) => a - b)).toEqual([...lengths.keys()]);
				for (const group of plan.groups)
					expect(tokensOf(lengths, group.items, false)).toBeLessThan(16385);
			}
		},
	);

	test("where one row costs more than the others together its rank is alone with it", () => {
		const lengths = Int32Array.of(32768, ...new Array(15).fill(64));
		const plan = planMicroBatches(itemsOfLengths(lengths), 8, {
			maxTokens: 32768,
		});
		expect(plan.microBatches).toBe(1);
		expect(plan.cost).toBe(plan.bound);
		expect(plan.isExact).toBe(true);
		const [alone] = plan.groups.filter(({ items }) => items.includes(0));
		expect([...alone.items]).toEqual([0]);
	});
});

test("what cannot be is refused, with the numbers and a way out", () => {
	const plan = (list: number[], ranks: number, maxTokens: number) => () =>
		planMicroBatches(itemsOfLengths(Int32Array.from(list)), ranks, {
			maxTokens,
		});
	expect(plan([5, 9, 3], 2, 8)).toThrow(
		"row 1 of the step has 9 tokens, and maxTokensPerMicroBatch is 8: raise it to 9.",
	);
	expect(plan([5, 5, 5], 2, 8)).toThrow(
		"3 rows of 15 tokens do not give each of 2 ranks equally many micro-batches of at most 8 tokens, none empty: raise maxTokensPerMicroBatch, or take larger steps.",
	);
	expect(plan([5, 5], 0, 8)).toThrow("worldSize is 0");
	expect(plan([5, 5], 2, 0.5)).toThrow("maxTokensPerMicroBatch is 0.5");
	expect(() =>
		planMicroBatches(itemsOfLengths(Int32Array.of(1)), 1, {
			...{ maxTokens: 8, cost: { perToken: 1, perSquare: -1 } },
		}),
	).toThrow("perSquare of a cost is -1");
});
