import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { CHUNK_SIZE, ZlibStream } from "./zlib-stream.js";
import {
	BLOCK_HEADER_SIZE,
	LARGEST_BLOCK,
	LONGEST_HEADER,
} from "./zstd-frame.js";
import { loadZstd } from "./zstd-library.js";

/** Decodes frames of zstd, one after the other. */
export interface ZstdDecoder {
	/** Begins a frame. */
	begin(): void;
	/**
	 * What the next blocks of a frame decode to, all of them or none.
	 * @throws Error where they are damaged
	 */
	decode(bytes: Buffer, blocks: readonly Block[]): Promise<Buffer[]>;
	/**
	 * Ends a frame, with the checksum that it may have.
	 * @throws Error where it is wrong
	 */
	end(checksum: Buffer): Promise<void>;
	close(): void;
}

/** The most that is decoded at once: a block with its header, and the header of its frame. */
const LARGEST_INPUT = LONGEST_HEADER + BLOCK_HEADER_SIZE + LARGEST_BLOCK;

/** Where a block ends among some bytes; before the first may come the frame's header. */
export interface Block {
	end: number;
	hasText: boolean;
}

type CreateDecompress = (options: { chunkSize: number }) => Transform & {
	bytesWritten: number;
};

/** Node has it from 22.15 on. */
const createZstdDecompress = (
	zlib as { createZstdDecompress?: CreateDecompress }
).createZstdDecompress;

/** By Node where it can, else by a library. */
export function zstdDecoder(): Promise<ZstdDecoder> {
	return createZstdDecompress === undefined
		? libraryDecoder()
		: Promise.resolve(nodeDecoder(createZstdDecompress));
}

function nodeDecoder(create: CreateDecompress): ZstdDecoder {
	let stream: ZlibStream | null = null;
	return {
		begin() {
			// One that has come to the end of a frame reads no further.
			stream?.close();
			stream = new ZlibStream(create({ chunkSize: CHUNK_SIZE }));
		},
		async decode(bytes) {
			const { output } = await (stream as ZlibStream).write(bytes);
			return output;
		},
		async end(checksum) {
			if (checksum.length > 0) await (stream as ZlibStream).write(checksum);
		},
		close: () => stream?.close(),
	};
}

/** A frame that holds "a". */
const PROBE = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, 9, 0, 0, 0x61]);

/**
 * By the zstd library, which does not tell errors: a block that gives nothing is damaged,
 * and so is a frame after which no other can be read.
 */
export async function libraryDecoder(): Promise<ZstdDecoder> {
	const { zstd, heap } = await loadZstd();
	const decoder = new zstd();
	const source = zstd.malloc(LARGEST_INPUT);
	const target = zstd.malloc(LARGEST_BLOCK);
	const decodePart = (bytes: Uint8Array) => {
		heap().set(bytes, source);
		const length = decoder.decompressChunk(
			target,
			LARGEST_BLOCK,
			source,
			bytes.length,
		);
		return Buffer.from(heap().subarray(target, target + length));
	};
	return {
		begin: () => decoder.reset(),
		async decode(bytes, blocks) {
			let start = 0;
			return blocks.map(({ end, hasText }) => {
				const text = decodePart(bytes.subarray(start, end));
				if (hasText && text.length === 0)
					throw new Error("a block cannot be decoded");
				start = end;
				return text;
			});
		},
		async end(checksum) {
			decodePart(checksum);
			if (decodePart(PROBE).length !== 1)
				throw new Error("a frame does not end as it should");
		},
		close() {
			decoder.delete();
			zstd.free(source);
			zstd.free(target);
		},
	};
}
