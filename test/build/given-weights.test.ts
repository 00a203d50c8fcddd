import { join } from "node:path";
import fc from "fast-check";
import {
	type BuildOptions,
	build,
	loadTokenizer,
	openBatches,
	openDataset,
	packStore,
	planCurriculum,
	verify,
} from "seqpack";
import { lossWeights } from "seqpack/masks";
import { describe, expect, test } from "vitest";
import {
	directoryWith,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readIndex } from "./dataset-rows.js";

const tokenizer = await loadTokenizer(tokenizerPath);
const jsonl = (list: readonly object[]) =>
	list.map((each) => `${JSON.stringify(each)}\n`).join("");

async function built(
	files: Record<string, readonly object[]>,
	options: Partial<BuildOptions> = {},
) {
	const out = join(temporaryDirectory(), "data");
	const inputs = [
		directoryWith(
			Object.fromEntries(
				Object.entries(files).map(([name, list]) => [name, jsonl(list)]),
			),
		),
	];
	await build({
		...{ inputs, out, tokenizer: tokenizerPath, seqLen: 64, workers: 0 },
		...{ lossFrom: "weights", lossWeight: "field" },
		...options,
	} as BuildOptions);
	expect((await verify(out)).problems).toEqual([]);
	return out;
}

/** Of each document by its id: of each of its tokens that has a row its weight, and where sequences begin. */
async function weightsOf(out: string) {
	const idOf = new Map(
		(await readIndex(out)).map(({ doc_id, id }) => [doc_id, String(id)]),
	);
	const found: Record<string, { weights: number[]; starts: number[] }> = {};
	for await (const { columns } of (await openDataset(out)).rows()) {
		const { loss_weight, loss_mask, seq_lengths, doc_ids, doc_offsets } =
			columns;
		let at = 0;
		(seq_lengths.values as Int32Array).forEach((length, i) => {
			const id = idOf.get((doc_ids.values as BigInt64Array)[i]) ?? "";
			const first = Number(doc_offsets.values[i]);
			found[id] ??= { weights: [], starts: [] };
			found[id].starts.push(first);
			for (let token = 0; token < length; token++, at++) {
				const weight = Number(loss_weight.values[at]);
				found[id].weights[first + token] = weight;
				// Labels are the tokens whose weight is above 0.
				expect(loss_mask.values[at]).toBe(Number(weight > 0));
			}
		});
	}
	return found;
}

/** What is due: EOS counts as the last token, the first token of a sequence is no label. */
function due(weights: readonly number[], starts: readonly number[]) {
	const all = [...weights, weights[weights.length - 1]].map(Math.fround);
	return all.map((weight, token) => (starts.includes(token) ? 0 : weight));
}

const documents = fc.array(
	fc
		.array(
			fc.constantFrom("größer", " run", "日本", " of", "\n\n", " x = 1;"),
			{
				minLength: 1,
				maxLength: 60,
			},
		)
		.map((parts) => parts.join(""))
		.chain((text) =>
			fc.record({
				text: fc.constant(text),
				weights: fc.array(
					fc.oneof(
						fc.constantFrom(0, 1, 0.25, 1e-40, 3),
						fc.double({ min: 0, max: 1e30, noNaN: true }),
					),
					{
						minLength: tokenizer.encode(text).length,
						maxLength: tokenizer.encode(text).length,
					},
				),
			}),
		),
	{ minLength: 1, maxLength: 8 },
);

/** A document that is in rows, whatever the others are: of none no dataset is made. */
const text = "so it is. ".repeat(40);
const filling = { text, weights: [...tokenizer.encode(text)].map(() => 1) };

