import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { type CurriculumOptions, openBatches } from "seqpack";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { schedules } from "../../src/curriculum/schedules.js";
import { planCurriculum as planHere } from "../../src/plan/make-plan.js";
import { localFiles } from "../../src/storage/local.js";
import {
	allOf,
	builtFrom,
	rowsOf,
	rowsOfBuckets,
} from "../batches/datasets.js";
import { requiredOptions } from "../curriculum/required-options.js";
import {
	contentsOf,
	everything,
	seqpack,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { plannedAndRead, planned as planWith } from "./planned.js";

const shared = sharedDirectory();
const prose = join(shared, "prose");
const code = join(shared, "code");
const packed = join(shared, "packed");
/** Rows of each dataset's buckets. */
const rows = new Map<string, Map<number, number[][]>>();

beforeAll(async () => {
	await builtFrom("prose", prose);
	await builtFrom("code", code);
	await builtFrom("scripts", packed, {
		layout: "packed",
		decomposer: undefined,
		minLength: undefined,
		maxLength: undefined,
		seqLen: 256,
		format: "arrow",
	});
	for (const dataset of [prose, code, packed])
		rows.set(dataset, await rowsOfBuckets(dataset));
}, 60_000);

const lengths = [16, 32, 64, 128, 256];
function planned(options: Partial<CurriculumOptions> = {}) {
	return planWith({ datasets: [prose], ...options });
}

function run(options: Partial<CurriculumOptions>, worldSize = 1) {
	return plannedAndRead({ datasets: [prose], ...options }, worldSize);
}

describe.each(schedules.names)("%s", (schedule) => {
	test("each sequence once, each step of as many tokens, ranks disjoint and complete", async () => {
		const runs = [
			[2, 3, [prose]],
			[4, 2, [prose, code]],
			[1, 1, [prose]],
		] as const;
		for (const [worldSize, cycles, datasets] of everything
			? runs
			: runs.slice(0, 2)) {
			const { plan, ranks, seen } = await run(
				{
					...{ schedule, cycles, datasets, seed: worldSize },
					...requiredOptions(schedule, lengths),
				},
				worldSize,
			);
			const keys = seen.map((r) => `${r.dataset} ${r.bucket} ${r.row}`);
			expect(new Set(keys).size).toBe(keys.length);
			expect(keys.length).toBe(plan.totals.rows);
			const all = datasets.reduce(
				(sum, d) => sum + [...(rows.get(d)?.values() ?? [])].flat().length,
				0,
			);
			expect(plan.totals.rows + plan.totals.unusedRows).toBe(all);
			const others = seen.filter(({ dataset, bucket, row, ids, lengths }) => {
				const due = rows.get(datasets[dataset])?.get(bucket)?.[row] ?? [];
				const isSame =
					ids.length === due.length && ids.every((id, i) => id === due[i]);
				return !isSame || lengths.length !== 1 || lengths[0] !== bucket;
			});
			expect(others).toEqual([]);
			const steps = Array.from({ length: plan.totals.steps }, (_, step) => {
				const batches = ranks.map((rank) => rank[step]);
				return {
					lengths: new Set(batches.map((b) => b.length)).size,
					tokens: batches.reduce((sum, b) => sum + b.rows * b.length, 0),
					isHere: batches.every((b) => b.step === step),
				};
			});
			const due = { lengths: 1, tokens: 1024, isHere: true };
			expect(steps).toEqual(steps.map(() => due));
		}
	});
});

test("over any plan: sequences once an epoch, constant tokens, ranks that make the step, resuming anywhere", async () => {
	const anyStage = fc
		.record({
			schedule: fc.constantFrom(...schedules.names),
			cycles: fc.integer({ min: 1, max: 4 }),
			firstLongest: fc.boolean(),
			balanced: fc.boolean(),
			weights: fc.option(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(5)), {
				nil: undefined,
			}),
			tokens: fc.option(fc.integer({ min: 40, max: 300 }), { nil: undefined }),
		})
		.map(({ tokens, balanced, ...stage }) => ({
			...requiredOptions(stage.schedule, lengths),
			...(Object.hasOwn(schedules.find(stage.schedule).options, "balanced")
				? { balanced }
				: {}),
			...stage,
			...(tokens === undefined ? {} : { tokens: tokens * 1024 }),
		}));
	const anyPlan = fc.record({
		stage: anyStage,
		epochs: fc.integer({ min: 1, max: 2 }),
		worldSize: fc.constantFrom(1, 2, 4),
		seed: fc.nat(),
		at: fc.double({ min: 0, max: 0.999, noNaN: true }),
	});
	await fc.assert(
		fc.asyncProperty(
			anyPlan,
			async ({ stage, epochs, worldSize, seed, at }) => {
				const options = { ...stage, epochs, seed, datasets: [prose, code] };
				const { out, plan, ranks, seen } = await run(options, worldSize);
				expect(seen).toHaveLength(plan.totals.rows);
				const times = new Map<string, number>();
				for (const { dataset, bucket, row } of seen) {
					const key = `${dataset} ${bucket} ${row}`;
					times.set(key, (times.get(key) ?? 0) + 1);
				}
				// What a bucket gives goes through all of it before any of it comes again.
				for (const { length, sources } of plan.stages[0].buckets)
					for (const { dataset, rows: taken } of sources) {
						const all =
							rows.get([prose, code][dataset])?.get(length)?.length ?? 0;
						const found = Array.from(
							{ length: all },
							(_, row) => times.get(`${dataset} ${length} ${row}`) ?? 0,
						);
						expect(found.reduce((sum, n) => sum + n, 0)).toBe(taken);
						expect(Math.max(...found)).toBe(Math.ceil(taken / all));
						expect(Math.min(...found)).toBe(Math.floor(taken / all));
					}
				for (let step = 0; step < plan.totals.steps; step++) {
					const tokens = ranks.map(
						(rank) => rank[step].rows * rank[step].length,
					);
					expect(tokens).toEqual(Array(worldSize).fill(1024 / worldSize));
				}
				const fromStep = Math.floor(at * plan.totals.steps);
				const rank = seed % worldSize;
				const part = { rank, worldSize, fromStep, steps: 5, readAhead: 0 };
				expect((await allOf(await openBatches(out, part))).map(rowsOf)).toEqual(
					ranks[rank].slice(fromStep, fromStep + 5).map(rowsOf),
				);
			},
		),
		{ numRuns: everything ? 40 : 12 },
	);
});

