import {
	type AsyncBuffer,
	type FileMetaData,
	parquetMetadata,
	parquetRead,
	parquetSchema,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { ReadableFile } from "../storage/storage.js";
import type { Column, ColumnBatch, ColumnType, Schema } from "./columns.js";
import { checkMetadata } from "./parquet/check-metadata.js";
import { ColumnMemory, readPlainGroup } from "./parquet/group-reader.js";

/**
 * Reads Parquet a row group at a time: what our own writer has written by our own reader, and the rest
 * by hyparquet.
 */
export async function* readParquet(
	file: ReadableFile,
	size: number,
	schema: Schema,
): AsyncGenerator<ColumnBatch> {
	const opened = await open(file, size, schema);
	// What is read out of memory is valid until more is read, and so are its columns.
	const memory = new ColumnMemory(file.whole !== undefined);
	try {
		for (let group = 0; group < opened.metadata.row_groups.length; group++)
			yield await readGroup(opened, group, schema, memory);
	} finally {
		memory.free();
	}
}

/** Reads one row group. */
export async function readParquetGroup(
	file: ReadableFile,
	size: number,
	schema: Schema,
	group: number,
): Promise<ColumnBatch> {
	const opened = await open(file, size, schema);
	if (group >= opened.metadata.row_groups.length)
		throw new Error(
			`it has ${opened.metadata.row_groups.length} row groups, and no ${group}`,
		);
	return readGroup(opened, group, schema);
}

interface OpenParquet {
	/** Gives bytes of the file, as views where it is in memory. */
	read: (start: number, length: number) => Promise<Uint8Array>;
	buffer: AsyncBuffer;
	metadata: FileMetaData;
}

async function open(
	file: ReadableFile,
	size: number,
	schema: Schema,
): Promise<OpenParquet> {
	const buffer: AsyncBuffer = {
		byteLength: size,
		slice: async (start, end = size) => {
			const bytes = await file.read(start, end - start);
			return bytes.buffer.slice(
				bytes.byteOffset,
				bytes.byteOffset + bytes.length,
			) as ArrayBuffer;
		},
	};
	const metadata = await readMetadata(file, size);
	const names = new Set(
		parquetSchema(metadata).children.map((child) => child.element.name),
	);
	for (const { name } of schema)
		if (!names.has(name)) throw new Error(`it has no column ${name}`);
	const read = (start: number, length: number) => file.read(start, length);
	return { read, buffer, metadata };
}

/** What is read first: metadata is seldom longer. */
const FIRST_READ = 1 << 16;
/** The length of the metadata, and the word that begins and ends a file. */
const TAIL = 8;
const MAGIC = "PAR1";

async function readMetadata(
	file: ReadableFile,
	size: number,
): Promise<FileMetaData> {
	const readEnd = (length: number) => file.read(size - length, length);
	let end = await readEnd(Math.min(size, FIRST_READ));
	if (end.length < TAIL || end.toString("latin1", end.length - 4) !== MAGIC)
		throw new Error("it does not end as a Parquet file does");
	const needed = end.readUInt32LE(end.length - TAIL) + TAIL;
	if (needed > size) throw new Error("its metadata is cut off");
	if (needed > end.length) end = await readEnd(needed);
	checkMetadata(end);
	// It wants an array buffer that has nothing else.
	return parquetMetadata(Uint8Array.from(end).buffer);
}

async function readGroup(
	{ read, buffer, metadata }: OpenParquet,
	group: number,
	schema: Schema,
	memory?: ColumnMemory,
): Promise<ColumnBatch> {
	const groups = metadata.row_groups;
	const rowStart = groups
		.slice(0, group)
		.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
	const rows = Number(groups[group].num_rows);
	const plain = await readPlainGroup(read, metadata, group, schema, memory);
	if (plain !== null) return plain;
	const lists = new Map<string, ArrayLike<unknown>[]>();
	await parquetRead({
		file: buffer,
		metadata,
		compressors,
		columns: schema.map(({ name }) => name),
		rowStart,
		rowEnd: rowStart + rows,
		onChunk: ({ columnName, columnData }) => {
			const parts = lists.get(columnName);
			if (parts) parts.push(columnData);
			else lists.set(columnName, [columnData]);
		},
	});
	const columns: Record<string, Column> = {};
	for (const { name, type } of schema)
		columns[name] = toColumn(lists.get(name) ?? [], type, rows, name);
	return { rows, columns };
}

function toColumn(
	parts: ArrayLike<unknown>[],
	type: ColumnType,
	rows: number,
	name: string,
): Column {
	const found = parts.reduce((sum, part) => sum + part.length, 0);
	if (found !== rows)
		throw new Error(`its column ${name} has ${found} rows of ${rows}`);
	const values =
		parts.length === 1
			? parts[0]
			: parts.flatMap((part) => Array.from(part as ArrayLike<unknown>));
	if (type === "string")
		return {
			type,
			values: Array.from(values as ArrayLike<string | null>, (v) => v ?? null),
		};
	if (type === "int32")
		return { type, values: Int32Array.from(values as ArrayLike<number>) };
	if (type === "int64")
		return { type, values: BigInt64Array.from(values as ArrayLike<bigint>) };
	if (type === "float64")
		return { type, values: Float64Array.from(values as ArrayLike<number>) };
	const lists = values as ArrayLike<ArrayLike<number | bigint>>;
	const offsets = new Int32Array(rows + 1);
	for (let i = 0; i < rows; i++) offsets[i + 1] = offsets[i] + lists[i].length;
	const size = offsets[rows];
	if (type === "list<int32>") {
		const flat = joinInto(new Int32Array(size), lists as NumberLists);
		return { type, values: flat, offsets };
	}
	if (type === "list<float32>") {
		const flat = joinInto(new Float32Array(size), lists as NumberLists);
		return { type, values: flat, offsets };
	}
	const flat = new BigInt64Array(size);
	for (let i = 0; i < rows; i++)
		flat.set(lists[i] as ArrayLike<bigint>, offsets[i]);
	return { type, values: flat, offsets };
}

type NumberLists = ArrayLike<ArrayLike<number>>;

/** The values of lists one after the other; `set` would take several times as long of arrays. */
function joinInto<T extends Int32Array | Float32Array>(
	target: T,
	lists: NumberLists,
): T {
	let at = 0;
	for (let i = 0; i < lists.length; i++) {
		const list = lists[i];
		for (let j = 0; j < list.length; j++) target[at++] = list[j];
	}
	return target;
}
