import {
	Binary,
	type DataType,
	type Field,
	FixedSizeList,
	LargeList,
	List,
	Map_,
	RecordBatchReader,
	Schema,
	Struct,
	Type,
	tableFromIPC,
	Utf8,
	util,
} from "apache-arrow";
import type { ParquetFile, ReaderOptions, RecordBatch } from "parquet-wasm";
import { damageOf } from "../../core/errors.js";
import type { ReadableFile } from "../../storage/storage.js";
import {
	BadInput,
	type InputFile,
	type OpenTable,
	type ReadableStorage,
} from "../source.js";
import { faults } from "./faults.js";
import { readFooter } from "./footer.js";
import { isTrap, untilTrap } from "./until-trap.js";

/** Bytes that are decoded at a time, about; and rows, at most. */
const BATCH_BYTES = 1 << 23;
const BATCH_ROWS = 1 << 12;
/** Compressed bytes of a row group: parquet-wasm holds all of one in a memory of 4 GB. */
const LARGEST_GROUP = 2 ** 31;

/** Opens a file with all its columns, which parquet-wasm (arrow-rs) reads. @throws BadInput */
export async function openTable(
	storage: ReadableStorage,
	file: InputFile,
): Promise<OpenTable> {
	const { metadata } = await readFooter(storage, file);
	const groups = metadata.row_groups.map(
		({ num_rows, total_byte_size, columns }) => ({
			rows: Number(num_rows),
			bytes: Number(total_byte_size),
			stored: columns.reduce(
				(sum, { meta_data }) =>
					sum + Number(meta_data?.total_compressed_size ?? 0),
				0,
			),
		}),
	);
	// It takes a tenth of a second to load.
	const wasm = await import("parquet-wasm");
	const opened = await storage.open(file.path);
	let table: ParquetFile;
	let schema: Schema;
	try {
		const blob = blobOf(opened, 0, file.size);
		table = await untilTrap(() => wasm.ParquetFile.fromFile(blob));
		const { fields, metadata } = tableFromIPC(
			table.schema().intoIPCStream(),
		).schema;
		schema = new Schema(fields.map(withoutViews), metadata);
	} catch (error) {
		await opened.close();
		throw faults.corrupt(`its columns cannot be read: ${textOf(error)}`);
	}
	return {
		schema,
		async *batches() {
			for (const [number, { rows, bytes, stored }] of groups.entries()) {
				if (stored > LARGEST_GROUP)
					throw new BadInput(
						"corrupt-parquet",
						`row group ${number + 1} has ${stored} bytes, more than the ${LARGEST_GROUP} that can be read at once. Write the file with smaller row groups`,
					);
				const batchSize = Math.floor((BATCH_BYTES * rows) / (bytes || 1));
				const options = {
					rowGroups: [number],
					batchSize: Math.max(1, Math.min(BATCH_ROWS, batchSize)),
					concurrency: 1,
				};
				let read = 0;
				try {
					for await (const batch of batchesOf(table, options)) {
						// Of it nothing is left: the bytes are a copy.
						const stream = batch.intoIPCStream();
						for (const part of RecordBatchReader.from(stream)) {
							if (part.numRows === 0) continue;
							if (!util.compareSchemas(part.schema, schema))
								throw new Error("its rows have other columns than it says");
							read += part.numRows;
							yield part;
						}
					}
				} catch (error) {
					throw faults.corrupt(`row group ${number + 1}: ${textOf(error)}`);
				}
				if (read !== rows)
					throw faults.corrupt(
						`row group ${number + 1} has ${read} rows of ${rows}`,
					);
			}
		},
		async close() {
			table.free();
			await opened.close();
		},
	};
}

async function* batchesOf(
	table: ParquetFile,
	options: ReaderOptions,
): AsyncGenerator<RecordBatch> {
	const stream: ReadableStream<RecordBatch> = await untilTrap(() =>
		table.stream(options),
	);
	const reader = stream.getReader();
	let isTrapped = false;
	const next = () =>
		untilTrap(() => reader.read()).catch((error) => {
			isTrapped = isTrap(error);
			throw error;
		});
	try {
		for (let read = await next(); !read.done; read = await next())
			yield read.value;
	} finally {
		// After a trap nothing that it is asked for comes.
		if (!isTrapped) await untilTrap(() => reader.cancel());
	}
}

/** A column as parquet-wasm gives it: views, which Parquet knows nothing of, as what they are of. */
function withoutViews(field: Field): Field {
	return field.clone({ type: plainType(field.type) });
}

function plainType(type: DataType): DataType {
	const children = (type.children ?? []).map(withoutViews);
	switch (type.typeId) {
		case Type.Utf8View:
			return new Utf8();
		case Type.BinaryView:
			return new Binary();
		case Type.List:
			return new List(children[0]);
		case Type.LargeList:
			return new LargeList(children[0]);
		case Type.FixedSizeList:
			return new FixedSizeList((type as FixedSizeList).listSize, children[0]);
		case Type.Struct:
			return new Struct(children);
		case Type.Map:
			return new Map_(children[0] as never, (type as Map_).keysSorted);
		default:
			return type;
	}
}

/** A part of a file, with as much of a Blob as parquet-wasm asks of one. */
function blobOf(file: ReadableFile, start: number, end: number): Blob {
	return {
		size: end - start,
		slice: (from = 0, to = end - start) =>
			blobOf(file, start + from, start + to),
		async arrayBuffer() {
			const memory = new ArrayBuffer(end - start);
			const bytes = await file.read(start, end - start, memory);
			if (bytes.length < end - start)
				throw new Error("the file has become shorter");
			return bytes.buffer === memory ? memory : Uint8Array.from(bytes).buffer;
		},
	} as unknown as Blob;
}

function textOf(error: unknown): string {
	return error instanceof Error ? damageOf(error) : String(error);
}
