import type { Compression } from "../compression.js";
import { ByteQueue } from "./byte-queue.js";
import { damagesOf, unsupportedBy } from "./damage.js";
import { inPieces } from "./in-pieces.js";
import { decodeLz4Block } from "./lz4-block.js";
import {
	firstMagic,
	isCutSkippable,
	SKIPPABLE_HEADER_SIZE,
	skippableSize,
} from "./skippable.js";
import { Xxh32 } from "./xxh32.js";

const damages = damagesOf("lz4");
const { truncated, corrupt, wrongChecksum, garbageAfter } = damages;
const { unsupported, ...others } = unsupportedBy("lz4");

const MAGIC = 0x184d2204;
/** Files of `lz4 -l`, as for kernels. */
const LEGACY_MAGIC = 0x184c2102;
/** How far back a block may refer. */
const HISTORY = 1 << 16;
const UNCOMPRESSED = 0x80000000;

/** Frames of LZ4 (lz4_Frame_format.md) back to back, and skippable ones among them. */
export const lz4: Compression = {
	extension: ".lz4",
	// What text usually comes to.
	ratio: 2.5,
	readSize: 1 << 18,
	reasons: { ...damages.reasons, ...others.reasons },
	signature: (head) => firstMagic(head) === MAGIC,

	async *decompress(pieces, size) {
		const queue = new ByteQueue(pieces);
		try {
			if (!(await queue.fill(1))) throw truncated();
			for (let isFirst = true; await queue.fill(1); isFirst = false) {
				await queue.fill(SKIPPABLE_HEADER_SIZE);
				const skipped = skippableSize(queue.held);
				const magic = Buffer.alloc(4);
				queue.held.copy(magic);
				if (skipped !== null) {
					if (!(await queue.discard(SKIPPABLE_HEADER_SIZE + skipped)))
						throw truncated();
				} else if (magic.readUInt32LE() === LEGACY_MAGIC)
					throw unsupported("is of the legacy format of lz4 -l");
				else if (magic.readUInt32LE() === MAGIC)
					yield* decodeFrame(queue, size);
				else if (isCutMagic(queue.held) || isCutSkippable(queue.held))
					throw truncated();
				else if (isFirst) throw corrupt("it does not begin as LZ4 data does");
				else throw garbageAfter();
			}
		} finally {
			await queue.close();
		}
	},
};

const isCutMagic = (head: Buffer) =>
	head.length < 4 &&
	head.every((byte, i) => byte === ((MAGIC >> (8 * i)) & 0xff));

interface FrameHeader {
	isLinked: boolean;
	hasBlockChecksums: boolean;
	hasChecksum: boolean;
	contentSize: number | null;
	largestBlock: number;
}

async function* decodeFrame(
	queue: ByteQueue,
	size: number,
): AsyncGenerator<Buffer> {
	const header = await takeHeader(queue);
	const window = Buffer.allocUnsafe(HISTORY + header.largestBlock);
	const checksum = new Xxh32();
	let length = 0;
	/** Bytes of the window that the next block may refer to. */
	let history = 0;
	for (;;) {
		if (!(await queue.fill(4))) throw truncated();
		const word = queue.held.readUInt32LE(0);
		queue.skip(4);
		if (word === 0) break;
		const stored = word & ~UNCOMPRESSED;
		if (stored > header.largestBlock)
			throw corrupt("a block is larger than its frame says");
		const checksumSize = header.hasBlockChecksums ? 4 : 0;
		if (!(await queue.fill(stored + checksumSize))) throw truncated();
		const block = queue.take(stored);
		if (header.hasBlockChecksums) {
			const expected = queue.take(4).readUInt32LE(0);
			if (new Xxh32().update(block).digest() !== expected)
				throw wrongChecksum();
		}
		const end =
			word >= UNCOMPRESSED
				? history + block.copy(window, history)
				: decodeLz4Block(
						block,
						window.subarray(0, history + header.largestBlock),
						history,
					);
		if (end === -1) throw corrupt("a block cannot be decoded");
		const text = Buffer.from(window.subarray(history, end));
		length += text.length;
		if (header.hasChecksum) checksum.update(text);
		yield* inPieces([text], size);
		if (header.isLinked) {
			history = Math.min(end, HISTORY);
			window.copyWithin(0, end - history, end);
		}
	}
	if (header.hasChecksum) {
		if (!(await queue.fill(4))) throw truncated();
		if (queue.take(4).readUInt32LE(0) !== checksum.digest())
			throw wrongChecksum();
	}
	if (length !== (header.contentSize ?? length))
		throw corrupt("a frame is not as long as it says", false);
}

async function takeHeader(queue: ByteQueue): Promise<FrameHeader> {
	if (!(await queue.fill(7))) throw truncated();
	const [flags, blocks] = queue.held.subarray(4);
	if (flags >> 6 !== 1 || flags & 2 || blocks & 0x8f || blocks < 0x40)
		throw corrupt("a header is not one of LZ4");
	const hasSize = (flags & 8) !== 0;
	const hasDictionary = (flags & 1) !== 0;
	const end = 6 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0);
	if (!(await queue.fill(end + 1))) throw truncated();
	const header = queue.take(end + 1);
	const hash = new Xxh32().update(header.subarray(4, end)).digest();
	if (header[end] !== ((hash >> 8) & 0xff))
		throw corrupt("the checksum of a header is wrong");
	if (hasDictionary) throw unsupported("needs a dictionary");
	return {
		isLinked: (flags & 0x20) === 0,
		hasBlockChecksums: (flags & 0x10) !== 0,
		hasChecksum: (flags & 4) !== 0,
		contentSize: hasSize ? Number(header.readBigUInt64LE(6)) : null,
		largestBlock: 1 << (8 + 2 * (blocks >> 4)),
	};
}
