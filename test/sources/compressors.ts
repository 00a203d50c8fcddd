import { Zstd } from "@hpcc-js/wasm-zstd";
import BZip2 from "bzip2-wasm";
import * as lz4js from "lz4js";
import { hash } from "lz4js/xxh32.js";

const zstd = await Zstd.load();
const bzip2 = new BZip2();
await bzip2.init();

/** A frame without a checksum. */
export const compressZstd = (bytes: Uint8Array): Uint8Array =>
	zstd.compress(bytes);

/** Blocks of 100 kB. */
export const compressBzip2 = (bytes: Uint8Array): Uint8Array =>
	bzip2.compress(bytes, 1, bytes.length + 1000);

/** A frame with a checksum for each block and for all. */
export function compressLz4(bytes: Uint8Array): Uint8Array {
	const frame = Buffer.from(lz4js.compress(bytes));
	const flags = Buffer.from([0x40 | 0x10 | 4, frame[5]]);
	const parts: Uint8Array[] = [
		frame.subarray(0, 4),
		flags,
		Buffer.from([(hashOf(flags) >> 8) & 0xff]),
	];
	let at = 7;
	for (let size = frame.readUInt32LE(at); size > 0; ) {
		const block = frame.subarray(at + 4, at + 4 + (size & 0x7fffffff));
		parts.push(frame.subarray(at, at + 4), block, word(hashOf(block)));
		at += 4 + block.length;
		size = frame.readUInt32LE(at);
	}
	return Buffer.concat([...parts, Buffer.alloc(4), word(hashOf(bytes))]);
}

const hashOf = (bytes: Uint8Array) => hash(0, bytes, 0, bytes.length);

function word(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}
