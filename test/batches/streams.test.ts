// Documents in order: what lanes read, put together again, is what the store was made of.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import {
	type Batch,
	type BatchOptions,
	type BuildOptions,
	build,
	type CurriculumOptions,
	exportDataset,
	openBatches,
	planCurriculum,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { readManifest } from "../build/dataset-rows.js";
import { seqpack, sharedDirectory, temporaryDirectory } from "../helpers.js";
import { allOf, builtFrom } from "./datasets.js";

interface Document {
	ids: number[];
	/** 1 for what is to be trained on. */
	mask?: number[];
}

const PAD = 4000;

/** Documents of some lengths, each token of which tells where it is. */
function documentsOf(lengths: readonly number[]): Document[] {
	return lengths.map((length, document) => ({
		ids: Array.from({ length }, (_, i) => (document * 131 + i * 7) % 3989),
	}));
}

async function storeOf(
	documents: readonly Document[],
	out = join(temporaryDirectory(), "store"),
	options: Partial<BuildOptions> = {},
): Promise<string> {
	const path = `${out}.jsonl`;
	writeFileSync(path, documents.map((d) => `${JSON.stringify(d)}\n`).join(""));
	const isMasked = documents.some(({ mask }) => mask !== undefined);
	await build({
		inputs: [path],
		tokensField: "ids",
		...(isMasked && { maskField: "mask" }),
		vocabSize: 4001,
		layout: "documents",
		// Several tasks, several shards of each.
		taskSize: 2000,
		shardTokens: 200,
		workers: 0,
		out,
		...options,
	});
	return out;
}

type Asked = Partial<CurriculumOptions> & { chunk: number; lanes: number };

async function planned(datasets: string[], { lanes, ...options }: Asked) {
	const out = join(temporaryDirectory(), "plan");
	const plan = await planCurriculum({
		datasets,
		order: "documents",
		tokensPerStep: lanes * options.chunk,
		padId: PAD,
		out,
		...options,
	});
	const counts = plan.lanes;
	if (counts === undefined) throw new Error("the plan has no lanes");
	return { out, plan, counts };
}

async function batchesOf(
	out: string,
	options: BatchOptions = {},
): Promise<Batch[]> {
	return allOf(await openBatches(out, { readAhead: 0, ...options }));
}

const NUMBERS = [
	"dataset",
	"row",
	"start",
	"chunk",
	"first_chunk",
	"last_chunk",
	"prefix_length",
	"step_labels",
	"rank_labels",
] as const;

/** The rows of a batch, as another program would see them. */
function rowsOf(batch: Batch) {
	const { columns } = batch;
	const list = (name: string, row: number) => {
		const { values, offsets } = columns[name] as {
			values: Int32Array;
			offsets: Int32Array;
		};
		return [...values.subarray(offsets[row], offsets[row + 1])];
	};
	return Array.from({ length: batch.rows }, (_, i) => ({
		step: batch.step,
		document: (columns.document.values as BigInt64Array)[i],
		...(Object.fromEntries(
			NUMBERS.map((name) => [name, Number(columns[name].values[i])]),
		) as Record<(typeof NUMBERS)[number], number>),
		ids: list("input_ids", i),
		labels: list("shift_labels", i),
		lengths: list("seq_lengths", i),
	}));
}

/** All ranks' batches, step by step, the ranks' rows one after the other: lane by lane. */
async function lanesOf(out: string, worldSize = 1) {
	const ranks: Batch[][] = [];
	for (let rank = 0; rank < worldSize; rank++)
		ranks.push(await batchesOf(out, { rank, worldSize }));
	return ranks[0].map((_, step) => ranks.flatMap((own) => rowsOf(own[step])));
}

type Row = Awaited<ReturnType<typeof lanesOf>>[number][number];

