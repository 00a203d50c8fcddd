import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	type DataType,
	Field,
	makeData,
	RecordBatch,
	RecordBatchFileWriter,
	RecordBatchStreamWriter,
	Schema,
	Struct,
	vectorFromArray,
} from "apache-arrow";
import { Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm";

/** Columns by name: type and values. */
export type Columns = Record<string, [DataType, readonly unknown[]]>;

export interface Written {
	batchRows?: number;
	metadata?: Record<string, string>;
}

/** How a table can be written as a file of records. */
export const writers: Record<
	string,
	(columns: Columns, options?: Written) => Uint8Array
> = {
	"parquet file": (columns, options = {}) => {
		const stream = RecordBatchStreamWriter.writeAll(batches(columns, options));
		const properties = new WriterPropertiesBuilder()
			.setMaxRowGroupSize(options.batchRows ?? 1000)
			.setKeyValueMetadata(new Map(Object.entries(options.metadata ?? {})))
			.build();
		return writeParquet(
			Table.fromIPCStream(stream.toUint8Array(true)),
			properties,
		);
	},
	"arrow stream": (columns, options = {}) =>
		RecordBatchStreamWriter.writeAll(batches(columns, options)).toUint8Array(
			true,
		),
	"arrow file": (columns, options = {}) =>
		RecordBatchFileWriter.writeAll(batches(columns, options)).toUint8Array(
			true,
		),
};

/** Writes files of records into a directory; returns their paths. */
export function writeInputs(
	directory: string,
	files: Record<string, Uint8Array>,
): string[] {
	return Object.entries(files).map(([name, content]) => {
		const path = join(directory, name);
		writeFileSync(path, content);
		return path;
	});
}

function batches(
	columns: Columns,
	{ batchRows = 1000, metadata = {} }: Written,
): RecordBatch[] {
	const entries = Object.entries(columns);
	const schema = new Schema(
		entries.map(([name, [type]]) => new Field(name, type, true)),
		new Map(Object.entries(metadata)),
	);
	const rows = entries[0][1][1].length;
	// Slices of one share its dictionary, which a file has once.
	const whole = entries.map(
		([, [type, values]]) => vectorFromArray([...values], type).data[0],
	);
	const made: RecordBatch[] = [];
	for (let row = 0; row === 0 || row < rows; row += batchRows) {
		const children = whole.map((data) =>
			data.slice(row, Math.min(batchRows, rows - row)),
		);
		const length = Math.min(batchRows, rows - row);
		const type = new Struct(schema.fields);
		made.push(
			new RecordBatch(
				schema,
				makeData({ type, length, nullCount: 0, children }),
			),
		);
	}
	return made;
}
