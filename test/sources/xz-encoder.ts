import { crc32 } from "node:zlib";

const HALF = 1024;
/** Text of a chunk; all literals, so the data comes to about as much. */
const CHUNK = 20_000;

/**
 * A file of one stream and one block, with CRC-32: after the specifications of .xz and
 * LZMA, and with literals alone. Nothing but the tests should write such files.
 */
export function compressXz(text: Uint8Array): Buffer {
	const header = stamped(
		Buffer.from([0, 1]),
		Buffer.from("\xfd7zXZ\0", "latin1"),
	);
	const chunks: Buffer[] = [];
	for (let at = 0; at < text.length; at += CHUNK)
		chunks.push(chunk(text.subarray(at, at + CHUNK)));
	const data = Buffer.concat([...chunks, Buffer.alloc(1)]);
	// One filter, LZMA2, with a dictionary of 64 KiB.
	const blockHeader = withChecksum(Buffer.from([2, 0, 0x21, 1, 8, 0, 0, 0]));
	const padding = Buffer.alloc((4 - (data.length % 4)) % 4);
	const block = [blockHeader, data, padding, word(crc32(text))];
	const unpadded = blockHeader.length + data.length + 4;
	const index = Buffer.concat([
		Buffer.from([0, 1]),
		number(unpadded),
		number(text.length),
	]);
	const fill = Buffer.alloc((4 - (index.length % 4)) % 4);
	const wholeIndex = withChecksum(Buffer.concat([index, fill]));
	const backward = Buffer.concat([
		word(wholeIndex.length / 4 - 1),
		Buffer.from([0, 1]),
	]);
	const footer = [word(crc32(backward)), backward, Buffer.from("YZ")];
	return Buffer.concat([header, ...block, wholeIndex, ...footer]);
}

function word(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}

const withChecksum = (bytes: Buffer) =>
	Buffer.concat([bytes, word(crc32(bytes))]);

const stamped = (bytes: Buffer, before: Buffer) =>
	Buffer.concat([before, withChecksum(bytes)]);

/** Seven bits a byte, the lowest first. */
function number(value: number): Buffer {
	const bytes: number[] = [];
	let left = value;
	for (; left >= 0x80; left >>= 7) bytes.push((left & 0x7f) | 0x80);
	return Buffer.from([...bytes, left]);
}

/** A chunk of LZMA2 that resets everything. */
function chunk(text: Uint8Array): Buffer {
	const data = encodeLiterals(text);
	const size = text.length - 1;
	const header = Buffer.from([
		0xe0 | (size >> 16),
		(size >> 8) & 0xff,
		size & 0xff,
		(data.length - 1) >> 8,
		(data.length - 1) & 0xff,
		// No context and no position bits.
		0,
	]);
	return Buffer.concat([header, data]);
}

/** The range encoder of LZMA. */
function encodeLiterals(text: Uint8Array): Buffer {
	const bytes: number[] = [];
	let low = 0;
	let range = 0xffffffff;
	let cache = 0;
	let pending = 1;
	const shiftLow = () => {
		if (low < 0xff000000 || low >= 2 ** 32) {
			const carry = low >= 2 ** 32 ? 1 : 0;
			for (let i = 0; i < pending; i++)
				bytes.push(((i === 0 ? cache : 0xff) + carry) & 0xff);
			cache = Math.floor(low / 2 ** 24) & 0xff;
			pending = 0;
		}
		pending++;
		low = (low % 2 ** 24) * 256;
	};
	const encode = (models: number[], index: number, bit: number) => {
		const model = models[index];
		const bound = (range >>> 11) * model;
		if (bit === 0) {
			range = bound;
			models[index] = model + ((2048 - model) >> 5);
		} else {
			low += bound;
			range -= bound;
			models[index] = model - (model >> 5);
		}
		while (range < 2 ** 24) {
			range *= 256;
			shiftLow();
		}
	};
	const isMatch = [HALF];
	const literals = new Array<number>(0x300).fill(HALF);
	for (const byte of text) {
		encode(isMatch, 0, 0);
		for (let node = 1, i = 7; i >= 0; i--) {
			const bit = (byte >> i) & 1;
			encode(literals, node, bit);
			node = (node << 1) | bit;
		}
	}
	for (let i = 0; i < 5; i++) shiftLow();
	return Buffer.from(bytes);
}
