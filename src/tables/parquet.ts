import { DataType, DateUnit, TimeUnit } from "apache-arrow";
import type { ByteSink } from "../storage/storage.js";
import type { ColumnBatch, Schema } from "./columns.js";
import { codecs, ParquetWriter } from "./parquet/writer.js";
import { readParquet, readParquetGroup } from "./parquet-read.js";
import type {
	RecordWriter,
	TableFormat,
	TableWriter,
	TableWriterOptions,
} from "./table.js";

/**
 * Parquet, written by our own writer, but with zstd by parquet-wasm
 * (docs/decisions/0001-parquet.md).
 */
export const parquet: TableFormat = {
	meaning: "Parquet: smaller files, which every tool reads",
	extension: ".parquet",
	compressions: ["snappy", "zstd", "none"],
	randomAccess: false,
	write: (sink, schema, options) =>
		options.compression in codecs
			? new ParquetWriter(sink, schema, options)
			: new LateWriter(sink, schema, options),
	// It has no seconds, and its dates are days: these would be read as numbers.
	holds: (type) =>
		!(DataType.isTimestamp(type) && type.unit === TimeUnit.SECOND) &&
		!(DataType.isTime(type) && type.unit === TimeUnit.SECOND) &&
		!(DataType.isDate(type) && type.unit === DateUnit.MILLISECOND),
	writeRecords: (sink, schema, compression) => {
		let writer: RecordWriter | null = null;
		return {
			async write(batch) {
				if (writer === null) {
					const { RecordParquetWriter } = await import("./parquet-wasm.js");
					writer = new RecordParquetWriter(sink, schema, compression);
				}
				await writer.write(batch);
			},
			async close() {
				await writer?.close();
			},
		};
	},
	read: readParquet,
	readBatch: readParquetGroup,
};

/**
 * Loads parquet-wasm once there is a row: that takes a tenth of a second in each thread,
 * and without one it cannot write.
 */
class LateWriter implements TableWriter {
	readonly #sink: ByteSink;
	readonly #schema: Schema;
	readonly #options: TableWriterOptions;
	#writer: TableWriter | null = null;

	constructor(sink: ByteSink, schema: Schema, options: TableWriterOptions) {
		this.#sink = sink;
		this.#schema = schema;
		this.#options = options;
	}

	async write(batch: ColumnBatch): Promise<void> {
		if (batch.rows === 0) return;
		this.#writer ??= await this.#load();
		await this.#writer.write(batch);
	}

	async close(): Promise<void> {
		const nothing = { ...this.#options, compression: "none" };
		this.#writer ??= new ParquetWriter(this.#sink, this.#schema, nothing);
		await this.#writer.close();
	}

	async #load(): Promise<TableWriter> {
		const { ZstdParquetWriter } = await import("./parquet-wasm.js");
		return new ZstdParquetWriter(this.#sink, this.#schema, this.#options);
	}
}