test("epochs: each sequence once in each, in another order", async () => {
	const { plan, seen } = await run({ epochs: 3, buckets: [64] });
	const count = rows.get(prose)?.get(64)?.length ?? 0;
	expect(plan.totals.rows).toBe(Math.floor((3 * count) / 16) * 16);
	const order = seen.map(({ row }) => row);
	const first = order.slice(0, count);
	const second = order.slice(count, 2 * count);
	expect(new Set(first).size).toBe(count);
	expect(new Set(second).size).toBe(count);
	expect(second).not.toEqual(first);
});

describe("several datasets with weights", () => {
	const shares = async (options: Partial<CurriculumOptions>) => {
		const { plan, seen } = await run({ datasets: [prose, code], ...options });
		const tokens = [0, 0];
		for (const { dataset, bucket } of seen) tokens[dataset] += bucket;
		const most = new Map<string, number>();
		for (const { dataset, bucket, row } of seen) {
			const key = `${dataset} ${bucket} ${row}`;
			most.set(key, (most.get(key) ?? 0) + 1);
		}
		return {
			plan,
			seen,
			share: tokens[0] / (tokens[0] + tokens[1]),
			least: Math.min(...most.values()),
			most: Math.max(...most.values()),
			distinct: most.size,
		};
	};

	test("are sampled: no data twice", async () => {
		const { share, most } = await shares({ weights: [3, 1] });
		expect(share).toBeCloseTo(0.75, 1);
		expect(most).toBe(1);
	});

	test("are repeated: all data at least once, but for what fills no step", async () => {
		const { plan, share, most, distinct } = await shares({
			weights: [1, 9],
			match: "repeat",
		});
		expect(share).toBeCloseTo(0.1, 1);
		expect(most).toBeGreaterThan(1);
		const all = [prose, code].reduce(
			(sum, d) => sum + [...(rows.get(d)?.values() ?? [])].flat().length,
			0,
		);
		expect(distinct).toBeGreaterThan(all - 5 * 64);
		expect(plan.totals.unusedRows).toBeLessThan(5 * 64);
		expect(Math.ceil(plan.totals.timesUsed)).toBe(most);
	});

	test("a number of tokens is kept to a step of each bucket", async () => {
		const { plan, share } = await shares({
			weights: [1, 1],
			tokens: 50 * 1024,
		});
		expect(plan.totals.steps).toBeLessThanOrEqual(50);
		expect(plan.totals.steps).toBeGreaterThanOrEqual(45);
		expect(share).toBeCloseTo(0.5, 1);
	});

	test("each step has them in the proportion of the whole, to a row", async () => {
		const { seen, plan } = await shares({ weights: [1, 1] });
		for (const { length, sources, batchRows, steps } of plan.stages[0]
			.buckets) {
			if (steps === 0) continue;
			const ofFirst = sources.find(({ dataset }) => dataset === 0)?.rows ?? 0;
			const due = ofFirst / steps;
			const counts = new Map<number, number>();
			for (const { step, bucket, dataset } of seen)
				if (bucket === length)
					counts.set(step, (counts.get(step) ?? 0) + Number(dataset === 0));
			for (const count of counts.values())
				expect(Math.abs(count - due)).toBeLessThan(1.001);
			expect(batchRows * length).toBe(1024);
		}
	});
});

