import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
	type CurriculumOptions,
	type CurriculumPlan,
	openBatches,
	planCurriculum,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { planCurriculum as planHere } from "../../src/plan/make-plan.js";
import { sha256 } from "../../src/storage/hash.js";
import { allOf, builtFrom, rowsOf } from "../batches/datasets.js";
import { readManifest, writeManifest } from "../build/dataset-rows.js";
import {
	contentsOf,
	everything,
	fixtures,
	seqpack,
	sharedDirectory,
	temporaryDirectory,
} from "../helpers.js";
import { Death, MortalFiles } from "../storage/mortal-files.js";

const shared = sharedDirectory();
const prose = join(shared, "prose");
const code = join(shared, "code");
const packed = join(shared, "packed");
const store = join(shared, "store");
const ofPacks = {
	decomposer: undefined,
	minLength: undefined,
	maxLength: undefined,
};

beforeAll(async () => {
	await builtFrom("prose", prose, {
		inputs: [join(fixtures, "prose/chapter-0[0-2]*.txt")],
	});
	await builtFrom("code", code);
	await builtFrom("code", packed, {
		...ofPacks,
		...{ layout: "packed", seqLen: 256, format: "arrow" },
	});
	await builtFrom("code", store, { ...ofPacks, layout: "documents" });
}, 60_000);

function planned(options: CurriculumOptions): Promise<CurriculumPlan> {
	return planCurriculum(options);
}

const newOut = () => join(temporaryDirectory(), "plan");

/** The rows of each step of a plan, as names. */
async function stepsOf(directory: string): Promise<string[][]> {
	const steps: string[][] = [];
	for await (const { rows, columns } of await openBatches(directory, {
		readAhead: 0,
	})) {
		const { dataset, bucket, row } = columns;
		steps.push(
			Array.from({ length: rows }, (_, i) =>
				[dataset, bucket, row].map(({ values }) => values[i]).join(" "),
			),
		);
	}
	return steps;
}

/** A plan in a directory, its options and the rows of its steps. */
async function made(options: Omit<CurriculumOptions, "out">) {
	const out = newOut();
	const plan = await planned({ ...options, out });
	return { out, plan, steps: await stepsOf(out) };
}

const first = { datasets: [prose], tokensPerStep: 1024 };

/** How often each row is in steps. */
function timesOf(steps: readonly (readonly string[])[]): Map<string, number> {
	const times = new Map<string, number>();
	for (const row of steps.flat()) times.set(row, (times.get(row) ?? 0) + 1);
	return times;
}

