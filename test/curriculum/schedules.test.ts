import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { resolveOptions } from "../../src/core/resolve-options.js";
import { epochShares } from "../../src/curriculum/epoch-shares.js";
import { subCycleSteps } from "../../src/curriculum/olmo-growth.js";
import {
	type ScheduleName,
	scheduleOdds,
	schedules,
} from "../../src/curriculum/schedules.js";
import {
	type StageOptions,
	stageTable,
} from "../../src/curriculum/stage-options.js";
import { requiredOptions } from "./required-options.js";

test("the schedules' odds for six buckets, as the paper has them", () => {
	expect(
		Object.fromEntries(
			schedules
				.where(({ odds }) => odds !== undefined)
				.map((name) => [name, scheduleOdds(name, 6)]),
		),
	).toEqual({
		natural: [1, 1, 1, 1, 1, 1],
		"grow-linear": [6, 5, 4, 3, 2, 1],
		"grow-p2": [32, 16, 8, 4, 2, 1],
		"grow-p100": [1e10, 1e8, 1e6, 1e4, 100, 1],
		"shrink-p100": [1, 100, 1e4, 1e6, 1e8, 1e10],
	});
	expect(() => scheduleOdds("grow" as "natural", 6)).toThrow(
		/no schedule "grow"; .*grow-p2/,
	);
	expect(() => scheduleOdds("fixed-root", 6)).toThrow(
		/fixed-root has no fixed odds; those that have: natural, .*shrink-p100\./,
	);
});

describe("shares of epochs", () => {
	const shards = [3560, 5996, 7410, 6309, 5157, 4513];
	const perShard = [4096, 2048, 1024, 512, 256, 128];
	const input = {
		tokens: 28_795_904_000,
		epochs: 8,
		lengths: [256, 512, 1024, 2048, 4096, 8192],
		sequences: shards.map((count, b) => count * perShard[b]),
		// Whole shards for each of eight GPUs.
		multiples: perShard.map((count) => 8 * count),
		odds: scheduleOdds("grow-p2", 6),
	};

	test("the authors' worked example", () => {
		expect(epochShares(input)).toEqual({
			tokens: 3_607_101_440,
			sequences: [1_507_328, 1_277_952, 794_624, 335_872, 137_216, 61_440],
			weights: [1472, 1248, 776, 328, 134, 60],
		});
	});

	test("the tokens asked for, where multiples come to them", () => {
		const { tokens, sequences } = epochShares({
			...input,
			tokens: 4096 * 100,
			epochs: 4,
			lengths: [1024, 4096],
			sequences: [1000, 250],
			multiples: [4, 1],
			odds: [1, 1],
		});
		expect(tokens).toBe(4096 * 25);
		expect(sequences).toEqual([52, 12]);
	});

	test.each([
		[{ epochs: 0 }, /epochs is 0/],
		[{ tokens: 1.5 }, /tokens is 1.5/],
		[{ odds: [1] }, /1 odds for 6 buckets/],
	])("%j is refused", (change, sentence) => {
		expect(() => epochShares({ ...input, ...change })).toThrow(sentence);
	});
});

const lengths = [256, 512, 1024, 2048, 4096, 8192];

function optionsOf(schedule: ScheduleName, options: StageOptions = {}) {
	return resolveOptions(stageTable, { schedule, ...options });
}

function orderOf(
	name: ScheduleName,
	steps: number[],
	given: StageOptions = {},
	seed = 1,
) {
	const options = optionsOf(name, given);
	const schedule = schedules.find(name);
	schedule.check?.(options, lengths);
	const used = schedule.trim?.(steps, options) ?? steps;
	const order = schedule.order(used, lengths, options, createRandom(seed));
	const counts = lengths.map((_, b) => order.filter((x) => x === b).length);
	return { order, used, counts };
}

/** The mean length of each of some equal parts of the steps. */
function meanLengths(order: Uint16Array, parts: number): number[] {
	const size = order.length / parts;
	return Array.from({ length: parts }, (_, part) => {
		const steps = order.slice(
			Math.floor(part * size),
			Math.floor((part + 1) * size),
		);
		return steps.reduce((sum, b) => sum + lengths[b], 0) / steps.length;
	});
}

test.each(schedules.names)("%s uses every step of every bucket", (name) => {
	const steps = [48, 40, 32, 24, 16, 8];
	for (const cycles of [1, 4]) {
		const options = { cycles, ...requiredOptions(name, lengths) };
		const { counts, order } = orderOf(name, steps, options);
		expect(counts).toEqual(steps);
		expect(orderOf(name, steps, options).order).toEqual(order);
	}
});

