import type {
	ColumnMetaData,
	CompressionCodec,
	DecodedArray,
	Encoding,
	SchemaTree,
} from "hyparquet";
import { convert, DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { byteStreamSplit } from "hyparquet/src/encoding.js";
import { readPlain } from "hyparquet/src/plain.js";
import { getMaxDefinitionLevel } from "hyparquet/src/schema.js";
import type { ColumnDecoder } from "hyparquet/src/types.js";
import { type Codec, type CodecName, loadCodec } from "../columns/codecs.js";
import { decimalText } from "../columns/decimal.js";
import {
	deltaByteArrays,
	deltaLengthByteArrays,
	deltaNumbers,
	plainByteArrays,
	readerOf,
} from "./byte-arrays.js";
import { decoding, faults } from "./faults.js";
import { decodeHybrid } from "./hybrid.js";
import type { Page, Pages } from "./pages.js";

/** Gives the values of a column of a row group, row by row. */
export interface RowReader {
	/** Rows that `next` can give before more must be loaded. */
	readonly ready: number;
	/** Decodes some more rows. @throws BadInput */
	load(): Promise<void>;
	/** The value of the next row; null where there is none. @throws BadInput */
	next(): unknown;
}

/** Most values of a page: its levels must fit into memory. */
const MOST_VALUES = 1 << 26;

const codecNames: Partial<Record<CompressionCodec, CodecName>> = {
	SNAPPY: "snappy",
	GZIP: "gzip",
	BROTLI: "brotli",
	ZSTD: "zstd",
	LZ4: "lz4Hadoop",
	LZ4_RAW: "lz4",
};

/** The codec of a column. @throws BadInput */
export async function codecOf(codec: CompressionCodec): Promise<Codec> {
	if (codec === "UNCOMPRESSED") return (bytes) => bytes;
	const name = codecNames[codec];
	if (name === undefined)
		throw faults.corrupt(
			`it is compressed by ${codec}, which seqpack cannot read`,
		);
	return loadCodec(name);
}

/** Reads a column that has one value a row, page by page. */
export class ColumnReader implements RowReader {
	readonly #pages: Pages;
	readonly #decompress: Codec;
	readonly #decoder: ColumnDecoder;
	readonly #deepest: number;
	readonly #raw: boolean;
	#rowsLeft: number;
	/** Rows of the page, and how many were given. */
	#rows = 0;
	#row = 0;
	/** By row of the page, how many levels of it there are; null: all, always. */
	#levels: Uint8Array | null = null;
	#dictionary: ArrayLike<unknown> | null = null;
	/** The values that are there; indices into the dictionary, where they are of one. */
	#values: ArrayLike<unknown> = [];
	#isIndexed = false;
	#value = 0;

	/**
	 * @param path The column's place in the schema, from the root on.
	 * @param rows Rows of the row group.
	 * @param raw Whether byte arrays are given as bytes, and decimals as texts; else
	 * as what their type says.
	 */
	constructor(
		pages: Pages,
		decompress: Codec,
		path: SchemaTree[],
		{ type, codec, path_in_schema }: ColumnMetaData,
		rows: number,
		raw: boolean,
	) {
		this.#pages = pages;
		this.#decompress = decompress;
		this.#deepest = getMaxDefinitionLevel(path);
		this.#rowsLeft = rows;
		this.#raw = raw;
		this.#decoder = {
			pathInSchema: path_in_schema,
			type,
			codec,
			element: path[path.length - 1].element,
			schemaPath: path,
			parsers: DEFAULT_PARSERS,
			utf8: true,
		};
	}

	get ready(): number {
		return this.#rows - this.#row;
	}

	next(): unknown {
		const row = this.#row++;
		if (this.#levels !== null && this.#levels[row] !== this.#deepest)
			return null;
		const value = this.#values[this.#value++];
		if (!this.#isIndexed) return value;
		const index = value as number;
		const dictionary = this.#dictionary ?? [];
		if (index < 0 || index >= dictionary.length)
			throw faults.corrupt("an index is beyond its dictionary");
		return dictionary[index];
	}

	async load(): Promise<void> {
		while (this.ready === 0) {
			const page = await this.#pages.next();
			decoding(() => this.#take(page));
		}
	}

	#take({ header, bytes }: Page): void {
		const { dictionary_page_header, data_page_header, data_page_header_v2 } =
			header;
		const size = header.uncompressed_page_size;
		if (dictionary_page_header !== undefined) {
			const { num_values } = dictionary_page_header;
			const page = this.#decompress(bytes, size);
			if (num_values > page.length)
				throw new Error("a dictionary is cut short");
			this.#dictionary = this.#plain(page, num_values);
		} else if (data_page_header !== undefined) {
			const { num_values, encoding } = data_page_header;
			let page = this.#decompress(bytes, size);
			this.#begin(num_values);
			if (this.#deepest > 0) {
				if (data_page_header.definition_level_encoding === "BIT_PACKED")
					throw new Error("its levels are in a form that is long deprecated");
				const end = 4 + readerOf(page).view.getUint32(0, true);
				this.#readLevels(page.subarray(4, end));
				page = page.subarray(end);
			}
			this.#readValues(page, encoding);
		} else if (data_page_header_v2 !== undefined) {
			const { num_values, encoding, is_compressed } = data_page_header_v2;
			const {
				repetition_levels_byte_length: repetition,
				definition_levels_byte_length: definition,
			} = data_page_header_v2;
			const levels = repetition + definition;
			if (
				repetition < 0 ||
				definition < 0 ||
				levels > Math.min(bytes.length, size)
			)
				throw new Error("a page is shorter than its levels");
			this.#begin(num_values);
			if (this.#deepest > 0)
				this.#readLevels(bytes.subarray(repetition, levels));
			const stored = bytes.subarray(levels);
			const isPlain = is_compressed === false || stored.length === 0;
			const page = isPlain ? stored : this.#decompress(stored, size - levels);
			this.#readValues(page, encoding);
		}
	}

	#begin(rows: number): void {
		if (rows < 0 || rows > Math.min(this.#rowsLeft, MOST_VALUES))
			throw new Error(
				`a page has ${rows} rows, and its row group ${this.#rowsLeft} more`,
			);
		this.#rowsLeft -= rows;
		this.#rows = rows;
		this.#row = 0;
		this.#value = 0;
		this.#levels = null;
	}

	#readLevels(bytes: Uint8Array): void {
		const levels = new Uint8Array(this.#rows);
		decodeHybrid(bytes, widthOf(this.#deepest), levels);
		if (levels.some((level) => level !== this.#deepest)) this.#levels = levels;
	}

	#readValues(page: Uint8Array, encoding: Encoding): void {
		const count =
			this.#levels === null ? this.#rows : countOf(this.#levels, this.#deepest);
		this.#isIndexed =
			encoding === "RLE_DICTIONARY" || encoding === "PLAIN_DICTIONARY";
		if (count === 0) this.#values = [];
		else if (this.#isIndexed) {
			const indices = new Int32Array(count);
			decodeHybrid(page.subarray(1), page[0], indices);
			this.#values = indices;
		} else this.#values = this.#decode(page, encoding, count);
	}

	#decode(
		page: Uint8Array,
		encoding: Encoding,
		count: number,
	): ArrayLike<unknown> {
		const { type, element } = this.#decoder;
		const reader = readerOf(page);
		switch (encoding) {
			case "PLAIN":
				return this.#plain(page, count);
			case "DELTA_LENGTH_BYTE_ARRAY":
				return this.#convert(deltaLengthByteArrays(page, count));
			case "DELTA_BYTE_ARRAY":
				return this.#convert(deltaByteArrays(page, count));
			case "DELTA_BINARY_PACKED": {
				const output =
					type === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
				return this.#convert(deltaNumbers(reader, output));
			}
			case "RLE": {
				const bits = new Uint8Array(count);
				decodeHybrid(page.subarray(4), 1, bits);
				return Array.from(bits, (bit) => bit === 1);
			}
			case "BYTE_STREAM_SPLIT":
				this.#requireRoom(page, count);
				return this.#convert(
					byteStreamSplit(reader, count, type, element.type_length),
				);
			default:
				throw new Error(`the encoding ${encoding} cannot be read`);
		}
	}

	#plain(page: Uint8Array, count: number): ArrayLike<unknown> {
		const { type, element } = this.#decoder;
		if (type === "BYTE_ARRAY")
			return this.#convert(plainByteArrays(page, count));
		this.#requireRoom(page, count);
		return this.#convert(
			readPlain(readerOf(page), type, count, element.type_length),
		);
	}

	/** hyparquet would read on past the end of the page. */
	#requireRoom(page: Uint8Array, count: number): void {
		const { type, element } = this.#decoder;
		const bits = BITS[type] ?? 8 * (element.type_length ?? 0);
		if (count * bits > page.length * 8) throw new Error("a page is cut short");
	}

	#convert(values: DecodedArray): ArrayLike<unknown> {
		const { type, element } = this.#decoder;
		if (!this.#raw)
			return Array.from(convert(values, this.#decoder), fromBigint);
		if (element.converted_type === "DECIMAL")
			return Array.from(values, (value) =>
				decimalText(value, element.scale ?? 0),
			);
		return type === "BYTE_ARRAY" ? values : convert(values, this.#decoder);
	}
}

const BITS: Partial<Record<string, number>> = {
	BOOLEAN: 1,
	INT32: 32,
	INT64: 64,
	INT96: 96,
	FLOAT: 32,
	DOUBLE: 64,
};

function widthOf(most: number): number {
	return 32 - Math.clz32(most);
}

function countOf(levels: Uint8Array, wanted: number): number {
	let count = 0;
	for (const level of levels) if (level === wanted) count++;
	return count;
}

/** Large integers as numbers, where that is exact. */
function fromBigint(value: unknown): unknown {
	if (typeof value !== "bigint") return value;
	const number = Number(value);
	return Number.isSafeInteger(number) ? number : value;
}
