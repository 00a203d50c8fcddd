import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { workOf } from "../../src/parallel/group-cost.js";
import type { Problem } from "../../src/parallel/problem.js";
import { searchedPlan } from "../../src/parallel/searched-plan.js";
import { solutionCost } from "../../src/parallel/solution-cost.js";
import {
	checkCost,
	type GroupCost,
	type GroupPlan,
	itemsOfLengths,
	type ParallelRule,
	parallelPlans,
	planGroups,
} from "../../src/parallel.js";
import { sevenBillion, tokensPerDevice } from "./seven-billion.js";

const rules = parallelPlans.names;
const powers = (most: number) =>
	fc.nat(Math.log2(most)).map((exponent) => 2 ** exponent);
const amount = fc.double({ min: 0.01, max: 10, noNaN: true });
const someCost: fc.Arbitrary<GroupCost> = fc
	.record({
		perSquare: amount,
		perToken: amount,
		fixed: fc.double({ min: 0, max: 100, noNaN: true }),
		bandwidths: fc.option(fc.array(amount, { minLength: 6, maxLength: 6 })),
	})
	.map(({ bandwidths, ...cost }) =>
		bandwidths === null
			? cost
			: {
					...cost,
					communication: {
						perToken: 1,
						bandwidth: Object.fromEntries(
							bandwidths.map((speed, i) => [2 ** (i + 1), speed]),
						),
					},
				},
	);

/** Lengths that the devices hold, one by one. */
function step(mostItems: number, mostDevices: number) {
	return fc
		.record({
			devices: powers(mostDevices),
			capacity: fc.integer({ min: 1, max: 20 }),
			parts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
				minLength: 1,
				maxLength: mostItems,
			}),
			cost: someCost,
		})
		.map(({ parts, ...others }) => ({
			...others,
			lengths: Int32Array.from(parts, (part) =>
				Math.max(1, Math.floor(part ** 3 * others.devices * others.capacity)),
			),
		}));
}

function checkPlan(
	{ microBatches, groups, cost, bound }: GroupPlan,
	lengths: Int32Array,
	devices: number,
	capacity: number,
	groupCost: GroupCost,
) {
	expect(
		groups.flatMap(({ items }) => [...items]).sort((a, b) => a - b),
	).toEqual([...lengths.keys()]);
	const slowest = new Array(microBatches).fill(0);
	const ranks = slowest.map(() => 0);
	for (const { microBatch, firstRank, degree, items, cost } of groups) {
		expect(firstRank).toBe(ranks[microBatch]);
		ranks[microBatch] += degree;
		expect([...items]).toEqual([...new Set(items)].sort((a, b) => a - b));
		expect(items.length).toBeGreaterThan(0);
		let tokens = 0;
		let squares = 0;
		for (const item of items) {
			tokens += lengths[item];
			squares += lengths[item] ** 2;
		}
		expect(tokens).toBeLessThanOrEqual(capacity * degree);
		const compute =
			(groupCost.perSquare * squares + groupCost.perToken * tokens) / degree;
		const { communication } = groupCost;
		const exchange =
			communication === undefined || degree === 1
				? 0
				: (communication.perToken * tokens) /
					degree /
					communication.bandwidth[2 ** Math.ceil(Math.log2(degree))];
		expect(cost).toBeCloseTo(compute + exchange + groupCost.fixed, 6);
		slowest[microBatch] = Math.max(slowest[microBatch], cost);
	}
	expect(ranks).toEqual(ranks.map(() => devices));
	expect(cost).toBeCloseTo(
		slowest.reduce((a, b) => a + b),
		6,
	);
	expect(bound).toBeLessThanOrEqual(cost);
	expect(bound).toBeGreaterThan(0);
}

