import type { ByteSink } from "../storage/storage.js";
import type { ColumnBatch, Schema } from "./columns.js";
import { codecs, ParquetWriter } from "./parquet/writer.js";
import { readParquet, readParquetGroup } from "./parquet-read.js";
import type { TableFormat, TableWriter, TableWriterOptions } from "./table.js";

/**
 * Parquet, written by our own writer, but with zstd by parquet-wasm
 * (docs/decisions/0001-parquet.md).
 */
export const parquet: TableFormat = {
	meaning: "Parquet: the smaller files, which every tool reads",
	extension: ".parquet",
	compressions: ["snappy", "zstd", "none"],
	randomAccess: false,
	write: (sink, schema, options) =>
		options.compression in codecs
			? new ParquetWriter(sink, schema, options)
			: new LateWriter(sink, schema, options),
	read: readParquet,
	readBatch: readParquetGroup,
};

/** Loads parquet-wasm once it is needed: that takes a tenth of a second in each thread. */
class LateWriter implements TableWriter {
	readonly #writer: Promise<TableWriter>;

	constructor(sink: ByteSink, schema: Schema, options: TableWriterOptions) {
		this.#writer = import("./parquet-wasm.js").then(
			({ ZstdParquetWriter }) => new ZstdParquetWriter(sink, schema, options),
		);
		// A failure is reported by the `write` or `close` that waits for it.
		this.#writer.catch(() => {});
	}

	async write(batch: ColumnBatch): Promise<void> {
		await (await this.#writer).write(batch);
	}

	async close(): Promise<void> {
		await (await this.#writer).close();
	}
}
