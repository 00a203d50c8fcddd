import { Zstd } from "@hpcc-js/wasm-zstd";
import BZip2 from "bzip2-wasm";
import * as lz4js from "lz4js";
import { hash } from "lz4js/xxh32.js";

const zstd = await Zstd.load();
const bzip2 = new BZip2();
await bzip2.init();

/** A frame with a checksum, which the library leaves out. */
export function compressZstd(bytes: Uint8Array): Uint8Array {
	const frame = Buffer.from(zstd.compress(bytes));
	frame[4] |= 4;
	return Buffer.concat([frame, word(Number(xxh64(bytes) & 0xffffffffn))]);
}

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

const mask = (value: bigint) => BigInt.asUintN(64, value);
const rotate = (value: bigint, by: bigint) =>
	mask((value << by) | (value >> (64n - by)));
const [P1, P2, P3, P4, P5] = [
	11400714785074694791n,
	14029467366897019727n,
	1609587929392839161n,
	9650029242287828579n,
	2870177450012600261n,
];

/** XXH64 with the seed 0, by its specification. */
function xxh64(bytes: Uint8Array): bigint {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const round = (sum: bigint, input: bigint) =>
		mask(rotate(mask(sum + input * P2), 31n) * P1);
	let at = 0;
	let hash = P5;
	if (bytes.length >= 32) {
		const sums = [mask(P1 + P2), P2, 0n, mask(-P1)];
		for (; at + 32 <= bytes.length; at += 32)
			for (const [lane, sum] of sums.entries())
				sums[lane] = round(sum, view.getBigUint64(at + 8 * lane, true));
		const turns = [1n, 7n, 12n, 18n];
		hash = sums.reduce((all, sum, i) => mask(all + rotate(sum, turns[i])), 0n);
		for (const sum of sums) hash = mask((hash ^ round(0n, sum)) * P1 + P4);
	}
	hash = mask(hash + BigInt(bytes.length));
	for (; at + 8 <= bytes.length; at += 8)
		hash = mask(
			rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4,
		);
	if (at + 4 <= bytes.length) {
		const input = BigInt(view.getUint32(at, true)) * P1;
		hash = mask(rotate(hash ^ mask(input), 23n) * P2 + P3);
		at += 4;
	}
	for (; at < bytes.length; at++)
		hash = mask(rotate(hash ^ mask(BigInt(bytes[at]) * P5), 11n) * P1);
	hash = mask((hash ^ (hash >> 33n)) * P2);
	hash = mask((hash ^ (hash >> 29n)) * P3);
	return hash ^ (hash >> 32n);
}