/** What the best plan costs, by trying all. */
function optimum(
	lengths: Int32Array,
	devices: number,
	capacity: number,
	cost: GroupCost,
	{
		powersOfTwo = true,
		microBatches,
	}: { powersOfTwo?: boolean; microBatches?: number } = {},
): number {
	const took = (items: number[], degree: number) => {
		const tokens = items.reduce((sum, i) => sum + lengths[i], 0);
		const squares = items.reduce((sum, i) => sum + lengths[i] ** 2, 0);
		return tokens > degree * capacity
			? Infinity
			: workOf(cost, tokens, squares, degree) + cost.fixed;
	};
	/** Over all degrees of the groups. */
	const slowest = (groups: number[][], left: number): number => {
		if (groups.length === 0) return left === 0 ? 0 : Infinity;
		let least = Infinity;
		for (
			let degree = 1;
			degree <= left;
			degree = powersOfTwo ? 2 * degree : degree + 1
		)
			least = Math.min(
				least,
				Math.max(
					took(groups[0], degree),
					slowest(groups.slice(1), left - degree),
				),
			);
		return least;
	};
	const ofOne = new Map<string, number>();
	const microBatch = (items: number[]) => {
		const known = ofOne.get(items.join());
		if (known !== undefined) return known;
		let least = Infinity;
		for (const groups of partitions(items))
			least = Math.min(least, slowest(groups, devices));
		ofOne.set(items.join(), least);
		return least;
	};
	let least = Infinity;
	for (const parts of partitions([...lengths.keys()]))
		if (microBatches === undefined || parts.length === microBatches)
			least = Math.min(
				least,
				parts.reduce((sum, items) => sum + microBatch(items), 0),
			);
	return least;
}

function* partitions(items: number[]): Generator<number[][]> {
	if (items.length === 0) {
		yield [];
		return;
	}
	const [first, ...others] = items;
	for (const parts of partitions(others)) {
		yield [[first], ...parts];
		for (let i = 0; i < parts.length; i++)
			yield parts.map((part, j) => (i === j ? [first, ...part] : part));
	}
}

describe.each(rules)("%s", (rule) => {
	test("every sequence once, no device over its capacity, all of them in each micro-batch", () => {
		fc.assert(
			fc.property(step(40, 32), ({ lengths, devices, capacity, cost }) => {
				const options = { tokensPerDevice: capacity, rule, cost };
				const plan = planGroups(lengths, devices, options);
				checkPlan(plan, lengths, devices, capacity, cost);
				expect(planGroups(lengths, devices, options)).toEqual(plan);
			}),
			{ numRuns: 60 },
		);
	});

	test("costs no less than the best of all plans, and the bound no more", () => {
		fc.assert(
			fc.property(step(5, 8), ({ lengths, devices, capacity, cost }) => {
				const plan = planGroups(lengths, devices, {
					...{ tokensPerDevice: capacity, rule, cost, slack: 0 },
				});
				const best = optimum(lengths, devices, capacity, cost, {
					powersOfTwo: parallelPlans.find(rule).powersOfTwo,
				});
				expect(plan.cost).toBeGreaterThan(best * (1 - 1e-9));
				expect(plan.bound).toBeLessThan(best * (1 + 1e-9));
				if (plan.isExact) expect(plan.cost).toBeCloseTo(best, 6);
			}),
			{ numRuns: 60 },
		);
	});
});

