import type { ByteSink, ReadableFile } from "../storage/storage.js";
import type { ColumnBatch, Schema } from "./columns.js";

/** Writes batches of rows to one shard. */
export interface TableWriter {
	/** Writes a batch; its arrays may be reused once this has resolved. */
	write(batch: ColumnBatch): Promise<void>;
	/** Ends the shard: nothing can be written after it. */
	close(): Promise<void>;
}

export interface TableWriterOptions {
	/** `none`, `snappy` or `zstd`, for formats that compress. */
	compression: string;
	/** Most rows of a batch: the rows of a row group. */
	batchRows: number;
	/** Key and value pairs to put in the file's metadata. */
	metadata: ReadonlyMap<string, string>;
}

/** A format of shards. A new one is a file in this folder and a line in `formats.ts`. */
export interface TableFormat {
	/** Ending of the files' names, with its dot. */
	extension: string;
	/** Compressions that it has, the default one first. */
	compressions: readonly string[];
	write(
		sink: ByteSink,
		schema: Schema,
		options: TableWriterOptions,
	): TableWriter;
	/**
	 * The rows of a shard, some at a time.
	 * @throws Error when the file is not of this format or lacks a column.
	 */
	read(
		file: ReadableFile,
		size: number,
		schema: Schema,
	): AsyncGenerator<ColumnBatch>;
}