describe("new stages", () => {
	test("at the end: what a plan of all stages would have", async () => {
		const stages = [
			{ schedule: "grow-p2", tokens: 40 * 1024, cycles: 2 },
			{ tokens: 50 * 1024, minLength: 64 },
			{ firstLongest: true },
		] as const;
		const whole = await made({ ...first, stages });
		const one = await made({ ...first, stages: stages.slice(0, 1) });
		const two = await made({ extend: one.out, stages: stages.slice(1, 2) });
		const three = await made({ extend: two.out, firstLongest: true });
		expect(three.steps).toEqual(whole.steps);
		expect(three.plan.stages).toEqual(whole.plan.stages);
		expect(three.plan.totals).toEqual(whole.plan.totals);
		expect(three.plan.steps).toEqual(whole.plan.steps);
		const lengths = [one, two].map(({ steps }) => steps.length);
		expect(three.plan.parents).toEqual([
			{ planHash: two.plan.planHash, step: lengths[1] },
			{ planHash: one.plan.planHash, step: lengths[0] },
		]);
		// Where the parent's own stages come again, nothing changes.
		const again = await made({
			extend: whole.out,
			fromStep: lengths[0],
			stages: stages.slice(1),
		});
		expect(again.plan.steps).toEqual(whole.plan.steps);
	});

	test("from a step on, with another dataset and other weights: no row twice", async () => {
		const one = await made({ ...first, schedule: "grow-p2" });
		const fromStep = Math.floor(one.steps.length / 3);
		const two = await made({
			extend: one.out,
			fromStep,
			datasets: [code],
			weights: [1, 2],
			tokensPerStep: 2048,
		});
		expect(two.steps.slice(0, fromStep)).toEqual(one.steps.slice(0, fromStep));
		expect(Math.max(...timesOf(two.steps).values())).toBe(1);
		const [, stage] = two.plan.stages;
		expect(stage.tokensPerStep).toBe(2048);
		for (const rows of two.steps.slice(fromStep)) {
			const tokens = rows.map((row) => Number(row.split(" ")[1]));
			expect(tokens.reduce((a, b) => a + b)).toBe(2048);
		}
		const all = two.steps.flat().length;
		expect(two.plan.totals.rows).toBe(all);
		const there = two.plan.datasets.flatMap(({ buckets }) => buckets);
		expect(all + two.plan.totals.unusedRows).toBe(
			there.reduce((sum, { rows }) => sum + rows, 0),
		);
		// All that is left of what the second stage takes, but for what fills no step.
		const three = await made({ extend: two.out, schedule: "natural" });
		expect(Math.max(...timesOf(three.steps).values())).toBe(1);
		for (const { length, rows } of three.plan.datasets[0].buckets)
			expect(
				rows -
					three.steps.flat().filter((row) => row.startsWith(`0 ${length} `))
						.length,
			).toBeLessThan(2 * (2048 / length));
	});

	test("of weights that change go on where their spans were cut off", async () => {
		const points = [
			[0, [1, 0]],
			[60, [0.2, 0.8]],
		] as const;
		const datasets = [prose, code];
		const tokensPerStep = 256;
		const one = await made({
			datasets,
			tokensPerStep,
			weightsAt: points,
			buckets: [64],
		});
		expect(one.plan.formatVersion).toBe(3);
		expect(one.plan.stages[0].buckets[0].spans?.length).toBeGreaterThan(20);
		const fromStep = 33;
		const two = await made({ extend: one.out, fromStep, buckets: [64] });
		expect(two.steps.slice(0, fromStep)).toEqual(one.steps.slice(0, fromStep));
		expect(Math.max(...timesOf(two.steps).values())).toBe(1);
		// What no step has is less than a step.
		const there = two.plan.datasets.map(
			({ buckets }) => buckets.find(({ length }) => length === 64)?.rows ?? 0,
		);
		const all = there.reduce((a, b) => a + b);
		expect(all - two.steps.flat().length).toBeLessThan(4);
	});
});

test("steps that are left out: those after them move up, and all is counted", async () => {
	const one = await made({ ...first, schedule: "grow-p2" });
	const end = one.steps.length;
	const skip = [
		[end - 3, end],
		[10, 22],
	] as const;
	const two = await made({ extend: one.out, skip });
	const rest = [...one.steps.slice(0, 10), ...one.steps.slice(22, end - 3)];
	expect(two.steps).toEqual(rest);
	const left = [...one.steps.slice(10, 22), ...one.steps.slice(end - 3)].flat();
	expect(two.plan.totals).toMatchObject({
		steps: end - 15,
		tokens: 1024 * (end - 15),
		rows: one.plan.totals.rows - left.length,
		unusedRows: one.plan.totals.unusedRows + left.length,
		skipped: { steps: 15, rows: left.length, tokens: 15 * 1024 },
	});
	expect(two.plan.parents).toEqual([{ planHash: one.plan.planHash, step: 10 }]);
	// What is left out at the end, too, is not what a new stage takes.
	const three = await made({ extend: two.out, datasets: [code] });
	const later = new Set(three.steps.slice(rest.length).flat());
	expect(left.filter((row) => later.has(row))).toEqual([]);
	expect(three.plan.totals.skipped?.steps).toBe(15);
	expect(three.plan.parents).toEqual([
		{ planHash: two.plan.planHash, step: end - 15 },
		{ planHash: one.plan.planHash, step: 10 },
	]);
});

/** The rows of steps, bucket by bucket: those of one length and one stage. */
function rowsByBucket(steps: readonly (readonly string[])[]) {
	const rows = new Map<string, string[]>();
	for (const step of steps) {
		const [, length] = step[0].split(" ");
		rows.set(length, [...(rows.get(length) ?? []), ...step]);
	}
	return rows;
}

