import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
	Binary,
	DateMillisecond,
	DenseUnion,
	Dictionary,
	Field,
	Float64,
	Int8,
	Int32,
	Int64,
	List,
	Struct,
	tableFromIPC,
	Utf8,
} from "apache-arrow";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import {
	openDataset,
	type PackRecordsOptions,
	packRecords,
	verify,
} from "seqpack";
import { describe, expect, test } from "vitest";
import { packers } from "../../src/pack/packers.js";
import { stepImbalance } from "../../src/pack.js";
import { temporaryDirectory } from "../helpers.js";
import { type Columns, writeInputs, writers } from "./inputs.js";

type Options = Partial<PackRecordsOptions>;
interface Row extends Record<string, unknown> {
	record_files: number[];
	record_numbers: (number | bigint)[];
	seq_lengths: number[];
	row_cost?: number;
}

const COUNT = 150;
const lengthOf = (i: number) => 1 + ((i * 37) % 100);
const costOf = (i: number) => ((i * 13) % 17) + 0.5;

function columnsOf(count: number, first = 0): Columns {
	const all = Array.from({ length: count }, (_, i) => first + i);
	return {
		n: [new Int64(), all.map((i) => BigInt(lengthOf(i)))],
		cost: [new Float64(), all.map(costOf)],
		text: [new Utf8(), all.map((i) => (i % 5 ? `record ${i}` : null))],
		image: [
			new Struct([
				new Field("bytes", new Binary(), true),
				new Field("path", new Utf8(), true),
			]),
			all.map((i) =>
				i % 7 === 0
					? null
					: { bytes: Buffer.alloc(i % 50, i), path: i % 3 ? `${i}.png` : null },
			),
		],
		turns: [
			new List(new Field("item", new Utf8(), true)),
			all.map((i) => Array.from({ length: i % 4 }, (_, j) => `${i}.${j}`)),
		],
		kind: [
			new Dictionary(new Utf8(), new Int8(), 5),
			all.map((i) => ["cat", "dog", null][i % 3]),
		],
	};
}

/** Packs two files of records, `a` and `b`. */
async function packed(
	write: (typeof writers)[string],
	options: Options = {},
	count = COUNT,
) {
	const directory = temporaryDirectory();
	const inputs = writeInputs(directory, {
		"a.table": write(columnsOf(count), { batchRows: 70 }),
		"b.table": write(columnsOf(count, count), { batchRows: 110 }),
	});
	const out = join(directory, "packed");
	const { manifest } = await packRecords({
		inputs,
		out,
		lengthColumn: "n",
		seqLen: 256,
		...options,
	});
	return { directory, inputs, out, manifest, rows: await rowsOf(out) };
}

/** Rows as other readers have them: hyparquet, and apache-arrow. */
async function rowsOf(out: string): Promise<Row[]> {
	const { shards } = JSON.parse(
		readFileSync(join(out, "records.json"), "utf8"),
	);
	const rows: Row[] = [];
	for (const { path } of shards) {
		const bytes = readFileSync(join(out, path));
		const found = path.endsWith(".arrow")
			? tableFromIPC(bytes).toArray().map(asObject)
			: await parquetReadObjects({
					file: Uint8Array.from(bytes).buffer,
					compressors,
					utf8: false,
				});
		rows.push(...(found as Row[]));
	}
	return rows;
}

const asObject = (row: object) =>
	Object.fromEntries(
		Object.entries(row).map(([name, value]) => [name, listed(value)]),
	);
function listed(value: unknown): unknown {
	return typeof value === "object" &&
		value !== null &&
		Symbol.iterator in value &&
		!(value instanceof Uint8Array)
		? Array.from(value as Iterable<unknown>, listed)
		: value;
}

/** The number of each record among all, by row. */
function recordsOf(rows: readonly Row[], count = COUNT): number[][] {
	return rows.map(({ record_files, record_numbers }) =>
		Array.from(
			record_files,
			(file, i) => file * count + Number(record_numbers[i]),
		),
	);
}

/** What a row says that it costs, or what docs/guide/packing.md says of its lengths. */
function costOfRow({ row_cost, seq_lengths }: Row): number {
	const ofLengths = Array.from(seq_lengths, (n) => 6 * 4096 * n + (n * n) / 2);
	return row_cost ?? ofLengths.reduce((a, b) => a + b);
}

