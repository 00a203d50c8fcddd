import {
	type Schema as ArrowSchema,
	AsyncByteQueue,
	Message,
	type RecordBatch,
	RecordBatchReader,
	RecordBatchStreamWriter,
} from "apache-arrow";
import type { ReadableFile } from "../storage/storage.js";
import { arrowSchema, fromRecordBatch, toRecordBatch } from "./arrow-batch.js";
import type { ColumnBatch, Schema } from "./columns.js";

/** Bytes of what ends a stream. */
const END_OF_STREAM = 8;
const PIECE_BYTES = 1 << 22;

/** Keeps what an Arrow writer puts out as views, without a copy. */
class Parts extends AsyncByteQueue<Uint8Array> {
	parts: Uint8Array[] = [];

	override write(value: unknown): void {
		this.parts.push(value as Uint8Array);
	}

	take(): Uint8Array[] {
		const taken = this.parts;
		this.parts = [];
		return taken;
	}
}

/**
 * Turns record batches into the bytes of an Arrow IPC stream. The parts returned are
 * views of the batch's own memory wherever possible.
 */
export class RecordStreamEncoder {
	readonly #writer = new RecordBatchStreamWriter({ autoDestroy: false });
	readonly #parts = new Parts();

	constructor(schema: ArrowSchema) {
		this.#writer.reset(this.#parts as never, schema);
	}

	encode(batch: RecordBatch): Uint8Array[] {
		this.#writer.write(batch);
		return this.#parts.take();
	}

	/** The bytes that end the stream. */
	end(): Uint8Array[] {
		this.#writer.reset();
		return this.#parts.take();
	}
}

/** Turns batches into the bytes of an Arrow IPC stream, as `RecordStreamEncoder` does. */
export class ArrowStreamEncoder {
	readonly #encoder: RecordStreamEncoder;
	readonly #schema: Schema;
	readonly #arrow: ArrowSchema;

	constructor(schema: Schema, metadata?: ReadonlyMap<string, string>) {
		this.#schema = schema;
		this.#arrow = arrowSchema(schema, metadata);
		this.#encoder = new RecordStreamEncoder(this.#arrow);
	}

	encode(batch: ColumnBatch): Uint8Array[] {
		return this.#encoder.encode(
			toRecordBatch(batch, this.#schema, this.#arrow),
		);
	}

	/** The bytes that end the stream. */
	end(): Uint8Array[] {
		return this.#encoder.end();
	}
}

/** One record batch as a whole Arrow IPC stream in one piece. */
export function encodeOneRecordBatch(batch: RecordBatch): Uint8Array {
	const encoder = new RecordStreamEncoder(batch.schema);
	return Buffer.concat([...encoder.encode(batch), ...encoder.end()]);
}

/** One batch as a whole Arrow IPC stream in one piece. */
export function encodeOneBatch(batch: ColumnBatch, schema: Schema): Uint8Array {
	const encoder = new ArrowStreamEncoder(schema);
	return Buffer.concat([...encoder.encode(batch), ...encoder.end()]);
}

/** The message that says an Arrow schema, as it begins a stream. */
export function schemaMessage(schema: Schema): Buffer {
	const bytes = Buffer.concat(new ArrowStreamEncoder(schema).end());
	return bytes.subarray(0, bytes.length - END_OF_STREAM);
}

/** Reads the batches of an Arrow IPC stream in a file, one at a time. */
export async function* readArrowStream(
	file: ReadableFile,
	size: number,
	schema: Schema,
): AsyncGenerator<ColumnBatch> {
	const reader = await RecordBatchReader.from(readPieces(file, size));
	// Of a stream without batches the reader makes one, without columns.
	for await (const batch of reader)
		if (batch.numRows > 0) yield fromRecordBatch(batch, schema);
}

/** Reads one record batch of an Arrow IPC stream in a file, by its number. */
export async function readArrowBatch(
	file: ReadableFile,
	schema: Schema,
	number: number,
): Promise<ColumnBatch> {
	const head = await messageAt(file, 0);
	let position = head.bytes;
	for (let passed = 0; passed < number; passed++)
		position += (await messageAt(file, position)).bytes;
	const { bytes } = await messageAt(file, position);
	const reader = RecordBatchReader.from([
		await file.read(0, head.bytes),
		await file.read(position, bytes),
	]);
	for (const batch of reader) return fromRecordBatch(batch, schema);
	throw new Error(`it has no batch ${number}`);
}

/** Bytes of the message at a place, its body included. */
async function messageAt(
	file: ReadableFile,
	position: number,
): Promise<{ bytes: number }> {
	const head = await file.read(position, 8);
	if (head.length < 8 || head.readInt32LE(0) !== -1 || head.readInt32LE(4) <= 0)
		throw new Error("it is no Arrow stream, or has fewer batches");
	const length = head.readInt32LE(4);
	const metadata = await file.read(position + 8, length);
	const { bodyLength } = Message.decode(metadata);
	return { bytes: 8 + length + Number(bodyLength) };
}

async function* readPieces(
	file: ReadableFile,
	size: number,
): AsyncGenerator<Uint8Array> {
	// In one piece, of which nothing is copied.
	if (file.whole !== undefined) return yield file.whole;
	for (let position = 0; position < size; ) {
		const length = Math.min(PIECE_BYTES, size - position);
		const piece = await file.read(position, length);
		if (piece.length === 0) return;
		position += piece.length;
		yield piece;
	}
}
