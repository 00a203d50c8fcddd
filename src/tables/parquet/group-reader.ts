import type { ColumnMetaData, FileMetaData, SchemaElement } from "hyparquet";
import { roundUp } from "../../core/arithmetic.js";
import { giveMemory, takeMemory } from "../../core/memory.js";
import type { Column, ColumnBatch, ColumnType, Schema } from "../columns.js";
import { uncompressSnappy } from "../snappy.js";
import { readHybrid } from "./hybrid-reader.js";
import { type PageHeader, readPageHeader } from "./page-header.js";
import { ENCODING } from "./pages.js";

/**
 * Reads a row group that is laid out as `ParquetWriter` does it, into typed arrays. What another
 * writer does otherwise is none of its matters: null is returned then.
 * @param read Gives bytes of the file.
 * @param memory What columns are read into.
 * @throws Error where the group is damaged
 */
export async function readPlainGroup(
	read: (start: number, length: number) => Promise<Uint8Array>,
	metadata: FileMetaData,
	group: number,
	schema: Schema,
	memory: ColumnMemory = new ColumnMemory(false),
): Promise<ColumnBatch | null> {
	const { num_rows, columns: chunks } = metadata.row_groups[group];
	const rows = Number(num_rows);
	if (rows > MOST_ROWS) return null;
	const columns: Record<string, Column> = {};
	for (const { name, type } of schema) {
		const meta = chunks.find(
			({ meta_data }) => meta_data?.path_in_schema[0] === name,
		)?.meta_data;
		if (meta === undefined || !isPlain(metadata.schema, meta, type))
			return null;
		const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
		const length = Number(meta.total_compressed_size);
		const bytes = await read(start, length);
		if (bytes.length < length) throw new Error("it ends in a row group");
		const column = new ChunkReader(bytes, meta, type, rows, (what, size) =>
			memory.take(`${name} ${what}`, size),
		).read();
		if (column === null) return null;
		columns[name] = column;
	}
	return { rows, columns };
}

/** Gives memory for columns, of one row group after the other. */
export class ColumnMemory {
	readonly #kept: Map<string, ArrayBuffer> | null;

	/** @param isReused Whether what a group is read into is used again for the next one. */
	constructor(isReused: boolean) {
		this.#kept = isReused ? new Map() : null;
	}