describe.each([
	["twice", 2048, 1],
	["half", 512, 2],
	["three times", 3072, 3],
	["as many", 1024, 4],
])("steps of %s the tokens from one on", (_, tokensPerStep, worldSize) => {
	test("have the rows of the parent in its order, but for what fills no step", async () => {
		const one = await made({ ...first, schedule: "grow-p2", seed: 3 });
		const fromStep = 21;
		const two = await made({
			extend: one.out,
			...{ fromStep, tokensPerStep, worldSize },
		});
		expect(two.steps.slice(0, fromStep)).toEqual(one.steps.slice(0, fromStep));
		const due = rowsByBucket(one.steps.slice(fromStep));
		const found = rowsByBucket(two.steps.slice(fromStep));
		let left = 0;
		for (const [length, rows] of due) {
			const each = tokensPerStep / Number(length);
			const whole = rows.length - (rows.length % each);
			expect(found.get(length) ?? []).toEqual(rows.slice(0, whole));
			left += rows.length - whole;
		}
		const [kept, stage] = two.plan.stages;
		expect(kept.steps).toBe(fromStep);
		const leftRows = stage.buckets.map((bucket) => bucket.leftRows);
		expect(leftRows.reduce((a, b) => a + b)).toBe(left);
		expect(two.plan.totals.rows).toBe(one.plan.totals.rows - left);
		// A step comes as soon as its rows have come.
		let seen = 0;
		const come = new Map<string, number>();
		const waiting = [...two.steps.slice(fromStep)];
		for (const step of one.steps.slice(fromStep)) {
			const [, length] = step[0].split(" ");
			come.set(length, (come.get(length) ?? 0) + step.length);
			const each = tokensPerStep / Number(length);
			while ((come.get(length) ?? 0) >= each) {
				come.set(length, (come.get(length) ?? 0) - each);
				expect(waiting[seen++][0].split(" ")[1]).toBe(length);
			}
		}
		expect(seen).toBe(waiting.length);
		const options = { fromStep, rank: worldSize - 1, worldSize, readAhead: 0 };
		const [batch] = await allOf(
			await openBatches(two.out, { ...options, steps: 1 }),
		);
		expect(batch.rows * worldSize).toBe(two.steps[fromStep].length);
	});
});

test("steps of twice the tokens, and some before and after left out: no row of theirs, the others in their order", async () => {
	const one = await made({ ...first, buckets: [64], tokensPerStep: 512 });
	const skip = [
		[2, 3],
		[10, 13],
	] as const;
	const own = { fromStep: 5, tokensPerStep: 1024, skip };
	const two = await made({ extend: one.out, ...own });
	const before = [...one.steps.slice(0, 2), ...one.steps.slice(3, 5)];
	expect(two.steps.slice(0, 4)).toEqual(before);
	// Five steps before the gap make two: the rows of the last one fill none.
	const twos = (steps: string[][]) =>
		Array.from({ length: Math.floor(steps.length / 2) }, (_, i) =>
			steps.slice(2 * i, 2 * i + 2).flat(),
		);
	const rest = [one.steps.slice(5, 10), one.steps.slice(13)].flatMap(twos);
	expect(two.steps.slice(4)).toEqual(rest);
	const { parents, totals, skipped } = two.plan;
	expect(parents?.[0].step).toBe(2);
	expect(totals.skipped).toMatchObject({ steps: 4, tokens: 4 * 512 });
	expect(skipped?.map(({ step, steps }) => [step, steps])).toEqual([
		[2, 1],
		[6, 3],
	]);
	// Of what is cut anew once more, as of any plan, the steps before stay.
	const three = await made({
		extend: two.out,
		...{ fromStep: 7, tokensPerStep: 256 },
	});
	expect(three.steps.slice(0, 7)).toEqual(two.steps.slice(0, 7));
	expect(three.steps.slice(7).flat()).toEqual(two.steps.slice(7).flat());
});

