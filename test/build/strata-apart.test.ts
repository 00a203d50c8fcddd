import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import {
	type BuildOptions,
	build,
	convertDataset,
	exportRows,
	type PackStoreOptions,
	packStore,
	verify,
} from "seqpack";
import { expect, test } from "vitest";
import { parse } from "yaml";
import {
	directoryWith,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readIndex, readManifest, readRows } from "./dataset-rows.js";

/** Up to 20 words, 21 to 40, more; a document of each length is there several times. */
const strata = "short:-20,long:20-40,>40:40-";
const bounds = [20, 40, 60];

/** 600 documents of 1 to 60 words in two files; the id of each has the number of its words. */
function corpus(): string {
	const lines = Array.from({ length: 600 }, (_, i) => {
		const count = ((i * 37) % 60) + 1;
		const text = Array.from({ length: count }, (_, w) => `w${(i + w) % 7}`);
		return `${JSON.stringify({ id: `${count}-${i}`, text: text.join(" ") })}\n`;
	});
	return directoryWith({
		"a.jsonl": lines.slice(0, 300).join(""),
		"b.jsonl": lines.slice(300).join(""),
	});
}

const options = {
	...{ tokenizer: tokenizerPath, workers: 0, taskSize: 16_384 },
	strata,
	format: "arrow",
} as const;

function directory(): string {
	return join(temporaryDirectory(), "data");
}

async function builtApart(more: Partial<BuildOptions> = {}): Promise<string> {
	const out = directory();
	await build({
		...{ ...options, inputs: [corpus()], out, seqLen: 128 },
		strataApart: true,
		...more,
	} as BuildOptions);
	expect((await verify(out)).problems).toEqual([]);
	return out;
}

async function builtStore(): Promise<string> {
	const out = directory();
	await build({ ...options, inputs: [corpus()], out, layout: "documents" });
	return out;
}

async function packed(store: string, more: Partial<PackStoreOptions> = {}) {
	const out = directory();
	await packStore({
		...{ store, out, seqLen: 128, workers: 0, strataApart: true },
		...more,
	} as PackStoreOptions);
	expect((await verify(out)).problems).toEqual([]);
	return out;
}

/** Of each stratum's rows, the numbers of words of their documents; of each document its stratum. */
async function wordsOfRows(out: string, documents = out) {
	const words = new Map(
		(await readIndex(documents)).map(({ doc_id, id }) => [
			doc_id,
			Number(id?.split("-")[0]),
		]),
	);
	const found: number[][] = [];
	for (const { path, stratum } of readManifest(out).shards)
		for (const { doc_ids } of await readRows(join(out, path)))
			found[stratum + 1] = [
				...(found[stratum + 1] ?? []),
				...doc_ids.map((id) => words.get(id) ?? -1),
			];
	return found;
}

/** What rows of documents that are all whole are to have: each length ten times, in its stratum. */
const due = [
	undefined,
	...bounds.map((most, i) =>
		Array.from({ length: (most - (bounds[i - 1] ?? 0)) * 10 }, (_, n) =>
			Math.floor(n / 10 + 1 + (bounds[i - 1] ?? 0)),
		),
	),
];
const sorted = (lists: number[][]) =>
	Array.from(lists, (list) => list?.toSorted((a, b) => a - b));

/** Rows of each stratum, whatever shards they are in. */
async function rowsOf(out: string) {
	const rows: string[] = [];
	for (const { path, stratum, split } of readManifest(out).shards)
		for (const row of await readRows(join(out, path)))
			rows.push(
				`${split} ${stratum}: ${row.input_ids} ${row.seq_lengths} ${row.doc_ids}`,
			);
	return rows.sort();
}

test("rows hold documents of one stratum, and all documents are in rows", async () => {
	const out = await builtApart();
	expect(sorted(await wordsOfRows(out))).toEqual(due);
	const { shards, totals } = readManifest(out);
	// Those that tasks left over are packed together, of each stratum by itself.
	expect(
		new Set(shards.map(({ task }: { task: number }) => task)).size,
	).toBeGreaterThan(2);
	expect(Object.keys(totals.buckets)).toEqual(
		expect.arrayContaining(["train-stratum-0-128", "train-stratum-2-128"]),
	);
});

test("a packing of a store keeps them apart as a build does, and so do its rows", async () => {
	const store = await builtStore();
	const packing = await packed(store, { columns: ["stratum"] });
	expect(sorted(await wordsOfIndex(packing, store))).toEqual(due);
	const out = directory();
	await exportRows({ packing, out, format: "arrow", workers: 0 });
	expect((await verify(out)).problems).toEqual([]);
	expect(await rowsOf(out)).toEqual(await rowsOf(await builtApart()));
});

