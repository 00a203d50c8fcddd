import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
	type BuildOptions,
	build,
	exportRows,
	openBatches,
	openDataset,
	packStore,
	planCurriculum,
	verify,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { batchSchema } from "../../src/batches/batch.js";
import { batchKinds } from "../../src/curriculum/batch-kinds.js";
import { createShard } from "../../src/dataset/create-shard.js";
import { shardSchema } from "../../src/dataset/formats.js";
import type { ColumnBatch } from "../../src/tables/columns.js";
import {
	contentsOf,
	directoryWith,
	expectNumbers,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readIndex } from "./dataset-rows.js";

const versionOf = (number: number) => ((number * 7919) % 23) - 3;
const records = Array.from({ length: 90 }, (_, number) => ({
	id: `d${number}`,
	text: Array.from(
		{ length: 1 + ((number * 37) % 90) },
		(_, i) => `word${(i * number) % 17}`,
	).join(" "),
	segment_version: versionOf(number),
	...(number % 3 === 0 && { meta: { policy: number } }),
}));
const jsonl = (list: readonly object[]) =>
	list.map((each) => `${JSON.stringify(each)}\n`).join("");

const shared = sharedDirectory();
let input = "";
beforeAll(() => {
	input = join(shared, "records.jsonl");
	writeFileSync(input, jsonl(records));
});

const usual = () => ({
	inputs: [input],
	tokenizer: tokenizerPath,
	...{ seqLen: 128, taskSize: 3000, workers: 0, format: "arrow" as const },
	carry: ["segment_version", "meta.policy=-1"],
});

async function built(options: Partial<BuildOptions> = {}) {
	const out = join(temporaryDirectory(), "data");
	await build({ ...usual(), out, ...options } as BuildOptions);
	expect((await verify(out)).problems).toEqual([]);
	return out;
}

/** Checks what all sequences of a dataset carry. @returns How many there are, and of how many documents. */
async function expectCarried(out: string, store = out) {
	const idOf = new Map(
		(await readIndex(store)).map(({ doc_id, id }) => [doc_id, id]),
	);
	const seen = new Set<string>();
	let sequences = 0;
	for await (const batch of (await openDataset(out)).rows()) {
		const { doc_ids, segment_version, policy, seq_lengths } = batch.columns;
		const docIds = doc_ids.values as BigInt64Array;
		expectNumbers(
			(segment_version as typeof seq_lengths & { offsets: Int32Array }).offsets,
			(seq_lengths as typeof seq_lengths & { offsets: Int32Array }).offsets,
		);
		docIds.forEach((docId, i) => {
			const number = Number(idOf.get(docId)?.slice(1));
			seen.add(`d${number}`);
			sequences++;
			expect([segment_version.values[i], policy.values[i]]).toEqual([
				versionOf(number),
				number % 3 === 0 ? number : -1,
			]);
		});
	}
	return { sequences, documents: seen.size };
}

const inBuckets = {
	layout: "buckets",
	...{ seqLen: undefined, minLength: 1, maxLength: 64 },
} as const;

describe("what is carried is with every sequence of its document", () => {
	test.each([
		["packed, with leftovers", {}],
		["in threads", { workers: 2 }],
		["by another packer", { packer: "first-fit" }],
		["cut anywhere", { packer: "best-fit-packing" }],
		["of a sample", { sample: 0.5 }],
		["a number of them", { limit: 100 }],
		["in buckets", inBuckets],
		["one a row", { layout: "documents", seqLen: undefined }],
		["in Parquet", { format: "parquet" }],
	] as [string, Partial<BuildOptions>][])("%s", async (_, options) => {
		const { sequences, documents } = await expectCarried(await built(options));
		if (options.sample === undefined && options.limit === undefined)
			expect(documents).toBe(records.length);
		expect(sequences).toBeGreaterThanOrEqual(documents);
	});

	test("whatever the records carry, and however they are packed", async () => {
		const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
		// A corpus of empty texts alone is none.
		const list = fc
			.array(
				fc.record({ words: fc.integer({ min: 0, max: 200 }), value: int32 }),
				{ minLength: 1, maxLength: 40 },
			)
			.filter((given) => given.some(({ words }) => words > 0));
		await fc.assert(
			fc.asyncProperty(
				list,
				fc.constantFrom("best-fit-decreasing", "concat", "next-fit"),
				fc.integer({ min: 40, max: 400 }),
				async (given, packer, window) => {
					const own = directoryWith({
						"own.jsonl": jsonl(
							given.map(({ words, value }, i) => ({
								id: `${i}`,
								text: "so ".repeat(words),
								value,
							})),
						),
					});
					const out = await built({
						inputs: [own],
						carry: ["value"],
						...{ packer, window, seqLen: 32, taskSize: 500 },
					} as Partial<BuildOptions>);
					const idOf = new Map(
						(await readIndex(out)).map(({ doc_id, id }) => [doc_id, id]),
					);
					for await (const { columns } of (await openDataset(out)).rows())
						(columns.doc_ids.values as BigInt64Array).forEach((docId, i) => {
							const { value } = given[Number(idOf.get(docId))];
							expect(columns.value.values[i]).toBe(value);
						});
				},
			),
			{ numRuns: 12 },
		);
	});
});