describe("flexsp", () => {
	test("is the best of all plans where there are few sequences", () => {
		fc.assert(
			fc.property(step(6, 8), ({ lengths, devices, capacity, cost }) => {
				const plan = planGroups(lengths, devices, {
					...{ tokensPerDevice: capacity, cost, slack: 0 },
				});
				expect(plan.isExact).toBe(true);
				expect(plan.cost).toBeCloseTo(
					optimum(lengths, devices, capacity, cost),
					6,
				);
			}),
			{ numRuns: 60 },
		);
	});

	test("also in as many micro-batches as are asked for", () => {
		fc.assert(
			fc.property(
				step(5, 4),
				fc.integer({ min: 1, max: 5 }),
				({ lengths, devices, capacity, cost }, microBatches) => {
					const best = optimum(lengths, devices, capacity, cost, {
						microBatches,
					});
					const plan = () =>
						planGroups(lengths, devices, {
							...{ tokensPerDevice: capacity, cost, microBatches, slack: 0 },
						});
					if (best === Infinity) expect(plan).toThrow(/no way was found/);
					else {
						expect(plan().cost).toBeCloseTo(best, 6);
						expect(plan().microBatches).toBe(microBatches);
					}
				},
			),
			{ numRuns: 100 },
		);
	});

	test("what it finds without trying all is near the best", () => {
		const random = createRandom(20);
		const ratios = Array.from({ length: 100 }, () => {
			const lengths = Int32Array.from({ length: 6 }, () =>
				Math.ceil(tokensPerDevice * 8 * (random() / 2 ** 32) ** 3),
			);
			const problem: Problem = {
				...{ items: itemsOfLengths(lengths), devices: 8, largestDegree: 8 },
				...{ capacity: tokensPerDevice, cost: sevenBillion },
				...{ microBatches: null, slack: 0, padded: false },
			};
			const found = searchedPlan(problem);
			if (found === null) throw new Error("nothing found");
			const best = optimum(lengths, 8, tokensPerDevice, sevenBillion);
			return solutionCost(problem, found) / best;
		});
		expect(Math.min(...ratios)).toBeGreaterThan(1 - 1e-9);
		expect(ratios.reduce((a, b) => a + b) / ratios.length).toBeLessThan(1.02);
		expect(Math.max(...ratios)).toBeLessThan(1.2);
	});

	test("within the slack of the best it takes the smallest groups", () => {
		const lengths = new Int32Array(64).fill(1000);
		const options = { tokensPerDevice: 4000 };
		const plan = planGroups(lengths, 16, options);
		expect(plan.groups.every(({ degree }) => degree === 1)).toBe(true);
		expect(plan.cost).toBe(plan.bound);
		const random = createRandom(1);
		const uneven = Int32Array.from({ length: 200 }, () =>
			Math.ceil(8000 * (random() / 2 ** 32) ** 4),
		);
		const near = planGroups(uneven, 16, options);
		const nearest = planGroups(uneven, 16, { ...options, slack: 0 });
		expect(near.cost / nearest.cost).toBeLessThanOrEqual(1.05);
		const spread = ({ groups }: GroupPlan) =>
			groups.reduce((sum, { degree, items }) => sum + degree * items.length, 0);
		expect(spread(near)).toBeLessThan(spread(nearest));
	});

	test("512 lengths up to 32K for 64 devices: near what no plan beats", () => {
		const random = createRandom(5);
		const uniform = () => (random() + 0.5) / 2 ** 32;
		const ratios = Array.from({ length: 10 }, () => {
			const lengths = Int32Array.from({ length: 512 }, () => {
				const normal =
					Math.sqrt(-2 * Math.log(uniform())) *
					Math.cos(2 * Math.PI * uniform());
				return Math.min(32768, Math.ceil(1000 * Math.exp(1.2 * normal)));
			});
			const plan = planGroups(lengths, 64, {
				...{ tokensPerDevice, cost: sevenBillion },
			});
			checkPlan(plan, lengths, 64, tokensPerDevice, sevenBillion);
			return plan.cost / plan.bound;
		});
		expect(ratios.reduce((a, b) => a + b) / ratios.length).toBeLessThan(1.08);
	});
});

test.each(rules)("%s: rows of several sequences cost what these do", (rule) => {
	// As many tokens, but a sequence of 4,000 costs as much as 16 of 1,000.
	const items = {
		tokens: new Int32Array(8).fill(4000),
		squares: Float64Array.from({ length: 8 }, (_, i) =>
			i < 2 ? 4000 ** 2 : 4 * 1000 ** 2,
		),
	};
	const { groups, bound } = planGroups(items, 8, {
		...{
			tokensPerDevice: 4000,
			rule,
			cost: { perSquare: 1, perToken: 0, fixed: 0 },
		},
	});
	for (const { items: own, degree, cost } of groups)
		expect(cost).toBeCloseTo(
			[...own].reduce((sum, item) => sum + items.squares[item], 0) / degree,
			6,
		);
	expect(bound).toBeCloseTo((2 * 4000 ** 2 + 6 * 4 * 1000 ** 2) / 8, 6);
});

test("lengths count as the next multiple", () => {
	const plan = (lengths: number[], multiple: number) =>
		planGroups(Int32Array.from(lengths), 4, { tokensPerDevice: 512, multiple });
	expect(plan([1, 129, 400, 512], 128)).toEqual(plan([128, 256, 512, 512], 1));
});

describe("the rules of others", () => {
	const degreesOf = (rule: ParallelRule, lengths: number[], devices = 8) =>
		planGroups(Int32Array.from(lengths), devices, {
			...{ tokensPerDevice: 1000, rule },
		}).groups.map(({ degree }) => degree);

	test("hybrid-cp: the least power of two that holds a sequence", () => {
		expect(degreesOf("hybrid-cp", [3001, 1001, 1000, 900])).toEqual([
			...[4, 2, 1, 1],
		]);
	});

	test("bytescale: as few devices as hold it", () => {
		expect(degreesOf("bytescale", [3001, 2001, 1000])).toEqual([4, 3, 1]);
		expect(degreesOf("bytescale", [3001, 1500, 900], 7)).toEqual([4, 2, 1]);
	});

	test("hbp: one degree for all, larger where there are few sequences", () => {
		expect(degreesOf("hbp", [1001, 900, 900, 800])).toEqual([2, 2, 2, 2]);
		expect(degreesOf("hbp", [1001, 900, 900])).toEqual([4, 4]);
	});
});

