import { join } from "node:path";
import fc from "fast-check";
import {
	type BuildOptions,
	build,
	exportRows,
	loadTokenizer,
	openDataset,
	packStore,
	verify,
} from "seqpack";
import { describe, expect, test } from "vitest";
import {
	directoryWith,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readIndex } from "./dataset-rows.js";

const tokenizer = await loadTokenizer(tokenizerPath);
const jsonl = (list: readonly object[]) =>
	list.map((each) => `${JSON.stringify(each)}\n`).join("");

const usual = {
	tokenizer: tokenizerPath,
	...{ seqLen: 64, workers: 0, lossFrom: "train" },
} as const;

async function built(records: object[], options: Partial<BuildOptions> = {}) {
	const out = join(temporaryDirectory(), "data");
	const inputs = [directoryWith({ "records.jsonl": jsonl(records) })];
	const { manifest } = await build({
		...usual,
		...{ inputs, out },
		...options,
	} as BuildOptions);
	expect((await verify(out)).problems).toEqual([]);
	return { out, manifest };
}

/** Of each document by its id, the tokens that are labels, by their number in it. */
async function labelsOf(out: string, index = out) {
	const idOf = new Map(
		(await readIndex(index)).map(({ doc_id, id }) => [doc_id, String(id)]),
	);
	const found: Record<string, number[]> = {};
	const starts: Record<string, number[]> = {};
	for await (const { columns } of (await openDataset(out)).rows()) {
		const { loss_mask, seq_lengths, doc_ids, doc_offsets } = columns;
		let at = 0;
		(seq_lengths.values as Int32Array).forEach((length, i) => {
			const id = idOf.get((doc_ids.values as BigInt64Array)[i]) ?? "";
			const first = Number(doc_offsets.values[i]);
			found[id] ??= [];
			starts[id] ??= [];
			starts[id].push(first);
			for (let token = 0; token < length; token++, at++)
				if (loss_mask.values[at] === 1) found[id].push(first + token);
		});
	}
	for (const labels of Object.values(found)) labels.sort((a, b) => a - b);
	return { found, starts };
}

/** What a mask makes of a document: its labels but for the first of each sequence, and EOS with the last. */
function due(mask: readonly number[], starts: readonly number[]) {
	const all = [...mask, mask[mask.length - 1]];
	return [...all.keys()].filter(
		(token) => all[token] === 1 && !starts.includes(token),
	);
}

const texts = fc.array(
	fc.constantFrom("größer", " run", "日本", " of", "\n\n", " x = 1;"),
	{ minLength: 1, maxLength: 60 },
);
const documents = fc.array(
	fc.record({ parts: texts, seed: fc.integer({ min: 1, max: 99 }) }),
	{ minLength: 1, maxLength: 8 },
);
/** Texts with a mask, in runs of many lengths. */
const masked = (
	{ parts, seed }: { parts: string[]; seed: number },
	i: number,
) => {
	const text = parts.join("");
	const train = Array.from(
		tokenizer.encode(text),
		(_, token) => ((token * seed) % 7 < 3 ? 1 : 0) as number,
	);
	return { id: `${i}`, text, train };
};

