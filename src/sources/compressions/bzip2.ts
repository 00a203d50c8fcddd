import type { Compression } from "../compression.js";
import { ByteQueue } from "./byte-queue.js";
import {
	BadBlock,
	BitReader,
	type Bzip2Block,
	decodeBzip2Block,
} from "./bzip2-block.js";
import { damagesOf } from "./damage.js";

const { reasons, truncated, corrupt, wrongChecksum, garbageAfter } =
	damagesOf("bzip2");

const HEADER_SIZE = 4;
/** Digits of pi, which begin a block, and of its square root, which end a stream. */
const BLOCK = [0x314159, 0x265359];
const END = [0x177245, 0x385090];
/** Bytes of a block at most, times the digit in the header. */
const BLOCK_UNIT = 100_000;
/** More than a block can take in the file: 20 bits for each of its bytes, and its tables. */
const mostCompressed = (level: number) => level * BLOCK_UNIT * 2.5 + (1 << 16);

/** Streams of bzip2 back to back, as bzip2 and its parallel versions write them. */
export const bzip2: Compression = {
	extension: ".bz2",
	// What text usually comes to.
	ratio: 5,
	blockSize: 300_000,
	readSize: 1 << 18,
	reasons,
	signature: (head) =>
		levelOf(head) !== null &&
		[BLOCK, END].some(
			([high, low]) =>
				head.length >= HEADER_SIZE + 6 &&
				head.readUIntBE(HEADER_SIZE, 3) === high &&
				head.readUIntBE(HEADER_SIZE + 3, 3) === low,
		),

	async *decompress(pieces, size) {
		const queue = new ByteQueue(pieces);
		try {
			if (!(await queue.fill(1))) throw truncated();
			for (let isFirst = true; await queue.fill(1); isFirst = false) {
				const isWhole = await queue.fill(HEADER_SIZE);
				const level = levelOf(queue.held);
				if (level === null) {
					if (!isWhole && queue.held[0] === 0x42) throw truncated();
					if (isFirst) throw corrupt("it does not begin as bzip2 data does");
					throw garbageAfter();
				}
				queue.skip(HEADER_SIZE);
				yield* decodeStream(queue, level, size);
			}
		} finally {
			await queue.close();
		}
	},
};

/** The digit of a header; null for what is none. */
function levelOf(head: Buffer): number | null {
	const isHeader = head.toString("latin1", 0, 3) === "BZh";
	const level = isHeader && head.length >= HEADER_SIZE ? head[3] - 0x30 : 0;
	return level >= 1 && level <= 9 ? level : null;
}

async function* decodeStream(
	queue: ByteQueue,
	level: number,
	size: number,
): AsyncGenerator<Buffer> {
	const links = new Uint32Array(level * BLOCK_UNIT);
	let combined = 0;
	/** Bits of the first byte held that belong to what came before. */
	let used = 0;
	for (;;) {
		const isEnough = await queue.fill(mostCompressed(level));
		const bits = new BitReader(queue.held);
		const cutOff = () => !isEnough && bits.isPastEnd;
		bits.skip(used);
		const magic = [bits.read(24), bits.read(24)];
		if (isSame(magic, END)) {
			const checksum = bits.readWord();
			if (cutOff()) throw truncated();
			queue.skip(Math.ceil(bits.position / 8));
			if (checksum !== combined) throw wrongChecksum();
			return;
		}
		if (cutOff()) throw truncated();
		if (!isSame(magic, BLOCK)) throw corrupt("a block does not begin", false);
		let block: Bzip2Block;
		try {
			block = decodeBzip2Block(bits, links);
		} catch (error) {
			if (!(error instanceof BadBlock)) throw error;
			throw cutOff() ? truncated() : corrupt(error.message, false);
		}
		if (cutOff()) throw truncated();
		queue.skip(bits.position >> 3);
		used = bits.position & 7;
		// All of it, to give nothing of a damaged block. Zeros come to 46 MB at most.
		const text = [...textOf(block, size)];
		if (checksumOf(text) !== block.checksum) throw wrongChecksum();
		yield* text;
		combined = (((combined << 1) | (combined >>> 31)) ^ block.checksum) >>> 0;
	}
}

const isSame = (magic: readonly number[], other: readonly number[]) =>
	magic[0] === other[0] && magic[1] === other[1];

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let crc = byte << 24;
	for (let bit = 0; bit < 8; bit++)
		crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
	return crc;
});

/** CRC-32 with the highest bit first. */
function checksumOf(pieces: readonly Buffer[]): number {
	let crc = -1;
	for (const piece of pieces)
		for (let i = 0; i < piece.length; i++)
			crc = (crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ piece[i]) & 0xff];
	return ~crc >>> 0;
}

/**
 * The text of a block, in pieces of at most `size`. After four equal bytes comes how
 * often the byte is repeated.
 */
function* textOf(
	{ links, length, origin }: Bzip2Block,
	size: number,
): Generator<Buffer> {
	let piece = Buffer.allocUnsafe(size);
	let at = 0;
	let last = -1;
	let equal = 0;
	let link = links[origin];
	for (let i = 0; i < length; i++) {
		link = links[link >>> 8];
		const byte = link & 0xff;
		if (equal === 4) {
			for (let left = byte; left > 0; ) {
				const most = Math.min(left, size - at);
				piece.fill(last, at, at + most);
				at += most;
				left -= most;
				if (at === size) {
					yield piece;
					piece = Buffer.allocUnsafe(size);
					at = 0;
				}
			}
			equal = 0;
			last = -1;
			continue;
		}
		equal = byte === last ? equal + 1 : 1;
		last = byte;
		piece[at++] = byte;
		if (at === size) {
			yield piece;
			piece = Buffer.allocUnsafe(size);
			at = 0;
		}
	}
	if (at > 0) yield piece.subarray(0, at);
}
