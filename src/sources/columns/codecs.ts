import * as zlib from "node:zlib";
import { compressors } from "hyparquet-compressors";
import { decodeLz4Block } from "../compressions/lz4-block.js";
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
	zstd: loadZstd,
	/** A block without a frame. */
	lz4: () => (bytes, size) => {
		const output = new Uint8Array(size);
		if (size > 0 && decodeLz4Block(bytes, output, 0) !== size)
			throw new Error("a block of LZ4 cannot be decoded");
		return output;
	},
	lz4Frame: () => decodeLz4Frames,
	/** As Hadoop frames its blocks, or without a frame. */
	lz4Hadoop: () => compressors.LZ4 as Codec,
} satisfies Record<string, LoadCodec>;

export type CodecName = keyof typeof codecs;

/** The codec of a name; what it returns is as long as it should be. */
export async function loadCodec(name: CodecName): Promise<Codec> {
	const decompress = await codecs[name]();
	return (bytes, size) => {
		const output = decompress(bytes, size);
		if (output.length !== size)
			throw new Error(
				`${size} bytes should be there, and ${output.length} are`,
			);
		return output;
	};
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
function loadZstd(): Codec | Promise<Codec> {
	return zstdDecompressSync === undefined
		? loadZstdLibrary()
		: (bytes, size) => zstdDecompressSync(bytes, atMost(size));
}

/** What is used of the library: the zstd library itself, which it keeps behind its own class. */
interface Library {
	_mainModule: { _module: { HEAPU8: Uint8Array } };
	_zstdClass: {
		new (): {
			reset(): void;
			decompressChunk(
				target: number,
				targetSize: number,
				source: number,
				sourceSize: number,
			): number;
			delete(): void;
		};
		malloc(size: number): number;
		free(address: number): void;
		isError(code: number): number;
		getErrorName(code: number): string;
	};
}

export async function loadZstdLibrary(): Promise<Codec> {
	const { Zstd } = await import("@hpcc-js/wasm-zstd");
	const library = (await Zstd.load()) as unknown as Library;
	const zstd = library._zstdClass;
	const heap = () => library._mainModule._module.HEAPU8;
	const decoder = new zstd();
	return (bytes, size) => {
		const source = zstd.malloc(bytes.length);
		const target = zstd.malloc(size + 1);
		try {
			if (source === 0 || target === 0)
				throw new Error(`${size} bytes are more than the memory has room for`);
			heap().set(bytes, source);
			decoder.reset();
			const length = decoder.decompressChunk(
				target,
				size + 1,
				source,
				bytes.length,
			);
			if (zstd.isError(length)) throw new Error(zstd.getErrorName(length));
			return heap().slice(target, target + length);
		} finally {
			zstd.free(source);
			zstd.free(target);
		}
	};
}