const shape = (value: unknown) =>
	JSON.parse(
		JSON.stringify(value ?? null, (_, part) =>
			typeof part === "bigint"
				? Number(part)
				: part?.type === "Buffer"
					? part.data
					: part instanceof Uint8Array
						? [...part]
						: part,
		),
	);

describe.each(Object.entries(writers))("from a %s", (_, write) => {
	test.each([
		["parquet", "zstd"],
		["arrow", "none"],
	] as const)(
		"every record is in one row, with all that it holds, in %s, %s",
		async (format, compression) => {
			const { rows, manifest } = await packed(write, {
				passThrough: true,
				format,
				compression,
				costColumn: "cost",
			});
			const records = recordsOf(rows);
			expect(records.flat().sort((a, b) => a - b)).toEqual(
				Array.from({ length: 2 * COUNT }, (_, i) => i),
			);
			const all = columnsOf(2 * COUNT);
			for (const [r, row] of rows.entries()) {
				for (const [name, [, values]] of Object.entries(all))
					expect(shape(row[name]), name).toEqual(
						shape(records[r].map((i) => values[i])),
					);
				const lengths = records[r].map(lengthOf);
				expect(shape(row.seq_lengths)).toEqual(lengths);
				expect(lengths.reduce((a, b) => a + b)).toBeLessThanOrEqual(256);
				expect(row.row_cost).toBeCloseTo(
					records[r].map(costOf).reduce((a, b) => a + b),
				);
			}
			const { summary } = manifest;
			expect(summary).toMatchObject({
				records: 2 * COUNT,
				rows: rows.length,
				dropped: {},
				recordsPerRow: (2 * COUNT) / rows.length,
				cost: records
					.flat()
					.map(costOf)
					.reduce((a, b) => a + b),
			});
			expect(summary.rows - summary.lowerBoundRows).toBeLessThanOrEqual(2);
		},
	);

	test("which records share a row is the same without the records", async () => {
		const whole = await packed(write, { passThrough: true });
		const index = await packed(write);
		expect(Object.keys(index.rows[0])).toEqual([
			"record_files",
			"record_numbers",
			"seq_lengths",
		]);
		expect(recordsOf(index.rows)).toEqual(recordsOf(whole.rows));
		expect(index.manifest.summary).toEqual(whole.manifest.summary);
	});
});

const parquet = writers["parquet file"];

describe("rows", () => {
	test("are filled as well by windows as at once, nearly", async () => {
		const { rows, manifest } = await packed(parquet, { window: 2000 });
		expect(recordsOf(rows).flat()).toHaveLength(2 * COUNT);
		expect(rows.length).toBeLessThanOrEqual(
			manifest.summary.lowerBoundRows + 2,
		);
		const small = await packed(parquet, { window: 1 });
		expect(recordsOf(small.rows).flat()).toHaveLength(2 * COUNT);
	});

	test("of few bytes at a time hold the same", async () => {
		const options = {
			passThrough: true,
			windowBytes: 3000,
			compression: "none",
		};
		const { rows } = await packed(parquet, options);
		const records = recordsOf(rows);
		expect(new Set(records.flat()).size).toBe(2 * COUNT);
		const [, texts] = columnsOf(2 * COUNT).text;
		for (const [r, row] of rows.entries())
			expect(row.text).toEqual(records[r].map((i) => texts[i]));
	});

	test.each(["cost", undefined])(
		"of a step cost about the same, by the cost %s, over the borders of windows and files",
		async (costColumn) => {
			const given = { costColumn, window: 4000, shardTokens: 2000 };
			const balanced = await packed(parquet, {
				...given,
				order: "balanced",
				ranks: 4,
			});
			const shuffled = await packed(parquet, given);
			const [even, uneven] = [balanced, shuffled].map(({ rows }) =>
				stepImbalance(Float64Array.from(rows, costOfRow), 4),
			);
			// By their lengths alone, rows that are full cost about the same.
			if (costColumn !== undefined) expect(even).toBeLessThan(uneven);
			expect(balanced.manifest.summary.imbalance).toBeCloseTo(even);
			expect(shuffled.manifest.summary.imbalance).toBeNull();
			const { shards } = balanced.manifest;
			expect(shards.length).toBeGreaterThan(3);
			for (const { rows } of shards.slice(0, -1)) expect(rows % 4).toBe(0);
		},
	);

	test.each(packers.where(({ cuts }) => cuts === undefined))(
		"of the packer %s hold every record",
		async (packer) => {
			const { rows, manifest } = await packed(parquet, {
				packer,
				window: 5000,
			});
			expect(new Set(recordsOf(rows).flat()).size).toBe(2 * COUNT);
			expect(manifest.options.packer).toBe(packer);
		},
	);

	test("hold no more records, and leave the room, that is asked for", async () => {
		const { rows, manifest } = await packed(parquet, {
			maxSequences: 3,
			padDocumentToMultiple: 64,
		});
		let alignment = 0;
		for (const { seq_lengths } of rows) {
			expect(seq_lengths.length).toBeLessThanOrEqual(3);
			const rooms = Array.from(seq_lengths, (n) => 64 * Math.ceil(n / 64));
			const room = rooms.reduce((a, b) => a + b);
			expect(room).toBeLessThanOrEqual(256);
			alignment += room - Array.from(seq_lengths).reduce((a, b) => a + b);
		}
		expect(manifest.summary.alignmentTokens).toBe(alignment);
	});

	test("are the same bytes of the same call, and others of another seed", async () => {
		const options = { passThrough: true, window: 3000 };
		const shardsOf = async (more: Options) =>
			(await packed(parquet, { ...options, ...more })).manifest.shards.map(
				({ sha256 }) => sha256,
			);
		const first = await shardsOf({});
		expect(await shardsOf({})).toEqual(first);
		expect(await shardsOf({ seed: 1 })).not.toEqual(first);
	});
});

