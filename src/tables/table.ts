import type {
	Schema as ArrowSchema,
	DataType,
	RecordBatch,
} from "apache-arrow";
import type { ByteSink, ReadableFile } from "../storage/storage.js";
import type { ColumnBatch, Schema } from "./columns.js";

/** Writes batches of rows to one file. */
export interface TableWriter {
	/** Writes a batch; its arrays may be reused once this has resolved. */
	write(batch: ColumnBatch): Promise<void>;
	/** Ends the table: nothing can be written after it. */
	close(): Promise<void>;
}

/** Writes rows of any columns, as Arrow has them, to one file. */
export interface RecordWriter {
	/** Writes a batch with a row or more. */
	write(batch: RecordBatch): Promise<void>;
	/** Ends the table, once it has rows. */
	close(): Promise<void>;
}

export interface TableWriterOptions {
	/** One of the format's compressions. */
	compression: string;
	/** Most rows of a batch: the rows of a row group. */
	batchRows: number;
	/** Key and value pairs to put in the file's metadata. */
	metadata: ReadonlyMap<string, string>;
}

/** A file format for rows of any columns. A new one is a file in this folder and a line in `tables.ts`. */
export interface TableFormat {
	/** One line, for help and docs. */
	readonly meaning: string;
	/** Ending of the files' names, with its dot. */
	readonly extension: string;
	/** Compressions that it has, the default one first. */
	readonly compressions: readonly string[];
	/** Whether `ArrowRows` finds a row by its number, without reading what is before it. */
	readonly randomAccess: boolean;
	write(
		sink: ByteSink,
		schema: Schema,
		options: TableWriterOptions,
	): TableWriter;
	/** Whether `writeRecords` can keep values of a type as what they are; what is within it is another question. */
	holds(type: DataType): boolean;
	/**
	 * Writes columns that seqpack need not know. The schema's metadata goes along.
	 * @param schema That of each batch.
	 * @param compression One of the format's.
	 */
	writeRecords(
		sink: ByteSink,
		schema: ArrowSchema,
		compression: string,
	): RecordWriter;
	/**
	 * The rows of a file, some at a time.
	 * @param size Bytes of the file.
	 * @throws Error when the file is not of this format or lacks a column.
	 */
	read(
		file: ReadableFile,
		size: number,
		schema: Schema,
	): AsyncGenerator<ColumnBatch>;
	/**
	 * One batch of a file, by its number; those before it are not read.
	 * @throws Error as `read` does, and where there is no such batch
	 */
	readBatch(
		file: ReadableFile,
		size: number,
		schema: Schema,
		number: number,
	): Promise<ColumnBatch>;
}
