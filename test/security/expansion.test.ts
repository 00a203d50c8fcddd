// Small inputs that claim, or hold, very much.
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { codecNames, loadCodec } from "../../src/sources/columns/codecs.js";
import { bzip2 } from "../../src/sources/compressions/bzip2.js";
import { gzip } from "../../src/sources/compressions/gzip.js";
import { lz4 } from "../../src/sources/compressions/lz4.js";
import { zstd } from "../../src/sources/compressions/zstd.js";
import {
	compressBzip2,
	compressLz4,
	compressZstd,
} from "../sources/compressors.js";

const SIZE = 1 << 18;
const zeros = Buffer.alloc(4 << 20);

async function* piecesOf(bytes: Uint8Array) {
	for (let at = 0; at < bytes.length; at += SIZE)
		yield Buffer.from(bytes.subarray(at, at + SIZE));
}

/** Members, streams and frames may stand back to back. */
const repeated = (bytes: Uint8Array, times: number) =>
	Buffer.concat(Array(times).fill(bytes));

test.each([
	["gzip", gzip, repeated(gzipSync(zeros), 16), 16],
	["bzip2", bzip2, repeated(compressBzip2(zeros), 8), 8],
	["zstd", zstd, repeated(compressZstd(zeros), 8), 8],
	["LZ4", lz4, repeated(compressLz4(zeros), 8), 8],
] as const)(
	"%s: zeros come in small pieces",
	async (_, compression, bytes, times) => {
		expect(bytes.length).toBeLessThan(1 << 20);
		let total = 0;
		for await (const piece of compression.decompress(piecesOf(bytes), SIZE)) {
			expect(piece.length).toBeLessThanOrEqual(SIZE);
			total += piece.length;
		}
		expect(total).toBe(times * zeros.length);
	},
);

test.each(codecNames)(
	"%s: a column that would come to 2 GiB of 100 bytes is refused before there is room for it",
	async (name) => {
		const decompress = await loadCodec(name);
		const before = process.memoryUsage().arrayBuffers;
		expect(() => decompress(new Uint8Array(100), 2 ** 31 - 1)).toThrow(
			/^100 compressed bytes (cannot|would) come to 2147483647/,
		);
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 24);
	},
);
