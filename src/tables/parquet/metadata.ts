import type { ColumnType, Schema } from "../columns.js";
import { ENCODING } from "./pages.js";
import { i32, i64, list, struct, type Thrift, text } from "./thrift.js";

// The structures of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift

/** Where the pages of a column of a row group are, and what they come to. */
export interface Chunk {
	/** Offset of the first page in the file, and of the dictionary where there is one. */
	dataPage: number;
	dictionaryPage: number | null;
	values: number;
	/** Bytes with the pages' headers. */
	uncompressed: number;
	compressed: number;
}

export interface RowGroup {
	rows: number;
	/** In the order of the schema. */
	chunks: Chunk[];
}

/** Parquet's numbers for types, codecs and other things. */
const TYPES = { int32: 1, int64: 2, float32: 4, float64: 5, string: 6 };
const OPTIONAL = 1;
const REPEATED = 2;
const UTF8 = 0;
const LIST = 3;
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const nothing = struct({});

/** What comes before a page. */
export function pageHeader(
	kind: "data" | "dictionary",
	encoding: number,
	values: number,
	uncompressed: number,
	compressed: number,
): Uint8Array {
	const isData = kind === "data";
	const { bytes } = struct({
		1: i32(isData ? DATA_PAGE : DICTIONARY_PAGE),
		2: i32(uncompressed),
		3: i32(compressed),
		5: isData
			? struct({
					1: i32(values),
					2: i32(encoding),
					3: i32(ENCODING.rle),
					4: i32(ENCODING.rle),
				})
			: null,
		7: isData ? null : struct({ 1: i32(values), 2: i32(encoding) }),
	});
	return Uint8Array.from(bytes);
}

/** What comes at the end of a file, before its length. */
export function fileMetadata(
	schema: Schema,
	codec: number,
	groups: readonly RowGroup[],
	metadata: ReadonlyMap<string, string>,
): Uint8Array {
	const rows = groups.reduce((sum, group) => sum + group.rows, 0);
	const { bytes } = struct({
		1: i32(1),
		2: list([
			struct({ 4: text("arrow_schema"), 5: i32(schema.length) }),
			...schema.flatMap(({ name, type }) => elementsOf(name, type)),
		]),
		3: i64(rows),
		4:
			groups.length === 0
				? { type: 9, bytes: [nothing.type] }
				: list(groups.map((group) => rowGroup(schema, codec, group))),
		5: list(
			Array.from(metadata, ([key, value]) =>
				struct({ 1: text(key), 2: text(value) }),
			),
		),
		6: text("seqpack"),
	});
	return Uint8Array.from(bytes);
}

/** A column's nodes of the schema: lists have the standard three levels. */
function elementsOf(name: string, type: ColumnType): Thrift[] {
	const { isList, item } = itemOf(type);
	if (!isList) {
		const logical = struct({ 1: nothing });
		return [
			struct({
				1: i32(TYPES[item]),
				3: i32(OPTIONAL),
				4: text(name),
				6: item === "string" ? i32(UTF8) : null,
				10: item === "string" ? logical : null,
			}),
		];
	}
	return [
		struct({
			3: i32(OPTIONAL),
			4: text(name),
			5: i32(1),
			6: i32(LIST),
			10: struct({ 3: nothing }),
		}),
		struct({ 3: i32(REPEATED), 4: text("list"), 5: i32(1) }),
		struct({ 1: i32(TYPES[item]), 3: i32(OPTIONAL), 4: text("item") }),
	];
}

function itemOf(type: ColumnType): {
	isList: boolean;
	item: keyof typeof TYPES;
} {
	const inside = /^list<(.*)>$/.exec(type)?.[1];
	return {
		isList: inside !== undefined,
		item: (inside ?? type) as keyof typeof TYPES,
	};
}

function rowGroup(
	schema: Schema,
	codec: number,
	{ rows, chunks }: RowGroup,
): Thrift {
	const sum = (value: (chunk: Chunk) => number) =>
		chunks.reduce((total, chunk) => total + value(chunk), 0);
	return struct({
		1: list(
			chunks.map((chunk, column) =>
				columnChunk(schema[column].name, schema[column].type, codec, chunk),
			),
		),
		2: i64(sum(({ uncompressed }) => uncompressed)),
		3: i64(rows),
		5: i64(chunks[0].dictionaryPage ?? chunks[0].dataPage),
		6: i64(sum(({ compressed }) => compressed)),
	});
}

function columnChunk(
	name: string,
	type: ColumnType,
	codec: number,
	{ dataPage, dictionaryPage, values, uncompressed, compressed }: Chunk,
): Thrift {
	const { isList, item } = itemOf(type);
	const path = isList ? [name, "list", "item"] : [name];
	const encodings =
		dictionaryPage === null
			? [ENCODING.plain, ENCODING.rle]
			: [ENCODING.plain, ENCODING.rle, ENCODING.rleDictionary];
	return struct({
		2: i64(0),
		3: struct({
			1: i32(TYPES[item]),
			2: list(encodings.map(i32)),
			3: list(path.map(text)),
			4: i32(codec),
			5: i64(values),
			6: i64(uncompressed),
			7: i64(compressed),
			9: i64(dataPage),
			11: dictionaryPage === null ? null : i64(dictionaryPage),
		}),
	});
}