	/** At least so many bytes, whatever is in them. */
	take(name: string, bytes: number): ArrayBuffer {
		if (this.#kept === null) return new ArrayBuffer(bytes);
		const known = this.#kept.get(name);
		if (known !== undefined && known.byteLength >= bytes) return known;
		if (known !== undefined) giveMemory(known);
		// Groups are of about one size: the next one is to have room as well.
		const made = takeMemory(roundUp(bytes, bytes < STEP / 16 ? 8 : STEP));
		this.#kept.set(name, made);
		return made;
	}

	/** Lets others use it: no column that was read into it is valid any more. */
	free(): void {
		for (const memory of this.#kept?.values() ?? []) giveMemory(memory);
		this.#kept?.clear();
	}
}

const STEP = 1 << 20;

/** Rows that one group is taken to have at most. */
const MOST_ROWS = 2 ** 26;

const CODECS: readonly string[] = ["UNCOMPRESSED", "SNAPPY"];
const TYPES: Readonly<Record<string, string>> = {
	int32: "INT32",
	int64: "INT64",
	float32: "FLOAT",
	float64: "DOUBLE",
	string: "BYTE_ARRAY",
};

/** Whether a column is as this reader knows it: its type, and how deep it is. */
function isPlain(
	schema: readonly SchemaElement[],
	{ codec, type: stored, path_in_schema: path }: ColumnMetaData,
	type: ColumnType,
): boolean {
	const list = /^list<(.*)>$/.exec(type)?.[1];
	const at = schema.findIndex(
		({ name }, i) => i > 0 && name === path[0] && isTop(schema, i),
	);
	const due =
		list === undefined ? ["OPTIONAL"] : ["OPTIONAL", "REPEATED", "OPTIONAL"];
	return (
		CODECS.includes(codec) &&
		stored === TYPES[list ?? type] &&
		path.length === due.length &&
		due.every((repetition, i) => {
			const element = schema[at + i];
			return (
				element?.name === path[i] &&
				element.repetition_type === repetition &&
				(element.num_children ?? 0) === Number(i < due.length - 1)
			);
		})
	);
}

/** Whether an element is a column of the table, and not within one. */
function isTop(schema: readonly SchemaElement[], place: number): boolean {
	let at = 1;
	const skip = (): void => {
		const { num_children: children = 0 } = schema[at++];
		for (let i = 0; i < children; i++) skip();
	};
	while (at < place) skip();
	return at === place;
}

/** Reads a column of a row group. */
class ChunkReader {
	readonly #bytes: Uint8Array;
	readonly #meta: ColumnMetaData;
	readonly #type: ColumnType;
	readonly #rows: number;
	/** Where the values go, and how many bytes of them there are. */
	#values = new Uint8Array(0);
	#length = 0;
	/** Of lists, where each begins, and how many rows there are so far. */
	readonly #offsets: Int32Array;
	#row = 0;
	readonly #width: number;
	readonly #take: (what: string, bytes: number) => ArrayBuffer;
	readonly #texts: (string | null)[] = [];
	#dictionary: string[] = [];

	constructor(
		bytes: Uint8Array,
		meta: ColumnMetaData,
		type: ColumnType,
		rows: number,
		take: (what: string, bytes: number) => ArrayBuffer,
	) {
		this.#take = take;
		this.#bytes = bytes;
		this.#meta = meta;
		this.#type = type;
		this.#rows = rows;
		this.#offsets = this.#isList
			? new Int32Array(take("offsets", 4 * (rows + 1)), 0, rows + 1)
			: new Int32Array(0);
		this.#width = /64/.test(type) ? 8 : 4;
	}

	get #isList(): boolean {
		return this.#type.startsWith("list<");
	}

	/** Null where it has pages of other kinds. */
	read(): Column | null {
		const pages = this.#pages();
		if (pages === null) return null;
		const room = pages.reduce((sum, page) => sum + page.uncompressed, 0);
		if (this.#type !== "string")
			this.#values = new Uint8Array(
				this.#take("values", room - (room % 8) + 8),
			);
		for (const page of pages) {
			const stored = this.#bytes.subarray(page.end, page.end + page.stored);
			const content =
				this.#meta.codec === "SNAPPY"
					? uncompressSnappy(stored, page.uncompressed)
					: stored;
			if (page.kind === 2) this.#readDictionary(content, page.values);
			else if (!this.#readPage(content, page)) return null;
		}
		return this.#column();
	}

	/** The headers of all pages; null where one is of another kind. */
	#pages(): PageHeader[] | null {
		const pages: PageHeader[] = [];
		for (let at = 0; at < this.#bytes.length; ) {
			const page = readPageHeader(this.#bytes, at);
			at = page.end + page.stored;
			if (at > this.#bytes.length) throw new Error("it ends in a page");
			const isKnown =
				this.#type === "string"
					? page.kind === 2
						? page.encoding === ENCODING.plain
						: page.encoding === ENCODING.rleDictionary && page.kind === 0
					: page.encoding === ENCODING.plain && page.kind === 0;
			if (!isKnown || (page.kind !== 2 && page.kind !== 0)) return null;
			if (page.kind === 0 && page.levels !== ENCODING.rle) return null;
			// Snappy makes no more than that of what is stored.
			if (page.uncompressed > 64 * page.stored + 64)
				throw new Error("it has a page that is too large");
			pages.push(page);
		}
		return pages;
	}

	/** Whether it could be read: it has nulls otherwise. */
	#readPage(content: Uint8Array, { values }: PageHeader): boolean {
		const view = new DataView(content.buffer, content.byteOffset);
		let at = 0;
		const levels = () => {
			const length = at + 4 > content.length ? -1 : view.getInt32(at, true);
			const end = at + 4 + length;
			if (length < 0 || end > content.length)
				throw new Error("it has a page that is too short");
			const part = content.subarray(at + 4, end);
			at = end;
			return part;
		};
		const repeated = this.#isList ? levels() : null;
		const defined = levels();
		if (this.#type === "string") {
			this.#readTexts(content.subarray(at), defined, values);
			return true;
		}
		const count =
			repeated === null
				? this.#readNumbers(defined, values)
				: this.#readLists(repeated, defined, values);
		if (count === null) return false;
		const bytes = count * this.#width;
		if (at + bytes !== content.length)
			throw new Error("it has a page with other than its values");
		this.#values.set(content.subarray(at), this.#length);
		this.#length += bytes;
		return true;
	}

	/** How many values a page has of a column without lists; null where some are null. */
	#readNumbers(defined: Uint8Array, values: number): number | null {
		let hasNulls = false;
		readHybrid(defined, 1, values, (level) => {
			if (level === 0) hasNulls = true;
		});
		this.#row += values;
		return hasNulls ? null : values;
	}

	/** How many values a page has of lists, whose offsets are noted; null where lists or values are null. */
	#readLists(
		repeated: Uint8Array,
		defined: Uint8Array,
		values: number,
	): number | null {
		if (values > this.#rows + this.#values.length)
			throw new Error("it has more values than there is room for");
		let isPlain = true;
		let empty = 0;
		/** Which entries are empty lists, where there are some. */
		let isEmpty: Uint8Array | null = null;
		let entry = 0;
		readHybrid(defined, 2, values, (level, count) => {
			if (level === 1) {
				isEmpty ??= new Uint8Array(values);
				isEmpty.fill(1, entry, entry + count);
				empty += count;
			} else if (level !== 3) isPlain = false;
			entry += count;
		});
		if (!isPlain) return null;
		const offsets = this.#offsets;
		let value = this.#length / this.#width;
		entry = 0;
		readHybrid(repeated, 1, values, (level, count) => {
			if (level === 0) {
				if (this.#row + count > this.#rows)
					throw new Error("it has more rows than its group");
				for (let i = 0; i < count; i++, entry++) {
					offsets[this.#row++] = value;
					if (isEmpty === null || isEmpty[entry] === 0) value++;
				}
			} else if (this.#row === 0) {
				throw new Error("it has values before its first row");
			} else {
				value += count;
				entry += count;
			}
		});
		return values - empty;
	}

	#readDictionary(content: Uint8Array, count: number): void {
		const bytes = Buffer.from(
			content.buffer as ArrayBuffer,
			...([content.byteOffset, content.length] as const),
		);
		this.#dictionary = [];
		for (let at = 0, i = 0; i < count; i++) {
			const end = at + 4 + (at + 4 > bytes.length ? -1 : bytes.readInt32LE(at));
			if (end < at + 4 || end > bytes.length)
				throw new Error("it has a dictionary that is too short");
			this.#dictionary.push(bytes.toString("utf8", at + 4, end));
			at = end;
		}
	}

	#readTexts(content: Uint8Array, defined: Uint8Array, values: number): void {
		const first = this.#texts.length;
		let present = 0;
		if (first + values > this.#rows)
			throw new Error("it has more rows than its group");
		readHybrid(defined, 1, values, (level, count) => {
			for (let i = 0; i < count; i++) this.#texts.push(level === 0 ? null : "");
			present += level * count;
		});
		let at = first;
		readHybrid(
			content.subarray(1),
			content[0] ?? 0,
			present,
			(index, count) => {
				const text = this.#dictionary[index];
				if (text === undefined)
					throw new Error("it has a value that is not in its dictionary");
				for (let i = 0; i < count; at++)
					if (this.#texts[at] !== null) {
						this.#texts[at] = text;
						i++;
					}
			},
		);
	}

	#column(): Column | null {
		const type = this.#type;
		const rows = type === "string" ? this.#texts.length : this.#row;
		if (rows !== this.#rows)
			throw new Error(`a column of it has ${rows} rows of ${this.#rows}`);
		if (type === "string") return { type, values: this.#texts };
		const Values = ARRAYS[type];
		const values = new Values(
			...([this.#values.buffer, 0, this.#length / this.#width] as const),
		);
		if (!this.#isList) return { type, values } as Column;
		this.#offsets[rows] = values.length;
		return { type, values, offsets: this.#offsets } as Column;
	}
}

const ARRAYS = {
	int32: Int32Array,
	int64: BigInt64Array,
	float64: Float64Array,
	"list<int32>": Int32Array,
	"list<int64>": BigInt64Array,
	"list<float32>": Float32Array,
};
