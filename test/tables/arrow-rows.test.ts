import { readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { localFiles } from "../../src/storage/local.js";
import { arrow } from "../../src/tables/arrow.js";
import { ArrowRows, newRowPlace } from "../../src/tables/arrow-rows.js";
import type { Schema } from "../../src/tables/columns.js";
import { temporaryDirectory } from "../helpers.js";

const schema: Schema = [
	{ name: "name", type: "string" },
	{ name: "ids", type: "list<int32>" },
	{ name: "number", type: "int32" },
	{ name: "big", type: "int64" },
];

/** Writes rows of lists of the lengths given, so many in a batch; returns the file. */
async function written(
	batches: readonly (readonly number[])[],
): Promise<string> {
	const path = join(temporaryDirectory(), "rows.arrow");
	const file = await localFiles.create(path);
	const writer = arrow.write(file, schema, {
		compression: "none",
		batchRows: 0,
		metadata: new Map(),
	});
	let row = 0;
	for (const lengths of batches) {
		const first = row;
		row += lengths.length;
		const offsets = [0];
		for (const length of lengths) offsets.push((offsets.at(-1) ?? 0) + length);
		await writer.write({
			rows: lengths.length,
			columns: {
				name: { type: "string", values: lengths.map(() => "name") },
				ids: {
					type: "list<int32>",
					values: Int32Array.from(
						{ length: offsets.at(-1) ?? 0 },
						(_, i) => first * 1000 + i,
					),
					offsets: Int32Array.from(offsets),
				},
				number: {
					type: "int32",
					values: Int32Array.from(lengths, (_, i) => (first + i) * 3),
				},
				big: {
					type: "int64",
					values: BigInt64Array.from(lengths, (_, i) => -BigInt(first + i)),
				},
			},
		});
	}
	await writer.close();
	await file.commit();
	return path;
}

/** Every row, last to first, so that none is found from the one before it. */
function readRows(path: string, rows: number, batchRows: number) {
	const file = localFiles.openForRandomAccess(path);
	try {
		const reader = new ArrowRows(file, schema, rows, batchRows);
		reader.open();
		const place = newRowPlace();
		const bounds = new Int32Array(2);
		const number = new Int32Array(1);
		const big = new BigInt64Array(1);
		return Array.from({ length: rows }, (_, i) => {
			reader.find(rows - 1 - i, place);
			reader.readBounds("ids", place, bounds);
			const ids = new Int32Array(bounds[1] - bounds[0]);
			const bytes = new Uint8Array(ids.buffer);
			reader.readValues("ids", place, bounds[0], bytes, 0, ids.length);
			reader.readNumbers("number", place, number);
			reader.readNumbers("big", place, big);
			return { ids: [...ids], number: number[0], big: big[0] };
		}).reverse();
	} finally {
		file.close?.();
	}
}

/** The same by the library for Arrow. */
function rowsOfLibrary(path: string) {
	const table = tableFromIPC(readFileSync(path));
	return table.toArray().map(({ ids, number, big }) => ({
		ids: [...ids],
		number,
		big,
	}));
}

test("any rows in any batches are those that the library reads", async () => {
	const anyBatches = fc.array(
		fc.array(fc.nat(20), { minLength: 1, maxLength: 9 }),
		{ minLength: 1, maxLength: 6 },
	);
	await fc.assert(
		fc.asyncProperty(anyBatches, async (batches) => {
			const path = await written(batches);
			const due = rowsOfLibrary(path);
			expect(readRows(path, batches.flat().length, 0)).toEqual(due);
		}),
		{ numRuns: 60 },
	);
});

test("batches that are alike are computed, not read", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 8 }),
			fc.integer({ min: 1, max: 60 }),
			fc.nat(12),
			async (batchRows, rows, length) => {
				const all = Array<number>(rows).fill(length);
				const batches = [];
				for (let row = 0; row < rows; row += batchRows)
					batches.push(all.slice(row, row + batchRows));
				const path = await written(batches);
				const due = rowsOfLibrary(path);
				expect(readRows(path, rows, batchRows)).toEqual(due);
				expect(readRows(path, rows, 0)).toEqual(due);
			},
		),
		{ numRuns: 60 },
	);
});

describe("a file that is not what it should be", () => {
	const lengths = [3, 3, 3];
	test.each<[string, number, number, RegExp]>([
		["with fewer rows than said", 10, 0, /ends within its rows|cut off/],
		["with more rows than said", 7, 0, /it has 9 rows of 7/],
		["of other batches than said", 9, 2, /first batch has 3 rows of 2/],
	])("%s", async (_, rows, batchRows, sentence) => {
		const path = await written([lengths, lengths, lengths]);
		expect(() => readRows(path, rows, batchRows)).toThrow(sentence);
	});

	test("cut off anywhere", async () => {
		const size = readFileSync(
			await written([lengths, lengths, lengths]),
		).length;
		// The last eight bytes say that no batch comes.
		for (let bytes = 0; bytes < size - 8; bytes += 7) {
			const path = await written([lengths, lengths, lengths]);
			truncateSync(path, bytes);
			for (const batchRows of [0, 3])
				expect(() => readRows(path, 9, batchRows), `${bytes}`).toThrow(
					/ends within its rows|no Arrow stream/,
				);
		}
	});

	test("with other columns", async () => {
		const path = await written([lengths]);
		const file = localFiles.openForRandomAccess(path);
		expect(() => new ArrowRows(file, schema.slice(1), 3).open()).toThrow(
			/its columns are name, ids, number, big, not ids, number, big/,
		);
		file.close?.();
	});
});