test("weights may be given for the new datasets alone", async () => {
	const one = await made({ ...first, tokens: 20 * 1024 });
	const options = { extend: one.out, datasets: [code], tokens: 10 * 1024 };
	const steps = await Promise.all(
		[
			{ weights: [1] },
			{ weights: [0, 1] },
			{ weightsAt: [[0, [2]]] as const },
			{ stages: [{ weights: [3] }] },
		].map(async (own) => (await made({ ...options, ...own })).steps),
	);
	const [{ length }] = [one.steps];
	const added = steps[0].slice(length).flat();
	expect(added.length).toBeGreaterThan(40);
	expect(added.filter((row) => !row.startsWith("1 "))).toEqual([]);
	for (const others of steps) expect(others).toEqual(steps[0]);
	await expect(made({ ...options, weights: [1, 1, 1] })).rejects.toThrow(
		/3 weights .* for 2 datasets/,
	);
});

/** What is done to a plan: drawn, where in it too. */
const anyChange = fc.record({
	kind: fc.constantFrom("append", "skip", "regroup", "both"),
	at: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
	length: fc.integer({ min: 1, max: 12 }),
	tokensPerStep: fc.constantFrom(512, 1024, 2048),
	schedule: fc.constantFrom("natural", "grow-p2", "fixed-linear"),
	isWeighted: fc.boolean(),
});

const tokensOf = (rows: readonly string[]) =>
	rows.reduce((sum, row) => sum + Number(row.split(" ")[1]), 0);

/** Checks that all rows of a bucket come before any of them comes again. */
function expectAllBeforeAny({ datasets }: CurriculumPlan, steps: string[][]) {
	for (const [dataset, { buckets }] of datasets.entries())
		for (const { length, rows } of buckets) {
			const own = steps
				.flat()
				.filter((row) => row.startsWith(`${dataset} ${length} `));
			const first = own.slice(0, rows);
			expect(new Set(first).size).toBe(first.length);
		}
}

test("over any chain: what was trained stays, nothing comes more often than the epochs, and all adds up", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(anyChange, { minLength: 1, maxLength: 3 }),
			fc.integer({ min: 1, max: 2 }),
			fc.nat(),
			async (changes, epochs, seed) => {
				const begin = { ...first, datasets: [prose, code], epochs, seed };
				let last = await made({ ...begin, tokens: 70 * 1024, cycles: 2 });
				let isUnbroken = true;
				for (const change of changes) {
					const { kind, at, length, tokensPerStep, schedule } = change;
					const end = last.steps.length;
					const step = Math.max(1, Math.floor(at * end));
					const skip = [[step, Math.min(end, step + length)]] as const;
					const stage = {
						schedule,
						...(change.isWeighted && {
							match: "sample" as const,
							weightsAt: [[0, [3, 1]] as const, [20, [1, 2]] as const],
						}),
					};
					const own =
						kind === "skip"
							? { skip }
							: kind === "both"
								? { skip, fromStep: Math.min(end, step + length), ...stage }
								: kind === "append"
									? { fromStep: step, ...stage }
									: { fromStep: step, tokensPerStep };
					let next: typeof last;
					try {
						next = await made({ extend: last.out, ...own });
					} catch (error) {
						// Nothing is left, or nothing is to change.
						expect(error).toMatchObject({
							code: expect.stringMatching(/bad-option|no-steps|too-few-tokens/),
						});
						continue;
					}
					const { plan, steps } = next;
					expect(plan.parents?.[0]).toEqual({
						planHash: last.plan.planHash,
						step,
					});
					expect(steps.slice(0, step)).toEqual(last.steps.slice(0, step));
					if (kind === "skip")
						expect(steps.slice(step)).toEqual(last.steps.slice(skip[0][1]));
					expect(plan.totals.rows).toBe(steps.flat().length);
					expect(plan.totals.steps).toBe(steps.length);
					const ofStages = plan.stages.map((stage) => stage.steps);
					expect(ofStages.reduce((a, b) => a + b)).toBe(steps.length);
					for (const stage of plan.stages) {
						const end = stage.firstStep + stage.steps;
						const tokens = steps.slice(stage.firstStep, end).map(tokensOf);
						const due = stage.tokensPerStep ?? plan.tokensPerStep;
						expect(new Set(tokens)).toEqual(new Set(tokens.slice(0, 1)));
						expect(tokens[0] ?? due).toBe(due);
						expect(stage.tokens).toBe(due * stage.steps);
					}
					expect(Math.max(...timesOf(steps).values())).toBeLessThanOrEqual(
						epochs,
					);
					isUnbroken &&= kind === "append";
					if (isUnbroken) expectAllBeforeAny(plan, steps);
					const state = { plan: last.plan.planHash, step };
					const batches = await openBatches(next.out, { state, readAhead: 0 });
					expect(batches.firstStep).toBe(step);
					last = next;
				}
			},
		),
		{ numRuns: everything ? 25 : 8 },
	);
}, 240_000);

