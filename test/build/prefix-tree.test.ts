// Rows of trees of prefixes, made of stores: every document is on one path of one row, and what
// batches say of them is what each document says.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	build,
	exportDataset,
	exportRows,
	type Manifest,
	openBatches,
	openDataset,
	type PackStoreOptions,
	packStore,
	planCurriculum,
	verify,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { createRandom, randomBelow } from "../../src/core/random.js";
import { datasetFormats, shardSchema } from "../../src/dataset/formats.js";
import { packers } from "../../src/pack/packers.js";
import { storageAt } from "../../src/storage/storages.js";
import { type ColumnBatch, columnOf } from "../../src/tables/columns.js";
import {
	directoryWith,
	seqpack,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readManifest } from "./dataset-rows.js";

const directory = sharedDirectory();
const random = createRandom(20);
const below = (limit: number) => randomBelow(random, limit);
const tokens = (count: number) => Array.from({ length: count }, () => below(3));

interface Trace {
	id: string;
	ids: number[];
	train: number[];
}

/**
 * Traces of agents: prompts with answers, some of which go on; some are the beginning of others, some
 * are there twice, some are longer than a row, and some are empty.
 */
const traces: Trace[] = Array.from({ length: 40 }, (_, p) => {
	const prompt = tokens(10 + below(40));
	const middle = tokens(below(30));
	const ids = [
		...Array.from({ length: 1 + below(7) }, (_, a) => [
			...prompt,
			...(a % 2 === 1 ? middle : []),
			...tokens(below(40)),
		]),
		...(p % 5 === 0 ? [prompt, prompt] : []),
		...(p % 9 === 0 ? [[...prompt, ...tokens(200)]] : []),
		...(p % 11 === 0 ? [[]] : []),
	];
	return ids.map((of, a) => ({
		id: `${p}.${a}`,
		ids: of,
		// What is trained on in one trace may be context in another.
		train: of.map((_, i) => Number(i >= prompt.length / 2 && (i + a) % 3 > 0)),
	}));
}).flat();

const stores: Record<"plain" | "masked", string> = {
	plain: join(directory, "plain"),
	masked: join(directory, "masked"),
};

beforeAll(async () => {
	const input = join(directory, "traces.jsonl");
	writeFileSync(
		input,
		traces.map((trace) => `${JSON.stringify(trace)}\n`).join(""),
	);
	const options = {
		inputs: [input],
		tokensField: "ids",
		vocabSize: 16,
		layout: "documents",
		taskSize: 30_000,
		workers: 0,
	} as const;
	await build({ ...options, out: stores.plain });
	await build({ ...options, out: stores.masked, maskField: "train" });
});

type Packed = Promise<{ out: string; manifest: Manifest }>;
const packings = new Map<string, Packed>();

/** A packing of trees, made once. */
function packed(
	store: keyof typeof stores,
	options: Partial<PackStoreOptions> = {},
): Packed {
	const key = JSON.stringify([store, options]);
	const packing = packings.get(key) ?? packedAnew(store, options);
	packings.set(key, packing);
	return packing;
}

async function packedAnew(
	store: keyof typeof stores,
	options: Partial<PackStoreOptions>,
): Packed {
	const out = join(directory, `packing ${packings.size}`);
	const { manifest } = await packStore({
		store: stores[store],
		seqLen: 128,
		workers: 0,
		prefixTree: true,
		...options,
		out,
	} as PackStoreOptions);
	return { out, manifest };
}

/** The documents of a store by their ids: tokens, and what is to be trained on. */
async function documentsOf(store: string) {
	const documents = new Map<bigint, { ids: number[]; train: number[] }>();
	for await (const { columns } of (await openDataset(store)).rows()) {
		const { values: ids, offsets } = columns.input_ids as {
			values: Int32Array;
			offsets: Int32Array;
		};
		const { values: docIds } = columns.doc_ids as { values: BigInt64Array };
		const { offsets: ofRows } = columns.doc_ids as { offsets: Int32Array };
		const mask = columns.loss_mask as { values: Int32Array } | undefined;
		for (let row = 0; row + 1 < offsets.length; row++) {
			if (ofRows[row] === ofRows[row + 1]) continue;
			const [from, to] = [offsets[row], offsets[row + 1]];
			documents.set(docIds[ofRows[row]], {
				ids: [...ids.subarray(from, to)],
				train: mask
					? [...mask.values.subarray(from, to)]
					: Array(to - from).fill(1),
			});
		}
	}
	return documents;
}

type Columns = Record<string, number[] | bigint[]>;

