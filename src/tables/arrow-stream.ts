import {
	type Schema as ArrowSchema,
	AsyncByteQueue,
	type RecordBatch,
	RecordBatchReader,
	RecordBatchStreamWriter,
} from "apache-arrow";
import type { ReadableFile } from "../storage/storage.js";
import { arrowSchema, fromRecordBatch, toRecordBatch } from "./arrow-batch.js";
import { decodeMessage } from "./arrow-message.js";
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
	const reader = await RecordBatchReader.from(soundMessages(file, size));
	// Of a stream without batches the reader makes one, without columns.
	for await (const batch of reader)
		if (batch.numRows > 0) yield fromRecordBatch(batch, schema);
}

/** Reads one record batch of an Arrow IPC stream in a file, by its number. */
export async function readArrowBatch(
	file: ReadableFile,
	size: number,
	schema: Schema,
	number: number,
): Promise<ColumnBatch> {
	const head = await messageAt(file, size, 0);
	let position = head.bytes;
	for (let passed = 0; passed < number; passed++)
		position += (await messageAt(file, size, position)).bytes;
	const { bytes } = await messageAt(file, size, position);
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
	size: number,
	position: number,
): Promise<{ bytes: number }> {
	const left = size - position - HEAD;
	const length = metadataLength(await file.read(position, HEAD), left);
	if (length === 0)
		throw new Error("it is no Arrow stream, or has fewer batches");
	const metadata = await file.read(position + HEAD, length);
	const { bodyLength } = decodeMessage(metadata, left - length);
	return { bytes: HEAD + length + Number(bodyLength) };
}

/** Bytes before a message's metadata: a mark, and how many bytes these have. */
const HEAD = 8;

/** Bytes of a message's metadata; 0 at the end of a stream. */
function metadataLength(head: Buffer, most: number): number {
	if (head.length < HEAD || head.readInt32LE(0) !== -1)
		throw new Error("it is no Arrow stream, or is cut off");
	const length = head.readInt32LE(4);
	if (length < 0 || length > most)
		throw new Error("it is no Arrow stream, or is cut off");
	return length;
}

/** The bytes of a stream's messages, each looked at before it is given. */
async function* soundMessages(
	file: ReadableFile,
	size: number,
): AsyncGenerator<Uint8Array> {
	const bytes = new PiecewiseReader(file, size);
	while (bytes.left > 0) {
		const head = await bytes.take(HEAD);
		const length = metadataLength(head, bytes.left);
		if (length === 0) {
			yield head;
			return;
		}
		const metadata = await bytes.take(length);
		const { bodyLength } = decodeMessage(metadata, bytes.left);
		yield head;
		yield metadata;
		for (let left = Number(bodyLength); left > 0; ) {
			const piece = await bytes.some(left);
			left -= piece.length;
			yield piece;
		}
	}
}

/** Reads a file from its beginning in large pieces, and gives of them what is asked for. */
class PiecewiseReader {
	readonly #file: ReadableFile;
	readonly #size: number;
	#piece: Buffer = Buffer.alloc(0);
	#position = 0;

	constructor(file: ReadableFile, size: number) {
		this.#file = file;
		this.#size = size;
		// In one piece, of which nothing is copied.
		if (file.whole === undefined) return;
		this.#piece = file.whole;
		this.#position = size;
	}

	/** Bytes that were not given yet. */
	get left(): number {
		return this.#size - this.#position + this.#piece.length;
	}

	/** Some bytes, as they come. */
	async some(most: number): Promise<Buffer> {
		if (this.#piece.length === 0) {
			const length = Math.min(PIECE_BYTES, this.#size - this.#position);
			this.#piece = await this.#file.read(this.#position, length);
			if (this.#piece.length === 0)
				throw new Error("it is no Arrow stream, or is cut off");
			this.#position += this.#piece.length;
		}
		const given = this.#piece.subarray(0, most);
		this.#piece = this.#piece.subarray(given.length);
		return given;
	}

	/** So many bytes, in one piece. */
	async take(count: number): Promise<Buffer> {
		const parts: Buffer[] = [];
		for (let left = count; left > 0; ) {
			if (this.left === 0)
				throw new Error("it is no Arrow stream, or is cut off");
			const part = await this.some(left);
			parts.push(part);
			left -= part.length;
		}
		return parts.length === 1 ? parts[0] : Buffer.concat(parts);
	}
}