describe("batches of similar length", () => {
	const budget = {
		...{ datasets: [packed], tokensPerStep: 512, worldSize: 2 },
		batches: "token-budget",
	} as const;
	const sequencesOf = async (directory: string) =>
		(await allOf(await openBatches(directory, { readAhead: 0 }))).map((batch) =>
			rowsOf(batch).map(({ ids, row }) => `${row}: ${ids.join(" ")}`),
		);

	test("go on at the end, and at a pool, with another number of tokens", async () => {
		const whole = newOut();
		const plan = await planned({
			...budget,
			stages: [{ tokens: 50 * 512 }, {}],
			out: whole,
		});
		const one = newOut();
		await planned({ ...budget, tokens: 50 * 512, out: one });
		const two = newOut();
		const added = await planned({
			extend: one,
			tokens: 2 ** 20,
			match: "repeat",
			out: two,
		});
		expect(added.stages[0]).toEqual(plan.stages[0]);
		const [{ steps }] = plan.stages;
		const due = await sequencesOf(whole);
		expect((await sequencesOf(two)).slice(0, steps)).toEqual(
			due.slice(0, steps),
		);
		const twice = newOut();
		const other = await planned({
			extend: whole,
			fromStep: steps,
			tokensPerStep: 1024,
			epochs: 2,
			out: twice,
		});
		expect(other.stages[0]).toEqual(plan.stages[0]);
		const found = await sequencesOf(twice);
		expect(found.slice(0, steps)).toEqual(due.slice(0, steps));
		for (const sequences of found.slice(steps)) {
			const longest = Math.max(
				...sequences.map((s) => s.split(" ").length - 1),
			);
			expect(longest * sequences.length).toBeLessThanOrEqual(1024);
		}
		const tokens = found.flat().map((s) => s.split(" ").length - 1);
		expect(other.totals.tokens).toBeLessThanOrEqual(
			tokens.reduce((a, b) => a + b),
		);
	});

	test("steps are left out, with the tokens that they have", async () => {
		const one = newOut();
		const plan = await planned({ ...budget, out: one });
		const two = newOut();
		const less = await planned({ extend: one, skip: [[5, 9]], out: two });
		const due = await sequencesOf(one);
		expect(await sequencesOf(two)).toEqual([
			...due.slice(0, 5),
			...due.slice(9),
		]);
		const batches = await openBatches(one, {
			...{ fromStep: 5, steps: 4, readAhead: 0 },
		});
		let tokens = 0;
		for await (const batch of batches)
			for (const { lengths } of rowsOf(batch))
				tokens += lengths.reduce((a, b) => a + b, 0);
		expect(plan.totals.tokens - less.totals.tokens).toBe(tokens);
		expect(less.totals.skipped).toEqual({
			...{ steps: 4, tokens },
			rows: due.slice(5, 9).flat().length,
		});
		await expect(
			planned({ extend: one, fromStep: 3, epochs: 2, out: newOut() }),
		).rejects.toThrow(
			/at step 3 .* in the middle of rows .* begin with step \d+\./,
		);
		await expect(
			planned({ extend: one, fromStep: 3, worldSize: 1, out: newOut() }),
		).rejects.toThrow(/token-budget batches, .* cannot be cut anew/);
	});
});