test.each(schedules.entries())(
	"%s says in a line what it is",
	(_, schedule) => {
		expect(schedule.meaning).toMatch(/^[^\n]{10,80}$/);
	},
);

describe("drawn by odds", () => {
	test("the buckets come in the proportion of odds times tokens", () => {
		const steps = [10_000, 20_000, 10_000, 10_000, 10_000, 10_000];
		const { order } = orderOf("grow-linear", steps);
		const first = order.slice(0, 5000);
		const weights = steps.map((n, b) => n * (6 - b));
		const total = weights.reduce((a, b) => a + b);
		weights.forEach((weight, b) => {
			const due = (5000 * weight) / total;
			const found = first.filter((x) => x === b).length;
			expect(Math.abs(found - due) / Math.sqrt(due)).toBeLessThan(4);
		});
	});

	test("grow-p100 is one bucket after the other, shrink-p100 the reverse", () => {
		const steps = [30, 30, 30, 30, 30, 30];
		const grown = orderOf("grow-p100", steps).order;
		const sorted = grown.slice().sort();
		const moved = grown.filter((bucket, i) => bucket !== sorted[i]).length;
		expect(moved).toBeLessThan(18);
		const shrunk = orderOf("shrink-p100", steps).order;
		expect(meanLengths(shrunk, 6)[0]).toBeGreaterThan(7000);
		expect(meanLengths(shrunk, 6)[5]).toBeLessThan(400);
	});

	test("the mean length grows in every cycle", () => {
		const steps = [400, 400, 400, 400, 400, 400];
		const { order } = orderOf("grow-p2", steps, { cycles: 4 });
		for (let cycle = 0; cycle < 4; cycle++) {
			const means = meanLengths(order.slice(cycle * 600, (cycle + 1) * 600), 3);
			expect(means[1]).toBeGreaterThan(means[0]);
			expect(means[2]).toBeGreaterThan(means[1]);
		}
		const [first, last] = meanLengths(orderOf("natural", steps).order, 2);
		expect(Math.abs(first - last)).toBeLessThan(400);
	});

	test.each([
		[{ odds: [1, 2] }, /2 numbers in odds for 6 buckets/],
		[{ odds: [1, 1, 1, 1, 1, 0] }, /odds of 0 cannot be/],
		[{}, /odds is missing: give a list of numbers/],
	])("%j is refused", (options, sentence) => {
		expect(() => orderOf("odds", [1, 1, 1, 1, 1, 1], options)).toThrow(
			sentence,
		);
	});
});

describe("OLMo-core's growth", () => {
	// What `_get_num_bucket_batches_for_cycle` of OLMo-core gives. Where its rounded
	// numbers come to more than there are it stops with an error; here the last
	// sub-cycle gives way.
	const p2 = (e: number) => 2 ** (e - 1);
	const linear = (e: number) => e;
	test.each([
		[
			"p2",
			p2,
			6,
			100,
			[
				[51, 25, 13, 6, 3, 2],
				[25, 51, 13, 6, 3, 2],
				[13, 25, 51, 6, 3, 2],
				[6, 13, 25, 51, 3, 2],
				[3, 6, 13, 25, 51, 2],
				[2, 3, 6, 13, 25, 51],
			],
		],
		[
			"p2",
			p2,
			4,
			37,
			[
				[20, 10, 5, 2],
				[10, 20, 5, 2],
				[5, 10, 20, 2],
				[2, 5, 10, 20],
			],
		],
		[
			"linear",
			linear,
			6,
			100,
			[
				[29, 24, 19, 14, 10, 5],
				[24, 29, 19, 14, 10, 5],
				[19, 24, 29, 14, 10, 5],
				[14, 19, 24, 29, 10, 5],
				[10, 14, 19, 24, 29, 5],
				[5, 10, 14, 19, 24, 29],
			],
		],
		[
			"linear",
			linear,
			4,
			37,
			[
				[15, 11, 7, 4],
				[11, 15, 7, 4],
				[7, 11, 15, 4],
				[4, 7, 11, 15],
			],
		],
		[
			"linear",
			linear,
			3,
			10,
			[
				[5, 3, 2],
				[3, 5, 2],
				[2, 3, 5],
			],
		],
	] as const)("grow-%s: sub-cycles of %#", (_, share, buckets, steps, due) => {
		for (let bucket = 0; bucket < buckets; bucket++) {
			const counts: number[] = [...due[bucket]];
			const over = counts.reduce((a, b) => a + b) - steps;
			counts[buckets - 1] -= over;
			expect(over).toBeLessThanOrEqual(1);
			expect(subCycleSteps(bucket, buckets, steps, share)).toEqual(counts);
		}
	});

	test("steps of a sub-cycle stay in it, cycles are alike, and the rest is left", () => {
		const steps = [1203, 611, 402, 307, 203, 101];
		const { order, used, counts } = orderOf("olmo-grow-p2", steps, {
			cycles: 8,
		});
		expect(used).toEqual(steps.map((n) => n - (n % 8)));
		expect(counts).toEqual(used);
		const size = order.length / 8;
		const firstPart = used.map((n, b) => subCycleSteps(b, 6, n / 8, p2)[0]);
		const length = firstPart.reduce((a, b) => a + b);
		for (let cycle = 0; cycle < 8; cycle++) {
			const part = order.slice(cycle * size, cycle * size + length);
			expect(lengths.map((_, b) => part.filter((x) => x === b).length)).toEqual(
				firstPart,
			);
		}
		expect(order.slice(0, length)).not.toEqual(order.slice(0, length).sort());
	});

	test("balanced: as many of each as the smallest has", () => {
		const { counts } = orderOf("olmo-grow-linear", [90, 80, 70, 60, 50, 41], {
			cycles: 4,
			balanced: true,
		});
		expect(counts).toEqual([40, 40, 40, 40, 40, 40]);
	});
});