/** Puts together what lanes read, and checks every row on the way. */
function readBack(
	steps: Row[][],
	chunk: number,
): { from: Row; ids: number[]; labels: number[] }[] {
	const whole: ReturnType<typeof readBack> = [];
	const open = new Map<number, (typeof whole)[number]>();
	for (const lanes of steps)
		for (const [lane, row] of lanes.entries()) {
			expect(row.ids).toHaveLength(chunk);
			const [used = 0] = row.lengths;
			expect(row.ids.slice(used).every((id) => id === PAD)).toBe(true);
			expect(row.labels.slice(used).every((label) => label === -100)).toBe(
				true,
			);
			if (row.document === -1n) {
				expect(row).toMatchObject({
					dataset: -1,
					row: -1,
					chunk: -1,
					lengths: [],
				});
				expect(row).toMatchObject({ first_chunk: 0, last_chunk: 0, start: 0 });
				expect(open.has(lane)).toBe(false);
				continue;
			}
			expect(row.first_chunk).toBe(Number(row.chunk === 0));
			expect(row.start).toBe(row.chunk * chunk);
			if (row.chunk === 0) {
				expect(open.has(lane)).toBe(false);
				open.set(lane, { from: row, ids: [], labels: [] });
			}
			const document = open.get(lane);
			if (document === undefined)
				throw new Error("a document has no beginning");
			expect(row.document).toBe(document.from.document);
			expect(document.ids).toHaveLength(row.start);
			if (row.last_chunk === 0) expect(used).toBe(chunk);
			document.ids.push(...row.ids.slice(0, used));
			document.labels.push(...row.labels.slice(0, used));
			if (row.last_chunk === 1) {
				whole.push(document);
				open.delete(lane);
			}
		}
	expect(open.size).toBe(0);
	for (const lanes of steps) {
		const labels = lanes.flatMap((row) => row.labels).filter((l) => l !== -100);
		for (const row of lanes) expect(row.step_labels).toBe(labels.length);
	}
	return whole;
}

const key = ({ ids, labels }: { ids: number[]; labels: number[] }) =>
	JSON.stringify([ids, labels]);

/** What documents come to: their tokens, and of each token what it is to predict. */
function due(
	documents: readonly Document[],
	most = Number.POSITIVE_INFINITY,
): string[] {
	return documents
		.filter(({ ids }) => ids.length > 0)
		.map(({ ids, mask }) => {
			const kept = ids.slice(0, most);
			const labels = kept.map((_, i) =>
				i + 1 < kept.length && mask?.[i + 1] !== 0 ? ids[i + 1] : -100,
			);
			return key({ ids: kept, labels });
		});
}

const times = (list: string[], count: number) => Array(count).fill(list).flat();

test("what lanes read, put together by document, is the store, for any lanes, ranks and epochs", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.integer({ min: 0, max: 90 }), {
				minLength: 1,
				maxLength: 50,
			}),
			fc.integer({ min: 1, max: 3 }),
			fc.integer({ min: 1, max: 3 }),
			fc.integer({ min: 1, max: 40 }),
			fc.integer({ min: 1, max: 3 }),
			fc.nat(9),
			async (lengths, worldSize, each, chunk, epochs, seed) => {
				const documents = documentsOf([...lengths, 3]);
				const store = await storeOf(documents);
				const lanes = worldSize * each;
				const asked = { chunk, lanes, epochs, worldSize, seed };
				const { out, plan, counts } = await planned([store], asked);
				const steps = await lanesOf(out, worldSize);
				expect(steps).toHaveLength(plan.totals.steps);
				const whole = readBack(steps, chunk);
				expect(whole.map(key).sort()).toEqual(
					times(due(documents), epochs).sort(),
				);
				const idle = steps.flat().filter(({ document }) => document === -1n);
				expect(counts.idle).toBe(idle.length);
				expect(counts.chunks).toBe(steps.flat().length - idle.length);
				expect(counts.emptyDocuments).toBe(
					epochs * documents.filter(({ ids }) => ids.length === 0).length,
				);
				const chunks = documents.map(({ ids }) =>
					Math.ceil(ids.length / chunk),
				);
				const all = epochs * chunks.reduce((sum, n) => sum + n, 0);
				expect(plan.totals.steps).toBeGreaterThanOrEqual(
					Math.ceil(all / lanes),
				);
				expect(plan.totals.steps * lanes - all).toBeLessThan(
					lanes * Math.max(...chunks),
				);
				if (lanes === 1) expect(plan.totals.steps).toBe(all);
			},
		),
		{ numRuns: 8 },
	);
});

