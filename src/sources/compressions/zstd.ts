import type { Compression } from "../compression.js";
import { ByteQueue } from "./byte-queue.js";
import { type Damage, damagesOf, unsupportedBy } from "./damage.js";
import { inPieces } from "./in-pieces.js";
import {
	firstMagic,
	isCutSkippable,
	SKIPPABLE_HEADER_SIZE,
	skippableSize,
} from "./skippable.js";
import { type Block, type ZstdDecoder, zstdDecoder } from "./zstd-decoder.js";
import {
	BLOCK_HEADER_SIZE,
	type BlockHeader,
	CHECKSUM_SIZE,
	LONGEST_HEADER,
	parseBlockHeader,
	parseFrameHeader,
	ZSTD_MAGIC,
} from "./zstd-frame.js";
import { findZstdFrames } from "./zstd-frames.js";

const damages = damagesOf("zstd");
const { truncated, corrupt, wrongChecksum, garbageAfter } = damages;
const { unsupported, ...others } = unsupportedBy("zstd");

/** What zstd itself takes without being told to take more. */
const LARGEST_WINDOW = 1 << 27;

/** Blocks that are decoded at once: with a fault among them, all are lost. */
const BLOCKS_AT_ONCE = 8;

/** RFC 8878: frames back to back, and skippable ones among them. */
export const zstd: Compression = {
	extension: ".zst",
	// What text usually comes to.
	ratio: 4,
	readSize: 1 << 18,
	reasons: { ...damages.reasons, ...others.reasons },
	signature(head) {
		const magic = firstMagic(head);
		// Where the first frame is not to be seen: files of pzstd begin with a skippable one.
		return magic === null ? skippableSize(head) !== null : magic === ZSTD_MAGIC;
	},
	findFrames: findZstdFrames,

	async *decompress(pieces, size) {
		const queue = new ByteQueue(pieces);
		const decoder = await zstdDecoder();
		try {
			yield* decodeFrames(queue, decoder, size);
		} finally {
			decoder.close();
			await queue.close();
		}
	},
};

/** @param decoder Closed by whoever made it. */
export async function* decodeFrames(
	queue: ByteQueue,
	decoder: ZstdDecoder,
	size: number,
): AsyncGenerator<Buffer> {
	if (!(await queue.fill(1))) throw truncated();
	for (let isFirst = true; await queue.fill(1); isFirst = false) {
		await queue.fill(SKIPPABLE_HEADER_SIZE);
		const skipped = skippableSize(queue.held);
		if (skipped !== null) {
			if (!(await queue.discard(SKIPPABLE_HEADER_SIZE + skipped)))
				throw truncated();
		} else if (beginsLike(queue.held, ZSTD_MAGIC)) {
			yield* decodeFrame(queue, decoder, size);
		} else if (isCutSkippable(queue.held)) throw truncated();
		else if (isFirst) throw corrupt("it does not begin as zstd data does");
		else throw garbageAfter();
	}
}

/** Whether what there is of a magic number is right. */
function beginsLike(head: Buffer, magic: number): boolean {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(magic);
	const length = Math.min(4, head.length);
	return bytes.subarray(0, length).equals(head.subarray(0, length));
}

async function* decodeFrame(
	queue: ByteQueue,
	decoder: ZstdDecoder,
	size: number,
): AsyncGenerator<Buffer> {
	const isWhole = await queue.fill(LONGEST_HEADER);
	const header = parseFrameHeader(queue.held);
	if (header === null)
		throw isWhole ? corrupt("a header is not one of zstd") : truncated();
	if (header.hasDictionary) throw unsupported("needs a dictionary");
	if (header.window > LARGEST_WINDOW)
		throw unsupported(
			`needs a window of ${header.window} bytes, and at most ${LARGEST_WINDOW} are kept`,
		);
	decoder.begin();
	let end = header.length;
	for (let isLast = false; !isLast; end = 0) {
		const blocks: Block[] = [];
		let fault: Error | null = null;
		while (blocks.length < BLOCKS_AT_ONCE && !isLast && fault === null) {
			const block = await nextBlock(queue, end);
			if (block instanceof Error) fault = block;
			else {
				end += BLOCK_HEADER_SIZE + block.length;
				blocks.push({ end, hasText: block.hasText });
				isLast = block.isLast;
			}
		}
		if (blocks.length > 0) {
			const text = decoder.decode(queue.take(end), blocks);
			yield* inPieces(await text.catch(failed), size);
		}
		if (fault !== null) throw fault;
	}
	const checksumSize = header.hasChecksum ? CHECKSUM_SIZE : 0;
	if (!(await queue.fill(checksumSize))) throw truncated();
	await decoder.end(queue.take(checksumSize)).catch(() => {
		throw wrongChecksum();
	});
}

function failed(error: Error): never {
	throw corrupt(error.message);
}

/** The block that begins at `start` among what is held, or why there is none. */
async function nextBlock(
	queue: ByteQueue,
	start: number,
): Promise<BlockHeader | Damage> {
	const end = start + BLOCK_HEADER_SIZE;
	if (!(await queue.fill(end))) return truncated();
	const block = parseBlockHeader(queue.held.subarray(start));
	if (block === null) return corrupt("a block is of an unknown kind");
	return (await queue.fill(end + block.length)) ? block : truncated();
}