test("a store carries what its packings have, and rows that are written out are those of a build", async () => {
	const at = (name: string) => join(shared, name);
	await build({
		...usual(),
		...{ seqLen: undefined, layout: "documents", out: at("store") },
	} as BuildOptions);
	await packStore({
		store: at("store"),
		...{ seqLen: 128, out: at("packing"), workers: 0 },
	});
	await exportRows({
		packing: at("packing"),
		...{ out: at("rows"), format: "arrow", workers: 0 },
	});
	for (const each of ["store", "packing", "rows"])
		expect((await verify(at(each))).problems).toEqual([]);
	const packed = await expectCarried(at("packing"), at("store"));
	expect(packed.documents).toBe(records.length);
	expect(await expectCarried(at("rows"))).toEqual(packed);
	const direct = await built();
	const shardsOf = (files: Record<string, string>) =>
		Object.entries(files)
			.filter(([path]) => path.endsWith(".arrow"))
			.map(([, hash]) => hash);
	expect(shardsOf(contentsOf(at("rows")))).toEqual(
		shardsOf(contentsOf(direct)),
	);
});

test("a store that is added to reads what it carries as before", async () => {
	const out = join(shared, "grown");
	const [before, after] = [records.slice(0, 50), records.slice(50)].map(
		(list, i) => directoryWith({ [`part-${i}.jsonl`]: jsonl(list) }),
	);
	await build({
		...usual(),
		...{ inputs: [before], seqLen: undefined, layout: "documents", out },
	} as BuildOptions);
	await build({
		...{ inputs: [after], tokenizer: tokenizerPath, out },
		...{ layout: "documents", append: true, workers: 0 },
	});
	expect((await verify(out)).problems).toEqual([]);
	expect((await expectCarried(out)).documents).toBe(records.length);
});

describe("batches have what rows carry", () => {
	test.each(batchKinds.where(({ items }) => items !== "chunks"))(
		"%s",
		async (batches) => {
			const dataset = await built(
				batches === "bucketed" ? { ...inBuckets, minLength: 16 } : {},
			);
			const opened = await openDataset(dataset);
			const plan = join(temporaryDirectory(), "plan");
			await planCurriculum({
				datasets: [dataset],
				...{ batches, tokensPerStep: 256, out: plan },
			} as Parameters<typeof planCurriculum>[0]);
			let compared = 0;
			for await (const batch of await openBatches(plan, {
				columns: ["segment_version"],
				readAhead: 0,
			})) {
				const { row, start, bucket, segment_version, seq_lengths } =
					batch.columns as Record<
						string,
						{ values: Int32Array; offsets: Int32Array }
					>;
				const due: number[] = [];
				for (let i = 0; i < row.values.length; i++) {
					const of = await opened.row(Number(row.values[i]), bucket.values[i]);
					const lengths = of.seq_lengths as Int32Array;
					const values = [...(of.segment_version as Int32Array)];
					let first = 0;
					for (let at = 0; at < (start?.values[i] ?? 0); first++)
						at += lengths[first];
					due.push(
						...(start === undefined ? values : values.slice(first, first + 1)),
					);
				}
				expectNumbers(segment_version.values, due);
				expectNumbers(segment_version.offsets, seq_lengths.offsets);
				compared += due.length;
			}
			expect(compared).toBeGreaterThan(60);
		},
	);

	test("of documents that lanes read chunk by chunk", async () => {
		const dataset = await built({ layout: "documents", seqLen: undefined });
		const opened = await openDataset(dataset);
		const plan = join(temporaryDirectory(), "plan");
		await planCurriculum({
			datasets: [dataset],
			...{ order: "documents", tokensPerStep: 128, chunk: 32, out: plan },
		} as Parameters<typeof planCurriculum>[0]);
		let compared = 0;
		for await (const batch of await openBatches(plan, {
			columns: ["segment_version"],
			readAhead: 0,
		})) {
			const { row, segment_version } = batch.columns as Record<
				string,
				{ values: Int32Array; offsets: Int32Array }
			>;
			const due: number[] = [];
			for (const number of row.values)
				if (Number(number) >= 0) {
					const of = await opened.row(Number(number));
					due.push(...(of.segment_version as Int32Array));
				}
			expectNumbers(segment_version.values, due);
			compared += due.length;
		}
		expect(compared).toBeGreaterThan(records.length);
	});

	test("and what none carries is refused", async () => {
		const plan = join(temporaryDirectory(), "plan");
		await planCurriculum({
			datasets: [await built()],
			...{ tokensPerStep: 512, out: plan },
		});
		await expect(openBatches(plan, { columns: ["version"] })).rejects.toThrow(
			/^columns is "version", and there is no such column: give one of/,
		);
	});
});