test("batches before the step are the parent's, byte for byte, and a state of it is taken up to there", async () => {
	const one = await made({ ...first, schedule: "grow-p2" });
	const two = await made({ extend: one.out, skip: [[30, 40]] });
	const streamOf = async (plan: string, from: number, count: number) => {
		const args = ["batches", plan, "--rank", "0", "--world-size", "2"];
		const part = ["--from-step", `${from}`, "--steps", `${count}`];
		const as = ["--columns", "labels", "--format", "jsonl"];
		const { bytes } = await seqpack([...args, ...part, ...as]);
		expect(bytes.length).toBeGreaterThan(count * 512);
		return sha256(bytes);
	};
	for (const [from, count] of [
		[0, 30],
		[29, 1],
	])
		expect(await streamOf(two.out, from, count)).toEqual(
			await streamOf(one.out, from, count),
		);
	const state = { plan: one.plan.planHash, step: 30 };
	const batches = await openBatches(two.out, { state, readAhead: 0 });
	const [batch] = await allOf(batches);
	expect(batch.step).toBe(30);
	expect(batches.state.plan).toBe(two.plan.planHash);
	await expect(
		openBatches(two.out, { state: { ...state, step: 31 } }),
	).rejects.toThrow(
		/at step 31 of the plan .*, from which this one goes on at step 30: take an earlier state/,
	);
	await expect(
		openBatches(one.out, { state: { plan: two.plan.planHash, step: 1 } }),
	).rejects.toThrow(/name the plan that it is of/);
});

test("killed before any change, it is made by the same call", async () => {
	const one = await made({ ...first, tokens: 40 * 1024 });
	const files = new MortalFiles();
	const out = newOut();
	const extend = () =>
		planHere({
			...{ extend: one.out, out: files.url(out), skip: [[3, 5]] },
			...{ datasets: [code], fromStep: 20 },
		});
	await extend();
	const deeds = files.log.length;
	const expected = contentsOf(out);
	for (let end = 0; end < deeds; end += everything ? 1 : 3) {
		rmSync(out, { recursive: true });
		files.end = files.deeds + end;
		await extend().catch((error) => expect(error).toBeInstanceOf(Death));
		files.revive(join(out, ".seqpack/lock"));
		await extend().catch((error) =>
			expect(error.message).toMatch(/holds a plan already/),
		);
		expect(contentsOf(out), `killed before ${end}`).toEqual(expected);
		expect(existsSync(join(out, ".seqpack"))).toBe(false);
	}
});