test("stages: each with its own schedule, lengths, tokens and weights, and no data twice", async () => {
	const { plan, seen } = await run({
		datasets: [prose, code],
		stages: [
			{ schedule: "grow-p2", maxLength: 64, tokens: 30 * 1024 },
			{ minLength: 64, tokens: 40 * 1024, weights: [1, 3] },
			{ buckets: [256], firstLongest: true },
		],
	});
	expect(plan.stages.map(({ asked }) => asked.schedule)).toEqual([
		"grow-p2",
		"natural",
		"natural",
	]);
	const keys = seen.map((r) => `${r.dataset} ${r.bucket} ${r.row}`);
	expect(new Set(keys).size).toBe(keys.length);
	const [one, two, three] = plan.stages;
	expect(one.firstStep).toBe(0);
	expect(two.firstStep).toBe(one.steps);
	expect(three.firstStep).toBe(one.steps + two.steps);
	for (const { step, bucket } of seen) {
		if (step < two.firstStep) expect(bucket).toBeLessThanOrEqual(64);
		else if (step < three.firstStep) expect(bucket).toBeGreaterThanOrEqual(64);
		else expect(bucket).toBe(256);
	}
	const second = seen.filter(
		({ step }) => step >= two.firstStep && step < three.firstStep,
	);
	const ofCode = second.filter(({ dataset }) => dataset === 1);
	const tokens = (list: typeof seen) =>
		list.reduce((sum, { bucket }) => sum + bucket, 0);
	expect(tokens(ofCode) / tokens(second)).toBeCloseTo(0.75, 1);
});

test("first a step of the longest bucket, when that is asked for", async () => {
	const { seen } = await run({ schedule: "grow-p100", firstLongest: true });
	expect(seen[0].bucket).toBe(256);
	expect((await run({ schedule: "grow-p100" })).seen[0].bucket).toBe(16);
});

test("the same call gives the same bytes, another seed other steps", async () => {
	const made = async (seed: number) => {
		const out = join(temporaryDirectory(), "plan");
		await planned({ out, seed });
		return contentsOf(out);
	};
	const one = await made(1);
	expect(await made(1)).toEqual(one);
	expect(await made(2)).not.toEqual(one);
	expect(JSON.stringify(one)).not.toContain(shared);
});

test("a plan that could not be replaced stays as it was", async () => {
	const out = join(temporaryDirectory(), "plan");
	await planned({ out });
	const before = contentsOf(out);
	const options = { datasets: [prose], tokensPerStep: 1024, out, seed: 1 };
	const create = localFiles.create;
	for (const [name, most] of [
		["steps.arrow", 0],
		["curriculum.json", 0],
		["curriculum.json", 1],
	] as const) {
		let written = 0;
		const failing = vi
			.spyOn(localFiles, "create")
			.mockImplementation((path, ...more) =>
				path.endsWith(name) && written++ === most
					? Promise.reject(new Error("the disk is full"))
					: create(path, ...more),
			);
		const again = planHere({ ...options, overwrite: true });
		await expect(again).rejects.toThrow("the disk is full");
		failing.mockRestore();
		expect(contentsOf(out)).toEqual(before);
	}
	await planned({ ...options, overwrite: true });
	expect(contentsOf(out)).not.toEqual(before);
});

