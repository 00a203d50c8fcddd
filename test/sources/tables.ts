import {
	Field,
	makeData,
	RecordBatch,
	RecordBatchStreamWriter,
	Schema,
	Struct,
	Utf8,
} from "apache-arrow";
import {
	Compression,
	Table,
	WriterPropertiesBuilder,
	writeParquet,
} from "parquet-wasm";
import {
	ArrowStreamEncoder,
	encodeOneBatch,
} from "../../src/tables/arrow-stream.js";
import type {
	ColumnBatch,
	Schema as ColumnSchema,
} from "../../src/tables/columns.js";

type Rows = readonly Record<string, string | null>[];

/** An Arrow stream of columns of texts, so many rows a batch. */
export function arrowTable(rows: Rows, batchRows: number): Uint8Array {
	const schema = schemaOf(rows);
	const encoder = new ArrowStreamEncoder(schema);
	const parts: Uint8Array[] = [];
	for (let start = 0; start < Math.max(1, rows.length); start += batchRows)
		parts.push(
			...encoder
				.encode(batchOf(schema, rows.slice(start, start + batchRows)))
				.map((part) => part.slice()),
		);
	return Buffer.concat([...parts, ...encoder.end()]);
}

/** An uncompressed Parquet file of columns of texts, so many rows a row group. */
export function parquetTable(rows: Rows, batchRows: number): Uint8Array {
	const schema = schemaOf(rows);
	const table = Table.fromIPCStream(
		encodeOneBatch(batchOf(schema, rows), schema),
	);
	const properties = new WriterPropertiesBuilder()
		.setCompression(Compression.UNCOMPRESSED)
		.setMaxRowGroupSize(batchRows)
		.build();
	return writeParquet(table, properties);
}

/** A stream of one text that is longer than texts can be, and of `good`. */
export function tooLongArrow(): Uint8Array {
	const type = new Struct([new Field("text", new Utf8(), true)]);
	const long = Buffer.alloc(2 ** 29 + 4);
	long.write("good", 2 ** 29);
	const valueOffsets = Int32Array.of(0, 2 ** 29, 2 ** 29 + 4);
	const text = makeData({
		type: new Utf8(),
		length: 2,
		nullCount: 0,
		valueOffsets,
		data: long,
	});
	const batch = new RecordBatch(
		new Schema(type.children),
		makeData({ type, length: 2, nullCount: 0, children: [text] }),
	);
	return RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true);
}

function schemaOf(rows: Rows): ColumnSchema {
	const names = Object.keys(rows[0] ?? { text: "", id: "" });
	return names.map((name) => ({ name, type: "string" }));
}

function batchOf(schema: ColumnSchema, rows: Rows): ColumnBatch {
	const columns = schema.map(({ name }) => [
		name,
		{ type: "string", values: rows.map((row) => row[name]) },
	]);
	return { rows: rows.length, columns: Object.fromEntries(columns) };
}
