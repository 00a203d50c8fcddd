// Plans whose steps groups of ranks share: what the files hold, by another reader.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CurriculumOptions } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { seqpack, sharedDirectory, temporaryDirectory } from "../helpers.js";
import { groupsOf, groupsPlanned, skewedLengths, tokenRows } from "./groups.js";

const LONGEST = 320;
const lengths = skewedLengths(300, LONGEST);
const directory = sharedDirectory();
const single = join(directory, "single");
const packed = join(directory, "packed");
const masked = join(directory, "masked");
const store = join(directory, "store");

beforeAll(async () => {
	await tokenRows(lengths, single, { seqLen: LONGEST, packer: "padded" });
	await tokenRows(lengths, packed, { seqLen: LONGEST });
	await tokenRows(lengths, masked, { seqLen: LONGEST, packer: "padded" }, true);
	await tokenRows(lengths.slice(0, 40), store, {
		...{ layout: "documents", seqLen: undefined },
	} as never);
});

/** Steps of 40 rows. */
const steps = { tokensPerStep: 40 * LONGEST, seed: 3 };

const plans: [string, Omit<CurriculumOptions, "out">][] = [
	...(["flexsp", "hybrid-cp", "hbp", "bytescale"] as const).map(
		(parallelPlan): [string, Omit<CurriculumOptions, "out">] => [
			parallelPlan,
			{
				...steps,
				datasets: [single],
				batches: "flat",
				parallelPlan,
				devices: 8,
				tokensPerDevice: 128,
			},
		],
	),
	[
		"six devices",
		{
			...steps,
			datasets: [masked],
			batches: "flat",
			parallelPlan: "bytescale",
			devices: 6,
			tokensPerDevice: 128,
		},
	],
	[
		"flat micro-batches",
		{
			...steps,
			datasets: [masked],
			batches: "flat",
			worldSize: 4,
			maxTokensPerMicroBatch: LONGEST,
		},
	],
	[
		"padded micro-batches",
		{
			...steps,
			datasets: [packed],
			tokensPerStep: 17 * LONGEST,
			worldSize: 4,
			maxTokensPerMicroBatch: 2 * LONGEST + 5,
		},
	],
	[
		"padded rows in groups",
		{
			...steps,
			datasets: [packed],
			tokensPerStep: 17 * LONGEST,
			parallelPlan: "flexsp",
			devices: 4,
			tokensPerDevice: LONGEST / 2 + 40,
		},
	],
];

describe.each(plans)("%s", (_, options) => {
	test("each rank has one group in each micro-batch, each row is in one, and no group is too full", async () => {
		const { out, plan, groups } = await groupsPlanned(options);
		const { ranks, maxTokens, summary } = groups;
		const isFlat = options.batches === "flat";
		const [stage] = plan.stages;
		const count = stage.buckets[0].batchRows;
		const all = groupsOf(out, plan);
		let predicted = 0;
		let microBatches = 0;
		for (const own of all) {
			const parts = Math.max(...own.map((group) => group.microBatch)) + 1;
			microBatches += parts;
			for (let part = 0; part < parts; part++) {
				const together = own.filter((group) => group.microBatch === part);
				let next = 0;
				for (const { firstRank, degree, items } of together) {
					expect(firstRank).toBe(next);
					next += degree;
					expect(items.length).toBeGreaterThan(0);
					expect(items).toEqual(items.toSorted((a, b) => a - b));
					if (!isFlat)
						expect(items.length * LONGEST).toBeLessThanOrEqual(
							degree * maxTokens,
						);
				}
				expect(next).toBe(ranks);
				predicted += Math.max(...together.map(({ cost }) => cost));
			}
			const items = own.flatMap((group) => group.items);
			expect(items.toSorted((a, b) => a - b)).toEqual(
				Array.from({ length: count }, (_, i) => i),
			);
		}
		expect(groups.rows).toBe(all.flat().length);
		expect(summary.microBatches).toBe(microBatches);
		expect(summary.predicted).toBeCloseTo(predicted, 3);
		expect(summary.bound).toBeLessThanOrEqual(summary.predicted * (1 + 1e-12));
		expect(groups.degrees).toEqual(
			[...new Set(all.flat().map(({ degree }) => degree))].sort(
				(a, b) => a - b,
			),
		);
	});

	test("the same bytes every time", async () => {
		const [one, other] = [
			await groupsPlanned(options),
			await groupsPlanned(options),
		];
		for (const { path } of [one.groups, one.plan.steps])
			expect(readFileSync(join(one.out, path))).toEqual(
				readFileSync(join(other.out, path)),
			);
		expect(one.plan.steps).toEqual(other.plan.steps);
		expect(one.groups).toEqual(other.groups);
	});
});