/** Packs one file with the lengths given. */
async function packLengths(
	lengths: readonly (number | null)[],
	options: Options = {},
	type: Columns[string][0] = new Float64(),
) {
	const directory = temporaryDirectory();
	const inputs = writeInputs(directory, {
		"x.parquet": parquet({ n: [type, lengths] }),
	});
	const out = join(directory, "out");
	const given = { inputs, out, lengthColumn: "n", seqLen: 10, ...options };
	const { manifest } = await packRecords(given);
	return { summary: manifest.summary, rows: await rowsOf(out) };
}

test("rows of few records are between the bound and the best packing there is", async () => {
	const lengths = fc.array(fc.integer({ min: 0, max: 12 }), {
		minLength: 1,
		maxLength: 8,
	});
	await fc.assert(
		fc.asyncProperty(
			lengths.filter((all) => all.some((n) => n > 0 && n <= 10)),
			fc.integer({ min: 1, max: 30 }),
			async (lengths, window) => {
				const { summary, rows } = await packLengths(lengths, {
					longRecords: "drop",
					window,
				});
				const kept = [...lengths.keys()].filter(
					(i) => lengths[i] > 0 && lengths[i] <= 10,
				);
				const numbers = rows.flatMap((row) => Array.from(row.record_numbers));
				expect(numbers.map(Number).sort((a, b) => a - b)).toEqual(kept);
				const best = fewestRows(
					kept.map((i) => lengths[i]),
					[],
				);
				expect(summary.lowerBoundRows).toBeLessThanOrEqual(best);
				expect(summary.rows).toBeGreaterThanOrEqual(best);
				for (const { seq_lengths } of rows)
					expect(
						Array.from(seq_lengths).reduce((a, b) => a + b),
					).toBeLessThanOrEqual(10);
			},
		),
		{ numRuns: 25 },
	);
});

/** The fewest rows of 10 that hold lengths, by trying all. */
function fewestRows(
	[first, ...rest]: readonly number[],
	rows: readonly number[],
): number {
	if (first === undefined) return rows.length;
	const choices = rows.flatMap((row, i) =>
		row + first <= 10 ? [rows.with(i, row + first)] : [],
	);
	return Math.min(
		...[...choices, [...rows, first]].map((next) => fewestRows(rest, next)),
	);
}