describe("DeepSpeed's lengths", () => {
	// The values that DeepSpeed's own tests of its scheduler expect, steps from 1.
	test("fixed-linear", () => {
		const options = {
			cycles: 1,
			minDifficulty: 2,
			maxDifficulty: 10,
			totalCurriculumStep: 8,
			difficultyStep: 2,
		};
		const due = [2, 4, 4, 6, 6, 8, 8, 10, 10, 10];
		const found = due.map((_, step) =>
			schedules
				.find("fixed-linear")
				.lengthAt?.(step, 10, [2, 10], optionsOf("fixed-linear", options)),
		);
		expect(found).toEqual(due);
	});

	test("fixed-root", () => {
		const options = {
			cycles: 1,
			minDifficulty: 2,
			maxDifficulty: 10,
			totalCurriculumStep: 8,
			difficultyStep: 2,
			rootDegree: 2,
		};
		const due = [4, 6, 6, 6, 8, 8, 8, 10, 10, 10];
		const found = due.map((_, step) =>
			schedules
				.find("fixed-root")
				.lengthAt?.(step, 10, [2, 10], optionsOf("fixed-root", options)),
		);
		expect(found).toEqual(due);
	});

	test("fixed-discrete", () => {
		const options = {
			cycles: 1,
			difficulty: [1, 2, 3, 4, 5],
			maxStep: [2, 4, 6, 8],
		};
		const due = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5];
		const found = due.map((_, step) =>
			schedules
				.find("fixed-discrete")
				.lengthAt?.(step, 10, [2, 10], optionsOf("fixed-discrete", options)),
		);
		expect(found).toEqual(due);
	});

	test("steps take the longest bucket of at most the length, while there is one", () => {
		const { order } = orderOf("fixed-discrete", [5, 5, 5, 5, 5, 5], {
			difficulty: [300, 1500, 8192],
			maxStep: [4, 10],
		});
		expect([...order].slice(0, 10)).toEqual([0, 0, 0, 0, 2, 2, 2, 2, 2, 1]);
		expect([...order].slice(10)).toEqual([
			5, 5, 5, 5, 5, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 1, 1, 1, 1, 0,
		]);
	});

	test("each cycle warms up anew, over its part of the steps", () => {
		const { order } = orderOf("fixed-discrete", [5, 5, 0, 0, 0, 4], {
			cycles: 2,
			difficulty: [256, 8192],
			maxStep: [3],
		});
		expect([...order]).toEqual([0, 0, 0, 5, 5, 1, 1, 1, 0, 0, 1, 5, 5, 1]);
	});

	test.each([
		[
			"fixed-discrete",
			{ difficulty: [256], maxStep: [3] },
			/1 lengths in difficulty and 1 steps in maxStep/,
		],
		[
			"fixed-discrete",
			{ difficulty: [1, 2, 3], maxStep: [3, 3] },
			/a step in maxStep is 3, after 3: give each a larger number/,
		],
		["fixed-root", { rootDegree: 0 }, /rootDegree is 0/],
		[
			"fixed-linear",
			{ minDifficulty: 512, maxDifficulty: 256 },
			/maxDifficulty is 256/,
		],
		["fixed-linear", { difficultyStep: 0 }, /difficultyStep is 0/],
	] as const)("%s: %j is refused", (name, options, sentence) => {
		expect(() => orderOf(name, [1, 1, 1, 1, 1, 1], options)).toThrow(sentence);
	});
});
