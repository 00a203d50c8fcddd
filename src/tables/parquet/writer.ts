import { giveMemory, takeMemory } from "../../core/memory.js";
import type { ByteSink } from "../../storage/storage.js";
import { schemaMessage } from "../arrow-stream.js";
import type { Column, ColumnBatch, Schema } from "../columns.js";
import { compressSnappy } from "../snappy.js";
import type { TableWriter, TableWriterOptions } from "../table.js";
import {
	type Chunk,
	fileMetadata,
	pageHeader,
	type RowGroup,
} from "./metadata.js";
import { type Page, pagesOf } from "./pages.js";

/** The codecs that this writer has, by Parquet's numbers. */
export const codecs: Readonly<Record<string, number>> = { none: 0, snappy: 1 };

const MAGIC = Buffer.from("PAR1");

/**
 * Writes Parquet out of typed arrays: a row group for each `batchRows` rows of a batch,
 * and no statistics, which nobody asks of token ids.
 */
export class ParquetWriter implements TableWriter {
	readonly #sink: ByteSink;
	readonly #schema: Schema;
	readonly #codec: number;
	readonly #batchRows: number;
	readonly #metadata: ReadonlyMap<string, string>;
	readonly #groups: RowGroup[] = [];
	/** Bytes written. */
	#position = 0;

	constructor(
		sink: ByteSink,
		schema: Schema,
		{ compression, batchRows, metadata }: TableWriterOptions,
	) {
		this.#sink = sink;
		this.#schema = schema;
		this.#codec = codecs[compression];
		this.#batchRows = batchRows;
		this.#metadata = metadata;
	}

	async write(batch: ColumnBatch): Promise<void> {
		if (this.#position === 0) await this.#put([MAGIC]);
		for (let row = 0; row < batch.rows; row += this.#batchRows) {
			const rows = Math.min(this.#batchRows, batch.rows - row);
			const chunks: Chunk[] = [];
			for (const { name } of this.#schema) {
				const column = rowsOf(batch.columns[name], row, row + rows);
				chunks.push(await this.#writeChunk(column, rows));
			}
			this.#groups.push({ rows, chunks });
		}
	}

	async close(): Promise<void> {
		if (this.#position === 0) await this.#put([MAGIC]);
		const all = new Map(this.#metadata);
		// From it pyarrow has the names and types of Arrow.
		all.set("ARROW:schema", schemaMessage(this.#schema).toString("base64"));
		const end = fileMetadata(this.#schema, this.#codec, this.#groups, all);
		const length = Buffer.alloc(4);
		length.writeUInt32LE(end.length);
		await this.#put([end, length, MAGIC]);
	}

	async #writeChunk(column: Column, rows: number): Promise<Chunk> {
		const chunk: Chunk = {
			dataPage: 0,
			dictionaryPage: null,
			values: 0,
			uncompressed: 0,
			compressed: 0,
		};
		for (const page of pagesOf(column, rows)) {
			if (page.kind === "dictionary") chunk.dictionaryPage = this.#position;
			else {
				if (chunk.values === 0) chunk.dataPage = this.#position;
				chunk.values += page.values;
			}
			const { uncompressed, compressed } = await this.#writePage(page);
			chunk.uncompressed += uncompressed;
			chunk.compressed += compressed;
		}
		return chunk;
	}

	/** @returns Bytes of the page with its header. */
	async #writePage({ kind, encoding, values, parts }: Page) {
		const length = parts.reduce((sum, part) => sum + part.length, 0);
		const content =
			this.#codec === codecs.snappy ? [compressSnappy(parts)] : parts;
		const stored = content.reduce((sum, part) => sum + part.length, 0);
		const header = pageHeader(kind, encoding, values, length, stored);
		await this.#put([header, ...content]);
		return {
			uncompressed: header.length + length,
			compressed: header.length + stored,
		};
	}

	/** Writes parts as one, of which none need be valid after the call. */
	async #put(parts: readonly Uint8Array[]): Promise<void> {
		const length = parts.reduce((sum, part) => sum + part.length, 0);
		const memory = takeMemory(length);
		const bytes = new Uint8Array(memory, 0, length);
		let at = 0;
		for (const part of parts) {
			bytes.set(part, at);
			at += part.length;
		}
		await this.#sink.write(bytes);
		this.#position += length;
		giveMemory(memory);
	}
}

/** Some rows of a column, over the same memory. */
function rowsOf(column: Column, start: number, end: number): Column {
	if ("offsets" in column)
		return { ...column, offsets: column.offsets.subarray(start, end + 1) };
	const { type, values } = column;
	return {
		type,
		values: Array.isArray(values)
			? values.slice(start, end)
			: values.subarray(start, end),
	} as Column;
}
