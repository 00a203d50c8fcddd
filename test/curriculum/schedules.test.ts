import { describe, expect, test } from "vitest";
import { epochShares } from "../../src/curriculum/epoch-shares.js";
import {
	scheduleOdds,
	oddsByName as schedules,
} from "../../src/curriculum/odds.js";

test("the schedules' odds for six buckets, as the paper has them", () => {
	expect(
		Object.fromEntries(
			Object.keys(schedules).map((name) => [name, scheduleOdds(name, 6)]),
		),
	).toEqual({
		natural: [1, 1, 1, 1, 1, 1],
		"grow-linear": [6, 5, 4, 3, 2, 1],
		"grow-p2": [32, 16, 8, 4, 2, 1],
		"grow-p100": [1e10, 1e8, 1e6, 1e4, 100, 1],
		"shrink-p100": [1, 100, 1e4, 1e6, 1e8, 1e10],
	});
	expect(() => scheduleOdds("grow", 6)).toThrow(
		/no schedule "grow"; .*grow-p2/,
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