/** As `wordsOfRows`, of an index, whose column `stratum` is to be the stratum of its shard. */
async function wordsOfIndex(packing: string, store: string) {
	const words = new Map(
		(await readIndex(store)).map(({ doc_id, id }) => [
			doc_id,
			Number(id?.split("-")[0]),
		]),
	);
	const found: number[][] = [];
	for (const { path, stratum } of readManifest(packing).shards)
		for (const row of tableFromIPC(readFileSync(join(packing, path)))) {
			expect(new Set(row?.stratum)).toEqual(new Set([stratum]));
			found[stratum + 1] = [
				...(found[stratum + 1] ?? []),
				...[...(row?.doc_ids ?? [])].map((id) => words.get(id) ?? -1),
			];
		}
	return found;
}

test("what is in no stratum has rows of its own, and splits have strata too", async () => {
	const out = await builtApart({
		strata: "middle:10-30",
		splitStrata: "train:-25,test:25-",
	});
	const { shards } = readManifest(out);
	const groups = shards.map(
		({ split, stratum }: { split: string; stratum: number }) =>
			`${split} ${stratum}`,
	);
	expect([...new Set(groups)].sort()).toEqual([
		"test -1",
		"test 0",
		"train -1",
		"train 0",
	]);
	expect(sorted(await wordsOfRows(out))).toEqual(
		[(n: number) => n <= 10 || n > 30, (n: number) => n > 10 && n <= 30].map(
			(isIn) => due.flatMap((list) => list ?? []).filter(isIn),
		),
	);
});

test("buckets of lengths have strata too, and another format keeps them", async () => {
	const out = await builtApart({
		...{ layout: "buckets", seqLen: undefined },
		...{ minLength: 16, maxLength: 64 },
	});
	const other = directory();
	await convertDataset({ dataset: out, out: other, format: "parquet" });
	expect((await verify(other)).problems).toEqual([]);
	const groups = (dataset: string) =>
		readManifest(dataset)
			.shards.map(
				({ path, stratum, bucket }: Record<string, string>) =>
					`${path.replace(/-[^-]*$/, "")} ${stratum} ${bucket}`,
			)
			.sort();
	expect(groups(other)).toEqual(groups(out));
	expect(
		new Set(groups(out).map((name: string) => name.split(" ")[1])),
	).toEqual(new Set(["0", "1", "2"]));
});

test("the card has a configuration for each stratum, by its name where that can be one", async () => {
	const out = await builtApart();
	const [, yaml] = readFileSync(join(out, "README.md"), "utf8").split("---\n");
	const { configs, dataset_info } = parse(yaml);
	const shards: { path: string; rows: number; stratum: number }[] =
		readManifest(out).shards;
	const rowsOfConfig = (place: number | null) =>
		shards
			.filter(({ stratum }) => place === null || stratum === place)
			.reduce((sum, { rows }) => sum + rows, 0);
	const due = [
		["default", null],
		["short", 0],
		["long", 1],
		["stratum-2", 2],
	] as const;
	expect(
		dataset_info.map((info: Record<string, never>) => [
			info.config_name,
			(info.splits[0] as Record<string, number>).num_examples,
		]),
	).toEqual(due.map(([name, place]) => [name, rowsOfConfig(place)]));
	for (const [i, [name, place]] of due.entries()) {
		const { config_name, data_files } = configs[i];
		expect(config_name).toBe(name);
		const pattern = RegExp(
			`^${data_files[0].path.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`,
		);
		for (const { path, stratum } of shards)
			expect(pattern.test(path)).toBe(place === null || stratum === place);
	}
});

test("no two configurations have one name", async () => {
	const out = await builtApart({ strata: "stratum-1:-20,>20:20-" });
	const [, yaml] = readFileSync(join(out, "README.md"), "utf8").split("---\n");
	const names = parse(yaml).dataset_info.map(
		(info: Record<string, never>) => info.config_name,
	);
	expect(names).toEqual(["default", "stratum-0", "stratum-1"]);
});

test("rows in the files of another stratum are found", async () => {
	const store = await builtStore();
	const packing = await packed(store);
	const manifest = readManifest(packing);
	for (const shard of manifest.shards) shard.stratum = [1, 0, 2][shard.stratum];
	writeFileSync(join(packing, "seqpack.json"), JSON.stringify(manifest));
	expect((await verify(packing)).problems.join("\n")).toMatch(
		/it is in a row of the stratum 1; its length makes it 0/,
	);
});

test("strata that are not there cannot be kept apart", async () => {
	await expect(builtApart({ strata: undefined })).rejects.toThrow(
		/strataApart: true keeps strata apart, and there are none/,
	);
	const out = directory();
	await build({
		...{ ...options, strata: undefined, inputs: [corpus()], out },
		layout: "documents",
	});
	await expect(packed(out)).rejects.toThrow(/there are none: give strata/);
});
