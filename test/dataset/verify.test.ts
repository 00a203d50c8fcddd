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
import { build, createShard, packedSchema, verify } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { rowSchema } from "../../src/dataset/rows.js";
import type { ColumnBatch } from "../../src/tables/columns.js";
import { type Row, readManifest, readRows } from "../build/dataset-rows.js";
import {
	directoryWith,
	fixtures,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const datasets: Record<string, string> = {};

beforeAll(async () => {
	for (const format of ["parquet", "arrow"]) {
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

function copy(format = "parquet"): string {
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

describe.each(["parquet", "arrow"])("%s", (format) => {
	test("a dataset as it was built is sound", async () => {
		const result = await verify(datasets[format]);
		const { totals, shards, index } = readManifest(datasets[format]);
		expect(result.problems).toEqual([]);
		expect(result).toMatchObject({
			problemCount: 0,
			files: shards.length + index.length,
			rows: totals.rows,
			sequences: totals.sequences,
			documents: totals.documents,
			tokens: totals.rowTokens,
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
			/the files have \d+ rows; the manifest says \d+/,
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
	const { shards, index } = readManifest(datasets.parquet);
	for (const { path, bytes } of [shards[0], index[0]]) {
		const directory = copy();
		const content = readFileSync(join(directory, path));
		content[Math.floor(bytes / 2)] ^= 1;
		writeFileSync(join(directory, path), content);
		const { problems } = await verify(directory);
		expect(problems.join("\n")).toContain(`${path} has another SHA-256`);
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
	const { problems } = await verify(directory, { mostProblems: 1000 });
	const text = problems.join("\n");
	expect(text).toContain(`${shards[0].path} is missing`);
	expect(text).toContain(`${shards[1].path} has 100 bytes`);
	expect(text).toContain(`${shards[1].path} cannot be read`);
	expect(text).toContain(
		"data/train-99999-0000.parquet is not in the manifest",
	);
});

test("finds totals that do not balance or do not fit the files", async () => {
	for (const [key, sentence] of [
		["textTokens", /tokens were read, but/],
		["rows", /the files have \d+ rows; the manifest says \d+/],
		["documents", /the files have \d+ documents/],
		["records", /records were read, but/],
	] as const) {
		const directory = copy();
		const manifest = readManifest(directory);
		manifest.totals[key]++;
		writeFileSync(join(directory, "seqpack.json"), JSON.stringify(manifest));
		const { problems } = await verify(directory);
		expect(problems.join("\n")).toMatch(sentence);
	}
});

describe("the command", () => {
	test("says that all is well, with exit code 0", () => {
		const { code, stderr, stdout } = seqpack([
			"verify",
			datasets.parquet,
			"--json",
		]);
		expect(code).toBe(0);
		expect(stderr).toMatch(/is sound: \d+ files, 60 documents/);
		expect(JSON.parse(stdout)).toMatchObject({ problems: [], documents: 60 });
	});

	test("lists problems and ends with exit code 4", () => {
		const directory = copy();
		rmSync(join(directory, readManifest(directory).shards[0].path));
		const { code, stderr } = seqpack(["verify", directory]);
		expect(code).toBe(4);
		expect(stderr).toMatch(/train-00000-0000\.parquet is missing/);
	});

	test("tells what is no dataset, or not yet one", () => {
		const empty = temporaryDirectory();
		const begun = temporaryDirectory();
		mkdirSync(join(begun, ".seqpack"));
		const broken = directoryWith({ "seqpack.json": "{" });
		const hollow = directoryWith({
			"seqpack.json":
				'{"formatVersion":1,"settings":{},"totals":{},"tokenizer":{},"shards":null}',
		});
		const newer = directoryWith({ "seqpack.json": '{"formatVersion":99}' });
		for (const [directory, exitCode, sentence] of [
			["/nowhere", 2, /no directory \/nowhere/],
			[empty, 2, /not a dataset of seqpack/],
			[begun, 2, /not finished: run its seqpack build command again/],
			[broken, 4, /cannot be used: it is not JSON/],
			[hollow, 4, /cannot be used: its "shards" is missing/],
			[newer, 4, /format version is 99/],
		] as const) {
			const { code, stderr } = seqpack(["verify", directory]);
			expect(stderr).toMatch(sentence);
			expect(code).toBe(exitCode);
		}
	});
});

test("a stored column that is not what seq_lengths make it is found", async () => {
	const out = join(temporaryDirectory(), "data");
	const columns = ["position_ids"];
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
