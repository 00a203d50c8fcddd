// Figures of plans, beside what all ranks are given of all steps.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import {
	type CurriculumOptions,
	type CurriculumPlan,
	openBatches,
	planCurriculum,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import {
	type BatchKindName,
	batchKinds,
} from "../../../../src/curriculum/batch-kinds.js";
import { hashOfPlan } from "../../../../src/plan/curriculum-plan.js";
import { stepsSchemaOf } from "../../../../src/plan/steps-file.js";
import { createStepsWriter } from "../../../../src/plan/steps-writer.js";
import { MOST_ENTRIES } from "../../../../src/report/figures/grouped.js";
import { readFigures } from "../../../../src/report/figures/read-figures.js";
import { storageAt } from "../../../../src/storage/storages.js";
import { allOf } from "../../../batches/datasets.js";
import {
	everything,
	sharedDirectory,
	temporaryDirectory,
} from "../../../helpers.js";
import { skewedLengths, tokenRows } from "../../../plan/groups.js";

const LONGEST = 256;
const directory = sharedDirectory();
const at = (name: string) => join(directory, name);
const RANKS = 4;

beforeAll(async () => {
	const lengths = skewedLengths(150, LONGEST);
	const others = lengths.slice(0, 90);
	await tokenRows(lengths, at("packed"), { seqLen: LONGEST });
	await tokenRows(others, at("packed-2"), { seqLen: LONGEST });
	const buckets = {
		...{ layout: "buckets", minLength: 16, maxLength: 64 },
		...{ decomposer: "binary", seqLen: undefined },
	} as never;
	await tokenRows(lengths, at("buckets"), buckets);
	await tokenRows(others, at("buckets-2"), buckets);
	const store = { layout: "documents", seqLen: undefined } as never;
	await tokenRows(lengths, at("store"), store);
	await tokenRows(others, at("store-2"), store);
});

/** A plan that has batches of a kind, of two datasets. */
const plans: Record<
	BatchKindName,
	Omit<CurriculumOptions, "out"> & { datasets: readonly string[] }
> = {
	bucketed: {
		datasets: ["buckets", "buckets-2"],
		tokensPerStep: RANKS * 64,
		stages: [{ tokens: 4096, schedule: "grow-p2", cycles: 2 }, {}],
	},
	packed: { datasets: ["packed", "packed-2"], tokensPerStep: RANKS * LONGEST },
	"token-budget": {
		datasets: ["packed", "packed-2"],
		batches: "token-budget",
		tokensPerStep: RANKS * LONGEST,
		seed: 2,
	},
	flat: {
		datasets: ["packed", "packed-2"],
		batches: "flat",
		tokensPerStep: RANKS * LONGEST,
	},
	streams: {
		datasets: ["store", "store-2"],
		order: "documents",
		chunk: 32,
		tokensPerStep: 8 * 32,
	},
};

async function planned(
	options: Omit<CurriculumOptions, "out"> & { datasets: readonly string[] },
) {
	const out = join(temporaryDirectory(), "plan");
	const datasets = options.datasets.map(at);
	const plan = await planCurriculum({
		worldSize: RANKS,
		...options,
		datasets,
		out,
	});
	return { out, plan };
}

/** What all ranks are given, counted. */
async function counted(out: string, worldSize: number) {
	const ranks = [];
	/** Of each step its tokens, and of each dataset the tokens that it gives. */
	const steps: number[] = [];
	const datasets: number[] = [];
	for (let rank = 0; rank < worldSize; rank++) {
		let tokens = 0;
		let cost = 0;
		const batches = await openBatches(out, { rank, worldSize, readAhead: 0 });
		for (const { columns, step, rows } of await allOf(batches)) {
			// Rows that ranks share are told in whole to each.
			const degree = Number(columns.degree?.values[0] ?? 1);
			const { values, offsets } = columns.seq_lengths as {
				values: Int32Array;
				offsets: Int32Array;
			};
			const dataset = columns.dataset.values as Int32Array;
			for (let i = 0; i < values.length; i++) {
				tokens += values[i] / degree;
				cost += (values[i] * values[i]) / degree;
				steps[step] = (steps[step] ?? 0) + values[i];
			}
			if (dataset.length !== rows) continue;
			for (let row = 0; row < rows; row++)
				for (let i = offsets[row]; i < offsets[row + 1]; i++)
					datasets[dataset[row]] = (datasets[dataset[row]] ?? 0) + values[i];
		}
		ranks.push({ rank, tokens, cost });
	}
	return { ranks, steps, datasets };
}