describe("what goes into no row", () => {
	test("is counted", async () => {
		const { summary, rows } = await packLengths([3, 0, 11, 7, 200, 0, 4], {
			longRecords: "drop",
		});
		expect(summary.records).toBe(7);
		expect(summary.dropped).toEqual({
			empty: { records: 2, tokens: 0 },
			"too-long": { records: 2, tokens: 211 },
		});
		const kept = rows.flatMap(({ record_numbers }) => [...record_numbers]);
		expect(kept.map(Number).sort()).toEqual([0, 3, 6]);
		expect(summary).toMatchObject({ rows: 2, tokens: 14, lowerBoundRows: 2 });
	});

	test.each<[string, readonly (number | null)[], string, RegExp]>([
		[
			"longer than a row",
			[1, 11],
			"too-long",
			/x\.parquet, row 2: the record has 11 tokens, and a row holds 10\..*longRecords: "drop"/,
		],
		[
			"null",
			[1, 2, null],
			"bad-length",
			/x\.parquet, row 3: n is null, and a length/,
		],
		["negative", [-1], "bad-length", /row 1: n is -1, and/],
		["no whole number", [1, 1.5], "bad-length", /row 2: n is 1\.5, and/],
	])("is an error where it is %s", async (_, lengths, code, message) => {
		for (const passThrough of [false, true])
			await expect(packLengths(lengths, { passThrough })).rejects.toMatchObject(
				{
					code,
					message: expect.stringMatching(message),
				},
			);
	});

	test("is an error where it is all", async () => {
		await expect(packLengths([0, 0])).rejects.toThrow(
			/there are no rows to write: of 2 records none/,
		);
	});
});

describe("bad input is refused by name", () => {
	const n: Columns = { n: [new Int32(), [1, 2]] };
	const cases: [string, Record<string, Uint8Array>, Options, string, RegExp][] =
		[
			[
				"no such column",
				{ "a.parquet": parquet(n) },
				{ lengthColumn: "tokens" },
				"no-such-column",
				/a\.parquet has no column tokens, which lengthColumn names; its columns: n\./,
			],
			[
				"no such column of costs",
				{ "a.parquet": parquet(n) },
				{ costColumn: "c", passThrough: true },
				"no-such-column",
				/no column c, which costColumn/,
			],
			[
				"lengths that are texts",
				{ "a.parquet": parquet({ n: [new Utf8(), ["12"]] }) },
				{},
				"bad-length",
				/row 1: n is "12", and a length in tokens is a whole number/,
			],
			[
				"costs below 0",
				{ "a.parquet": parquet({ ...n, c: [new Int32(), [1, -2]] }) },
				{ costColumn: "c" },
				"bad-cost",
				/row 2: c is -2, and what a record costs/,
			],
			[
				"a file that is no table",
				{ "a.jsonl": Buffer.from('{"n": 1}\n') },
				{},
				"not-a-table",
				/a\.jsonl is of the format jsonl: records are packed from files of the formats parquet, arrow\./,
			],
			[
				"a column of the same name as ours",
				{ "a.parquet": parquet({ ...n, seq_lengths: [new Int32(), [1, 2]] }) },
				{ passThrough: true },
				"column-in-use",
				/a\.parquet has a column seq_lengths, and rows/,
			],
			[
				"columns of another type",
				{
					"a.parquet": parquet(n),
					"b.parquet": parquet({ n: [new Int64(), [1n]] }),
				},
				{ passThrough: true },
				"other-columns",
				/b\.parquet has Int64 in its column n, and .*a\.parquet Int32/,
			],
			[
				"columns that are missing",
				{
					"a.parquet": parquet({ ...n, x: [new Int32(), [1, 2]] }),
					"b.parquet": parquet(n),
				},
				{ passThrough: true },
				"other-columns",
				/b\.parquet has no column x/,
			],
			[
				"columns too many",
				{
					"a.parquet": parquet(n),
					"b.parquet": parquet({ ...n, x: [new Int32(), [1, 2]] }),
				},
				{ passThrough: true },
				"other-columns",
				/b\.parquet has a column x, and .*a\.parquet has none/,
			],
			[
				"dates that Parquet has not",
				{
					"a.arrow": writers["arrow file"]({
						...n,
						when: [new DateMillisecond(), [0, 1]],
					}),
				},
				{ passThrough: true },
				"unknown-type",
				/column when values of the type Date64<MILLISECOND>, which parquet does not have: .*format: "arrow"/,
			],
			[
				"a union",
				{
					"a.arrow": writers["arrow stream"]({
						n: [new Int32(), []],
						u: [new DenseUnion([0], [new Field("x", new Int32(), true)]), []],
					}),
				},
				{ passThrough: true },
				"unknown-type",
				/column u values of the type Union.*cannot pass through/,
			],
			[
				"options that cannot be",
				{ "a.parquet": parquet(n) },
				{ padDocumentToMultiple: 3 },
				"bad-option",
				/padDocumentToMultiple is 3, which does not divide/,
			],
			[
				"bytes of a window without records",
				{ "a.parquet": parquet(n) },
				{ windowBytes: 5 },
				"ignored-option",
				/windowBytes would change nothing/,
			],
			[
				"a packer that cuts",
				{ "a.parquet": parquet(n) },
				{ packer: "concat" },
				"unknown-name",
				/packer is "concat"/,
			],
			[
				"a compression of another format",
				{ "a.parquet": parquet(n) },
				{ format: "arrow", compression: "zstd" },
				"unknown-name",
				/files of the format arrow have: none/,
			],
		];
	test.each(cases)("%s", async (_, files, options, code, message) => {
		const directory = temporaryDirectory();
		const inputs = writeInputs(directory, files);
		const out = join(directory, "out");
		const given = { inputs, out, lengthColumn: "n", seqLen: 10, ...options };
		await expect(packRecords(given)).rejects.toMatchObject({
			code,
			message: expect.stringMatching(message),
		});
		expect(existsSync(out)).toBe(false);
	});

	test.each(Object.keys(writers))("a %s that is cut short", async (name) => {
		const directory = temporaryDirectory();
		const whole = writers[name](columnsOf(200), { batchRows: 50 });
		const [path] = writeInputs(directory, { "cut.arrow": whole });
		truncateSync(path, Math.floor(whole.length * 0.7));
		const out = join(directory, "out");
		for (const passThrough of [false, true])
			await expect(
				packRecords({
					inputs: [path],
					out,
					lengthColumn: "n",
					seqLen: 256,
					passThrough,
				}),
			).rejects.toThrow(/cut\.arrow.*Fetch or write (it|the file) again\.$/);
		expect(existsSync(out)).toBe(false);
	});

	test("a store", async () => {
		const directory = temporaryDirectory();
		writeFileSync(join(directory, "seqpack.json"), "{}");
		await expect(
			packRecords({
				inputs: [directory],
				out: join(directory, "out"),
				lengthColumn: "n",
				seqLen: 10,
			}),
		).rejects.toThrow(
			/lengthColumn would change nothing.*is a dataset of seqpack/,
		);
	});
});