describe("a store of text", () => {
	const store = join(sharedDirectory(), "store");
	beforeAll(async () => {
		await builtFrom("prose", store, {
			layout: "documents",
			decomposer: undefined,
			minLength: undefined,
			maxLength: undefined,
		});
	});

	test("one lane takes the sum of ceil(length / chunk) steps, and documents are those of the index", async () => {
		const lengths = new Map<bigint, number>();
		for (const { path } of readManifest(store).shards)
			for (const row of tableFromIPC(readFileSync(join(store, path))).toArray())
				lengths.set(row.doc_ids.get(0), row.input_ids.length);
		const { out, plan } = await planned([store], { chunk: 128, lanes: 1 });
		const sum = [...lengths.values()].reduce(
			(n, l) => n + Math.ceil(l / 128),
			0,
		);
		expect(plan.totals.steps).toBe(sum);
		const read = readBack(await lanesOf(out), 128);
		expect(
			new Map(read.map(({ from, ids }) => [from.document, ids.length])),
		).toEqual(lengths);
	});

	test("resumes at every step with the batches of an unbroken run", async () => {
		const { out, plan } = await planned([store], {
			chunk: 512,
			lanes: 16,
			epochs: 2,
		});
		const options = { rank: 1, worldSize: 4, columns: ["labels"] } as const;
		const whole = (await batchesOf(out, options)).map(rowsOf);
		expect(whole.length).toBeGreaterThan(20);
		for (let fromStep = 0; fromStep <= plan.totals.steps; fromStep++) {
			const steps = fromStep % 5 === 0 ? undefined : 2;
			const some = await batchesOf(out, { ...options, fromStep, steps });
			expect(some.map(rowsOf)).toEqual(
				whole.slice(fromStep, steps && fromStep + steps),
			);
		}
	});

	test("a killed run goes on by its state, with reading ahead or without", async () => {
		const { out } = await planned([store], { chunk: 512, lanes: 4 });
		const options = { rank: 1, worldSize: 2 };
		const whole = (await batchesOf(out, options)).map(rowsOf);
		for (const readAhead of [0, 3]) {
			const batches = await openBatches(out, { ...options, readAhead });
			const before = [];
			for await (const batch of batches) {
				before.push(rowsOf(batch));
				if (before.length === 7) break;
			}
			const state = JSON.parse(JSON.stringify(batches.state));
			expect(state).toMatchObject({ step: 7, worldSize: 2 });
			const after = await batchesOf(out, { ...options, readAhead, state });
			expect([...before, ...after.map(rowsOf)]).toEqual(whole);
		}
	});

	test("the same call gives the same bytes, another seed another order", async () => {
		const asked = { chunk: 256, lanes: 4 };
		const one = await planned([store], asked);
		const again = await planned([store], asked);
		expect(again.counts.sha256).toBe(one.counts.sha256);
		const other = await planned([store], { ...asked, seed: 1 });
		expect(other.counts.sha256).not.toBe(one.counts.sha256);
	});

	test("rows are cut among ranks after labels are shifted", async () => {
		const { out } = await planned([store], { chunk: 256, lanes: 2 });
		const whole = (await batchesOf(out, { steps: 9 })).map(rowsOf);
		const halves = [];
		for (const rank of [0, 1])
			halves.push(
				(
					await batchesOf(out, {
						rank,
						worldSize: 2,
						sequenceParallel: 2,
						steps: 9,
					})
				).map(rowsOf),
			);
		for (const [step, rows] of whole.entries())
			for (const [i, { ids, labels }] of rows.entries()) {
				const [a, b] = halves.map((half) => half[step][i]);
				expect([...a.ids, ...b.ids]).toEqual(ids);
				expect([...a.labels, ...b.labels]).toEqual(labels);
			}
	});

	test("the command plans, says what lanes come to, and streams", async () => {
		const out = join(temporaryDirectory(), "plan");
		const made = await seqpack(
			`curriculum ${store} --order documents --chunk 512 --tokens-per-step 2K --max-chunks 3 --out ${out}`.split(
				" ",
			),
		);
		expect(made.stderr).toMatch(/lanes {6}4, of 512 tokens a step/);
		expect(made.stderr).toMatch(/cut {8}[\d,]+ tokens of \d+ documents/);
		const { stdout } = await seqpack(
			`batches ${out} --steps 2 --format jsonl`.split(" "),
		);
		const [first, second] = stdout
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(first.first_chunk).toEqual([1, 1, 1, 1]);
		expect(second.chunk.map((n: number) => n <= 1)).toEqual(
			Array(4).fill(true),
		);
	});

	test("a store that grew since is refused; a dataset that was moved is named", async () => {
		const { out } = await planned([store], { chunk: 512, lanes: 4 });
		const other = await storeOf(documentsOf([5]));
		await expect(openBatches(out, { datasets: [other] })).rejects.toThrow(
			/is not the dataset that the plan was made of/,
		);
		expect(await batchesOf(out, { datasets: [store], steps: 1 })).toHaveLength(
			1,
		);
	});
});