function sumOf(numbers: Iterable<number>): number {
	return [...numbers].reduce((sum, n) => sum + n, 0);
}

async function figuresOf(out: string) {
	const figures = await readFigures(out);
	if (figures.plan === null) throw new Error("no plan");
	return { figures, shown: figures.plan };
}

/** What is true of the figures of every plan. */
function requireTotals(
	{ figures, shown }: Awaited<ReturnType<typeof figuresOf>>,
	plan: CurriculumPlan,
): void {
	const { totals, stages } = plan;
	expect(figures.kind).toBe("plan");
	expect(figures.totals.tokens).toBe(totals.tokens);
	expect(figures.totals.rows).toBe(totals.rows);
	expect(shown.steps).toBe(totals.steps);
	expect(shown.stages.map(({ tokens }) => tokens)).toEqual(
		stages.map(({ tokens }) => tokens),
	);
	expect(sumOf(shown.points.map(({ tokens }) => tokens))).toBe(
		sumOf(stages.map(({ tokens, pools }) => pools?.paddedTokens ?? tokens)),
	);
	stages.forEach(({ tokens }, stage) => {
		const own = shown.sources.filter((source) => source.stage === stage);
		expect(sumOf(own.map((source) => source.tokens))).toBe(tokens);
	});
	const { entries, rest } = figures.sources;
	expect(
		sumOf(entries.map(({ tokens }) => tokens ?? 0)) + (rest?.tokens ?? 0),
	).toBe(totals.tokens);
	if (plan.lanes !== undefined) return;
	const { buckets } = figures;
	expect(
		sumOf(buckets.entries.map(({ tokens }) => tokens)) +
			(buckets.rest?.tokens ?? 0),
	).toBe(totals.tokens);
}

describe.each(batchKinds.names)("batches: %s", (kind) => {
	test("figures are those of the plan and of what all ranks are given", async () => {
		const { out, plan } = await planned(plans[kind]);
		expect(plan.batches).toBe(kind);
		const found = await figuresOf(out);
		requireTotals(found, plan);
		const { figures, shown } = found;
		expect(shown.missing).toBe(null);
		expect(shown.rankSteps).toBe(plan.totals.steps);
		const { ranks, steps, datasets } = await counted(out, RANKS);
		expect(shown.ranks).toEqual(ranks);
		expect(shown.points).toHaveLength(plan.totals.steps);
		const { items } = batchKinds.find(kind);
		if (items === "chunks") {
			expect(shown.points.map(({ tokens }) => tokens)).toEqual(steps);
			expect(figures.sources.entries.map(({ tokens }) => tokens)).toEqual(
				datasets,
			);
		}
		for (const [i, point] of shown.points.entries()) {
			expect(point.step).toBe(i);
			expect(point.tokens).toBeGreaterThanOrEqual(steps[i]);
			expect(point.tokens).toBeLessThanOrEqual(plan.tokensPerStep);
		}
	});
});

describe("groups of ranks", () => {
	test.each([
		["micro-batches", { batches: "flat", maxTokensPerMicroBatch: LONGEST }],
		["sequences", { batches: "token-budget", maxTokensPerMicroBatch: LONGEST }],
		[
			"rows that ranks share",
			{
				...{ batches: "flat", parallelPlan: "bytescale", devices: RANKS },
				...{ tokensPerDevice: 128, worldSize: undefined },
			},
		],
	] as const)("%s: ranks have what they are given", async (_, options) => {
		const { out, plan } = await planned({
			tokensPerStep: 8 * LONGEST,
			...(options as Partial<CurriculumOptions>),
			datasets: ["packed"],
		});
		const found = await figuresOf(out);
		requireTotals(found, plan);
		const { ranks } = found.shown;
		const due = await counted(out, RANKS);
		expect(ranks).toHaveLength(RANKS);
		for (const [rank, { tokens, cost }] of ranks.entries()) {
			expect(tokens).toBeCloseTo(due.ranks[rank].tokens, 6);
			expect(cost).toBeCloseTo(due.ranks[rank].cost, 4);
		}
		const isShared = plan.groups?.degrees.some((degree) => degree > 1);
		expect(/Ranks that share rows/.test(found.figures.notes.join())).toBe(
			isShared,
		);
	});
});