test("a directory gives its tables, and what else is there is told", async () => {
	const directory = temporaryDirectory();
	mkdirSync(join(directory, "in"));
	writeInputs(join(directory, "in"), {
		"b.parquet": parquet(columnsOf(10)),
		"a.arrow": writers["arrow file"](columnsOf(20)),
		"README.md": Buffer.from("# Items\n"),
		"more.jsonl": Buffer.from('{"n": 3}\n'),
	});
	const notices: string[] = [];
	const { manifest } = await packRecords({
		inputs: [join(directory, "in")],
		out: join(directory, "out"),
		lengthColumn: "n",
		seqLen: 256,
		passThrough: true,
		onNotice: (notice) => notices.push(notice),
	});
	expect(manifest.inputs).toMatchObject([
		{ source: "a.arrow", records: 20 },
		{ source: "b.parquet", records: 10 },
	]);
	expect(notices.join()).toMatch(
		/README\.md.*left out 1 file of other formats.*more\.jsonl/,
	);
});

test("lengths may stand within a column", async () => {
	const directory = temporaryDirectory();
	const meta = new Struct([new Field("tokens", new Int32(), true)]);
	const inputs = writeInputs(directory, {
		"x.arrow": writers["arrow stream"]({
			meta: [meta, [{ tokens: 4 }, { tokens: 5 }, { tokens: 2 }]],
		}),
	});
	const out = join(directory, "out");
	const given = { inputs, out, seqLen: 9, passThrough: true };
	await packRecords({ ...given, lengthColumn: "meta.tokens" });
	const rows = await rowsOf(out);
	expect(rows.flatMap(({ seq_lengths }) => [...seq_lengths]).sort()).toEqual([
		2, 4, 5,
	]);
	await expect(
		packRecords({ ...given, lengthColumn: "meta.n", overwrite: true }),
	).rejects.toThrow(/x\.arrow has no column meta\.n\./);
});

