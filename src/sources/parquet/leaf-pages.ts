import type {
	ColumnMetaData,
	DecodedArray,
	Encoding,
	SchemaTree,
} from "hyparquet";
import { convert, DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { byteStreamSplit } from "hyparquet/src/encoding.js";
import { readPlain } from "hyparquet/src/plain.js";
import {
	getMaxDefinitionLevel,
	getMaxRepetitionLevel,
} from "hyparquet/src/schema.js";
import type { ColumnDecoder } from "hyparquet/src/types.js";
import type { Codec } from "../columns/codecs.js";
import { decimalText } from "../columns/decimal.js";
import {
	deltaByteArrays,
	deltaLengthByteArrays,
	deltaNumbers,
	plainByteArrays,
	readerOf,
} from "./byte-arrays.js";
import { decoding } from "./faults.js";
import { decodeHybrid } from "./hybrid.js";
import type { Page, Pages } from "./pages.js";

/** Most values of a page: its levels must fit into memory. */
const MOST_VALUES = 1 << 26;

/** What a page of a column holds. */
export interface LeafPage {
	/** How many values there are, those that are null included. */
	count: number;
	/** By value, at which list it goes on; 0: it begins a row. Empty: each begins one. */
	repetition: Uint8Array;
	/** By value, how much of its path is there; null: all, always. */
	definition: Uint8Array | null;
	/** The values that are no nulls. */
	values: ArrayLike<unknown>;
	/** What `values` point into, where they are indices. */
	dictionary: ArrayLike<unknown> | null;
}

/** Decodes the pages of a column chunk. */
export class LeafPages {
	/** The definition level of a value that is there. */
	readonly deepest: number;
	readonly #pages: Pages;
	readonly #decompress: Codec;
	readonly #decoder: ColumnDecoder;
	readonly #mostRepeated: number;
	readonly #raw: boolean;
	#dictionary: ArrayLike<unknown> | null = null;

	/**
	 * @param path The column's place in the schema, from the root on.
	 * @param raw Whether byte arrays are given as bytes, and decimals as texts; else
	 * as what their type says.
	 */
	constructor(
		pages: Pages,
		decompress: Codec,
		path: SchemaTree[],
		{ type, codec, path_in_schema }: ColumnMetaData,
		raw: boolean,
	) {
		this.#pages = pages;
		this.#decompress = decompress;
		this.deepest = getMaxDefinitionLevel(path);
		this.#mostRepeated = getMaxRepetitionLevel(path);
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

	/** The next page that holds values. @throws BadInput where there is none that can be read */
	async next(): Promise<LeafPage> {
		for (;;) {
			const page = await this.#pages.next();
			const decoded = decoding(() => this.#take(page));
			if (decoded !== null) return decoded;
		}
	}

	/** The same; null where the chunk has come to its end. */
	async nextIfAny(): Promise<LeafPage | null> {
		return (await this.#pages.hasMore()) ? this.next() : null;
	}

	#take({ header, bytes }: Page): LeafPage | null {
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
			const levelsOf = (most: number, form: Encoding) => {
				if (most === 0) return new Uint8Array(0);
				if (form === "BIT_PACKED")
					throw new Error("its levels are in a form that is long deprecated");
				const end = 4 + readerOf(page).view.getUint32(0, true);
				const levels = readLevels(page.subarray(4, end), num_values, most);
				page = page.subarray(end);
				return levels;
			};
			const repetition = levelsOf(
				this.#mostRepeated,
				data_page_header.repetition_level_encoding,
			);
			const definition = levelsOf(
				this.deepest,
				data_page_header.definition_level_encoding,
			);
			return this.#pageOf(page, encoding, num_values, repetition, definition);
		} else if (data_page_header_v2 !== undefined) {
			const { num_values, encoding, is_compressed } = data_page_header_v2;
			const {
				repetition_levels_byte_length: start,
				definition_levels_byte_length: definitionSize,
			} = data_page_header_v2;
			const end = start + definitionSize;
			if (
				!(start >= 0 && definitionSize >= 0) ||
				end > Math.min(bytes.length, size)
			)
				throw new Error("a page is shorter than its levels");
			const repetition = readLevels(
				bytes.subarray(0, start),
				num_values,
				this.#mostRepeated,
			);
			const definition = readLevels(
				bytes.subarray(start, end),
				num_values,
				this.deepest,
			);
			const stored = bytes.subarray(end);
			const isPlain = is_compressed === false || stored.length === 0;
			const page = isPlain ? stored : this.#decompress(stored, size - end);
			return this.#pageOf(page, encoding, num_values, repetition, definition);
		}
		return null;
	}

	#pageOf(
		page: Uint8Array,
		encoding: Encoding,
		count: number,
		repetition: Uint8Array,
		levels: Uint8Array,
	): LeafPage {
		requireCount(count);
		const there = this.deepest === 0 ? count : countOf(levels, this.deepest);
		const isIndexed =
			encoding === "RLE_DICTIONARY" || encoding === "PLAIN_DICTIONARY";
		const decoded = {
			count,
			repetition,
			definition: there === count ? null : levels,
			dictionary: isIndexed ? (this.#dictionary ?? []) : null,
		};
		if (there === 0) return { ...decoded, values: [] };
		if (!isIndexed)
			return { ...decoded, values: this.#decode(page, encoding, there) };
		const indices = new Int32Array(there);
		decodeHybrid(page.subarray(1), page[0], indices);
		return { ...decoded, values: indices };
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
		if (!this.#raw) {
			const converted = convert(values, this.#decoder);
			return converted instanceof Int32Array
				? converted
				: Array.from(converted, fromBigint);
		}
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

/** @param most The highest that there can be; 0: there are none. */
function readLevels(
	bytes: Uint8Array,
	count: number,
	most: number,
): Uint8Array {
	if (most === 0) return new Uint8Array(0);
	requireCount(count);
	const levels = new Uint8Array(count);
	decodeHybrid(bytes, 32 - Math.clz32(most), levels);
	if (levels.some((level) => level > most))
		throw new Error("a level is higher than the highest");
	return levels;
}

function requireCount(count: number): void {
	if (!(count >= 0 && count <= MOST_VALUES))
		throw new Error(`a page has ${count} values`);
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