test("a long plan has points of equal spans, and some of its steps are read", async () => {
	const { out, plan } = await planned({
		datasets: ["buckets"],
		tokensPerStep: RANKS * 64,
		epochs: 400,
	});
	const { figures, shown } = await figuresOf(out);
	requireTotals({ figures, shown }, plan);
	const { steps } = plan.totals;
	const apart = Math.ceil(steps / 1000);
	expect(steps).toBeGreaterThan(2000);
	expect(shown.stepsPerPoint).toBe(apart);
	const ofSteps = lengthsOfSteps(out, plan);
	expect(shown.points).toHaveLength(Math.ceil(steps / apart));
	for (const [i, point] of shown.points.entries()) {
		const own = ofSteps.slice(i * apart, (i + 1) * apart);
		expect(point.step).toBe(i * apart);
		expect(point.length).toBeCloseTo(sumOf(own) / own.length, 6);
		expect(point.tokens).toBe(own.length * plan.tokensPerStep);
	}
	expect(shown.rankSteps).toBe(256);
	// Full rows: no rank has more than another.
	for (const { tokens } of shown.ranks)
		expect(tokens).toBe((256 * plan.tokensPerStep) / RANKS);
	expect(figures.notes).toEqual([
		`Each point stands for ${apart} steps: lengths and batch sizes are means, tokens are sums.`,
		`Tokens and cost by rank are those of 256 of ${steps} steps, evenly chosen.`,
	]);
});

/** The length of each step, by another reader. */
function lengthsOfSteps(out: string, { steps }: CurriculumPlan): number[] {
	const table = tableFromIPC(readFileSync(join(out, steps.path)));
	return [...(table.getChild("length") ?? [])].map(Number);
}

test("odds are those of the buckets that have steps left in the cycle", async () => {
	const odds = [5, 1, 2];
	const { out, plan } = await planned({
		datasets: ["buckets"],
		tokensPerStep: RANKS * 64,
		stages: [
			{ tokens: 4096, schedule: "odds", odds, cycles: 2 },
			{ schedule: "fixed-linear" },
		],
	});
	const { shown } = await figuresOf(out);
	const [{ steps, buckets }] = plan.stages;
	const lengths = buckets.map(({ length }) => length);
	expect(lengths).toHaveLength(3);
	const drawn = lengthsOfSteps(out, plan).slice(0, steps);
	const cycleOf = (cycle: number) =>
		buckets.map(
			(bucket) =>
				Math.floor(bucket.steps / 2) + Number(cycle < bucket.steps % 2),
		);
	const first = sumOf(cycleOf(0));
	for (let step = 0; step < steps; step++) {
		const cycle = Number(step >= first);
		const begin = cycle * first;
		const weights = cycleOf(cycle).map((count, b) => {
			const before = drawn
				.slice(begin, step)
				.filter((length) => length === lengths[b]);
			return before.length < count ? count * odds[b] : 0;
		});
		const told = shown.odds.filter(
			(each) => each.stage === 0 && each.progress === step / steps,
		);
		expect(told.map(({ length }) => length)).toEqual(lengths);
		for (const [b, each] of told.entries())
			expect(each.odds).toBeCloseTo(weights[b] / sumOf(weights), 9);
	}
	expect(shown.odds.some(({ stage }) => stage === 1)).toBe(false);
});

test("weights that change are told over the steps", async () => {
	const { out, plan } = await planned({
		datasets: ["buckets", "buckets-2"],
		tokensPerStep: RANKS * 64,
		weightsAt: [
			[0, [1, 0]],
			[20, [0.25, 0.75]],
		],
	});
	const { shown, figures } = await figuresOf(out);
	requireTotals({ shown, figures }, plan);
	expect(shown.weights).toHaveLength(2 * plan.totals.steps);
	const [first] = shown.weights;
	const last = shown.weights[shown.weights.length - 1];
	// Means of a step, on a line from 1 to 0.25.
	expect(first.weight).toBeCloseTo(1 - 0.75 / 40, 9);
	expect(first.source).toBe(plan.datasets[0].path);
	expect(last.progress).toBeLessThan(1);
	expect(last.source).toBe(plan.datasets[1].path);
});

test("a plan that goes on, with steps left out, is counted without them", async () => {
	const options = { datasets: ["buckets", "buckets-2"], tokensPerStep: 512 };
	const { out } = await planned(options);
	const next = join(temporaryDirectory(), "plan");
	const plan = await planCurriculum({
		extend: out,
		skip: [[3, 7]],
		out: next,
	});
	expect(plan.totals.skipped?.steps).toBe(4);
	const found = await figuresOf(next);
	requireTotals(found, plan);
	expect(found.shown.odds).toEqual([]);
	expect(found.shown.ranks).toEqual((await counted(next, RANKS)).ranks);
});