/** The paths of a row: what each document has there, by the row's places. */
function pathsOf(row: Columns) {
	const lengths = row.seq_lengths as number[];
	const parents = row.node_parent as number[];
	const starts = lengths.map((_, n) =>
		lengths.slice(0, n).reduce((a, b) => a + b, 0),
	);
	return (row.path_nodes as number[]).map((end, p) => {
		const places: number[] = [];
		for (let node = end; node !== -1; node = parents[node])
			places.unshift(
				...Array.from({ length: lengths[node] }, (_, i) => starts[node] + i),
			);
		return {
			id: (row.path_doc_ids as bigint[])[p],
			start: (row.path_doc_offsets as number[])[p],
			places,
		};
	});
}

/** All rows of a packing, with the tokens that its nodes have in the store. */
async function rowsOf(out: string, store: string) {
	const documents = await documentsOf(store);
	const dataset = await openDataset(out);
	const rows = [];
	for (let number = 0; number < dataset.manifest.summary.rows; number++) {
		const found = await dataset.row(number);
		const row = Object.fromEntries(
			Object.entries(found).map(([name, values]) => [
				name,
				[...(values as Iterable<never>)],
			]),
		) as Columns;
		const ids = (row.doc_ids as bigint[]).flatMap((id, node) => {
			const start = (row.doc_offsets as number[])[node];
			const length = (row.seq_lengths as number[])[node];
			return documents.get(id)?.ids.slice(start, start + length) ?? [];
		});
		rows.push({ row, ids, paths: pathsOf(row) });
	}
	return { documents, rows };
}

const sum = (values: Iterable<number>) =>
	[...values].reduce((total, value) => total + value, 0);

/** The packers that a tree can be an item of, with what they need. */
const usable = packers.where(
	({ cuts, options }) =>
		cuts === undefined &&
		!Object.values(options).some(({ required }) => required),
);

describe("a packing of trees", () => {
	test.each([
		{},
		{ minShared: 1 },
		{ minShared: 1, seqLen: 64 },
		{ window: 300 },
		{ longDocuments: "truncate", seqLen: 100 },
		{ maxSequence: 50 },
		{ order: "balanced", ranks: 2 },
		...usable.map((packer) => ({ packer })),
	] as Partial<PackStoreOptions>[])(
		"holds each document of the store once: %j",
		async (options) => {
			const { out, manifest } = await packed("masked", options);
			expect(await verify(out)).toMatchObject({ problems: [] });
			const { documents, rows } = await rowsOf(out, stores.masked);
			const found = new Map<bigint, [number, number[]][]>();
			let labels = 0;
			for (const { ids, paths, row } of rows) {
				const through = new Int32Array((row.seq_lengths as number[]).length);
				for (const { id, start, places } of paths) {
					const pieces = found.get(id) ?? [];
					pieces.push([start, places.map((place) => ids[place])]);
					found.set(id, pieces);
					const train = documents.get(id)?.train ?? [];
					labels += sum(train.slice(start + 1, start + places.length));
				}
				for (const end of row.path_nodes as number[])
					for (let n = end; n !== -1; n = (row.node_parent as number[])[n])
						through[n]++;
				expect([...through]).toEqual(row.node_multiplicity);
				expect(sum(row.seq_lengths as number[])).toBeLessThanOrEqual(
					options.seqLen ?? 128,
				);
			}
			const dropped = sum(
				Object.values(manifest.totals.dropped).map(({ tokens }) => tokens),
			);
			let kept = 0;
			for (const [id, { ids }] of documents) {
				const pieces = (found.get(id) ?? []).sort(([a], [b]) => a - b);
				const whole = pieces.flatMap(([, piece]) => piece);
				expect(whole).toEqual(ids.slice(0, whole.length));
				kept += whole.length;
			}
			expect(kept + dropped).toBe(sum(traces.map(({ ids }) => ids.length)));
			const { trees, tokens, labels: counted } = manifest.summary;
			expect(counted).toBe(labels);
			expect(trees?.unrolledTokens).toBe(kept);
			expect(tokens).toBe(
				kept - (trees?.savedTokens ?? 0) + (trees?.repeatedTokens ?? 0),
			);
			expect(trees?.savedShare).toBeGreaterThan(0.05);
		},
	);

	test("is the same whatever threads make it", async () => {
		const alone = await packed("plain", { window: 500 });
		const threads = await packed("plain", { window: 500, workers: 2 });
		expect(alone.manifest.tasks.read).toBeGreaterThan(1);
		expect(threads.manifest.shards).toEqual(alone.manifest.shards);
	});

	test("has no more rows than one of documents, and as many labels", async () => {
		const { manifest } = await packed("masked");
		const flat = await packed("masked", { prefixTree: false });
		expect(manifest.summary.rows).toBeLessThan(flat.manifest.summary.rows);
		expect(manifest.summary.labels).toBe(flat.manifest.summary.labels);
		expect(flat.manifest.summary.trees).toBeUndefined();
	});
});

