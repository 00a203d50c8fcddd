import * as zlib from "node:zlib";
import { compressors } from "hyparquet-compressors";
import { decodeLz4Block } from "../compressions/lz4-block.js";
import { loadZstd } from "../compressions/zstd-library.js";
import { decodeLz4Frames } from "./lz4-frames.js";

/**
 * Decompresses bytes of which the uncompressed size is known.
 * @throws Error where they are damaged, or give more or less than that
 */
export type Codec = (bytes: Uint8Array, size: number) => Uint8Array;

/** What may be loaded only where it is needed. */
type LoadCodec = () => Codec | Promise<Codec>;

const codecs = {
	snappy: () => compressors.SNAPPY as Codec,
	gzip: () => (bytes, size) => zlib.gunzipSync(bytes, atMost(size)),
	brotli: () => (bytes, size) => zlib.brotliDecompressSync(bytes, atMost(size)),
	zstd: zstdCodec,
	/** A block without a frame. */
	lz4: () => decodeBlock,
	lz4Frame: () => decodeLz4Frames,
	/** As Hadoop frames its blocks, or without a frame. */
	lz4Hadoop: () => (bytes, size) =>
		decodeHadoopBlocks(bytes, size) ?? decodeBlock(bytes, size),
} satisfies Record<string, LoadCodec>;

export type CodecName = keyof typeof codecs;
export const codecNames = Object.keys(codecs) as CodecName[];

/** How many times longer text is than its compressed bytes, at most; of the others it can be any. */
const mostRatios: Readonly<Partial<Record<CodecName, number>>> = {
	snappy: 64 / 3,
	gzip: 1032,
	lz4: 255,
	lz4Frame: 255,
	lz4Hadoop: 255,
};
/** Bytes that the smallest inputs may come to. */
const SMALL = 1 << 16;
/** What is taken for true of those that can be any: so many times as long where they are longer than so many bytes. */
const USUAL_RATIO = 1024;
const UNUSUAL = 1 << 28;

export async function loadCodec(name: CodecName): Promise<Codec> {
	const decompress = exactly(await codecs[name]());
	const { [name]: ratio } = mostRatios;
	return (bytes, size) => {
		// Before there is room for what cannot come.
		if (ratio !== undefined && size > SMALL + ratio * bytes.length)
			throw new Error(
				`${bytes.length} compressed bytes cannot come to ${size}`,
			);
		if (size > UNUSUAL && size > USUAL_RATIO * bytes.length)
			throw new Error(
				`${bytes.length} compressed bytes would come to ${size}, which is more than ${USUAL_RATIO} times as many and is not tried`,
			);
		return decompress(bytes, size);
	};
}

function exactly(decompress: Codec): Codec {
	return (bytes, size) => {
		const output = decompress(bytes, size);
		if (output.length !== size)
			throw new Error(
				"the compressed bytes are damaged, or not as many as they should be",
			);
		return output;
	};
}

function decodeBlock(bytes: Uint8Array, size: number): Uint8Array {
	const output = new Uint8Array(size);
	if (size > 0 && decodeLz4Block(bytes, output, 0) !== size)
		throw new Error("a block of LZ4 cannot be decoded");
	return output;
}

/** Blocks of LZ4, each after its size and its stored size; null: they are something else. */
function decodeHadoopBlocks(
	bytes: Uint8Array,
	size: number,
): Uint8Array | null {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const output = new Uint8Array(size);
	let out = 0;
	for (let at = 0; at < bytes.length; ) {
		if (at + 8 > bytes.length) return null;
		const end = out + view.getUint32(at);
		const start = at + 8;
		at = start + view.getUint32(at + 4);
		if (end > size || at > bytes.length) return null;
		const target = output.subarray(out, end);
		if (decodeLz4Block(bytes.subarray(start, at), target, 0) !== target.length)
			return null;
		out = end;
	}
	return output.subarray(0, out);
}

/** One byte more than there should be tells that there are more. */
const atMost = (size: number) => ({ maxOutputLength: size + 1 });

type ZstdDecompress = (
	bytes: Uint8Array,
	options: { maxOutputLength: number },
) => Buffer;

/** Node has it from 22.15 on. */
const zstdDecompressSync = (zlib as { zstdDecompressSync?: ZstdDecompress })
	.zstdDecompressSync;

/** By Node where it can, else by a library. */
function zstdCodec(): Codec | Promise<Codec> {
	return zstdDecompressSync === undefined
		? zstdByLibrary()
		: (bytes, size) => zstdDecompressSync(bytes, atMost(size));
}

/** Codec by the zstd library in WebAssembly. */
export async function zstdByLibrary(): Promise<Codec> {
	const { zstd, heap } = await loadZstd();
	const decoder = new zstd();
	return exactly((bytes, size) => {
		const source = zstd.malloc(bytes.length);
		const target = zstd.malloc(size + 1);
		try {
			if (source === 0 || target === 0)
				throw new Error(`${size} bytes are more than the memory has room for`);
			heap().set(bytes, source);
			decoder.reset();
			// Of damaged bytes it gives none.
			const length = decoder.decompressChunk(
				target,
				size + 1,
				source,
				bytes.length,
			);
			return heap().slice(target, target + length);
		} finally {
			zstd.free(source);
			zstd.free(target);
		}
	});
}