describe("the weights of labels are those that the field says", () => {
	test.each<[string, Partial<BuildOptions>]>([
		["in rows of several tasks", { taskSize: 256 }],
		["cut anywhere", { packer: "best-fit-packing", seqLen: 16 }],
		["between lines", { segment: "line", segmentUnits: 2 }],
		[
			"in buckets",
			{
				layout: "buckets",
				seqLen: undefined,
				minLength: 4,
				maxLength: 64,
				decomposer: "binary",
			},
		],
	])("%s", async (_, options) => {
		await fc.assert(
			fc.asyncProperty(documents, async (given) => {
				const records = [...given, filling].map((each, i) => ({
					...each,
					id: `${i}`,
				}));
				const found = await weightsOf(
					await built({ "a.jsonl": records }, options),
				);
				for (const { id, weights } of records) {
					const of = found[id];
					if (of === undefined) continue;
					const all = due(weights, of.starts);
					expect(of.weights).toEqual(
						// What is in no row has no weight there.
						all
							.slice(0, of.weights.length)
							.map((w, i) => (of.weights[i] === undefined ? undefined : w)),
					);
				}
			}),
			{ numRuns: 6 },
		);
	});

	test("of lists of token ids, of which a record may have several", async () => {
		const found = await weightsOf(
			await built(
				{
					"a.jsonl": [
						{ id: "a", ids: [5, 6, 7, 8, 9], weights: [0, 0.5, 1, 2, 0] },
						{ id: "b", ids: [5, 6, 7], weights: [true, false, 0.125] },
					],
				},
				{ tokensField: "ids", tokenizer: undefined, vocabSize: 16 },
			),
		);
		expect(found.a.weights).toEqual([0, 0.5, 1, 2, 0]);
		expect(found.b.weights).toEqual([0, 0, 0.125]);
	});

	test("and 1 in a source that has no such field", async () => {
		const at = directoryWith({
			"a.jsonl": jsonl([{ id: "a", text: " run", weights: [0.5] }]),
			"b.jsonl": jsonl([{ id: "b", text: " run of run" }]),
		});
		const [run] = [tokenizer.encode(" run").length];
		expect(run).toBe(1);
		const found = await weightsOf(
			await built(
				{},
				{
					...{ inputs: undefined, lossFrom: undefined },
					sources: [
						{ name: "a", inputs: [join(at, "a.jsonl")], lossFrom: "weights" },
						{ name: "b", inputs: [join(at, "b.jsonl")] },
					],
				},
			),
		);
		expect(found.a.weights).toEqual([0, 0.5]);
		expect(found.b.weights).toEqual([0, 1, 1, 1]);
	});

	test("shifted with the labels, and in batches", async () => {
		const text = "one two three four";
		const weights = Array.from(tokenizer.encode(text), (_, i) => i / 8);
		const records = Array.from({ length: 40 }, (_, i) => ({
			...{ id: `${i}`, text: `${text}${" of".repeat(i)}` },
			weights: [...weights, ...new Array(i).fill(2 + i)],
		}));
		const options = { format: "arrow" } as const;
		const out = await built({ "a.jsonl": records }, options);
		const plan = join(temporaryDirectory(), "plan");
		await planCurriculum({ datasets: [out], tokensPerStep: 64, out: plan });
		const sumOf = (values: ArrayLike<number>) =>
			Array.from(values).reduce((sum, value) => sum + value, 0);
		let inBatches = 0;
		const batches = await openBatches(plan, {
			...{ rank: 0, worldSize: 1, columns: ["loss_weight"] },
		});
		for await (const { columns } of batches)
			inBatches += sumOf(columns.loss_weight.values as Float32Array);
		const inRows = Object.values(await weightsOf(out)).flatMap(
			({ weights }) => weights,
		);
		expect(inBatches).toBeCloseTo(sumOf(inRows), 3);
		const shifted = await built(
			{ "a.jsonl": records },
			{ shift: true, format: "parquet" },
		);
		const [row, plain] = [
			await (await openDataset(shifted)).row(0),
			await (await openDataset(out)).row(0),
		].map(({ loss_weight }) => [...(loss_weight as Float32Array)]);
		expect(row).toEqual([...plain.slice(1), 0]);
	});
});

test("weights of a step add up to 1", () => {
	const [a, b] = lossWeights(
		[
			{
				...{ seqLengths: Int32Array.of(2, 2), lossMask: [1, 1, 1, 0] },
				lossWeights: [9, 0.5, 9, 0],
			},
			{ seqLengths: Int32Array.of(2), lossWeights: [9, 1.5] },
		],
		"field",
	);
	expect([...a]).toEqual([0, 0.25, 0, 0]);
	expect([...b]).toEqual([0, 0.75]);
});

describe("what gives no weights is told by name", () => {
	const text = "one two three";
	const right = Array.from(tokenizer.encode(text), () => 1);
	test.each([
		[[-1, ...right.slice(1)], "is -1, no finite number of at least 0"],
		[["x", ...right.slice(1)], 'is "x", no finite number'],
		[[1e39, ...right.slice(1)], "is 1e\\+39, no finite number"],
		[[...right, 1], "numbers, and the text"],
	])("%j", async (weights, sentence) => {
		await expect(built({ "a.jsonl": [{ text, weights }] })).rejects.toThrow(
			RegExp(`a\\.jsonl:1: .*${sentence}`),
		);
		const ids = tokenizer.encode(text);
		await expect(
			built(
				{ "a.jsonl": [{ ids: [...ids], weights }] },
				{ tokensField: "ids", tokenizer: undefined, vocabSize: 99_999 },
			),
		).rejects.toThrow(/a\.jsonl:1: /);
	});

	test("no field, a mask alone, a store", async () => {
		await expect(
			built({ "a.jsonl": [{ text }] }, { lossFrom: undefined }),
		).rejects.toThrow(/lossWeight is field, and no field gives weights/);
		await expect(
			built(
				{ "a.jsonl": [{ text, weights: right.map(() => 0.5) }] },
				{ lossWeight: undefined },
			),
		).rejects.toThrow(
			/neither 0 nor 1: weights are kept in rows, with lossWeight: "field"/,
		);
		const store = await built(
			{ "a.jsonl": [{ text, weights: right }] },
			{ layout: "documents", seqLen: undefined, lossWeight: undefined },
		);
		await expect(
			packStore({
				...{ store, seqLen: 64, workers: 0, lossWeight: "field" },
				out: join(temporaryDirectory(), "packing"),
			}),
		).rejects.toThrow(/a store does not keep the weights of records/);
	});
});