describe("batches of rows of trees", () => {
	test.each(["plain", "masked"] as const)(
		"say of each token what its documents do: %s",
		async (store) => {
			const { out } = await packed(store, { minShared: 4 });
			const plan = join(temporaryDirectory(), "plan");
			await planCurriculum({
				datasets: [out],
				tokensPerStep: 256,
				out: plan,
			});
			const { documents, rows } = await rowsOf(out, stores[store]);
			const batches = await openBatches(plan, {
				columns: [
					...["position_ids", "subtree_end", "target_from", "target_weight"],
					...["node_parent", "node_entry", "node_exit", "node_multiplicity"],
				],
			});
			let checked = 0;
			for await (const batch of batches) {
				const of = (name: string, row: number) => {
					const { values, offsets } = columnOf(batch, name, "list<int32>");
					return [...values.subarray(offsets[row], offsets[row + 1])];
				};
				const numbers = columnOf(batch, "row", "int64").values;
				let weights = 0;
				for (let r = 0; r < batch.rows; r++, checked++) {
					const { row, ids, paths } = rows[Number(numbers[r])];
					expect(of("input_ids", r).slice(0, ids.length)).toEqual(ids);
					for (const name of ["parent", "entry", "exit", "multiplicity"])
						expect(of(`node_${name}`, r)).toEqual(row[`node_${name}`]);
					const due = {
						position_ids: Array.from({ length: 128 }, (_, i) => i - ids.length),
						target_from: Array(128).fill(-1),
						target_weight: Array(128).fill(0),
					};
					const seen = new Set<string>();
					for (const { id, start, places } of paths)
						places.forEach((at, i) => {
							due.position_ids[at] = i;
							for (const key of places.slice(0, i + 1))
								seen.add(`${at} ${key}`);
							if (i === 0) return;
							due.target_from[at] = places[i - 1];
							due.target_weight[at] += documents.get(id)?.train[start + i] ?? 0;
						});
					for (const [name, values] of Object.entries(due))
						expect(of(name, r), name).toEqual(values);
					const ends = of("subtree_end", r);
					const sees = new Set<string>();
					for (let i = 0; i < ids.length; i++)
						for (let j = 0; j <= i; j++) if (i < ends[j]) sees.add(`${i} ${j}`);
					expect(sees).toEqual(seen);
					weights += sum(due.target_weight);
				}
				const [labels] = columnOf(batch, "step_labels", "int32").values;
				expect(labels).toBe(weights);
			}
			expect(checked).toBeGreaterThan(10);
		},
	);

	test.each([
		[
			{ columns: ["labels"] },
			/^labels cannot be had of .*, whose rows are trees of prefixes: a token may have several successors.*take position_ids, subtree_end, target_from and target_weight\.$/,
		],
		[{ columns: ["shift_labels"] }, /^shift_labels cannot be had/],
		[{ columns: ["cu_seqlens"] }, /^cu_seqlens cannot be had/],
		[{ columns: ["loss_mask"] }, /^loss_mask cannot be had/],
		[
			{ sequenceParallel: 2, worldSize: 2 },
			/^sequenceParallel: 2 cannot be had/,
		],
		[{ padLoss: true }, /^padLoss: true cannot be had/],
	])("do not give what would be wrong: %j", async (options, message) => {
		const { out } = await packed("plain");
		const plan = join(temporaryDirectory(), "plan");
		await planCurriculum({ datasets: [out], tokensPerStep: 256, out: plan });
		await expect(openBatches(plan, options)).rejects.toMatchObject({
			code: "bad-option",
			message: expect.stringMatching(message),
		});
	});

	test.each(["flat", "token-budget"] as const)(
		"are not planned as %s",
		async (batches) => {
			const { out } = await packed("plain");
			const planning = planCurriculum({
				datasets: [out],
				tokensPerStep: 256,
				batches,
				out: join(temporaryDirectory(), "plan"),
			});
			await expect(planning).rejects.toThrow(
				`batches is ${batches}, which takes rows as sequences one after the other, and those of ${out} are trees of prefixes: leave it out.`,
			);
		},
	);
});