describe("the labels are those that the field says", () => {
	test.each([
		["in rows", {}],
		["cut anywhere", { packer: "best-fit-packing", seqLen: 16 }],
		["between sentences too", { segment: "line", segmentUnits: 2 }],
	] as [string, Partial<BuildOptions>][])("%s", async (_, options) => {
		await fc.assert(
			fc.asyncProperty(documents, async (given) => {
				const records = given.map(masked);
				const { out } = await built(records, options);
				const { found, starts } = await labelsOf(out);
				for (const { id, train } of records)
					if (starts[id] !== undefined)
						expect(found[id]).toEqual(due(train, starts[id]));
			}),
			{ numRuns: 8 },
		);
	});

	test("through a store, a packing by index and its rows", async () => {
		const records = Array.from({ length: 30 }, (_, i) =>
			masked({ parts: ["größer", " run", "日本"], seed: i + 1 }, i),
		);
		const { out: store } = await built(records, {
			layout: "documents",
			seqLen: undefined,
		});
		const at = temporaryDirectory();
		const packing = join(at, "packing");
		await packStore({ store, seqLen: 64, out: packing, workers: 0 });
		await exportRows({ packing, out: join(at, "rows"), workers: 0 });
		const { found, starts } = await labelsOf(join(at, "rows"), store);
		for (const { id, train } of records)
			expect(found[id]).toEqual(due(train, starts[id]));
	});

	test("of lists of token ids, as --mask-field has it", async () => {
		const records = [
			{ id: "a", ids: [5, 6, 7, 8, 9], train: [0, 0, 1, 1, 0] },
			{ id: "b", ids: [5, 6, 7], train: [1, 1, 1] },
		];
		const options = {
			...{ tokensField: "ids", tokenizer: undefined, vocabSize: 16 },
		};
		const { out } = await built(records, options);
		expect((await labelsOf(out)).found).toEqual({ a: [2, 3], b: [1, 2] });
	});

	test("true and false are 1 and 0", async () => {
		const text = "one two three four";
		const train = Array.from(tokenizer.encode(text), (_, i) => i % 2 === 1);
		const { out } = await built([{ id: "0", text, train }]);
		const { found, starts } = await labelsOf(out);
		expect(found["0"]).toEqual(due(train.map(Number), starts["0"]));
	});
});

describe("a field that does not say it is told by name", () => {
	const text = "one two three";
	const right = Array.from(tokenizer.encode(text), () => 1);
	test.each([
		[{}, 'the record has no field "train"'],
		[{ train: "1" }, 'the field "train" is of type string, not a list'],
		[
			{ train: [...right, 1] },
			`the field "train" has ${right.length + 1} numbers, and the text ${right.length} tokens`,
		],
		[{ train: [-1, ...right.slice(1)] }, 'number 0 of the field "train" is -1'],
		[
			{ train: [0.25, ...right.slice(1)] },
			'number 0 of the field "train" is 0.25, neither 0 nor 1: weights are kept in rows, with lossWeight: "field"',
		],
		[
			{ train: ["x", ...right.slice(1)] },
			'number 0 of the field "train" is "x", neither',
		],
	])("%j", async (fields, sentence) => {
		await expect(built([{ text, ...fields }])).rejects.toThrow(
			`records.jsonl:1: ${sentence}`,
		);
	});

	test("and passed over where that is asked for", async () => {
		const { manifest } = await built(
			[
				{ text, train: right },
				{ text, train: [] },
				{ text, train: right },
			],
			{ onError: "skip" },
		);
		expect(manifest.totals.documents).toBe(2);
		expect(manifest.totals.skippedRecords).toEqual({ "wrong-loss": 1 });
	});

	test("two options that say it", async () => {
		const options = { tokensField: "ids", maskField: "mask" };
		await expect(built([], options)).rejects.toThrow(
			"lossFrom and maskField both say what is to be trained on",
		);
		await expect(built([], { loss: "assistant" })).rejects.toThrow(
			"lossFrom and loss both say",
		);
	});
});

test("the command takes both", async () => {
	const text = "one two three four";
	const train = Array.from(tokenizer.encode(text), (_, i) => Number(i > 0));
	const input = join(
		directoryWith({
			"r.jsonl": jsonl([{ text, train, segment_version: 7 }]),
		}),
		"r.jsonl",
	);
	const out = join(temporaryDirectory(), "data");
	const { code, stderr } = await seqpack([
		...["build", input, "--tokenizer", tokenizerPath, "--seq-len", "64"],
		...["--loss-from", "train", "--carry", "segment_version,other=3"],
		...["--out", out],
	]);
	expect([code, stderr]).toEqual([0, expect.anything()]);
	const row = await (await openDataset(out)).row(0);
	expect([...(row.segment_version as Int32Array)]).toEqual([7]);
	expect([...(row.loss_mask as Int32Array)].slice(0, 2)).toEqual([0, 1]);
});