test("what is not to be trained on is no label, across chunks too; prefixes are told", async () => {
	const documents = documentsOf([40, 17, 33, 64, 9, 1, 70]).map(
		({ ids }, d) => ({
			ids,
			mask: ids.map((_, i) =>
				Number(d === 4 ? false : i >= 3 * d && i % 11 !== 5),
			),
		}),
	);
	const store = await storeOf(documents);
	const { out } = await planned([store], { chunk: 16, lanes: 2, worldSize: 2 });
	const read = readBack(await lanesOf(out, 2), 16);
	expect(read.map(key).sort()).toEqual(due(documents).sort());
	for (const { from, ids } of read) {
		const { mask } = documents.find(
			(d) => key({ ids: d.ids, labels: [] }) === key({ ids, labels: [] }),
		) ?? { mask: [] };
		const first = mask.findIndex((trained, i) => i > 0 && trained === 1);
		const prefix = first === -1 ? ids.length : first === 1 ? 0 : first;
		expect(from.prefix_length).toBe(prefix);
	}
	const batches = await batchesOf(out, {
		rank: 1,
		worldSize: 2,
		columns: ["loss_mask"],
	});
	for (const batch of batches)
		for (const row of rowsOf(batch))
			expect(row.rank_labels).toBe(
				rowsOf(batch)
					.flatMap(({ labels }) => labels)
					.filter((l) => l !== -100).length,
			);
});

test("documents that are held out are in no lane", async () => {
	const store = join(temporaryDirectory(), "store");
	await builtFrom("scripts", store, {
		layout: "documents",
		decomposer: undefined,
		minLength: undefined,
		maxLength: undefined,
		validation: 0.3,
	});
	const held = new Set<number>();
	let row = 0;
	for (const { path } of readManifest(store).lengths)
		for (const { split } of tableFromIPC(
			readFileSync(join(store, path)),
		).toArray()) {
			if (split > 0) held.add(row);
			row++;
		}
	expect(held.size).toBeGreaterThan(3);
	const { out, counts } = await planned([store], { chunk: 256, lanes: 4 });
	expect(counts.heldOutDocuments).toBe(held.size);
	const read = readBack(await lanesOf(out), 256);
	expect(read).toHaveLength(row - held.size);
	for (const { from } of read) expect(held.has(from.row)).toBe(false);
});

test("several stores are laid in evenly, and documents beyond the most chunks are cut and counted", async () => {
	const one = documentsOf([50, 20, 30, 61]);
	const two = documentsOf([7, 80, 3]).map(({ ids }) => ({
		ids: ids.map((id) => id + 1),
	}));
	const stores = [await storeOf(one), await storeOf(two)];
	const { out, counts, plan } = await planned(stores, {
		chunk: 10,
		lanes: 3,
		maxChunks: 4,
	});
	const read = readBack(await lanesOf(out), 10);
	expect(read.map(key).sort()).toEqual(
		[...due(one, 40), ...due(two, 40)].sort(),
	);
	expect(counts).toMatchObject({
		cutDocuments: 3,
		cutTokens: 10 + 21 + 40,
		longest: 4,
	});
	expect(plan.stages[0].buckets[0].sources.map(({ rows }) => rows)).toEqual([
		4, 3,
	]);
	const datasets = read.map(({ from }) => from.dataset);
	expect(new Set(datasets)).toEqual(new Set([0, 1]));
});

