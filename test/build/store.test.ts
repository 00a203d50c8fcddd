import {
	cpSync,
	existsSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
	type BatchOptions,
	type BuildOptions,
	build,
	type ColumnBatch,
	type CurriculumOptions,
	documentLengths,
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
import { shardSchema } from "../../src/dataset/formats.js";
import { layouts } from "../../src/dataset/layouts/layouts.js";
import { ledgerSchema } from "../../src/dataset/ledger-rows.js";
import { lengthsSchema } from "../../src/dataset/lengths.js";
import { packers } from "../../src/pack/packers.js";
import { storageAt } from "../../src/storage/storages.js";
import { arrow } from "../../src/tables/arrow.js";
import { columnOf } from "../../src/tables/columns.js";
import { parquet } from "../../src/tables/parquet.js";

import {
	everything,
	fixtures,
	seqpack,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readIndex, readManifest, readRows } from "./dataset-rows.js";

const directory = sharedDirectory();
const texts = readFileSync(join(fixtures, "scripts/udhr.jsonl"), "utf8")
	.split("\n")
	.slice(0, 12)
	.map((line) => String(JSON.parse(line).text));

/** Pieces of texts, of up to some hundred tokens, every ninth empty. */
const documents = Array.from({ length: 600 }, (_, i) => ({
	id: `d${i}`,
	text:
		i % 9 === 4
			? ""
			: texts[i % texts.length].slice(
					40 * (i % 7),
					40 * (i % 7) + (i % 31) * 12,
				),
}));

const conversations = Array.from({ length: 60 }, (_, i) => ({
	id: `c${i}`,
	messages: Array.from({ length: 2 + 2 * (i % 4) }, (_, turn) => ({
		role: turn % 2 === 0 ? "user" : "assistant",
		content: texts[(i + turn) % texts.length].slice(
			0,
			20 + ((i * 13 + turn * 29) % 160),
		),
	})),
}));

const jsonl = (name: string, records: object[]) => {
	const path = join(directory, name);
	writeFileSync(path, records.map((r) => `${JSON.stringify(r)}\n`).join(""));
	return path;
};

/** What is built from: texts, of which some are held out, and two sources, of which one is conversations. */
const corpora: Record<string, Partial<BuildOptions>> = {};

beforeAll(() => {
	const template = join(directory, "template.jinja");
	writeFileSync(
		template,
		"{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}",
	);
	const prose = jsonl("documents.jsonl", documents);
	const chats = jsonl("chats.jsonl", conversations);
	corpora.texts = {
		inputs: [prose],
		addEos: false,
		validation: 0.2,
		taskSize: 220_000,
	};
	corpora.conversations = {
		sources: [
			{ name: "prose", inputs: [prose] },
			{ name: "chats", inputs: [chats], loss: "assistant" },
		],
		chatTemplate: template,
		taskSize: 220_000,
	};
});

const stores = new Map<string, Promise<string>>();

/** The store of a corpus, built once. */
function storeOf(corpus: string): Promise<string> {
	const known = stores.get(corpus);
	if (known !== undefined) return known;
	const out = join(directory, `store of ${corpus}`);
	const store = build({
		...corpora[corpus],
		tokenizer: tokenizerPath,
		layout: "documents",
		shardTokens: 3000,
		workers: 0,
		out,
	}).then(() => out);
	stores.set(corpus, store);
	return store;
}

/** Sums of files that do not hang on the name of the build. */
const sums = ({ shards, index }: Manifest) => ({
	shards: shards.map(({ path: _, ...rest }) => rest),
	index: index.map(({ path: _, ...rest }) => rest),
});

/** Builds from text, and through a store, and compares the two. */
async function compare(corpus: string, rows: Partial<BuildOptions>) {
	const place = temporaryDirectory();
	const out = (name: string) => join(place, name);
	const files = { shardTokens: 6000, workers: 0 };
	const text = await build({
		...corpora[corpus],
		tokenizer: tokenizerPath,
		...rows,
		...files,
		out: out("text"),
	});
	const store = await storeOf(corpus);
	const packing = await packStore({
		...(rows as Partial<PackStoreOptions>),
		store,
		workers: 0,
		out: out("packing"),
	});
	const written = await exportRows({
		packing: out("packing"),
		...files,
		out: out("rows"),
	});
	expect(sums(written.manifest)).toEqual(sums(text.manifest));
	expect(written.manifest.summary).toEqual(text.manifest.summary);
	expect(packing.manifest.summary).toEqual(text.manifest.summary);
	expect(packing.manifest.sources).toEqual(written.manifest.sources);
	expect((await verify(out("packing"))).problems).toEqual([]);
	return { out, text: text.manifest, packing: packing.manifest };
}

/** From day to day every fourth. */
const some = <T>(all: T[]): T[] =>
	everything ? all : all.filter((_, i) => i % 4 === 0);

/** The ways to pack: every packer, and buckets. */
const ways = packers
	.entries()
	.map(([packer, { cuts }]): [string, Partial<BuildOptions>, boolean] => [
		packer,
		{ packer, seqLen: 256 },
		cuts !== undefined,
	]);
ways.push(
	["buckets", { layout: "buckets", minLength: 16, maxLength: 256 }, true],
	[
		"buckets at random, remainders packed",
		{
			layout: "buckets",
			decomposer: "binary-random",
			remainder: "pack",
			minLength: 16,
			maxLength: 128,
			seed: 5,
		},
		true,
	],
	[
		"buckets of whole documents",
		{ layout: "buckets", decomposer: "whole", minLength: 64, maxLength: 512 },
		false,
	],
	[
		"small windows, balanced, with columns and weights",
		{
			seqLen: 256,
			window: 2000,
			order: "balanced",
			ranks: 4,
			minSequence: 10,
			longDocuments: "truncate",
			padDocumentToMultiple: 8,
			columns: ["position_ids", "cu_seqlens", "labels"],
			lossWeight: "document",
			seed: 3,
		},
		false,
	],
);

describe("through a store come the bytes that come from text", () => {
	test.each(some(ways))("%s", async (_, options) => {
		const { text } = await compare("texts", options);
		expect(text.tasks.read).toBeGreaterThan(1);
		expect(new Set(text.shards.map(({ split }) => split)).size).toBe(2);
	});

	test.each(some(ways.filter(([, , cutsAnywhere]) => !cutsAnywhere)))(
		"%s, of conversations and texts",
		async (_, options) => {
			const { text } = await compare("conversations", options);
			expect(text.tasks.read).toBeGreaterThan(1);
			expect(text.summary.labels).toBeGreaterThan(0);
			expect(text.settings.isMasked).toBe(true);
		},
	);

	test("in Arrow and in another compression", async () => {
		const { out } = await compare("texts", { seqLen: 512 });
		const more = { format: "arrow", shardTokens: 6000, workers: 0 } as const;
		const text = await build({
			...corpora.texts,
			tokenizer: tokenizerPath,
			seqLen: 512,
			...more,
			out: out("arrow from text"),
		});
		const written = await exportRows({
			packing: out("packing"),
			...more,
			out: out("arrow"),
		});
		expect(sums(written.manifest)).toEqual(sums(text.manifest));
	});
});

describe("a store", () => {
	test.each(Object.keys({ texts: 0, conversations: 0 }))(
		"of %s has a row for each document, in the order of the input",
		async (corpus) => {
			const store = await storeOf(corpus);
			const result = await verify(store);
			expect(result.problems).toEqual([]);
			const { manifest } = await openDataset(store);
			const index = await readIndex(store);
			expect(manifest.shards.length).toBeGreaterThan(manifest.tasks.read);
			const rows = [];
			for (const { path } of manifest.shards)
				rows.push(...(await readRows(join(store, path))));
			expect(rows.map(({ input_ids }) => input_ids.length)).toEqual(
				index.map(({ tokens }) => tokens),
			);
			rows.forEach(({ input_ids, doc_ids, doc_offsets, seq_lengths }, i) => {
				const isEmpty = input_ids.length === 0;
				expect(doc_ids).toEqual(isEmpty ? [] : [index[i].doc_id]);
				expect(doc_offsets).toEqual(isEmpty ? [] : [0]);
				expect(seq_lengths).toEqual(isEmpty ? [] : [input_ids.length]);
			});
			expect(manifest.summary).toMatchObject({ padding: 0, fill: 1 });
		},
	);

	test("an index has no tokens, and is small", async () => {
		const { packing, out } = await compare("texts", { seqLen: 256 });
		const [{ path }] = packing.shards;
		const row = await (await openDataset(out("packing"))).row(0);
		expect(Object.keys(row)).toEqual(["seq_lengths", "doc_ids", "doc_offsets"]);
		expect(path).toMatch(/\.arrow$/);
		expect(packing.store?.path).toMatch(/store of texts$/);
	});
});

describe("bad use", () => {
	test.each<[string, Partial<PackStoreOptions>, string, RegExp]>([
		[
			"a dataset of rows",
			{},
			"not-a-store",
			/has rows already, of the layout packed: a store to pack is built with .*layout.*documents/,
		],
		[
			"no length of rows",
			{ seqLen: undefined },
			"missing-option",
			/^seqLen is missing/,
		],
		["a length that cannot be", { seqLen: 0 }, "bad-option", /^seqLen is 0/],
	])("%s", async (name, options, code, message) => {
		const place = temporaryDirectory();
		let store = await storeOf("texts");
		if (name === "a dataset of rows") {
			store = join(place, "rows");
			await build({
				...corpora.texts,
				tokenizer: tokenizerPath,
				seqLen: 256,
				workers: 0,
				out: store,
			});
		}
		await expect(
			packStore({
				store,
				seqLen: 256,
				workers: 0,
				out: join(place, "p"),
				...options,
			}),
		).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
	});

	test("options of packing change nothing in a store, and are refused", async () => {
		expect(layouts.names).toContain("documents");
		for (const more of [
			{ packer: "concat" },
			{ seqLen: 256 },
			{ window: 5 },
			{ seed: 1 },
			{ order: "shuffled" },
			{ columns: ["labels"] },
			{ longConversations: "drop" },
		] as Partial<BuildOptions>[])
			await expect(
				build({
					...corpora.texts,
					tokenizer: tokenizerPath,
					layout: "documents",
					out: join(temporaryDirectory(), "x"),
					...more,
				}),
			).rejects.toMatchObject({
				code: "ignored-option",
				message: expect.stringMatching(/layout is documents/),
			});
	});

	test("a store that was built anew is not the one that was packed", async () => {
		const place = temporaryDirectory();
		const store = join(place, "store");
		const built = (inputs: string[]) =>
			build({
				inputs,
				tokenizer: tokenizerPath,
				layout: "documents",
				workers: 0,
				overwrite: true,
				out: store,
			});
		const packing = join(place, "packing");
		const [file] = corpora.texts.inputs ?? [];
		await built([file]);
		await packStore({ store, seqLen: 256, workers: 0, out: packing });
		expect((await verify(packing)).problems).toEqual([]);
		await built(
			[file, join(directory, "chats.jsonl")]
				.slice(0, 1)
				.concat(join(fixtures, "scripts")),
		);
		await expect(
			exportRows({ packing, workers: 0, out: join(place, "rows") }),
		).rejects.toMatchObject({
			code: "store-changed",
			message: expect.stringMatching(
				/is not the store that .* is an index of.*Pack it again/,
			),
		});
		expect((await verify(packing)).problems).toEqual([
			expect.stringMatching(/is not the store that/),
		]);
	});
});

describe("batches of an index are those of the rows written out", () => {
	const kinds: [string, Partial<BuildOptions>, Partial<CurriculumOptions>][] = [
		["packed", { seqLen: 256 }, {}],
		["flat", { seqLen: 256 }, { batches: "flat" }],
		["token-budget", { seqLen: 256 }, { batches: "token-budget" }],
		[
			"bucketed",
			{ layout: "buckets", minLength: 16, maxLength: 128 },
			{ schedule: "grow-p2", cycles: 2 },
		],
	];
	const columns = ["labels", "loss_mask", "position_ids"] as const;
	test.each(
		Object.keys({ texts: 0, conversations: 0 }).flatMap((corpus) =>
			kinds
				.filter(([kind]) => corpus === "texts" || kind !== "bucketed")
				.map(([kind, ...rest]) => [corpus, kind, ...rest] as const),
		),
	)("%s, %s", async (corpus, _, rows, curriculum) => {
		const place = temporaryDirectory();
		const at = (name: string) => join(place, name);
		await packStore({
			...(rows as Partial<PackStoreOptions>),
			store: await storeOf(corpus),
			workers: 0,
			out: at("packing"),
		});
		await exportRows({
			packing: at("packing"),
			format: "arrow",
			shardTokens: 6000,
			workers: 0,
			out: at("rows"),
		});
		const batchesOf = async (dataset: string, options: BatchOptions = {}) => {
			const plan = `${dataset} plan`;
			if (!existsSync(plan))
				await planCurriculum({
					datasets: [dataset],
					tokensPerStep: 1024,
					worldSize: 2,
					seed: 7,
					...curriculum,
					out: plan,
				});
			const all = [];
			// In lists that are long comparing numbers one by one takes long.
			for await (const { step, columns: made } of await openBatches(plan, {
				columns,
				worldSize: 2,
				rank: 1,
				readAhead: 0,
				...options,
			}))
				all.push({
					step,
					...Object.fromEntries(
						Object.entries(made).map(([name, column]) => [
							name,
							`${column.values}${"offsets" in column ? `|${column.offsets}` : ""}`,
						]),
					),
				});
			return all;
		};
		const due = await batchesOf(at("rows"));
		expect(due.length).toBeGreaterThan(5);
		expect(await batchesOf(at("packing"))).toEqual(due);
		for (const fromStep of [1, Math.floor(due.length / 2), due.length - 1])
			expect(await batchesOf(at("packing"), { fromStep })).toEqual(
				due.slice(fromStep),
			);
		expect(await batchesOf(at("packing"), { readAhead: 2 })).toEqual(due);
	});

	test("a store by itself makes none", async () => {
		const store = await storeOf("texts");
		await expect(
			planCurriculum({
				datasets: [store],
				tokensPerStep: 1024,
				out: join(temporaryDirectory(), "plan"),
			}),
		).rejects.toMatchObject({
			code: "not-packed",
			message: expect.stringMatching(/pack it with seqpack pack/),
		});
	});
});

describe("verify finds", () => {
	/** A copy of a store and of a packing of it, some file of which is changed. */
	async function changed(
		corpus: string,
		change: (at: (name: string) => string) => Promise<void>,
	) {
		const place = temporaryDirectory();
		const at = (name: string) => join(place, name);
		cpSync(await storeOf(corpus), at("store"), { recursive: true });
		await packStore({
			store: at("store"),
			seqLen: 256,
			longDocuments: "truncate",
			workers: 0,
			out: at("packing"),
		});
		expect((await verify(at("packing"))).problems).toEqual([]);
		await change(at);
		return {
			store: (await verify(at("store"))).problems,
			packing: (await verify(at("packing"))).problems,
		};
	}

	/** Writes a table of a dataset anew, and a manifest that vouches for it. */
	async function rewrite(
		dataset: string,
		list: "lengths" | "shards" | "index",
		change: (batch: ColumnBatch) => ColumnBatch,
	) {
		const manifest = readManifest(dataset);
		const entry = manifest[list][0];
		const path = join(dataset, entry.path);
		const format = list === "index" ? parquet : arrow;
		const schema = {
			lengths: lengthsSchema(manifest.settings),
			shards: shardSchema(manifest.settings),
			index: ledgerSchema,
		}[list];
		const storage = storageAt(path);
		const file = await storage.open(path);
		const batches = [];
		for await (const batch of format.read(file, entry.bytes, schema))
			batches.push(change(batch));
		await file.close();
		const written = await storage.create(path);
		const writer = format.write(written, schema, {
			compression: format.compressions[0],
			batchRows: 1 << 16,
			metadata: new Map(),
		});
		for (const batch of batches) await writer.write(batch);
		await writer.close();
		Object.assign(entry, await written.commit());
		writeFileSync(join(dataset, "seqpack.json"), JSON.stringify(manifest));
	}

	test("a length that is another", async () => {
		const problems = await changed("texts", async (at) =>
			rewrite(at("store"), "lengths", (batch) => {
				columnOf(batch, "tokens", "int32").values[7]++;
				return batch;
			}),
		);
		expect(problems.store[0]).toMatch(
			/lengths-00000-.* has \d+ tokens for document 7; the index has \d+/,
		);
		expect(problems.packing[0]).toMatch(
			/document 7 of index\/lengths-.* has \d+ tokens; \d+ are in rows and 0 are counted as dropped/,
		);
	});

	test("a run of tokens to be trained on that is another", async () => {
		const problems = await changed("conversations", async (at) => {
			const { lengths } = readManifest(at("store"));
			expect(lengths[0].source).toBe("prose");
			await rewrite(at("store"), "lengths", (batch) => {
				columnOf(batch, "trained", "list<int32>").values[0]++;
				return batch;
			});
		});
		expect(problems.store[0]).toMatch(
			/has \d+ labels for document \d+, and its row/,
		);
		expect(problems.packing[0]).toMatch(
			/its sequence at token 0 has \d+ labels; its document makes it \d+/,
		);
	});

	test("a sequence that begins elsewhere, and one of another document", async () => {
		const { packing } = await changed("texts", async (at) =>
			rewrite(at("packing"), "shards", (batch) => {
				columnOf(batch, "doc_offsets", "list<int32>").values[3] += 2;
				columnOf(batch, "doc_ids", "list<int64>").values[5] += 1n;
				return batch;
			}),
		);
		expect(packing.join("\n")).toMatch(
			/a sequence begins at its token 2, where 0 was due/,
		);
		expect(packing.join("\n")).toMatch(/has \d+ tokens; 0 are in rows/);
	});

	test("dropped tokens that nothing tells of", async () => {
		const { packing } = await changed("texts", async (at) =>
			rewrite(at("packing"), "index", (batch) => {
				columnOf(batch, "dropped_tokens", "int32").values.fill(0);
				return batch;
			}),
		);
		expect(packing.join("\n")).toMatch(
			/are in rows and 0 are counted as dropped/,
		);
	});
});

describe("lengths", () => {
	test("are read of a store and of a packing without their rows", async () => {
		const place = temporaryDirectory();
		const at = (name: string) => join(place, name);
		const store = await storeOf("conversations");
		cpSync(store, at("store"), { recursive: true });
		rmSync(at("store/data"), { recursive: true });
		const due = (await readIndex(store)).map(({ tokens }) => tokens);
		expect([...(await documentLengths([at("store")]))]).toEqual(due);
		// An index needs no tokens.
		await packStore({
			store: at("store"),
			seqLen: 256,
			workers: 0,
			out: at("p"),
		});
		expect([...(await documentLengths([at("p")]))]).toEqual(due);
	});
});

describe("the command", () => {
	test("builds a store, packs it and writes the rows out", async () => {
		const place = temporaryDirectory();
		const at = (name: string) => join(place, name);
		const [file] = corpora.texts.inputs ?? [];
		const run = async (...args: string[]) => {
			const { code, stderr } = await seqpack([...args, "--workers", "0"]);
			expect({ code, stderr }).toMatchObject({ code: 0 });
			return stderr;
		};
		const built = await run(
			...["build", file, "--tokenizer", tokenizerPath],
			...["--layout", "documents", "--out", at("store")],
		);
		expect(built).not.toMatch(/padding|fill/);
		const packed = await run(
			...["pack", at("store"), "--seq-len", "256", "--out", at("packing")],
		);
		expect(packed).toMatch(/tokens in {2}\.\.\/store, which has to stay/);
		await run("export", at("packing"), "--out", at("rows"));
		expect((await verify(at("rows"))).problems).toEqual([]);
	});

	test.each([
		[
			["--compare", "x", "--seq-len", "8", "--out", "y"],
			/--out would change nothing: it is of packing a store/,
		],
		[
			["x", "--seq-len", "8", "--out", "y", "--tokenizer", "z"],
			/--tokenizer would change nothing: it is for --compare/,
		],
	])("pack %j", async (args, message) => {
		const { code, stderr } = await seqpack(["pack", ...args]);
		expect({ code, stderr }).toEqual({
			code: 2,
			stderr: expect.stringMatching(message),
		});
	});
});
