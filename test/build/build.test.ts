import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { ParquetReader } from "parquetjs-lite";
import { type BuildOptions, build, type ManifestShard } from "seqpack";
import { Tokenizer as Rust } from "tokenizers";
import { beforeAll, describe, expect, test } from "vitest";
import { datasetFormats } from "../../src/dataset/formats.js";
import {
	directoryWith,
	expectNumbers,
	filesBelow,
	fixtureCorpus,
	fixtureDocuments,
	fixtures,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import {
	type Row,
	readIndex,
	readManifest,
	readRows,
	rebuildDocuments,
} from "./dataset-rows.js";

const rust = Rust.fromFile(join(tokenizerPath, "tokenizer.json"));
const BOS = 4094;
const EOS = 4095;

/** The ids of a text by the Rust library. */
async function idsOf(text: string): Promise<number[]> {
	const encoding = await rust.encode(text, null, { addSpecialTokens: false });
	return encoding.getIds();
}

const fixtureFiles = new Map<string, Buffer>();
function fixtureFile(source: string): Buffer {
	const read = () => {
		const bytes = readFileSync(join(fixtures, source));
		return source.endsWith(".gz") ? gunzipSync(bytes) : bytes;
	};
	const bytes = fixtureFiles.get(source) ?? read();
	fixtureFiles.set(source, bytes);
	return bytes;
}

/** The text of an index entry's document, from the fixture itself. */
function textOf(source: string, position: number): string {
	const plain = fixtureFile(source);
	if (source.endsWith(".txt")) return plain.toString("utf8");
	return JSON.parse(
		plain.toString("utf8", position, plain.indexOf(10, position)),
	).text;
}

async function buildHere(options: Partial<BuildOptions>) {
	return build({
		inputs: fixtureCorpus,
		tokenizer: tokenizerPath,
		seqLen: 1024,
		out: join(temporaryDirectory(), "data"),
		workers: 0,
		...options,
	});
}

describe.each(datasetFormats.names)("%s", (format) => {
	test("every document's tokens are those of the tokenizer, whatever row they are in", async () => {
		const { out, manifest } = await buildHere({
			format,
			taskSize: 400_000,
			window: 60_000,
			shardTokens: 100_000,
			workers: 1,
		});
		const documents = await rebuildDocuments(out);
		const index = await readIndex(out);
		expect(index.length).toBe(fixtureDocuments);
		expect(manifest.tasks.read).toBeGreaterThan(2);
		expect(manifest.shards.length).toBeGreaterThan(manifest.tasks.read);
		for (const { doc_id, source, position, tokens } of index) {
			const expected = [
				...(await idsOf(textOf(source, Number(position)))),
				EOS,
			];
			expect(tokens).toBe(expected.length);
			const found = documents.get(doc_id) ?? [];
			expectNumbers(found, expected, () => `${source} at ${position}`);
			documents.delete(doc_id);
		}
		expect(documents.size).toBe(0);
	});

	test("the index says in which shard and row each sequence is", async () => {
		const { out, manifest } = await buildHere({
			format,
			inputs: [join(fixtures, "scripts")],
			taskSize: 300_000,
			shardTokens: 70_000,
		});
		expect(manifest.tasks.repack).toBe(1);
		const shards: (Omit<ManifestShard, "rows"> & { rows: Row[] })[] = [];
		for (const shard of manifest.shards)
			shards.push({ ...shard, rows: await readRows(join(out, shard.path)) });
		let leftOver = 0;
		for (const { doc_id, shards: numbers, rows } of await readIndex(out)) {
			const task = Number(doc_id >> 32n);
			rows.forEach((row, i) => {
				if (row === -1) {
					// Left over by its task: in a shard of the tasks after those.
					expect(numbers[i]).toBe(-1);
					leftOver++;
					const found = shards.some(
						(shard) =>
							shard.task >= manifest.tasks.read &&
							shard.rows.some(({ doc_ids }) => doc_ids.includes(doc_id)),
					);
					expect(found, `${doc_id} is packed again`).toBe(true);
					return;
				}
				const shard = shards.find(
					(each) => each.task === task && each.number === numbers[i],
				);
				const place = `${shard?.path} row ${row} has document ${doc_id}`;
				expect(shard?.rows[row].doc_ids, place).toContain(doc_id);
			});
		}
		expect(leftOver).toBeGreaterThan(0);
	});
});

test("the rows are as full as the manifest says, and it balances", async () => {
	const { out, manifest } = await buildHere({ seqLen: 2048 });
	let tokens = 0;
	let rows = 0;
	for (const { path, rows: said } of manifest.shards) {
		const list = await readRows(join(out, path));
		expect(list.length).toBe(said);
		for (const row of list) {
			expect(row.input_ids.length).toBeLessThanOrEqual(2048);
			tokens += row.input_ids.length;
		}
		rows += list.length;
	}
	const { totals, summary } = manifest;
	expect(summary).toMatchObject({ rows, tokens });
	expect(totals.textTokens + totals.specialTokens).toBe(tokens);
	expect(summary.fill).toBeCloseTo(tokens / (rows * 2048), 12);
	expect(summary.padding).toBe(rows * 2048 - tokens);
	expect(summary.fill).toBeGreaterThan(0.99);
	expect(totals.records).toBe(fixtureDocuments);
});

test("parquetjs-lite reads the same rows as hyparquet", async () => {
	const { out, manifest } = await buildHere({});
	const path = join(out, manifest.shards[0].path);
	const reader = await ParquetReader.openFile(path);
	const cursor = reader.getCursor();
	const unwrap = (list: { list: { item: unknown }[] }) =>
		list.list.map(({ item }) => item);
	for (const row of await readRows(path)) {
		const other = await cursor.next();
		expectNumbers(unwrap(other.input_ids) as number[], row.input_ids);
		expect(unwrap(other.seq_lengths)).toEqual(row.seq_lengths);
		expect(unwrap(other.doc_offsets)).toEqual(row.doc_offsets);
		expect(unwrap(other.doc_ids).map(BigInt as never)).toEqual(row.doc_ids);
	}
	expect(await cursor.next()).toBeNull();
	await reader.close();
});

test("rows come in a seeded random order: not from the long to the short", async () => {
	const order = async (seed: number) => {
		const { out, manifest } = await buildHere({ seed, seqLen: 512 });
		const rows = await readRows(join(out, manifest.shards[0].path));
		return rows.map((row) => Math.max(...row.seq_lengths));
	};
	const longest = await order(0);
	// Best fit's own order is a falling sequence; a random one falls half the time.
	let rises = 0;
	for (let i = 1; i < longest.length; i++)
		if (longest[i] > longest[i - 1]) rises++;
	expect(rises).toBeGreaterThan(longest.length / 20);
	expect(await order(0)).toEqual(longest);
	expect(await order(1)).not.toEqual(longest);
});

describe("BOS and EOS", () => {
	const begin = "<|begin_of_text|>";
	const end = "<|end_of_text|>";
	const corpus = () =>
		directoryWith({
			"a.jsonl": ["plain", `${begin}has both${end}`, `x${end}y`, ""]
				.map((text) => `${JSON.stringify({ text })}\n`)
				.join(""),
		});
	const tokensOf = async (options: Partial<BuildOptions>) => {
		const { out, manifest } = await buildHere({
			inputs: [corpus()],
			...options,
		});
		const documents = await rebuildDocuments(out);
		return { documents: [...documents.values()], totals: manifest.totals };
	};
	let plain: number[];
	let both: number[];
	let inside: number[];
	beforeAll(async () => {
		plain = await idsOf("plain");
		both = await idsOf(`${begin}has both${end}`);
		inside = await idsOf(`x${end}y`);
	});

	test("EOS is added by default, and never twice", async () => {
		const { documents, totals } = await tokensOf({});
		expect(new Set(documents.map(String))).toEqual(
			new Set([[...plain, EOS], both, [...inside, EOS]].map(String)),
		);
		expect(totals.specialTokens).toBe(2);
	});

	test("BOS is added when asked, and never twice", async () => {
		const { documents, totals } = await tokensOf({ addBos: true });
		expect(new Set(documents.map(String))).toEqual(
			new Set([[BOS, ...plain, EOS], both, [BOS, ...inside, EOS]].map(String)),
		);
		expect(totals.specialTokens).toBe(4);
	});

	test("neither is added when not wanted", async () => {
		const { documents, totals } = await tokensOf({ addEos: false });
		expect(new Set(documents.map(String))).toEqual(
			new Set([plain, both, inside].map(String)),
		);
		expect(totals.specialTokens).toBe(0);
	});

	test("a document without text is counted as dropped and is in the index", async () => {
		const { out, manifest } = await buildHere({ inputs: [corpus()] });
		expect(manifest.totals.dropped).toEqual({
			empty: { documents: 1, tokens: 0 },
		});
		const index = await readIndex(out);
		expect(index[3]).toMatchObject({
			drop_reason: "empty",
			tokens: 0,
			rows: [],
		});
	});

	test("other tokens can be named", async () => {
		const { documents } = await tokensOf({ eosToken: begin });
		expect(documents.map(String)).toContain([...plain, BOS].join(","));
		await expect(tokensOf({ eosToken: "<no>" })).rejects.toThrow(
			/no token "<no>"/,
		);
	});
});

test("documents longer than a row are split into full rows and a shorter rest", async () => {
	const { out } = await buildHere({
		inputs: [join(fixtures, "prose", "chapter-001.txt")],
		seqLen: 500,
	});
	const [document] = (await rebuildDocuments(out)).values();
	const lengths: number[] = [];
	for (const { path } of readManifest(out).shards)
		for (const row of await readRows(join(out, path)))
			lengths.push(...row.seq_lengths);
	lengths.sort((a, b) => b - a);
	const rest = document.length % 500;
	const full = Math.floor(document.length / 500);
	expect(lengths).toEqual([...Array(full).fill(500), rest]);
});

test("nothing that was written says when, where or by whom", async () => {
	const { out } = await buildHere({ format: "arrow" });
	const files = filesBelow(out);
	expect(files).toContain("seqpack.json");
	expect(files).toContain("README.md");
	expect(files.filter((path) => path.startsWith(".seqpack"))).toEqual([]);
	for (const path of files) {
		const content = readFileSync(join(out, path), "latin1");
		expect(content, path).not.toContain(fixtures);
		expect(content, path).not.toContain(out);
		if (!path.endsWith(".parquet") && !path.startsWith("data/train"))
			expect(content, path).not.toMatch(/20\d\d-\d\d-\d\d/);
	}
});