test.each([
	[
		"parallelPlan",
		{ parallelPlan: "flexsp", devices: 2, tokensPerDevice: 512 },
	],
	["maxTokensPerMicroBatch", { maxTokensPerMicroBatch: 512 }],
] as const)("rows of trees are not planned with %s", async (name, options) => {
	const { out } = await packed("plain");
	const planning = planCurriculum({
		datasets: [out],
		tokensPerStep: 256,
		out: join(temporaryDirectory(), "plan"),
		...options,
	});
	await expect(planning).rejects.toThrow(
		`${name} cannot be had of ${out}, whose rows are trees of prefixes`,
	);
});

/** Writes the first shard of a packing anew, with another value, and a manifest that vouches for its bytes. */
async function tampered(
	out: string,
	change: (batch: ColumnBatch) => void,
): Promise<string[]> {
	const copy = join(temporaryDirectory(), "copy");
	cpSync(out, copy, { recursive: true });
	const manifest = readManifest(copy) as Manifest;
	const { path, bytes } = manifest.shards[0];
	// The store is found from the packing's directory.
	const store = manifest.store as { path: string };
	store.path = stores.masked;
	const schema = shardSchema(manifest.settings);
	const format = datasetFormats.find(manifest.settings.format);
	const storage = storageAt(copy);
	const file = await storage.open(join(copy, path));
	const batches = [];
	for await (const batch of format.read(file, bytes, schema))
		batches.push(structuredClone(batch));
	await file.close();
	change(batches[0]);
	const pending = await storage.create(join(copy, path));
	const writer = format.write(pending, schema, {
		compression: manifest.settings.compression,
		batchRows: batches[0].rows,
		metadata: new Map(),
	});
	for (const batch of batches) await writer.write(batch);
	await writer.close();
	Object.assign(manifest.shards[0], await pending.commit());
	writeFileSync(join(copy, "seqpack.json"), JSON.stringify(manifest));
	return (await verify(copy)).problems;
}

describe("verify finds a row of trees", () => {
	const changes: [string, string, (values: Int32Array) => void, RegExp][] = [
		[
			"below another node",
			"node_parent",
			(values) => {
				values[values.indexOf(0)] = -1;
			},
			/row 0 has a column node_exit that its node_parent and path_nodes do not make/,
		],
		[
			"out of preorder",
			"node_parent",
			(values) => {
				values[0] = 5;
			},
			/row 0 has its node 0 below 5, out of preorder/,
		],
		[
			"with another number of documents",
			"node_multiplicity",
			(values) => {
				values[0]++;
			},
			/row 0 has a column node_multiplicity that/,
		],
		[
			"with other labels",
			"label_counts",
			(values) => {
				values[0]++;
			},
			/row 0: a node of the document \d+ has \d+ labels; the documents through it make it \d+/,
		],
		[
			"with the tokens of another place",
			"doc_offsets",
			(values) => {
				values[values.findIndex((start) => start > 0)]--;
			},
			/row 0: the nodes of the document \d+ do not have its tokens from its token 0 on/,
		],
		[
			"with what another document has",
			"path_nodes",
			(values) => {
				const other = values.findIndex((node) => node !== values[0]);
				[values[0], values[other]] = [values[other], values[0]];
			},
			/is counted|are in rows and|do not have its tokens/,
		],
	];
	test("as it was written sound", async () => {
		const { out } = await packed("masked", { minShared: 1 });
		expect(await tampered(out, () => {})).toEqual([]);
	});

	test.each(changes)("%s", async (_, column, change, message) => {
		const { out } = await packed("masked", { minShared: 1 });
		const problems = await tampered(out, (batch) =>
			change(columnOf(batch, column, "list<int32>").values),
		);
		expect(problems).toContainEqual(expect.stringMatching(message));
	});

	test("that its manifest counts otherwise", async () => {
		const { out } = await packed("masked");
		const path = join(out, "seqpack.json");
		const sound = readFileSync(path);
		const manifest = readManifest(out);
		manifest.totals.trees.savedTokens++;
		manifest.totals.trees.repeatedTokens++;
		writeFileSync(path, JSON.stringify(manifest));
		const { problems } = await verify(out);
		writeFileSync(path, sound);
		expect(problems).toContainEqual(
			expect.stringMatching(
				/for totals\.trees\.savedTokens; the manifest says/,
			),
		);
	});
});

