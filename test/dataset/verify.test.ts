import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
	build,
	createShard,
	type Manifest,
	packedSchema,
	verify,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import type { Progress } from "../../src/core/progress.js";
import { datasetFormats, type FormatName } from "../../src/dataset/formats.js";
import { rowSchema } from "../../src/dataset/rows.js";
import type { ColumnBatch } from "../../src/tables/columns.js";
import {
	type Row,
	readManifest,
	readRows,
	writeManifest,
} from "../build/dataset-rows.js";
import {
	directoryWith,
	filesBelow,
	fixtures,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const datasets = {} as Record<FormatName, string>;

beforeAll(async () => {
	for (const format of datasetFormats.names) {
		const out = join(mkdtempSync(join(tmpdir(), "seqpack-test-")), format);
		await build({
			inputs: [join(fixtures, "prose")],
			tokenizer: tokenizerPath,
			seqLen: 256,
			out,
			format,
			taskSize: 200_000,
			shardTokens: 30_000,
			workers: 2,
		});
		datasets[format] = out;
	}
	return () => {
		for (const out of Object.values(datasets))
			rmSync(dirname(out), { recursive: true });
	};
});

function copy(format: FormatName = "parquet"): string {
	const directory = join(temporaryDirectory(), "data");
	cpSync(datasets[format], directory, { recursive: true });
	return directory;
}

function toBatch(rows: Row[]): ColumnBatch {
	const lists = (key: keyof Row) => {
		const offsets = new Int32Array(rows.length + 1);
		rows.forEach((row, i) => {
			offsets[i + 1] = offsets[i] + row[key].length;
		});
		return offsets;
	};
	const numbers = (key: "input_ids" | "seq_lengths" | "doc_offsets") => ({
		type: "list<int32>" as const,
		values: Int32Array.from(rows.flatMap((row) => row[key])),
		offsets: lists(key),
	});
	return {
		rows: rows.length,
		columns: {
			input_ids: numbers("input_ids"),
			seq_lengths: numbers("seq_lengths"),
			doc_ids: {
				type: "list<int64>",
				values: BigInt64Array.from(rows.flatMap((row) => row.doc_ids)),
				offsets: lists("doc_ids"),
			},
			doc_offsets: numbers("doc_offsets"),
		},
	};
}

/** Writes a shard anew with other rows, and a manifest that vouches for its bytes. */
async function tamper(
	directory: string,
	change: (rows: Row[]) => Row[],
): Promise<void> {
	const manifest = readManifest(directory);
	const entry = manifest.shards[1];
	const path = join(directory, entry.path);
	const rows = change(await readRows(path));
	const shard = await createShard(path, { schema: packedSchema });
	await shard.write(toBatch(rows));
	Object.assign(entry, await shard.close(), {
		rows: rows.length,
		sequences: rows.flatMap((row) => row.seq_lengths).length,
		tokens: rows.flatMap((row) => row.input_ids).length,
	});
	writeFileSync(join(directory, "seqpack.json"), JSON.stringify(manifest));
}

describe.each(datasetFormats.names)("%s", (format) => {
	test("a dataset as it was built is sound", async () => {
		const result = await verify(datasets[format]);
		const { totals, summary, tasks } = readManifest(datasets[format]);
		expect(tasks.read).toBeGreaterThan(1);
		expect(tasks.repack).toBe(1);
		expect(result).toEqual({
			kind: "dataset",
			problems: [],
			problemCount: 0,
			// All but the manifest.
			files: filesBelow(datasets[format]).length - 1,
			rows: summary.rows,
			sequences: summary.sequences,
			documents: totals.documents,
			tokens: summary.tokens,
		});
	});

	const first = (rows: Row[], change: (row: Row) => void) => {
		change(rows[0]);
		return rows;
	};
	const changes: [string, (rows: Row[]) => Row[], RegExp][] = [
		[
			"a token id outside the vocabulary",
			(rows) => first(rows, (row) => row.input_ids.splice(2, 1, 4096)),
			/row 0 has the token id 4096, which is not in the vocabulary of 4096/,
		],
		[
			"a negative token id",
			(rows) => first(rows, (row) => row.input_ids.splice(2, 1, -1)),
			/row 0 has the token id -1/,
		],
		[
			"lengths that do not add up to the row",
			(rows) =>
				first(rows, (row) => {
					row.seq_lengths[0]++;
				}),
			/row 0 has \d+ tokens, but its seq_lengths add up to \d+/,
		],
		[
			"a row over the length",
			(rows) =>
				first(rows, (row) => {
					row.input_ids.push(...Array(300).fill(1));
					row.seq_lengths[0] += 300;
				}),
			/row 0 has \d+ tokens, more than 256/,
		],
		[
			"a sequence of no tokens",
			(rows) =>
				first(rows, (row) => {
					row.seq_lengths.push(0);
					row.doc_ids.push(row.doc_ids[0]);
					row.doc_offsets.push(0);
				}),
			/row 0 has a sequence of 0 tokens/,
		],
		[
			"another offset",
			(rows) =>
				first(rows, (row) => {
					row.doc_offsets[0] += 1;
				}),
			/a sequence begins at its token \d+, where \d+ was due/,
		],
		[
			"another document",
			(rows) =>
				first(rows, (row) => {
					row.doc_ids[0] += 1n;
				}),
			/the index lists \d+ sequences, and the rows hold \d+/,
		],
		[
			"a document of another task",
			(rows) =>
				first(rows, (row) => {
					row.doc_ids[0] += 1n << 32n;
				}),
			/is of another task/,
		],
		[
			"lists of different lengths",
			(rows) =>
				first(rows, (row) => {
					row.doc_ids.pop();
				}),
			/row 0 has \d+ seq_lengths and \d+ doc_ids/,
		],
		[
			"a row that is gone",
			(rows) => rows.slice(1),
			/the files come to \d+ for totals\.buckets\.256\.rows; the manifest says \d+/,
		],
		[
			"a row that is there twice",
			(rows) => [...rows, rows[0]],
			/a sequence begins at its token/,
		],
		[
			"two rows that changed places",
			(rows) => [rows[1], rows[0], ...rows.slice(2)],
			/is not in the row that the index says/,
		],
	];
	test.each(changes)("finds %s", async (_name, change, sentence) => {
		const directory = copy(format);
		await tamper(directory, change);
		const { problems, problemCount } = await verify(directory, {
			mostProblems: 10_000,
		});
		expect(problemCount).toBeGreaterThan(0);
		expect(problems.join("\n")).toMatch(sentence);
	});
});

test("finds a single changed byte in any file", async () => {
	for (const format of datasetFormats.names) {
		const directory = copy(format);
		const paths = filesBelow(directory).filter((f) => f !== "seqpack.json");
		expect(paths.length).toBeGreaterThan(10);
		for (const path of paths) {
			const content = readFileSync(join(directory, path));
			content[Math.floor(content.length / 2)] ^= 1;
			writeFileSync(join(directory, path), content);
		}
		const { problems } = await verify(directory, { mostProblems: 1000 });
		expect(problems.sort()).toEqual(
			paths.map((path) => `${path} has another SHA-256 than the manifest says`),
		);
	}
});

test("finds files that are missing, cut short, or too many", async () => {
	const directory = copy();
	const { shards } = readManifest(directory);
	const [a, b] = shards.map((shard: { path: string }) =>
		join(directory, shard.path),
	);
	rmSync(a);
	writeFileSync(b, readFileSync(b).subarray(0, 100));
	writeFileSync(join(directory, "data/train-99999-0000.parquet"), "x");
	writeFileSync(join(directory, "index/more.parquet"), "x");
	const { problems } = await verify(directory, { mostProblems: 1000 });
	expect(problems.sort()).toEqual([
		`${shards[0].path} is missing`,
		`${shards[1].path} has 100 bytes; the manifest says ${shards[1].bytes}`,
		"data/train-99999-0000.parquet is not in the manifest; trainers may read it",
		"index/more.parquet is not in the manifest; trainers may read it",
	]);
});

test("finds totals that do not balance or do not fit the files", async () => {
	const directory = copy();
	const sound = readManifest(directory);
	const changes: [(manifest: Manifest) => void, RegExp][] = [
		[({ totals }) => totals.textTokens++, /tokens were read, but/],
		[
			({ totals }) => totals.buckets[256].rows++,
			/the files come to \d+ for totals\.buckets\.256\.rows; the manifest says/,
		],
		[
			({ totals }) => totals.buckets[256].sequences--,
			/come to \d+ for totals\.buckets\.256\.sequences; the manifest says/,
		],
		[
			({ totals }) =>
				Object.assign(totals.dropped, {
					x: { documents: 1, tokens: 0 },
				}),
			/come to 0 for totals\.dropped\.x\.documents; the manifest says 1/,
		],
		[
			({ totals }) => Object.assign(totals, { cutDocuments: 12_345 }),
			/come to \d+ for totals\.cutDocuments; the manifest says 12345/,
		],
		[
			({ totals }) => totals.documents++,
			/come to 60 for totals\.documents; the manifest says 61/,
		],
		[({ totals }) => totals.records++, /records were read, but/],
		[
			({ summary }) => Object.assign(summary, { fill: 1 }),
			/come to 0\.9\d+ for summary\.fill; the manifest says 1/,
		],
		[
			({ summary }) => summary.buckets[0].lowerBoundRows--,
			/come to \d+ for summary\.buckets\.0\.lowerBoundRows; the manifest says/,
		],
		[
			({ summary }) => Object.assign(summary, { imbalance: 1 }),
			/come to null for summary\.imbalance; the manifest says 1/,
		],
		[({ shards }) => shards[0].rows++, /has \d+ rows; the manifest says \d+/],
		[
			({ shards }) => Object.assign(shards[0], { bucket: 128 }),
			/is of a bucket of 128 of the split train, which the settings do not have/,
		],
		[({ index }) => index.pop(), /task \d+ has rows, but no index file/],
		[({ index }) => index.push(index[0]), /task 0 has 2 index files/],
		[({ shards }) => shards.push(shards[0]), /a sequence begins at its token/],
		[({ shards }) => shards.pop(), /is not in the manifest/],
		[
			({ sources }) => sources[0].tokens++,
			/source null come to \d+ for tokens; the manifest says/,
		],
		[
			({ sources }) => sources[0].records++,
			/sources have \d+ records together, and its totals \d+/,
		],
		[
			({ shards }) => Object.assign(shards[0], { source: "x" }),
			/files of a source "x", which the manifest does not list/,
		],
		[
			({ index }) => Object.assign(index[0], { source: "x" }),
			/is of the source null; the manifest says "x"/,
		],
	];
	for (const [change, sentence] of changes) {
		const manifest = structuredClone(sound);
		change(manifest);
		writeManifest(directory, manifest);
		const { problems } = await verify(directory, { mostProblems: 10_000 });
		expect(problems.join("\n")).toMatch(sentence);
	}
});

test("threads change nothing in what is found", async () => {
	const directory = copy();
	const { shards, index } = readManifest(directory);
	rmSync(join(directory, shards[0].path));
	for (const { path } of [shards[1], index[2]])
		writeFileSync(
			join(directory, path),
			readFileSync(join(directory, path)).reverse(),
		);
	for (const mostProblems of [1, 1000]) {
		const alone = await verify(directory, { workers: 0, mostProblems });
		expect(alone.problemCount).toBeGreaterThan(2);
		const told: number[] = [];
		const onProgress = ({ done }: Progress) => told.push(done);
		const shared = { workers: 3, mostProblems, onProgress };
		expect(await verify(directory, shared)).toEqual(alone);
		expect(told).toEqual(Array.from({ length: alone.files + 1 }, (_, i) => i));
	}
	const sound = await verify(datasets.arrow, { workers: 2 });
	expect(sound).toEqual(await verify(datasets.arrow, { workers: 0 }));
	expect(sound.problems).toEqual([]);
});

test("it stops where it is asked to", async () => {
	for (const workers of [0, 2]) {
		const stop = new AbortController();
		const stopped = verify(datasets.arrow, {
			workers,
			signal: stop.signal,
			onProgress: () => stop.abort(),
		});
		await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
	}
});

describe("the command", () => {
	test("says that all is well, with exit code 0", async () => {
		const { code, stderr, stdout } = await seqpack([
			"verify",
			datasets.parquet,
			"--json",
		]);
		expect(code).toBe(0);
		const files = filesBelow(datasets.parquet).length - 1;
		expect(stderr).toContain(`is sound: ${files} files, 60 documents`);
		expect(JSON.parse(stdout)).toMatchObject({ problems: [], documents: 60 });
	});

	test("says nothing of what is sound where it is to be quiet", async () => {
		const args = ["verify", datasets.parquet, "--quiet", "--workers", "2"];
		expect(await seqpack(args)).toMatchObject({ code: 0, stderr: "" });
	});

	test("lists problems and ends with exit code 4", async () => {
		const directory = copy();
		const [{ path }] = readManifest(directory).shards;
		rmSync(join(directory, path));
		for (const quiet of [[], ["--quiet"]]) {
			const { code, stderr } = await seqpack(["verify", directory, ...quiet]);
			expect(code).toBe(4);
			expect(stderr).toContain(`${path} is missing`);
		}
	});
});

test("what is no dataset, or not yet one, is told", async () => {
	const empty = temporaryDirectory();
	const begun = temporaryDirectory();
	mkdirSync(join(begun, ".seqpack"));
	const holding = (manifest: string) =>
		directoryWith({ "seqpack.json": manifest });
	const changed = (change: object) =>
		holding(JSON.stringify({ ...readManifest(datasets.parquet), ...change }));
	const outside = { path: "../x", bytes: 1, sha256: "" };
	const cases: [string, number, string, RegExp][] = [
		["/nowhere", 2, "not-a-dataset", /no directory \/nowhere/],
		[empty, 2, "not-a-dataset", /not a dataset of seqpack/],
		[begun, 2, "unfinished", /not finished: run its seqpack build command/],
		[holding("{"), 4, "bad-manifest", /cannot be used: it is not JSON/],
		[holding("{}"), 4, "bad-manifest", /it has no formatVersion/],
		[
			holding('{"formatVersion":99}'),
			4,
			"bad-manifest",
			/format version is 99, and this seqpack reads version \d/,
		],
		[
			changed({ shards: null }),
			4,
			"bad-manifest",
			/cannot be used: its shards is not a list/,
		],
		[
			changed({ tasks: 3 }),
			4,
			"bad-manifest",
			/cannot be used: its tasks is not an object/,
		],
		[
			changed({ beside: [outside] }),
			4,
			"bad-manifest",
			/its beside\[0\]\.path is not a path below the directory/,
		],
	];
	for (const [directory, exitCode, code, sentence] of cases)
		await expect(verify(directory)).rejects.toMatchObject({
			...{ exitCode, code },
			message: expect.stringMatching(sentence),
		});
});

test("a stored column that is not what seq_lengths make it is found", async () => {
	const out = join(temporaryDirectory(), "data");
	const columns = ["position_ids"] as const;
	const lossWeight = "token";
	const { manifest } = await build({
		inputs: [join(fixtures, "scripts")],
		tokenizer: tokenizerPath,
		seqLen: 2048,
		workers: 0,
		format: "arrow",
		columns,
		lossWeight,
		out,
	});
	const [entry] = manifest.shards;
	const path = join(out, entry.path);
	const rows = await readRows(path);
	const batch = toBatch(rows);
	const { offsets } = batch.columns.input_ids as { offsets: Int32Array };
	const schema = rowSchema({ columns, lossWeight });
	const shard = await createShard(path, { schema });
	// Positions that do not restart, and a loss at the first token of a document.
	await shard.write({
		...batch,
		columns: {
			...batch.columns,
			position_ids: {
				type: "list<int32>",
				values: Int32Array.from({ length: entry.tokens }, (_, i) => i),
				offsets,
			},
			loss_weight: {
				type: "list<float32>",
				values: new Float32Array(entry.tokens).fill(1),
				offsets,
			},
		},
	});
	Object.assign(entry, await shard.close());
	writeFileSync(join(out, "seqpack.json"), JSON.stringify(manifest));
	const { problems } = await verify(out);
	expect(problems.join("\n")).toMatch(
		/row 1: its column position_ids is not what its seq_lengths make it/,
	);
	expect(problems.join("\n")).toMatch(
		/row 0: its column loss_weight is not what its seq_lengths make it/,
	);
});
