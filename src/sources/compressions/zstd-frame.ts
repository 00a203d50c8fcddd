/** Begins a frame. */
export const ZSTD_MAGIC = 0xfd2fb528;
/** The longest header of a frame, its magic number included. */
export const LONGEST_HEADER = 18;
/** Bytes of text that a block can hold at most, and of a block's own data. */
export const LARGEST_BLOCK = 1 << 17;
export const BLOCK_HEADER_SIZE = 3;
export const CHECKSUM_SIZE = 4;

/** The header of a frame (RFC 8878, 3.1.1.1). */
export interface FrameHeader {
	/** Bytes, its magic number included. */
	length: number;
	/** Bytes of text that a block may refer back to. */
	window: number;
	/** Bytes of text in the frame, where it says. */
	contentSize: number | null;
	hasChecksum: boolean;
	hasDictionary: boolean;
}

/** @returns Null where `head` has too few bytes, or a bit that no version of the format uses. */
export function parseFrameHeader(head: Buffer): FrameHeader | null {
	if (head.length < 5) return null;
	const descriptor = head[4];
	if (descriptor & 8) return null;
	const isSingle = (descriptor & 0x20) !== 0;
	const windowSize = isSingle ? 0 : 1;
	const dictionarySize = [0, 1, 2, 4][descriptor & 3];
	const sizeSize = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6];
	const length = 5 + windowSize + dictionarySize + sizeSize;
	if (head.length < length) return null;
	const sizeAt = length - sizeSize;
	const contentSize = readSize(head, sizeAt, sizeSize);
	return {
		length,
		window: isSingle ? (contentSize as number) : windowOf(head[5]),
		contentSize,
		hasChecksum: (descriptor & 4) !== 0,
		hasDictionary: head
			.subarray(5 + windowSize, sizeAt)
			.some((byte) => byte !== 0),
	};
}

function readSize(head: Buffer, at: number, length: number): number | null {
	if (length === 0) return null;
	if (length === 8) return Number(head.readBigUInt64LE(at));
	const size = head.readUIntLE(at, length);
	return length === 2 ? size + 256 : size;
}

function windowOf(descriptor: number): number {
	const base = 2 ** (10 + (descriptor >> 3));
	return base + (base / 8) * (descriptor & 7);
}

/** The header of a block (RFC 8878, 3.1.1.2). */
export interface BlockHeader {
	isLast: boolean;
	/** Bytes after the header. */
	length: number;
	/** Whether it holds any text, which the last one need not. */
	hasText: boolean;
}

/** @returns Null for what is no block. */
export function parseBlockHeader(head: Buffer): BlockHeader | null {
	const bits = head.readUIntLE(0, BLOCK_HEADER_SIZE);
	const kind = (bits >> 1) & 3;
	const size = bits >> 3;
	if (kind === 3 || size > LARGEST_BLOCK) return null;
	// A block of one byte, repeated.
	const length = kind === 1 ? 1 : size;
	return { isLast: (bits & 1) === 1, length, hasText: size > 0 };
}
