import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import {
	asyncBufferFromFile,
	parquetMetadataAsync,
	parquetReadObjects,
	parquetSchema,
} from "hyparquet";
import { readParquet as readByParquetWasm } from "parquet-wasm";
import { describe, expect, test } from "vitest";
import { localFiles } from "../../src/storage/local.js";
import type { Column, ColumnBatch, Schema } from "../../src/tables/columns.js";
import { type TableName, tableFormats } from "../../src/tables/tables.js";
import { temporaryDirectory } from "../helpers.js";

const schema: Schema = [
	{ name: "number", type: "int32" },
	{ name: "big", type: "int64" },
	{ name: "cost", type: "float64" },
	{ name: "name", type: "string" },
	{ name: "ids", type: "list<int32>" },
	{ name: "big_ids", type: "list<int64>" },
	{ name: "weights", type: "list<float32>" },
];

interface Row {
	number: number;
	big: bigint;
	cost: number;
	name: string | null;
	ids: number[];
	big_ids: bigint[];
	weights: number[];
}

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const row: fc.Arbitrary<Row> = fc.record({
	number: int32,
	big: int64,
	cost: fc.double({ noNaN: true }),
	name: fc.option(fc.string({ unit: "grapheme" })),
	ids: fc.array(int32),
	big_ids: fc.array(int64),
	weights: fc.array(fc.float({ noNaN: true })),
});

function toBatch(rows: Row[]): ColumnBatch {
	const offsets = (key: "ids" | "big_ids" | "weights") => {
		const result = new Int32Array(rows.length + 1);
		rows.forEach((r, i) => {
			result[i + 1] = result[i] + r[key].length;
		});
		return result;
	};
	return {
		rows: rows.length,
		columns: {
			number: { type: "int32", values: Int32Array.from(rows, (r) => r.number) },
			big: { type: "int64", values: BigInt64Array.from(rows, (r) => r.big) },
			cost: { type: "float64", values: Float64Array.from(rows, (r) => r.cost) },
			name: { type: "string", values: rows.map((r) => r.name) },
			ids: {
				type: "list<int32>",
				values: Int32Array.from(rows.flatMap((r) => r.ids)),
				offsets: offsets("ids"),
			},
			big_ids: {
				type: "list<int64>",
				values: BigInt64Array.from(rows.flatMap((r) => r.big_ids)),
				offsets: offsets("big_ids"),
			},
			weights: {
				type: "list<float32>",
				values: Float32Array.from(rows.flatMap((r) => r.weights)),
				offsets: offsets("weights"),
			},
		},
	};
}

function toRows({ rows, columns }: ColumnBatch): Row[] {
	const value = (column: Column, i: number) =>
		"offsets" in column
			? [...column.values.subarray(column.offsets[i], column.offsets[i + 1])]
			: column.values[i];
	return Array.from(
		{ length: rows },
		(_, i) =>
			Object.fromEntries(
				schema.map(({ name }) => [name, value(columns[name], i)]),
			) as unknown as Row,
	);
}

async function write(
	format: TableName,
	compression: string,
	path: string,
	batches: Row[][],
): Promise<void> {
	const file = await localFiles.create(path);
	const writer = tableFormats.find(format).write(file, schema, {
		compression,
		batchRows: 64,
		metadata: new Map([["huggingface", "{}"]]),
	});
	for (const batch of batches) await writer.write(toBatch(batch));
	await writer.close();
	await file.commit();
}

async function read(format: TableName, path: string): Promise<Row[]> {
	const rows: Row[] = [];
	const file = await localFiles.open(path);
	const size = readFileSync(path).length;
	for await (const batch of tableFormats.find(format).read(file, size, schema))
		rows.push(...toRows(batch));
	await file.close();
	return rows;
}

const every = tableFormats
	.entries()
	.flatMap(([name, format]) =>
		format.compressions.map((compression) => [name, compression] as const),
	);

describe.each(every)("%s with compression %s", (format, compression) => {
	test("gives back every value that was written", async () => {
		const path = join(temporaryDirectory(), "shard");
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.array(row, { minLength: 1, maxLength: 20 }), {
					minLength: 1,
					maxLength: 4,
				}),
				async (batches) => {
					await write(format, compression, path, batches);
					expect(await read(format, path)).toEqual(batches.flat());
				},
			),
			{ numRuns: 50 },
		);
	});

	test("a shard without a column that is due is refused by name", async () => {
		const path = join(temporaryDirectory(), "shard");
		await write(format, compression, path, [
			[
				{
					number: 1,
					big: 2n,
					cost: 0.1,
					name: "n",
					ids: [3],
					big_ids: [4n],
					weights: [0.5],
				},
			],
		]);
		const file = await localFiles.open(path);
		const wanted: Schema = [...schema, { name: "more", type: "int32" }];
		const size = readFileSync(path).length;
		const reading = tableFormats.find(format).read(file, size, wanted).next();
		await expect(reading).rejects.toThrow(/no column more/);
		await file.close();
	});

	test("without a row is a table of none", async () => {
		for (const batches of [[], [[]]]) {
			const path = join(temporaryDirectory(), "t");
			await write(format, compression, path, batches);
			expect(await read(format, path)).toEqual([]);
		}
	});

	test("an error of the disk comes out of the writer, which does not hang", async () => {
		const failing = {
			write: async () => {
				throw new Error("disk full");
			},
		};
		const writer = tableFormats.find(format).write(failing, schema, {
			compression,
			batchRows: 64,
			metadata: new Map(),
		});
		const rows = [
			{
				number: 1,
				big: 2n,
				cost: 0.1,
				name: "n",
				ids: [3],
				big_ids: [4n],
				weights: [0.5],
			},
		];
		await expect(
			(async () => {
				await writer.write(toBatch(rows));
				await writer.close();
			})(),
		).rejects.toThrow(/disk full/);
	});
});

