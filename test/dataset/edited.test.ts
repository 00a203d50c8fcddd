import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Manifest, packStore } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { indexSchema, indexTable } from "../../src/dataset/index-rows.js";
import { verify } from "../../src/report/verify/verify.js";
import { sha256 } from "../../src/storage/hash.js";
import { localFiles } from "../../src/storage/local.js";
import { type ColumnBatch, rowOf } from "../../src/tables/columns.js";
import { readManifest, writeManifest } from "../build/dataset-rows.js";
import { smallBuild, smallCorpus } from "../build/small-corpus.js";
import { sharedDirectory, temporaryDirectory } from "../helpers.js";

// Manifests that are edited to match what was done to the files, and signed anew.

const directory = sharedDirectory();
const sound = join(directory, "sound");

beforeAll(async () => {
	const corpus = smallCorpus(12, directory);
	writeFileSync(corpus, `${readFileSync(corpus, "utf8")}{"text":7}\n`);
	const more = { format: "arrow", onError: "skip" } as const;
	await build(smallBuild(corpus, sound, more));
});

interface Copy {
	at: (path: string) => string;
	manifest: Manifest;
}

/** What verify says of a copy that was changed. */
async function saidOf(
	change: (copy: Copy) => void | Promise<void>,
	of = sound,
): Promise<string> {
	const copy = join(temporaryDirectory(), "copy");
	cpSync(of, copy, { recursive: true });
	const manifest = readManifest(copy);
	await change({ at: (path) => join(copy, path), manifest });
	writeManifest(copy, manifest);
	return verify(copy, { mostProblems: 10_000 }).then(
		({ problems }) => problems.join("\n"),
		(error) => error.message,
	);
}

/** Gives a file of a manifest the size and the hash that it has. */
function sign({ at }: Copy, file: { path: string }): void {
	const content = readFileSync(at(file.path));
	Object.assign(file, { bytes: content.length, sha256: sha256(content) });
}

/** Writes an index file anew, with the rows that are chosen of it. */
async function rewriteIndex(
	copy: Copy,
	rowsOf: (rows: number) => number[],
): Promise<void> {
	const [file] = copy.manifest.index;
	const path = copy.at(file.path);
	const opened = await localFiles.open(path);
	const batches: ColumnBatch[] = [];
	for await (const batch of indexTable.read(opened, file.bytes, indexSchema))
		batches.push(batch);
	await opened.close();
	const [batch] = batches;
	expect(batches.length).toBe(1);
	const rows = rowsOf(batch.rows).map((row) => rowOf(batch, row));
	const written = await localFiles.create(path);
	const writer = indexTable.write(written, indexSchema, {
		compression: indexTable.compressions[0],
		batchRows: 1 << 16,
		metadata: new Map(),
	});
	await writer.write(batchOf(rows));
	await writer.close();
	Object.assign(file, await written.commit(), { rows: rows.length });
}

function batchOf(rows: Record<string, unknown>[]): ColumnBatch {
	const columns = Object.fromEntries(
		indexSchema.map(({ name, type }) => {
			const values = rows.map((row) => row[name]);
			if (type === "string") return [name, { type, values }];
			if (type === "int64")
				return [name, { type, values: BigInt64Array.from(values as bigint[]) }];
			if (type === "int32")
				return [name, { type, values: Int32Array.from(values as number[]) }];
			const lists = values as Int32Array[];
			const offsets = new Int32Array(rows.length + 1);
			lists.forEach((list, i) => {
				offsets[i + 1] = offsets[i] + list.length;
			});
			return [
				name,
				{
					type,
					offsets,
					values: Int32Array.from(lists.flatMap((list) => [...list])),
				},
			];
		}),
	);
	return { rows: rows.length, columns: columns as ColumnBatch["columns"] };
}

