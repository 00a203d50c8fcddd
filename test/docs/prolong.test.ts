import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { lossWeights, openBatches, verify } from "seqpack";
import { beforeAll, expect, test } from "vitest";
import { allOf, rowsOf } from "../batches/datasets.js";
import { commandsOf, recipeDirectory, runIn } from "./recipes.js";

const directory = recipeDirectory();
const path = (name: string) => join(directory, name);
let batches: Buffer;

beforeAll(async () => {
	for (const command of commandsOf("docs/recipes/prolong.md")) {
		const { bytes } = await runIn(directory, command);
		if (command[1] === "batches") batches = bytes;
	}
}, 60_000);

/** The first of stage 2's steps and datasets. */
const second = { fromStep: 320, dataset: 10 };

/** Rows and tokens that the steps of a plan take of each dataset from a first step and dataset on, and the rows of each step. */
async function takenOf(plan: string, from = { fromStep: 0, dataset: 0 }) {
	const rows: number[] = [];
	const tokens: number[] = [];
	const steps: number[] = [];
	const pieces: Set<number>[] = [];
	const { fromStep } = from;
	const options = { fromStep, readAhead: 0 };
	for await (const batch of await openBatches(path(plan), options)) {
		const { dataset, seq_lengths } = batch.columns;
		if (!("offsets" in seq_lengths)) throw new Error("no lists");
		steps.push(batch.rows);
		for (let row = 0; row < batch.rows; row++) {
			const of = Number(dataset.values[row]) - from.dataset;
			const lengths = seq_lengths.values.subarray(
				seq_lengths.offsets[row],
				seq_lengths.offsets[row + 1],
			) as Int32Array;
			rows[of] = (rows[of] ?? 0) + 1;
			tokens[of] = (tokens[of] ?? 0) + lengths.reduce((a, b) => a + b, 0);
			pieces[of] ??= new Set();
			for (const length of lengths) pieces[of].add(length);
		}
	}
	return { rows, tokens, steps, pieces };
}

test("320 steps of stage 1 take each domain within a row of its share", async () => {
	const shares = [0.3, 0.3, 0.1, 0.1, 0.04, 0.04, 0.03, 0.03, 0.03, 0.03];
	const { rows, steps, pieces } = await takenOf("stage-1");
	expect(steps).toEqual(Array(320).fill(64));
	shares.forEach((share, domain) => {
		expect(Math.abs(rows[domain] - 320 * 64 * share)).toBeLessThan(1);
	});
	expect([...pieces[0], ...pieces[1]]).toEqual([1024, 1024]);
});

test("a fifth of stage 2 lies in rows of one long piece, the rest in pieces as long as stage 1's rows", async () => {
	const shares = [
		...[0.15, 0.15, 0.05, 0.25, 0.1, 0.1, 0.04, 0.04],
		...[0.03, 0.03, 0.03, 0.03],
	];
	const { rows, tokens, steps, pieces } = await takenOf("both-stages", second);
	expect(steps).toEqual(Array(160).fill(16));
	shares.forEach((share, domain) => {
		expect(Math.abs(rows[domain] - 160 * 16 * share)).toBeLessThan(1);
	});
	expect([...pieces[0], ...pieces[2]]).toEqual([8192, 8192]);
	expect([...pieces[1], ...pieces[3]]).toEqual([1024, 1024]);
	for (const others of pieces.slice(4))
		expect(Math.max(...others)).toBeLessThanOrEqual(1024);
	expect(rows[0] + rows[2]).toBe(0.2 * 160 * 16);
	const long = tokens[0] + tokens[2];
	expect(long).toBe(8192 * (rows[0] + rows[2]));
	// The last rows of the other domains are not full.
	const share = long / tokens.reduce((a, b) => a + b);
	expect(share).toBeGreaterThanOrEqual(0.2);
	expect(share).toBeLessThan(0.205);
});

test("the plan of both stages begins with the steps of stage 1, and takes a state of it", async () => {
	const [one, both] = ["stage-1", "both-stages"].map(path);
	const options = { fromStep: 300, readAhead: 0 };
	const due = await allOf(await openBatches(one, options));
	const found = await allOf(await openBatches(both, { ...options, steps: 20 }));
	expect(found.map(rowsOf)).toEqual(due.map(rowsOf));
	const { plan } = await openBatches(one);
	const state = { plan: plan.planHash, step: 320 };
	const batches = await openBatches(both, { state, readAhead: 0 });
	expect(batches.firstStep).toBe(320);
	expect(batches.count).toBe(160);
});

test("loss weights by token are 1 over the labels of the step, which every batch tells", async () => {
	const first = [...tableFromIPC(batches)].filter(
		({ step }) => step === second.fromStep,
	);
	expect(first).toHaveLength(2);
	const [whole] = await allOf(
		await openBatches(path("both-stages"), {
			...{ fromStep: second.fromStep, steps: 1, readAhead: 0 },
		}),
	);
	const { seq_lengths } = whole.columns;
	if (!("offsets" in seq_lengths)) throw new Error("no lists");
	const rows = Array.from({ length: whole.rows }, (_, i) => ({
		seqLengths: seq_lengths.values.subarray(
			seq_lengths.offsets[i],
			seq_lengths.offsets[i + 1],
		) as Int32Array,
	}));
	const weights = lossWeights(rows, "token");
	const labels = first[0].step_labels;
	let counted = 0;
	for (const row of weights)
		for (const weight of row) {
			if (weight === 0) continue;
			counted++;
			if (weight !== 1 / labels) expect(weight).toBe(1 / labels);
		}
	expect(counted).toBe(labels);
	for (const row of first) {
		const own = row.labels.toArray() as Int32Array;
		const positions = row.position_ids.toArray() as Int32Array;
		const starts = [...positions.keys()].filter((i) => positions[i] === 0);
		expect(starts).toHaveLength(row.seq_lengths.length);
		for (const start of starts) expect(own[start]).toBe(-100);
	}
});

test("the store and its packings are sound", async () => {
	for (const name of ["store", "long-8192", "pieces-8192", "mixed-8192"])
		expect((await verify(path(name))).problems).toEqual([]);
});
