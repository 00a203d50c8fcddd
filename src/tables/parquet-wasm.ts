import type {
	RecordBatch as ArrowRecordBatch,
	Schema as ArrowSchema,
} from "apache-arrow";
import {
	Compression,
	EnabledStatistics,
	type RecordBatch,
	Table,
	transformParquetStream,
	type WriterProperties,
	WriterPropertiesBuilder,
} from "parquet-wasm";
import type { ByteSink } from "../storage/storage.js";
import { encodeOneBatch, encodeOneRecordBatch } from "./arrow-stream.js";
import type { ColumnBatch, Schema } from "./columns.js";
import type { RecordWriter, TableWriter, TableWriterOptions } from "./table.js";

/**
 * Writes Parquet with zstd by parquet-wasm (arrow-rs): a row group for each batch, and
 * no dictionaries for numbers, which cost more time on token ids than they save in
 * space (docs/decisions/0001-parquet.md).
 */
export class ZstdParquetWriter implements TableWriter {
	readonly #schema: Schema;
	readonly #writer: StreamWriter;

	constructor(sink: ByteSink, schema: Schema, options: TableWriterOptions) {
		this.#schema = schema;
		this.#writer = new StreamWriter(sink, writerProperties(schema, options));
	}

	write(batch: ColumnBatch): Promise<void> {
		return this.#writer.write(encodeOneBatch(batch, this.#schema));
	}

	close(): Promise<void> {
		return this.#writer.close();
	}
}

const COMPRESSIONS: Readonly<Record<string, Compression>> = {
	none: Compression.UNCOMPRESSED,
	snappy: Compression.SNAPPY,
	zstd: Compression.ZSTD,
};

/** Rows and bytes of a row group, at most: parquet-wasm keeps one in memory. */
const GROUP_ROWS = 2 ** 13;
const GROUP_BYTES = 2 ** 26;

/**
 * Writes Parquet of any columns by parquet-wasm. Without statistics, which would hold a
 * first and a last image.
 */
export class RecordParquetWriter implements RecordWriter {
	readonly #writer: StreamWriter;

	constructor(sink: ByteSink, { metadata }: ArrowSchema, compression: string) {
		const properties = new WriterPropertiesBuilder()
			.setCreatedBy("seqpack")
			.setCompression(COMPRESSIONS[compression])
			.setMaxRowGroupSize(GROUP_ROWS)
			.setMaxRowGroupBytes(GROUP_BYTES)
			.setStatisticsEnabled(EnabledStatistics.None)
			.setKeyValueMetadata(new Map(metadata));
		this.#writer = new StreamWriter(sink, properties.build());
	}

	write(batch: ArrowRecordBatch): Promise<void> {
		return this.#writer.write(encodeOneRecordBatch(batch));
	}

	close(): Promise<void> {
		return this.#writer.close();
	}
}

/** Gives batches to parquet-wasm, one at a time, and what it makes of them to a sink. */
class StreamWriter {
	readonly #slot = new Slot<RecordBatch>();
	readonly #written: Promise<void>;

	constructor(sink: ByteSink, properties: WriterProperties) {
		const batches = new ReadableStream<RecordBatch>(
			{
				pull: async (controller) => {
					const batch = await this.#slot.take();
					if (batch === null) controller.close();
					else controller.enqueue(batch);
				},
			},
			{ highWaterMark: 0 },
		);
		this.#written = pump(batches, properties, sink);
		// A failure is reported by the `write` or `close` that waits for it.
		this.#written.catch(() => {});
	}

	/** Writes the batches of an Arrow IPC stream. */
	async write(stream: Uint8Array): Promise<void> {
		const table = Table.fromIPCStream(stream);
		for (const part of table.recordBatches())
			await Promise.race([this.#slot.put(part), this.#written]);
		table.free();
		// Until it is written: there is never more than one batch in memory.
		await Promise.race([this.#slot.wanted(), this.#written]);
	}

	async close(): Promise<void> {
		await Promise.race([this.#slot.put(null), this.#written]);
		await this.#written;
	}
}

async function pump(
	batches: ReadableStream<RecordBatch>,
	properties: WriterProperties,
	sink: ByteSink,
): Promise<void> {
	const bytes = await transformParquetStream(batches, properties);
	for await (const piece of bytes) await sink.write(piece as Uint8Array);
}

function writerProperties(
	schema: Schema,
	{ batchRows, metadata }: TableWriterOptions,
): WriterProperties {
	let builder = new WriterPropertiesBuilder()
		.setCreatedBy("seqpack")
		.setCompression(Compression.ZSTD)
		.setMaxRowGroupSize(batchRows)
		.setDictionaryEnabled(false)
		.setKeyValueMetadata(new Map(metadata));
	for (const { name, type } of schema)
		if (type === "string")
			builder = builder.setColumnDictionaryEnabled(name, true);
	return builder.build();
}

/** Hands values from one producer to one consumer, one at a time; null ends. */
class Slot<T> {
	#give: (value: T | null) => void = () => {};
	#wanted = deferred();

	/** The consumer's side: waits for the next value. */
	take(): Promise<T | null> {
		const value = new Promise<T | null>((resolve) => {
			this.#give = resolve;
		});
		this.#wanted.resolve();
		return value;
	}

	/** Resolves when the consumer waits for a value. */
	wanted(): Promise<void> {
		return this.#wanted.promise;
	}

	/** Gives a value to the consumer as soon as it waits for one. */
	async put(value: T | null): Promise<void> {
		await this.wanted();
		this.#wanted = deferred();
		this.#give(value);
	}
}

/** Promise.withResolvers, which Node 20 lacks. */
function deferred(): { promise: Promise<void>; resolve: () => void } {
	let resolve = () => {};
	const promise = new Promise<void>((done) => {
		resolve = done;
	});
	return { promise, resolve };
}