const edits: [string, (copy: Copy) => void | Promise<void>, RegExp][] = [
	[
		"a shard that is gone",
		({ at, manifest }) => rmSync(at(manifest.shards[0].path)),
		/^data\/train-00000-0000-.*\.arrow is missing/,
	],
	[
		"a shard that is gone, and in no list",
		({ at, manifest }) => {
			const [{ path }] = manifest.shards.splice(0, 1);
			rmSync(at(path));
		},
		/document 0 of index\/00000-.*: the index lists \d+ sequences, and the rows hold \d+/,
	],
	[
		"a shard that is there and in no list",
		({ manifest }) => manifest.shards.splice(0, 1),
		/data\/train-00000-0000-.*\.arrow is not in the manifest; trainers may read it/,
	],
	[
		"a shard more, which is the copy of another",
		({ at, manifest }) => {
			const last = manifest.shards.findLast(({ task }) => task === 0);
			if (last === undefined) return;
			const path = last.path.replace("-0000-0", "-0000-9");
			const number = last.number + 1;
			const named = last.path.replace(
				/-\d{4}-(?=[0-9a-f]{8})/,
				`-${String(number).padStart(4, "0")}-`,
			);
			expect(path).not.toBe(named);
			cpSync(at(last.path), at(named));
			manifest.shards.push({ ...last, number, path: named });
		},
		/document \d+ of index\/00000-.*: a sequence begins at its token \d+, where \d+ was due/,
	],
	[
		"a shard of a task beyond the last",
		({ manifest }) => {
			const { read, repack } = manifest.tasks;
			manifest.shards.push({ ...manifest.shards[0], task: read + repack });
		},
		/its shards\[14\]\.task is beyond its 6 tasks/,
	],
	[
		"a shard of a task that is no number",
		({ manifest }) => Object.assign(manifest.shards[0], { task: "1" }),
		/its shards\[0\]\.task is not a whole number/,
	],
	[
		"a shard that is listed twice",
		({ manifest }) => manifest.shards.push(manifest.shards[0]),
		/the manifest lists data\/train-00000-0000-.* twice/,
	],
	[
		"two shards that are each other",
		({ at, manifest }) => {
			const of = (task: number) =>
				manifest.shards.filter((shard) => shard.task === task)[0];
			const [a, b] = [of(0), of(1)];
			const [first, second] = [a, b].map(({ path }) => readFileSync(at(path)));
			writeFileSync(at(a.path), second);
			writeFileSync(at(b.path), first);
			const { path, task, number, ...rest } = a;
			const { path: _, task: __, number: ___, ...other } = b;
			Object.assign(a, other);
			Object.assign(b, rest);
		},
		/data\/train-00000-0000-.* row 0 has the document 4294967\d+, which is of another task/,
	],
	[
		"the entries of two shards that are each other's",
		({ manifest }) => {
			const [a, b] = manifest.shards;
			[a.path, b.path] = [b.path, a.path];
			[a.bytes, b.bytes] = [b.bytes, a.bytes];
			[a.sha256, b.sha256] = [b.sha256, a.sha256];
		},
		/data\/train-0000\d-000\d-.* is not called data\/train-/,
	],
	[
		"a shard that is cut short",
		(copy) => {
			const [shard] = copy.manifest.shards;
			const path = copy.at(shard.path);
			const content = readFileSync(path);
			writeFileSync(path, content.subarray(0, content.length - 3000));
			sign(copy, shard);
		},
		/data\/train-00000-0000-/,
	],
	[
		"an index file that is listed twice",
		({ manifest }) => manifest.index.push(manifest.index[0]),
		/the manifest lists index\/00000-.* twice/,
	],
	[
		"an index file that is gone, and in no list",
		({ at, manifest }) => {
			const [{ path }] = manifest.index.splice(0, 1);
			rmSync(at(path));
		},
		/task 0 has rows, but no index file/,
	],
	[
		"a document that is missing in the index",
		(copy) =>
			rewriteIndex(copy, (rows) =>
				Array.from({ length: rows - 1 }, (_, i) => i),
			),
		/1?\d* sequences are of documents that index\/00000-.* does not have/,
	],
	[
		"a document that is in the index twice",
		(copy) =>
			rewriteIndex(copy, (rows) => [
				...Array.from({ length: rows }, (_, i) => i),
				0,
			]),
		/document 0 of index\/00000-.* is not in its row, which is \d+/,
	],
	[
		"no tasks, and nothing in the totals",
		({ manifest }) => {
			Object.assign(manifest.tasks, { read: 0, repack: 0 });
			for (const key of ["records", "documents", "textTokens"] as const)
				manifest.totals[key] = 0;
		},
		/its shards\[0\]\.task is beyond its 0 tasks/,
	],
	[
		"no number of tasks",
		({ manifest }) => Object.assign(manifest.tasks, { read: -1 }),
		/its tasks\.read is not a whole number/,
	],
	[
		"a vocabulary that is too small",
		({ manifest }) => Object.assign(manifest.tokenizer, { vocabSize: 300 }),
		/row 0 has the token id \d+, which is not in the vocabulary of 300/,
	],
	[
		"another planHash",
		({ manifest }) => Object.assign(manifest, { planHash: "0".repeat(64) }),
		/data\/train-00000-0000-.* is not called data\/train-00000-0000-00000000/,
	],
	[
		"a README.md that is in no list",
		({ manifest }) => {
			manifest.beside = manifest.beside.filter(
				({ path }) => path !== "README.md",
			);
		},
		/the manifest does not list README\.md/,
	],
	[
		"a state.json that lists a shard less",
		(copy) => {
			const file = copy.manifest.beside.find(({ path }) =>
				path.endsWith("state.json"),
			);
			if (file === undefined) return;
			const path = copy.at(file.path);
			const state = JSON.parse(readFileSync(path, "utf8"));
			state._data_files.pop();
			writeFileSync(path, JSON.stringify(state));
			sign(copy, file);
		},
		/data\/state\.json is not what the manifest makes it/,
	],
	[
		"a dataset_info.json that is gone",
		({ at, manifest }) => {
			manifest.beside = manifest.beside.filter(
				({ path }) => !path.endsWith("dataset_info.json"),
			);
			rmSync(at("data/dataset_info.json"));
		},
		/the manifest does not list data\/dataset_info\.json/,
	],
	[
		"a list of skipped records that is gone",
		({ at, manifest }) => {
			rmSync(at(String(manifest.skipped?.path)));
			manifest.skipped = null;
		},
		/for totals\.skippedRecords\.[a-z-]+; the manifest says 1/,
	],
	[
		"other numbers of text",
		({ manifest }) => manifest.totals.textBytes++,
		/sources have \d+ textBytes together, and its totals \d+/,
	],
];

describe("an edit of the manifest that goes with its files is found", () => {
	test.each(edits)("%s", async (_, change, sentence) => {
		expect(await saidOf(() => {})).toBe("");
		expect(await saidOf(change)).toMatch(sentence);
	});
});

test("a manifest that is edited and not signed anew is refused by all that read it", async () => {
	const copy = join(temporaryDirectory(), "copy");
	cpSync(sound, copy, { recursive: true });
	const path = join(copy, "seqpack.json");
	writeFileSync(
		path,
		readFileSync(path, "utf8").replace('"seed": 0', '"seed": 1'),
	);
	const refused = {
		code: "bad-manifest",
		exitCode: 4,
		message: expect.stringMatching(/changed after it was written/),
	};
	await expect(verify(copy)).rejects.toMatchObject(refused);
	await expect(
		packStore({ store: copy, seqLen: 64, out: join(copy, "../packed") }),
	).rejects.toMatchObject(refused);
});