describe("what cannot be", () => {
	let parent: string;
	let steps: number;
	beforeAll(async () => {
		parent = join(shared, "parent");
		const options = { ...first, seed: 1, schedule: "grow-p2" } as const;
		steps = (await planned({ ...options, out: parent })).totals.steps;
	});

	test.each<[string, Partial<CurriculumOptions>, RegExp]>([
		["nothing", {}, /nothing in .* is to change: say what comes after it/],
		[
			"a step beyond the end",
			{ fromStep: 10 ** 6, tokens: 2048 },
			/fromStep is 1000000, and .* has \d+ steps: give one from 1 to \d+/,
		],
		[
			"a range beyond the end",
			{ skip: [[3, 10 ** 6]] },
			/skip has the range 3:1000000, and .* has \d+ steps: give ranges that end at \d+/,
		],
		[
			"ranges that overlap",
			{
				skip: [
					[9, 12],
					[3, 10],
				],
			},
			/skip has the ranges 3:10 and 9:12, which overlap/,
		],
		[
			"an empty range",
			{ skip: [[9, 9]] },
			/skip has the range 9:9, which has no steps/,
		],
		[
			"a range of what is replaced",
			{ skip: [[30, 40]], fromStep: 20, tokens: 2048 },
			/new stages take the place of all steps from 20 on/,
		],
		[
			"a step that changes nothing",
			{ skip: [[30, 40]], fromStep: 20 },
			/fromStep would change nothing/,
		],
		[
			"other steps from no step on",
			{ tokensPerStep: 2048 },
			/say from which step on/,
		],
		[
			"other steps that rows do not fill",
			{ tokensPerStep: 1000, fromStep: 3 },
			/1000 tokens .* no whole number of sequences/,
		],
		[
			"ranks that do not divide steps",
			{ worldSize: 3, fromStep: 3 },
			/3 ranks .* do not divide/,
		],
		[
			"another seed",
			{ seed: 2, tokens: 2048 },
			/seed is 2, and that of .* is 1: all steps of a plan have the same/,
		],
		["another token to pad with", { padId: 7, tokens: 2048 }, /padId is 7/],
		[
			"other batches",
			{ batches: "flat", tokens: 2048 },
			/batches is flat, and that of .* is bucketed/,
		],
		[
			"documents in order",
			{ order: "documents", chunk: 16 },
			/order is documents, and that of .* is schedule/,
		],
		[
			"another layout",
			{ datasets: [packed] },
			/has the layout buckets and .* packed/,
		],
		[
			"a dataset that is there",
			{ datasets: [prose] },
			/a dataset is given twice/,
		],
		[
			"a plan that is none",
			{ extend: prose, tokens: 2048 },
			/is not a plan of seqpack/,
		],
	])("%s", async (_, options, sentence) => {
		const all = { extend: parent, out: newOut(), ...options };
		await expect(planned(all)).rejects.toThrow(sentence);
	});

	test("the place of the plan itself", async () => {
		const before = contentsOf(parent);
		const all = { extend: parent, tokens: 2048, overwrite: true };
		await expect(planned({ ...all, out: `${parent}/` })).rejects.toThrow(
			/is the plan that is extended: name another directory/,
		);
		expect(contentsOf(parent)).toEqual(before);
	});

	test("all steps left out", async () => {
		const all = { extend: parent, out: newOut(), skip: [[0, steps]] as const };
		await expect(planned(all)).rejects.toThrow(
			/leaves out every step of .*, from 0 to \d+: leave out fewer/,
		);
	});

	test("other steps of a plan that has one", async () => {
		const one = newOut();
		const rows = { datasets: [packed], tokensPerStep: 256, tokens: 256 };
		await planned({ ...rows, out: one });
		const all = { extend: one, out: newOut(), tokensPerStep: 512 };
		await expect(planned(all)).rejects.toThrow(
			/another worldSize: say what is to come after its 1 step,/,
		);
	});

	test("without a plan to extend", async () => {
		const all = { ...first, out: newOut() };
		await expect(planned({ ...all, fromStep: 3 })).rejects.toThrow(
			/fromStep would change nothing: it is of a plan that is extended/,
		);
		await expect(planned({ out: newOut() })).rejects.toMatchObject({
			code: "missing-option",
		});
		await expect(planned({ datasets: [prose], out: newOut() })).rejects.toThrow(
			/tokensPerStep is missing/,
		);
	});

	test("datasets that changed, or were made with another tokenizer", async () => {
		const directory = temporaryDirectory();
		const [copy, out] = [join(directory, "prose"), join(directory, "plan")];
		cpSync(prose, copy, { recursive: true });
		await planned({ ...first, datasets: [copy], out, tokens: 10 * 1024 });
		const bytes = join(directory, "bytes");
		await builtFrom("code", bytes, { tokenizer: "bytes" });
		await expect(
			planned({ extend: out, datasets: [bytes], out: newOut() }),
		).rejects.toThrow(/different tokenizers/);
		writeManifest(copy, { ...readManifest(copy), seqpackVersion: "0.0.0" });
		await expect(
			planned({ extend: out, skip: [[1, 2]], out: newOut() }),
		).rejects.toThrow(
			/is not the dataset that .* was made of: .* put it back, or leave out extend to plan anew/,
		);
	});

	test("documents in order", async () => {
		const out = newOut();
		await planned({
			...{ datasets: [store], order: "documents", chunk: 128 },
			...{ tokensPerStep: 1024, out },
		});
		await expect(
			planned({ extend: out, skip: [[1, 2]], out: newOut() }),
		).rejects.toThrow(/of documents in order, which lanes read chunk by chunk/);
	});
});
