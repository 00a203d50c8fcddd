import type { ReadableFile } from "../../storage/storage.js";
import { type Codec, loadCodec } from "../columns/codecs.js";
import type { Body } from "./contents.js";
import { decoding, faults } from "./faults.js";
import type { BatchHeader } from "./metadata.js";

/** Bytes of a compressed buffer that say how long it is uncompressed. */
export const LENGTH_SIZE = 8;
const LONGEST_BUFFER = 2 ** 31 - 1;

/** How long a compressed buffer says that it is; -1 of one that is stored as it is. @throws Error */
export function statedLength(bytes: DataView): number {
	const size = Number(bytes.getBigInt64(0, true));
	if (size < -1 || size > LONGEST_BUFFER)
		throw new Error(`a buffer would have ${size} bytes`);
	return size;
}

/** Reads the buffers of a batch. */
export class BatchBody {
	readonly header: BatchHeader;
	readonly #file: ReadableFile;
	readonly #body: Body;
	readonly #decompress: Codec | null;

	private constructor(
		file: ReadableFile,
		header: BatchHeader,
		body: Body,
		decompress: Codec | null,
	) {
		this.#file = file;
		this.header = header;
		this.#body = body;
		this.#decompress = decompress;
	}

	static async open(
		file: ReadableFile,
		header: BatchHeader,
		body: Body,
	): Promise<BatchBody> {
		const codec = header.codec && (await loadCodec(header.codec));
		return new BatchBody(file, header, body, codec);
	}

	/** Whether parts of a buffer can be read. */
	get isPlain(): boolean {
		return this.#decompress === null;
	}

	/** Bytes of a buffer as stored. @throws BadInput */
	lengthOf(buffer: number): number {
		const [offset, length] = this.header.buffers[buffer];
		if (offset < 0 || length < 0 || offset + length > this.#body.length)
			throw faults.corrupt("a buffer is not within its batch");
		return length;
	}

	/** A part of a buffer that is plain. @throws BadInput */
	async part(buffer: number, start: number, end: number): Promise<Uint8Array> {
		if (start > end || end > this.lengthOf(buffer))
			throw faults.corrupt("a value is not within its buffer");
		if (start === end) return new Uint8Array(0);
		const [offset] = this.header.buffers[buffer];
		const bytes = await this.#file.read(
			this.#body.start + offset + start,
			end - start,
		);
		if (bytes.length < end - start)
			throw faults.corrupt("the file has become shorter");
		return bytes;
	}

	/** The whole of a buffer, uncompressed. @throws BadInput */
	async whole(buffer: number): Promise<Uint8Array> {
		const length = this.lengthOf(buffer);
		if (length > LONGEST_BUFFER)
			throw faults.tooLong("a buffer", length, LONGEST_BUFFER);
		const bytes = await this.part(buffer, 0, length);
		const decompress = this.#decompress;
		if (decompress === null || length === 0) return bytes;
		return decoding(() => {
			const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
			const size = statedLength(view);
			const stored = bytes.subarray(LENGTH_SIZE);
			if (size === -1) return stored;
			return size === 0 ? new Uint8Array(0) : decompress(stored, size);
		});
	}
}