describe("what cannot be had with trees is refused", () => {
	test.each([
		[{ layout: "buckets" }, "prefixTree"],
		[{ packer: "concat" }, /prefixTree would change nothing: it is for packer/],
		[{ maxSequences: 4 }, /^maxSequences: 4 cannot be had with prefixTree/],
		[
			{ padDocumentToMultiple: 8 },
			/^padDocumentToMultiple: 8 cannot be had with prefixTree/,
		],
		[
			{ lossWeight: "token" },
			/^lossWeight: "token" cannot be had with prefixTree: .*target_weight/,
		],
		[
			{ columns: ["label_counts", "cu_seqlens", "position_ids"] },
			/^columns: "cu_seqlens,position_ids" cannot be had with prefixTree/,
		],
		[
			{ prefixTree: false, minShared: 4 },
			/minShared would change nothing: it is for prefixTree true/,
		],
	] as [object, RegExp | string][])("%j", async (options, message) => {
		const seqLen = "layout" in options ? { seqLen: undefined } : {};
		await expect(packed("plain", { ...options, ...seqLen })).rejects.toThrow(
			message,
		);
	});

	test("what is no store", async () => {
		const { out } = await packed("plain");
		await expect(
			packStore({
				store: out,
				seqLen: 128,
				prefixTree: true,
				out: join(temporaryDirectory(), "again"),
			}),
		).rejects.toThrow(/has rows already, of the layout packed: a store/);
	});

	test("files of rows", async () => {
		const { out } = await packed("plain");
		const plan = join(temporaryDirectory(), "plan");
		await planCurriculum({ datasets: [out], tokensPerStep: 256, out: plan });
		const to = join(temporaryDirectory(), "out");
		const sentence =
			"has rows of trees of prefixes (prefixTree: true), in which a token has several successors";
		await expect(exportRows({ packing: out, out: to })).rejects.toThrow(
			sentence,
		);
		for (const source of [out, plan])
			await expect(
				exportDataset({ source, to: "jsonl", out: to }),
			).rejects.toThrow(sentence);
	});

	test("pairs of answers, and fields that are carried", async () => {
		const pair = {
			chosen: [
				{ role: "user", content: "Why?" },
				{ role: "assistant", content: "So." },
			],
			rejected: [
				{ role: "user", content: "Why?" },
				{ role: "assistant", content: "No." },
			],
		};
		const at = directoryWith({
			"pairs.jsonl": JSON.stringify(pair),
			"carried.jsonl": JSON.stringify({ text: "one two", reward: 3 }),
			"template.jinja":
				"{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}",
		});
		const options = {
			tokenizer: tokenizerPath,
			layout: "documents",
			workers: 0,
		} as const;
		await build({
			...options,
			inputs: [join(at, "pairs.jsonl")],
			loss: "assistant",
			chatTemplate: join(at, "template.jinja"),
			out: join(at, "pairs"),
		});
		await build({
			...options,
			inputs: [join(at, "carried.jsonl")],
			carry: ["reward"],
			out: join(at, "carried"),
		});
		for (const [store, message] of [
			[
				"pairs",
				"prefixTree: true cannot be had for pairs of a chosen and a rejected answer, whose sides share a row as they are: leave it out.",
			],
			[
				"carried",
				"prefixTree: true cannot be had of a store that carries reward: these are of one document each",
			],
		])
			await expect(
				packStore({
					store: join(at, store),
					seqLen: 64,
					prefixTree: true,
					workers: 0,
					out: join(at, "packing"),
				}),
			).rejects.toThrow(message);
	});
});

test("the command says what is saved, and the card too", async () => {
	const out = join(temporaryDirectory(), "packing");
	const { stderr, code } = await seqpack([
		...["pack", stores.plain, "--seq-len", "128", "--prefix-tree"],
		...["--min-shared", "8", "--out", out],
	]);
	expect(code).toBe(0);
	const { trees, tokens } = (readManifest(out) as Manifest).summary;
	const grouped = (n = 0) => n.toLocaleString("en-US");
	const saved = `${(100 * (trees?.savedShare ?? 0)).toFixed(2)} %`;
	expect(stderr).toContain(
		`${grouped(trees?.trees)} trees of ${grouped(trees?.documents)} sequences: ${grouped(trees?.unrolledTokens)} tokens are held in ${grouped(tokens)} (${saved} saved)`,
	);
	const card = readFileSync(join(out, "README.md"), "utf8");
	expect(card).toContain(`| saved | ${saved} |`);
	expect(card).toContain(
		`| tokens repeated by splits of trees | ${grouped(trees?.repeatedTokens)} |`,
	);
});