describe("metadata", () => {
	const feature = { dtype: "int32", _type: "Value" };
	const packedWith = async (metadata: Record<string, string>) => {
		const directory = temporaryDirectory();
		const columns: Columns = { n: [new Int32(), [1, 2]] };
		const inputs = writeInputs(directory, {
			"x.arrow": writers["arrow stream"](columns, { metadata }),
		});
		const out = join(directory, "out");
		const { manifest } = await packRecords({
			inputs,
			out,
			lengthColumn: "n",
			seqLen: 4,
			passThrough: true,
			format: "arrow",
		});
		const [{ path }] = manifest.shards;
		const { schema } = tableFromIPC(readFileSync(join(out, path)));
		return { lost: manifest.lostMetadata, schema };
	};

	test("of datasets says of each column that it is a list, other is left out and told", async () => {
		const { lost, schema } = await packedWith({
			huggingface: JSON.stringify({ info: { features: { n: feature } } }),
			pandas: "{}",
		});
		expect(lost).toEqual(["pandas"]);
		expect(JSON.parse(schema.metadata.get("huggingface") ?? "")).toEqual({
			info: {
				features: {
					n: [feature],
					record_files: [feature],
					record_numbers: [{ ...feature, dtype: "int64" }],
					seq_lengths: [feature],
				},
			},
		});
	});

	test.each(["{", '{"info":{"features":{"m":1}}}', "null"])(
		"of datasets that does not know the columns is left out: %s",
		async (huggingface) => {
			const { lost, schema } = await packedWith({ huggingface });
			expect(lost).toEqual(["huggingface"]);
			expect(schema.metadata.size).toBe(0);
		},
	);
});

describe("the directory", () => {
	const files = (directory: string) =>
		readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();

	test("is no dataset, and that is said", async () => {
		const { out } = await packed(parquet, {}, 10);
		await expect(openDataset(out)).rejects.toMatchObject({
			code: "not-a-dataset",
			message: expect.stringMatching(/is not a dataset of seqpack/),
		});
		expect(await verify(out)).toMatchObject({ kind: "records", problems: [] });
	});

	test("is replaced only where that is asked for, and whole until then", async () => {
		const { out, inputs, manifest } = await packed(parquet, {}, 10);
		const before = files(out);
		const given = { inputs, out, lengthColumn: "n", seqLen: 200 };
		await expect(packRecords(given)).rejects.toThrow(
			/holds packed records already.*overwrite: true/,
		);
		await expect(
			packRecords({ ...given, seqLen: 1, overwrite: true }),
		).rejects.toThrow(/a row holds 1/);
		expect(files(out)).toEqual(before);
		const again = await packRecords({ ...given, overwrite: true });
		expect(again.manifest.hash).not.toBe(manifest.hash);
		expect(files(out)).toEqual([
			"data",
			again.manifest.shards[0].path,
			"records.json",
		]);
	});

	test("of somebody else is left alone", async () => {
		const { inputs } = await packed(parquet, {}, 10);
		const out = temporaryDirectory();
		writeFileSync(join(out, "thesis.txt"), "mine");
		const given = { inputs, out, lengthColumn: "n", seqLen: 200 };
		await expect(packRecords({ ...given, overwrite: true })).rejects.toThrow(
			/holds other things, such as thesis\.txt/,
		);
		expect(files(out)).toEqual(["thesis.txt"]);
	});

	test("has nothing left of a call that was stopped or killed", async () => {
		const { inputs, directory } = await packed(parquet, {}, 10);
		const out = join(directory, "stopped");
		const given = { inputs, out, lengthColumn: "n", seqLen: 200 };
		await expect(
			packRecords({ ...given, signal: AbortSignal.abort() }),
		).rejects.toMatchObject({ code: "interrupted" });
		expect(existsSync(out)).toBe(false);
		// As a process leaves it that was killed between its last files and the manifest.
		mkdirSync(join(out, "data"), { recursive: true });
		mkdirSync(join(out, ".seqpack/work"), { recursive: true });
		writeFileSync(join(out, ".seqpack/work/train-00001.parquet"), "x");
		writeFileSync(join(out, "data/train-00000.parquet"), "x");
		const next = { shards: [{ path: "data/train-00000.parquet" }] };
		writeFileSync(join(out, ".seqpack/next.json"), JSON.stringify(next));
		const { manifest } = await packRecords(given);
		expect(files(out)).toEqual([
			"data",
			manifest.shards[0].path,
			"records.json",
		]);
	});
});