/** What would do nothing, and why. */
const ignored: [string, Partial<CurriculumOptions>, RegExp][] = [
	[
		"odds without the schedule for them",
		{ odds: [1, 1, 1, 1, 1] },
		/^odds would change nothing: it is for schedule odds, and schedule is natural\. Leave it out\.$/,
	],
	[
		"balanced without growth",
		{ schedule: "grow-p2", balanced: true },
		/balanced would .* it is for schedule olmo-grow-p2, olmo-grow-linear, and schedule is grow-p2/,
	],
	[
		"a degree without a root",
		{ schedule: "fixed-linear", rootDegree: 2 },
		/rootDegree would .* it is for schedule fixed-root, and schedule is fixed-linear/,
	],
	[
		"matching of nothing",
		{ match: "repeat" },
		/match would .* it is for weights, strataWeights, weightsAt or tokens, and none is given/,
	],
	[
		"in a stage what another one takes",
		{
			stages: [
				{ schedule: "olmo-grow-p2", tokens: 8192, balanced: true },
				{ tokens: 8192, balanced: true },
			],
		},
		/^stage 2: "balanced" would .*, and "schedule" is natural/,
	],
	[
		"for all stages what none takes",
		{ balanced: true, stages: [{ tokens: 8192 }, { schedule: "grow-p2" }] },
		/^balanced would change nothing/,
	],
	[
		"the longest first in random order",
		{ batches: "token-budget", datasets: [packed], firstLongest: true },
		/firstLongest would .* batches is token-budget, and those come in random order/,
	],
];

test("what is given for all stages need be of use to one of them only", async () => {
	const { stages } = await planned({
		balanced: true,
		match: "sample",
		cycles: 2,
		stages: [
			{ schedule: "olmo-grow-p2", tokens: 64 * 1024 },
			{ schedule: "fixed-linear", weights: [1] },
		],
	});
	expect(stages.map(({ steps }) => steps > 0)).toEqual([true, true]);
});