describe("what cannot be planned is refused, with the numbers and a way out", () => {
	const lengths = Int32Array.of(100, 5000, 300);
	const plan =
		(devices: number, options: object, of = lengths) =>
		() =>
			planGroups(of, devices, { tokensPerDevice: 1000, ...options });

	test.each<[string, () => unknown, string]>([
		[
			"a sequence that no group can hold",
			plan(4, {}),
			"sequence 1 has 5000 tokens, and 4 devices of 1000 tokens hold 4000 together: cut it, take more devices, or raise tokensPerDevice to 1250.",
		],
		[
			"rounded",
			plan(5, { rule: "bytescale", multiple: 1024 }),
			"sequence 1 has 5000 tokens, which count as 5120, and 5 devices",
		],
		[
			"devices that are no power of two",
			plan(12, {}),
			'devices is 12, and parallelPlan: "flexsp" makes groups of powers of two, which share out a power of two: give 8 or 16, or take one of bytescale.',
		],
		[
			"none",
			plan(0, {}),
			"devices is 0: give a whole number from 1 to 131072.",
		],
		["more than there are", plan(2 ** 40, {}), "devices is 1099511627776"],
		["no sequence", plan(8, {}, new Int32Array()), "nothing to share out"],
		[
			"an empty sequence",
			plan(8, {}, Int32Array.of(5, 0)),
			"item 1 has 0 tokens",
		],
		[
			"too few micro-batches",
			plan(8, { microBatches: 1 }, new Int32Array(20).fill(500)),
			"20 sequences of 10000 tokens out in 1 micro-batches, none empty, of 8 devices of 1000 tokens: 2 micro-batches at least are needed. Leave out microBatches, or raise tokensPerDevice.",
		],
		[
			"micro-batches that a rule counts itself",
			plan(8, { rule: "hybrid-cp", microBatches: 2 }),
			"microBatches is not for hybrid-cp",
		],
		["an unknown rule", plan(8, { rule: "flexs" }), "did you mean flexsp?"],
		["slack", plan(8, { slack: -1 }), "slack is -1: give a share from 0 to 1."],
	])("%s", (_, action, sentence) => {
		expect(action).toThrow(sentence);
	});

	const bandwidth = { 2: 1, 4: 1, 8: 1 };
	test.each<[string, unknown, string]>([
		["negative", { perToken: -1 }, "perToken of a cost is -1"],
		["no number", { perSquare: "1" }, 'perSquare of a cost is "1"'],
		["infinite", { perSquare: 1, fixed: Infinity }, "fixed of a cost is"],
		["nothing", {}, "balances nothing: give perToken, perSquare or both"],
		["a list", [1], "a cost is an object of numbers, and not [1]"],
		["misspelled", { persquare: 1 }, 'a cost has no "persquare"; it has'],
		[
			"a bandwidth is missing",
			{ perToken: 1, communication: { perToken: 1, bandwidth: { 2: 1 } } },
			"with 8 devices a cost has a bandwidth for groups of each power of two, and that of 4, 8 is missing",
		],
		[
			"no bandwidth",
			{ perToken: 1, communication: { perToken: 1 } },
			"communication of a cost has no bandwidth: add it, or leave out communication.",
		],
		[
			"no tokens that are exchanged",
			{ perToken: 1, communication: { bandwidth } },
			"communication of a cost has no perToken: add it",
		],
		["null", { perToken: 1, perSquare: null }, "perSquare of a cost is null"],
		[
			"more than can be added up",
			{ perSquare: 1e308 },
			"perSquare of a cost is 1e+308: give a number from 0 to 1e+100.",
		],
		[
			"a bandwidth of 0",
			{
				perToken: 1,
				communication: { perToken: 1, bandwidth: { ...bandwidth, 4: 0 } },
			},
			"the bandwidth of groups of 4 is 0: give a number of GB/s over 0.",
		],
		[
			"a degree that is none",
			{
				perToken: 1,
				communication: { perToken: 1, bandwidth: { ...bandwidth, x: 1 } },
			},
			'"x" is none',
		],
	])("a cost: %s", (_, cost, sentence) => {
		expect(() => checkCost(cost, 8)).toThrow(sentence);
	});

	test("a cost that can be is as it was given, with 0 for what is not said", () => {
		expect(checkCost(sevenBillion, 64)).toEqual(sevenBillion);
		expect(checkCost({ perSquare: 1 }, 64)).toEqual({
			...{ perSquare: 1, perToken: 0, fixed: 0 },
		});
	});
});