/** The rows of a Parquet file as arrow-rs reads them. */
function readByArrowRs(path: string): Row[] {
	const read = readByParquetWasm(readFileSync(path));
	return tableFromIPC(read.intoIPCStream())
		.toArray()
		.map((row) => ({
			...row.toJSON(),
			ids: [...row.ids.toArray()],
			big_ids: [...row.big_ids.toArray()],
			weights: [...row.weights.toArray()],
		}));
}

describe.each(["snappy", "none"])("Parquet with %s", (compression) => {
	test("is what arrow-rs reads as it was written", async () => {
		const path = join(temporaryDirectory(), "shard.parquet");
		await fc.assert(
			fc.asyncProperty(
				fc.array(row, { minLength: 1, maxLength: 80 }),
				async (rows) => {
					await write("parquet", compression, path, [rows]);
					expect(readByArrowRs(path)).toEqual(rows);
				},
			),
			{ numRuns: 30 },
		);
	});

	test("also where a column has several pages, of rows of any length", async () => {
		const path = join(temporaryDirectory(), "shard.parquet");
		const lengths = [0, 1, 5, 270_000, 0, 2, ...Array(40).fill(300)];
		const rows = lengths.map(
			(length, i): Row => ({
				number: i,
				big: BigInt(i),
				cost: i / 7,
				name: i % 5 === 0 ? null : `name ${i % 21}`,
				ids: Array.from({ length }, (_, j) => (i * j) % 1000),
				big_ids: Array.from({ length: i % 4 }, () => -1n),
				weights: [],
			}),
		);
		await write("parquet", compression, path, [rows]);
		// Of a million values `toEqual` takes seconds.
		expect(isDeepStrictEqual(readByArrowRs(path), rows)).toBe(true);
		expect(isDeepStrictEqual(await read("parquet", path), rows)).toBe(true);
	});

	test("has no row group where there are no rows", async () => {
		const path = join(temporaryDirectory(), "shard.parquet");
		await write("parquet", compression, path, []);
		expect(readByArrowRs(path)).toEqual([]);
		expect(await read("parquet", path)).toEqual([]);
	});
});

test.each(tableFormats.find("parquet").compressions)(
	"Parquet with %s has its columns for hyparquet where it has no rows",
	async (compression) => {
		const path = join(temporaryDirectory(), "shard.parquet");
		await write("parquet", compression, path, []);
		const file = await asyncBufferFromFile(path);
		const metadata = await parquetMetadataAsync(file);
		const columns = parquetSchema(metadata).children;
		expect(columns.map(({ element }) => element.name)).toEqual(
			schema.map(({ name }) => name),
		);
		expect(await parquetReadObjects({ file })).toEqual([]);
	},
);

test("Parquet: a row group for each batch, three-level lists, and metadata", async () => {
	const path = join(temporaryDirectory(), "shard.parquet");
	const rows = (count: number): Row[] =>
		Array.from({ length: count }, (_, i) => ({
			number: i,
			big: BigInt(i),
			cost: i,
			name: "n",
			ids: [i, i],
			big_ids: [],
			weights: [],
		}));
	await write("parquet", "snappy", path, [rows(64), rows(64), rows(5)]);
	const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
	expect(metadata.row_groups.map((g) => Number(g.num_rows))).toEqual([
		64, 64, 5,
	]);
	const at = metadata.schema.findIndex((s) => s.name === "ids");
	expect(metadata.schema.slice(at, at + 3)).toMatchObject([
		{ repetition_type: "OPTIONAL", converted_type: "LIST" },
		{ name: "list", repetition_type: "REPEATED" },
		{ repetition_type: "OPTIONAL", type: "INT32" },
	]);
	expect(metadata.key_value_metadata).toContainEqual({
		key: "huggingface",
		value: "{}",
	});
	for (const group of metadata.row_groups)
		for (const column of group.columns) {
			const { path_in_schema, encodings } = column.meta_data ?? {};
			const isText = path_in_schema?.[0] === "name";
			expect(encodings?.includes("RLE_DICTIONARY")).toBe(isText);
		}
});

test("Arrow: a stream (not a file) whose lists have the child `item`", async () => {
	const path = join(temporaryDirectory(), "shard.arrow");
	await write("arrow", "none", path, [
		[
			{
				number: 1,
				big: 2n,
				cost: 0.1,
				name: null,
				ids: [3],
				big_ids: [4n],
				weights: [0.5],
			},
		],
	]);
	const bytes = readFileSync(path);
	expect(bytes.subarray(0, 4)).toEqual(Buffer.from([255, 255, 255, 255]));
	expect(bytes.subarray(-8)).toEqual(
		Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]),
	);
	const table = tableFromIPC(bytes);
	const list = table.schema.fields.find((field) => field.name === "ids");
	expect(list?.type.children[0]).toMatchObject({
		name: "item",
		nullable: true,
	});
	expect(table.schema.metadata.get("huggingface")).toBe("{}");
});