test("one source of a store, and a store that documents were added to", async () => {
	const directory = temporaryDirectory();
	const store = join(directory, "store");
	const sets = [documentsOf([20, 9, 33]), documentsOf([5, 41])];
	const sources = sets.map((documents, i) => {
		const path = join(directory, `source-${i}.jsonl`);
		writeFileSync(
			path,
			documents.map((d) => `${JSON.stringify(d)}\n`).join(""),
		);
		return { name: `s${i}`, inputs: [path] };
	});
	const options = {
		tokensField: "ids",
		vocabSize: 4001,
		layout: "documents",
		workers: 0,
		out: store,
	} as const;
	await build({ sources, ...options });
	const { out } = await planned([`${store}#s1`], { chunk: 8, lanes: 2 });
	const read = readBack(await lanesOf(out), 8);
	expect(read.map(key).sort()).toEqual(due(sets[1]).sort());
	// The second source's documents are of a task of their own.
	const ids = new Set(read.map(({ from }) => from.document >> 32n));
	expect(ids).toEqual(new Set([1n]));

	const grown = join(directory, "grown");
	const [first, second] = sources.map(({ inputs }) => inputs);
	await build({ ...options, inputs: first, out: grown });
	const before = await planned([grown], { chunk: 8, lanes: 2 });
	await build({
		...options,
		inputs: [...first, ...second],
		append: true,
		out: grown,
	});
	await expect(openBatches(before.out)).rejects.toThrow(
		/is not the dataset that the plan was made of.*Plan again/,
	);
	const after = await planned([grown], { chunk: 8, lanes: 2 });
	const all = readBack(await lanesOf(after.out), 8);
	expect(all.map(key).sort()).toEqual(due(sets.flat()).sort());
});

describe("another number of ranks", () => {
	/** Two lanes of documents of two chunks each, that begin and end together; then one of three. */
	async function evenPlan() {
		const store = await storeOf(documentsOf([8, 8, 8, 8, 8, 8, 8, 8]));
		return planned([store], { chunk: 4, lanes: 4 });
	}

	test("goes on where all lanes begin a document, and is refused where one is within", async () => {
		const { out, plan } = await evenPlan();
		expect(plan.totals.steps).toBe(4);
		const state = (step: number) => ({
			plan: plan.planHash,
			step,
			worldSize: 2,
		});
		for (const step of [0, 2, 4])
			await openBatches(out, { state: state(step), worldSize: 4, rank: 3 });
		await expect(
			openBatches(out, { state: state(3), worldSize: 4 }),
		).rejects.toThrow(
			/the state is of 2 ranks, and there are 4 ranks: at step 3 lane 1 goes on with chunk 1 of its document, whose beginning rank 0 has read and rank 1 would go on with.*worldSize.*fromStep: 3/,
		);
		await openBatches(out, { state: state(3), worldSize: 2, rank: 1 });
		await openBatches(out, { fromStep: 3, worldSize: 4 });
	});

	test("lanes that stay with their rank do not hinder", async () => {
		// Lane 0 is always of rank 0: two lanes, the second of which is idle from step 1 on.
		const store = await storeOf(documentsOf([20, 4]));
		const { out, plan, counts } = await planned([store], {
			chunk: 4,
			lanes: 2,
		});
		expect(counts.idle).toBe(4);
		const [step] = await lanesOf(out);
		const long = step.findIndex(({ last_chunk }) => last_chunk === 0);
		const state = { plan: plan.planHash, step: 3, worldSize: 1 };
		const going = openBatches(out, { state, worldSize: 2 });
		if (long === 0) await going;
		else await expect(going).rejects.toThrow(/lane 1 goes on with chunk 3/);
	});

	test("ranks that share rows keep parts of what is remembered", async () => {
		const { out, plan } = await evenPlan();
		const state = {
			plan: plan.planHash,
			step: 1,
			worldSize: 2,
			sequenceParallel: 2,
		};
		await expect(openBatches(out, { state, worldSize: 2 })).rejects.toThrow(
			/the state is of 2 ranks, of which 2 share each row, and there are 2 ranks/,
		);
		const again = await openBatches(out, {
			state,
			worldSize: 2,
			sequenceParallel: 2,
		});
		expect(again.state).toEqual(state);
	});
});