test("the largest group of sequences takes no more than by themselves the sum of their squares", async () => {
	const { out, plan } = await groupsPlanned(plans[0][1]);
	const squares = lengths.map((length) => length * length);
	const total = groupsOf(out, plan)
		.flat()
		.reduce((sum, { degree, cost }) => sum + degree * cost, 0);
	// Steps are of different rows: 280 of the 300.
	const sorted = squares.toSorted((a, b) => a - b);
	const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
	expect(total).toBeGreaterThanOrEqual(sum(sorted.slice(0, 280)));
	expect(total).toBeLessThanOrEqual(sum(sorted.slice(-280)));
});

test("a cost model from a file decides what is balanced, and is in the plan", async () => {
	const model = join(temporaryDirectory(), "model.json");
	const cost = { perToken: 1, perSquare: 0, fixed: 10 };
	writeFileSync(model, JSON.stringify(cost));
	const out = join(temporaryDirectory(), "plan");
	const { code, stdout, stderr } = await seqpack([
		...["curriculum", single, "--batches", "flat", "--tokens-per-step"],
		...[`${40 * LONGEST}`, "--parallel-plan", "flexsp", "--devices", "8"],
		...["--tokens-per-device", "128", "--cost", model, "--out", out, "--json"],
	]);
	expect(code, stderr).toBe(0);
	const plan = JSON.parse(stdout);
	expect(plan.groups.cost).toEqual(cost);
	expect(stderr).toMatch(/predicted {2}[\d.]+ for all steps, [\d.]+ % above/);
	for (const { cost: took, degree, items } of groupsOf(out, plan).flat()) {
		expect(items.length).toBeGreaterThan(0);
		expect((took - 10) * degree).toBeCloseTo(Math.round((took - 10) * degree));
	}
});

describe("refuses with the numbers and a way out", () => {
	const base = plans[0][1];
	const cap = plans[5][1];
	test.each<[string, Record<string, unknown>, RegExp]>([
		[
			"a row that no group can hold",
			{ ...base, tokensPerDevice: 30 },
			/a row of step \d+ has 3\d\d tokens, and all 8 ranks together hold 240.*give `?tokensPerDevice/,
		],
		[
			"devices that the rule does not take",
			{ ...base, devices: 6 },
			/6.*powers of two.*4 or 8/,
		],
		[
			"a cost below 0",
			{ ...base, cost: { perToken: -1 } },
			/perToken of a cost is -1/,
		],
		[
			"a cost that is none",
			{ ...base, cost: [1] },
			/cost is \[1\]: give an object/,
		],
		[
			"fewer rows than ranks",
			{ ...cap, worldSize: 64 },
			/step 0 has 40 rows, and each of the 64 ranks/,
		],
		[
			"micro-batches that would be empty",
			{ ...plans[6][1], worldSize: 16, maxTokensPerMicroBatch: LONGEST },
			/step 0: 17 rows.*16 ranks.*none empty/,
		],
		[
			"a cap below the longest row",
			{ ...cap, maxTokensPerMicroBatch: 100 },
			/a row of step \d+ has \d+ tokens, and a micro-batch 100 at most.*let ranks share rows/,
		],
		[
			"another number of ranks",
			{ ...base, worldSize: 4 },
			/devices is 8, which are the ranks of the plan, and worldSize is 4/,
		],
		[
			"a cap beside a rule",
			{ ...base, maxTokensPerMicroBatch: 100 },
			/leave out maxTokensPerMicroBatch/,
		],
		[
			"a cost without groups",
			{ ...steps, datasets: [single], cost: { perToken: 1 } },
			/cost would change nothing/,
		],
		[
			"devices without a rule",
			{ ...steps, datasets: [single], devices: 8 },
			/devices would change nothing: it is for parallelPlan/,
		],
		[
			"a rule without devices",
			{ ...base, devices: undefined },
			/devices is missing/,
		],
		[
			"batches of sequences",
			{ ...base, batches: "token-budget" },
			/batches is token-budget, and groups of ranks share whole rows.*flat/,
		],
		[
			"micro-batches of documents in order",
			{
				...steps,
				...{ datasets: [store], order: "documents", chunk: 64, worldSize: 2 },
				...{ tokensPerStep: 1024, maxTokensPerMicroBatch: 512 },
			},
			/batches is streams, whose steps are not cut into micro-batches.*token-budget/,
		],
	])("%s", async (_, options, sentence) => {
		await expect(
			groupsPlanned(options as unknown as Omit<CurriculumOptions, "out">),
		).rejects.toThrow(sentence);
	});
});
