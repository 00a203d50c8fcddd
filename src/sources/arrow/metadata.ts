import type { CodecName } from "../columns/codecs.js";
import { FlatTable } from "./flatbuffer.js";

/** Kinds of types, as Schema.fbs numbers them. */
export const Kind = {
	Null: 1,
	Int: 2,
	Float: 3,
	Binary: 4,
	Utf8: 5,
	Bool: 6,
	Decimal: 7,
	Date: 8,
	Time: 9,
	Timestamp: 10,
	Interval: 11,
	List: 12,
	Struct: 13,
	Union: 14,
	FixedSizeBinary: 15,
	FixedSizeList: 16,
	Map: 17,
	Duration: 18,
	LargeBinary: 19,
	LargeUtf8: 20,
	LargeList: 21,
	RunEndEncoded: 22,
	BinaryView: 23,
	Utf8View: 24,
	ListView: 25,
	LargeListView: 26,
} as const;

/** A column, or one within another. */
export interface Field {
	name: string;
	kind: number;
	/** Bits of an integer or a decimal; values of a list of fixed size. */
	size: number;
	isSigned: boolean;
	/** Digits of a decimal after the point. */
	scale: number;
	/** Precision of a float, unit of a time, mode of a union, as Schema.fbs numbers them. */
	mode: number;
	/** Its dictionary, of values of this type; null where the values stand in it. */
	dictionary: { id: number; bits: number; isSigned: boolean } | null;
	children: Field[];
}

export interface Schema {
	fields: Field[];
	/** Of the metadata; it tells how unions are laid out. */
	version: number;
}

/** How a batch lies in its body. */
export interface BatchHeader {
	rows: number;
	/** Values and nulls of each column, those within others after them. */
	nodes: [length: number, nulls: number][];
	/** Bytes in the body, of each buffer of each column. */
	buffers: [offset: number, length: number][];
	/** How each buffer is compressed. */
	codec: CodecName | null;
	/** How many buffers of texts each column of views has. */
	variadic: number[];
}

export type Message = { bodyLength: number } & (
	| { schema: Schema }
	| { batch: BatchHeader }
	| { dictionary: { id: number; isDelta: boolean; batch: BatchHeader } }
	| { other: number }
);

const SCHEMA = 1;
const DICTIONARY = 2;
const BATCH = 3;
/** Most columns of a file, those within others counted. */
const MOST_FIELDS = 1 << 16;

/** @throws Error where it is damaged or what cannot be read */
export function parseMessage(bytes: Uint8Array): Message {
	const message = FlatTable.rootOf(bytes);
	const version = message.short(0);
	const type = message.byte(1);
	const header = message.table(2);
	const bodyLength = message.long(3);
	if (header === null || bodyLength < 0)
		throw new Error("a message has no header or no proper length");
	switch (type) {
		case SCHEMA:
			return { bodyLength, schema: parseSchema(header, version) };
		case BATCH:
			return { bodyLength, batch: parseBatch(header) };
		case DICTIONARY: {
			const batch = header.table(1);
			if (batch === null) throw new Error("a dictionary has no values");
			const dictionary = {
				id: header.long(0),
				isDelta: header.byte(2) !== 0,
				batch: parseBatch(batch),
			};
			return { bodyLength, dictionary };
		}
		default:
			return { bodyLength, other: type };
	}
}

/** What the end of a file says of it: where its messages are. */
export interface Footer {
	schema: Schema;
	dictionaries: number[];
	batches: number[];
}

/** @throws Error where it is damaged */
export function parseFooter(bytes: Uint8Array): Footer {
	const footer = FlatTable.rootOf(bytes);
	const schema = footer.table(1);
	if (schema === null) throw new Error("the footer has no schema");
	return {
		schema: parseSchema(schema, footer.short(0)),
		dictionaries: footer.blocks(2),
		batches: footer.blocks(3),
	};
}

function parseSchema(schema: FlatTable, version: number): Schema {
	if (schema.short(0) !== 0) throw new Error("its numbers are big-endian");
	let fields = 0;
	const parseField = (field: FlatTable): Field => {
		fields++;
		if (fields > MOST_FIELDS) throw new Error("it has too many columns");
		const kind = field.byte(2);
		const dictionary = field.table(4);
		const index = dictionary?.table(1);
		return {
			name: field.string(0),
			kind,
			...parseType(kind, field.table(3)),
			dictionary: dictionary && {
				id: dictionary.long(0),
				bits: index?.int(0) ?? 32,
				isSigned: index === null || index?.byte(1) === 1,
			},
			children: field.tables(5).map(parseField),
		};
	};
	return { fields: schema.tables(1).map(parseField), version };
}

/** What a table of a type has, and what it says by having nothing. */
function parseType(kind: number, type: FlatTable | null) {
	const none = { size: 0, isSigned: false, scale: 0, mode: 0 };
	if (type === null) return none;
	switch (kind) {
		case Kind.Int:
			return { ...none, size: type.int(0), isSigned: type.byte(1) === 1 };
		case Kind.Decimal:
			return { ...none, size: type.int(2, 128), scale: type.int(1) };
		case Kind.FixedSizeList:
			return { ...none, size: type.int(0) };
		case Kind.Float:
		case Kind.Timestamp:
		case Kind.Union:
			return { ...none, mode: type.short(0) };
		case Kind.Date:
			return { ...none, mode: type.short(0, 1) };
		default:
			return none;
	}
}

function parseBatch(batch: FlatTable): BatchHeader {
	const rows = batch.long(0);
	if (rows < 0 || rows >= 2 ** 31)
		throw new Error(`a batch would have ${rows} rows`);
	const compression = batch.table(3);
	return {
		rows,
		nodes: batch.pairs(1),
		buffers: batch.pairs(2),
		codec: compression && (compression.byte(0) === 0 ? "lz4Frame" : "zstd"),
		variadic: batch.longs(4),
	};
}