describe("bad use", () => {
	const shared = sharedDirectory();
	const store = join(shared, "store");
	const packed = join(shared, "packed");
	beforeAll(async () => {
		await storeOf(documentsOf([30, 10]), store);
		await storeOf(documentsOf([30, 10]), packed, {
			layout: "packed",
			seqLen: 64,
			format: "arrow",
		});
	});
	const asked = { chunk: 8, lanes: 4 };

	test.each<[string, Asked | (Partial<Asked> & { lanes: number }), RegExp]>([
		[
			"steps that are no whole number of chunks",
			{ ...asked, tokensPerStep: 20 },
			/a step of 20 tokens .* is no whole number of chunks of 8 .*: give 16 or 24/,
		],
		[
			"a chunk that is longer than a step",
			{ ...asked, tokensPerStep: 4 },
			/no whole number of chunks of 8 .*: give 8\./,
		],
		["no chunk", { lanes: 4, tokensPerStep: 32 }, /chunk is missing/],
		[
			"a chunk of nothing",
			{ ...asked, chunk: 0, tokensPerStep: 32 },
			/chunk is 0/,
		],
		[
			"ranks that do not divide lanes",
			{ ...asked, worldSize: 3 },
			/3 ranks .* do not divide the 4 lanes.*: give 24 tokens/,
		],
		[
			"a schedule",
			{ ...asked, schedule: "grow-p2" },
			/schedule would change nothing: order is documents/,
		],
		[
			"weights",
			{ ...asked, weights: [1] },
			/weights would change nothing: order is documents/,
		],
		[
			"a number of tokens",
			{ ...asked, tokens: 100 },
			/tokens would change nothing: order is documents/,
		],
		[
			"stages",
			{ ...asked, stages: [{}] },
			/stages would change nothing: order is documents/,
		],
		[
			"batches of rows",
			{ ...asked, batches: "packed" },
			/batches is packed, .* give one of streams/,
		],
		[
			"a chunk without the order",
			{ ...asked, order: "schedule" },
			/chunk would change nothing: it is for order documents/,
		],
	])("%s", async (_, options, sentence) => {
		await expect(planned([store], options as Asked)).rejects.toThrow(sentence);
	});

	test("packed rows, a store without the order, one that has no tokens", async () => {
		await expect(planned([packed], asked)).rejects.toThrow(
			/packed has the layout packed, whose rows are no whole documents, .*name a store/,
		);
		await expect(
			planned([store], {
				...asked,
				order: "schedule",
				chunk: undefined as never,
				tokensPerStep: 32,
			}),
		).rejects.toThrow(/is a store of documents.*order: "documents"/);
		const empty = await storeOf(documentsOf([0, 0]));
		await expect(planned([empty], asked)).rejects.toThrow(
			/there is no document with tokens to train on/,
		);
	});

	test("ranks that do not divide lanes, rows shared out by cost, an export", async () => {
		const { out } = await planned([store], asked);
		await expect(openBatches(out, { worldSize: 3 })).rejects.toThrow(
			/3 ranks do not divide the 4 lanes of a step/,
		);
		await expect(openBatches(out, { balanceRanks: true })).rejects.toThrow(
			/balanceRanks: true gives a row to another rank in each step/,
		);
		await expect(openBatches(out, { padLoss: true })).rejects.toThrow(
			/padLoss is for rows that are padded .* plan other batches than streams/,
		);
		const to = join(temporaryDirectory(), "out");
		await expect(
			exportDataset({ source: out, to: "jsonl", out: to }),
		).rejects.toThrow(/is a plan of documents in order.*seqpack batches/);
	});

	test("lanes that are missing or cut off are told", async () => {
		const { out, counts } = await planned([store], asked);
		const path = join(out, counts.path);
		const bytes = readFileSync(path);
		writeFileSync(path, bytes.subarray(8));
		await expect(openBatches(out)).rejects.toThrow(
			/lanes-\w+\.arrow has \d+ bytes of \d+/,
		);
		writeFileSync(path, Buffer.alloc(bytes.length));
		await expect(batchesOf(out)).rejects.toThrow(
			/lanes-\w+\.arrow has another SHA-256/,
		);
	});
});