describe("bad input is told by name", () => {
	const refused = async (
		record: object,
		options: Partial<BuildOptions> = {},
	) => {
		const inputs = [directoryWith({ "bad.jsonl": jsonl([record]) })];
		return built({ inputs, carry: ["v"], ...options });
	};

	test.each([
		[
			{},
			/bad\.jsonl:1: the record has no field "v", which is carried\. Give its default, such as carry: "v=0"/,
		],
		[{ v: 1.5 }, /the field "v" is 1\.5, and only whole numbers of 32 bits/],
		[{ v: 2 ** 31 }, /the field "v" is 2147483648, and only/],
		[{ v: null }, /the field "v" is null, and only/],
		[{ v: "3" }, /the field "v" is of type string, and only/],
	])("a record with %j", async (fields, sentence) => {
		await expect(refused({ text: "so", ...fields })).rejects.toThrow(sentence);
	});

	test("a record is passed over where that is asked for, and counted", async () => {
		const out = join(temporaryDirectory(), "data");
		const inputs = [
			directoryWith({
				"bad.jsonl": jsonl([
					{ text: "one two", v: 1 },
					{ text: "three" },
					{ text: "four five", v: 2 },
				]),
			}),
		];
		const { manifest } = await build({
			...usual(),
			...{ inputs, out, carry: ["v"], onError: "skip" },
		} as BuildOptions);
		expect(manifest.totals.skippedRecords).toEqual({ "wrong-carried": 1 });
		expect((await verify(out)).problems).toEqual([]);
	});

	test.each([
		[["doc_ids"], /carry has "doc_ids", which is another column already/],
		[["labels"], /carry has "labels", which is another column/],
		[["document_labels"], /carry has "document_labels", which is another/],
		[["a.v", "b.v"], /carry has two fields for the column v/],
		[["v=x"], /carry gives "v" the default "x": give a whole number/],
		[
			["constructor=0"],
			/carry has "constructor", which is a name that programs/,
		],
		[["__proto__"], /carry has "__proto__", which is a name that programs/],
		[["my-field"], /carry has "my-field", which cannot name a column/],
	])("%j", async (carry, sentence) => {
		await expect(refused({ text: "so" }, { carry })).rejects.toThrow(sentence);
	});

	test("no field can be named as a column of batches", async () => {
		for (const kind of batchKinds.names)
			for (const { name } of batchSchema(kind, []))
				await expect(
					refused({ text: "so" }, { carry: [name] }),
				).rejects.toThrow("which is another column already");
	});

	test("sources that carry different things", async () => {
		await expect(
			built({
				inputs: undefined,
				carry: undefined,
				sources: [
					{ name: "a", inputs: [input], carry: ["segment_version"] },
					{ name: "b", inputs: [input] },
				],
			}),
		).rejects.toThrow(
			'the source "b" has nothing to carry for the column segment_version',
		);
	});
});

test("verify notices a sequence that does not carry what the others of its document do", async () => {
	const out = await built({
		inputs: [
			directoryWith({ "one.jsonl": jsonl([{ text: "so ".repeat(90), v: 4 }]) }),
		],
		carry: ["v"],
		...{ packer: "best-fit-packing", seqLen: 16 },
	});
	const { manifest, ...dataset } = await openDataset(out);
	const [entry] = manifest.shards;
	const schema = shardSchema(manifest.settings);
	const batches: ColumnBatch[] = [];
	for await (const batch of (await openDataset(out)).rows())
		batches.push(batch);
	for (const batch of batches) {
		const shard = await createShard(join(out, entry.path), { schema });
		const at = (batch.columns.doc_offsets.values as Int32Array).indexOf(48);
		batch.columns.v.values[at] = 5;
		await shard.write(batch);
		Object.assign(entry, await shard.close());
	}
	writeFileSync(
		join(dataset.directory, "seqpack.json"),
		JSON.stringify(manifest),
	);
	expect((await verify(out)).problems).toEqual([
		expect.stringMatching(
			/document 0 of .*: the v of its sequence at token 48 is 5, and that of its first 4/,
		),
	]);
});