test("of a plan whose dataset is gone all is shown that the plan says", async () => {
	const { out, plan } = await planned(plans.bucketed);
	const before = await figuresOf(out);
	renameSync(at("buckets-2"), at("moved"));
	try {
		const { figures, shown } = await figuresOf(out);
		requireTotals({ figures, shown }, plan);
		expect(shown.missing).toMatch(
			/^Tokens and cost by rank are not shown: there is no dataset at .*buckets-2, where the plan has it.*\.$/,
		);
		expect(shown).toEqual({
			...before.shown,
			...{ ranks: [], rankSteps: 0, missing: shown.missing },
		});
		expect(figures.buckets).toEqual(before.figures.buckets);
	} finally {
		renameSync(at("moved"), at("buckets-2"));
	}
});

/** Writes a plan anew, as if its maker had written it so. */
function rewrite(out: string, change: (plan: CurriculumPlan) => void): void {
	const path = join(out, "curriculum.json");
	const { planHash: _, ...plan } = JSON.parse(readFileSync(path, "utf8"));
	change(plan);
	writeFileSync(
		path,
		`${JSON.stringify({ ...plan, planHash: hashOfPlan(plan) }, null, "\t")}\n`,
	);
}

test("a plan of no steps has no points", async () => {
	const { out } = await planned(plans.bucketed);
	const schema = stepsSchemaOf(batchKinds.find("bucketed"), false);
	const path = "no-steps.arrow";
	const writer = await createStepsWriter(
		storageAt(out),
		join(out, path),
		schema,
	);
	const file = await writer.finish();
	rewrite(out, (plan) => {
		plan.steps = { path, ...file };
		plan.stages = [];
		plan.totals = { ...plan.totals, steps: 0, tokens: 0, rows: 0 };
	});
	const { shown, figures } = await figuresOf(out);
	expect(shown.steps).toBe(0);
	expect(shown.points).toEqual([]);
	expect(shown.sources).toEqual([]);
	expect(figures.totals.tokens).toBe(0);
	expect(figures.sources.entries.map(({ share }) => share)).toEqual([0, 0]);
	expect(shown.missing).toBe(null);
});

test("many buckets and datasets are the largest of them, and a rest", async () => {
	const { out } = await planned({ ...plans.bucketed, stages: undefined });
	const lengths = everything ? 100_000 : 5000;
	rewrite(out, (plan) => {
		const [stage] = plan.stages;
		const [first] = plan.datasets;
		plan.datasets = Array.from({ length: MOST_ENTRIES + 50 }, (_, i) => ({
			...first,
			path: `../many-${i}`,
			buckets: Array.from({ length: i === 0 ? lengths : 1 }, (_, b) => ({
				...{ length: b + 1, rows: 8, tokens: 8 * (b + 1) },
			})),
		}));
		plan.stages = [
			{
				...stage,
				buckets: Array.from({ length: lengths }, (_, i) => ({
					...{ length: i + 1, batchRows: 1, steps: 8, leftRows: 0 },
					sources: [{ dataset: 0, first: 0, rows: 8 }],
				})),
			},
		];
	});
	// Its steps are those of the plan before.
	const { figures, shown } = await figuresOf(out);
	expect(figures.buckets.entries).toHaveLength(MOST_ENTRIES);
	expect(figures.buckets.rest?.count).toBe(lengths - MOST_ENTRIES);
	expect(figures.sources.entries).toHaveLength(MOST_ENTRIES);
	expect(figures.sources.rest?.count).toBe(50);
	expect(shown.odds.length).toBeLessThanOrEqual(64 * 100);
	expect(figures.notes).toContain(
		"Odds are shown for the buckets with most steps alone.",
	);
	expect(shown.missing).toMatch(/many-0/);
	expect(JSON.stringify(figures).length).toBeLessThan(2 ** 20);
});

test("a plan whose steps are damaged is told in a sentence", async () => {
	const { out, plan } = await planned(plans.bucketed);
	const path = join(out, plan.steps.path);
	writeFileSync(path, readFileSync(path).fill(7));
	await expect(readFigures(out)).rejects.toThrow(/steps-.*\.arrow/);
	rmSync(path);
	await expect(readFigures(out)).rejects.toThrow(/steps-.*\.arrow/);
});
