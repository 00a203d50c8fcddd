import {
	Compression,
	type RecordBatch,
	Table,
	transformParquetStream,
	type WriterProperties,
	WriterPropertiesBuilder,
} from "parquet-wasm";
import type { ByteSink } from "../storage/storage.js";
import { encodeOneBatch } from "./arrow-stream.js";
import type { ColumnBatch, Schema } from "./columns.js";
import type { TableWriter, TableWriterOptions } from "./table.js";

/**
 * Writes Parquet with zstd by parquet-wasm (arrow-rs): a row group for each batch, and
 * no dictionaries for numbers, which cost more time on token ids than they save in
 * space (docs/decisions/0001-parquet.md).
 */
export class ZstdParquetWriter implements TableWriter {
	readonly #schema: Schema;
	readonly #slot = new Slot<RecordBatch>();
	readonly #written: Promise<void>;

	constructor(sink: ByteSink, schema: Schema, options: TableWriterOptions) {
		this.#schema = schema;
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
		this.#written = pump(batches, writerProperties(schema, options), sink);
		// A failure is reported by the `write` or `close` that waits for it.
		this.#written.catch(() => {});
	}

	async write(batch: ColumnBatch): Promise<void> {
		const table = Table.fromIPCStream(encodeOneBatch(batch, this.#schema));
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