describe("bad use", () => {
	test.each<[string, Partial<CurriculumOptions>, RegExp]>([
		[
			"a step shorter than the longest bucket",
			{ tokensPerStep: 128 },
			/128 tokens .* longest bucket, 256: give at least 256/,
		],
		[
			"a step that is no whole number of sequences",
			{ tokensPerStep: 1000 },
			/1000 tokens .* no whole number of sequences of 16/,
		],
		[
			"ranks that do not divide",
			{ worldSize: 3 },
			/3 ranks .* do not divide the 64 sequences of 16 tokens.*such as tokensPerStep: 768/,
		],
		[
			"a bucket with too few sequences",
			{ tokensPerStep: 2 ** 20 },
			/the bucket of 16 has \d+ sequences, and a step of 1048576 tokens takes 65536/,
		],
		[
			"an unknown schedule",
			{ schedule: "grow" as "natural" },
			/schedule is "grow", and there is no such schedule: give one of natural/,
		],
		["no such bucket", { buckets: [48] }, /no bucket of 48.*there are: 16, 32/],
		["no bucket in the range", { minLength: 1024 }, /no bucket is from 1024/],
		["too many weights", { weights: [1, 2] }, /2 weights .* for 1 datasets/],
		["weights of nothing", { weights: [0] }, /all weights .* are 0/],
		["a negative weight", { weights: [-1] }, /a weight .* of -1 cannot be/],
		["no cycles", { cycles: 0 }, /cycles is 0: give a whole number from 1/],
		[
			"more cycles than steps",
			{ schedule: "olmo-grow-p2", cycles: 10_000 },
			/no step of 1024 tokens comes out of .* in 10000 cycles/,
		],
		[
			"a stage of less than a step",
			{ tokens: 100 },
			/tokens is 100, less than a step: give at least 1024/,
		],
		[
			"a stage with a field that is none",
			{ stages: [{ lenght: 3 } as never] },
			/^stage 1: there is no option "lenght"/,
		],
		[
			"stages that are no list",
			{ stages: {} as never },
			/stages is no list: give a list of stages/,
		],
		[
			"a list that is none",
			{ stages: [{ weights: 0.5 as never }] },
			/^stage 1: "weights" is 0.5: give a list of numbers/,
		],
		[
			"nothing left for a stage",
			{ stages: [{}, {}] },
			/no step of 1024 tokens comes out of the sequences that are left, \d+ of 16/,
		],
		[
			"a length in a stage that is none",
			{ stages: [{ minLength: "abc" as never }] },
			/^stage 1: "minLength" is "abc": give a whole number of at least 1/,
		],
		[
			"a yes that is none",
			{ stages: [{ firstLongest: "no" as never }] },
			/^stage 1: "firstLongest" is "no": give true or false/,
		],
		...ignored,
		[
			"more tokens than there are, and none twice",
			{ match: "sample", tokens: 2 ** 30 },
			/dataset 1 is to give 1073741824 tokens, and has \d+ left .* or match: "repeat"/,
		],
		[
			"steps beyond counting",
			{ tokens: 2 ** 48 },
			/the stage has \d+ steps, and a stage can have 268435456/,
		],
		["an empty list of stages", { stages: [] }, /stages is an empty list/],
		["a dataset twice", { datasets: ["a", "a"] }, /given twice/],
		["no dataset there", { datasets: ["/nowhere"] }, /no directory \/nowhere/],
		[
			"a kind of batches that is none",
			{ batches: "cubes" as never },
			/batches is "cubes", and there is no such kind of batches: give one of bucketed, packed, token-budget, flat/,
		],
		[
			"a schedule with a token budget",
			{ batches: "token-budget", schedule: "grow-p2" },
			/come in random order/,
		],
	])("%s", async (_, options, sentence) => {
		const out = join(temporaryDirectory(), "plan");
		await expect(planned({ out, ...options })).rejects.toThrow(sentence);
		expect(existsSync(out)).toBe(false);
	});

	test("Parquet shards, and datasets of different tokenizers or rows", async () => {
		const directory = temporaryDirectory();
		const shards = await builtFrom("scripts", join(directory, "p"), {
			format: "parquet",
		});
		await expect(planned({ datasets: [shards] })).rejects.toThrow(
			/p has parquet shards, .*seqpack convert \S+\/p format: "arrow" out: "\S+\/p-arrow"\.$/,
		);
		const plusOne = await builtFrom("scripts", join(directory, "one"), {
			plusOne: true,
		});
		await expect(planned({ datasets: [prose, plusOne] })).rejects.toThrow(
			/\(plusOne\)/,
		);
		const tokenizer = JSON.parse(
			readFileSync(join(tokenizerPath, "tokenizer.json"), "utf8"),
		);
		tokenizer.version = "1.1";
		const other = join(directory, "tokenizer.json");
		writeFileSync(other, JSON.stringify(tokenizer));
		const made = await builtFrom("scripts", join(directory, "t"), {
			tokenizer: other,
		});
		await expect(planned({ datasets: [prose, made] })).rejects.toThrow(
			/different tokenizers \(\w{12} and \w{12}\)/,
		);
	});
});

test("the command says which points of weights the stage does not come to", async () => {
	const plan = async (...weights: string[]) => {
		const to = ["--out", join(temporaryDirectory(), "plan")];
		const steps = ["--tokens-per-step", "1024", "--tokens", "8192"];
		const args = ["curriculum", prose, code, ...steps, ...weights, ...to];
		const { code: rc, stderr } = await seqpack(args);
		expect(rc, stderr).toBe(0);
		return stderr;
	};
	const points = "0:.7/.3,4K:.5/.5,8192:.1/.9,10K:.5/.5";
	expect(await plan("--weights-at", points)).toContain(
		"  weights    not those of the points at 4,096, 8,192, 10,240: the stage ends at 8 steps\n",
	);
	expect(
		await plan("--weights-at", points, "--weights-by", "tokens"),
	).toContain(
		"  weights    not those of the point at 10,240: the stage ends at 8,192 tokens\n",
	);
	expect(await plan("--weights-at", "0:.7/.3,8:.5/.5")).not.toContain(
		"  weights",
	);
});
