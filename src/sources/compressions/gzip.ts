import { crc32, createInflateRaw } from "node:zlib";
import type { Compression } from "../compression.js";
import { findBgzfFrames } from "./bgzf.js";
import { ByteQueue } from "./byte-queue.js";
import { damagesOf } from "./damage.js";
import { inPieces } from "./in-pieces.js";
import { CHUNK_SIZE, ZlibStream } from "./zlib-stream.js";

const { reasons, truncated, corrupt, wrongChecksum, garbageAfter } =
	damagesOf("gzip");

/** Compressed bytes that are inflated at once: what comes of them is lost with a fault among them. */
const STEP = 1 << 16;
const MAGIC = [0x1f, 0x8b, 8];
const TRAILER_SIZE = 8;
/** A file's name or a comment in a header has no limit of its own. */
const LONGEST_HEADER = 1 << 20;
const FLAGS = {
	headerChecksum: 2,
	extra: 4,
	name: 8,
	comment: 16,
	unknown: 0xe0,
};

/** RFC 1952: members back to back, and zeros after the last where a tape or a tool has padded. */
export const gzip: Compression = {
	extension: ".gz",
	// What text usually comes to.
	ratio: 4,
	readSize: 1 << 18,
	reasons,
	signature: (head) => MAGIC.every((byte, i) => head[i] === byte),
	findFrames: findBgzfFrames,

	async *decompress(pieces, size) {
		const queue = new ByteQueue(pieces);
		try {
			if (!(await queue.fill(1))) throw truncated();
			for (let members = 0; await queue.fill(1); members++) {
				if (members > 0 && !(await startsMember(queue))) {
					if (await queue.isZeroToEnd()) return;
					throw garbageAfter();
				}
				await takeHeader(queue);
				yield* inflateMember(queue, size);
			}
		} finally {
			await queue.close();
		}
	},
};

/** Whether what comes is a member, or the beginning of one that was cut off. */
async function startsMember(queue: ByteQueue): Promise<boolean> {
	await queue.fill(MAGIC.length);
	const head = queue.held.subarray(0, MAGIC.length);
	return head.every((byte, i) => byte === MAGIC[i]);
}

async function takeHeader(queue: ByteQueue): Promise<void> {
	const enough = await queue.fill(10);
	const head = queue.held;
	for (let i = 0; i < Math.min(MAGIC.length, head.length); i++)
		if (head[i] !== MAGIC[i])
			throw corrupt("it does not begin as gzip data does");
	if (!enough) throw truncated();
	const flags = head[3];
	if (flags & FLAGS.unknown) throw corrupt("its header has unknown flags");
	let end = 10;
	if (flags & FLAGS.extra) {
		if (!(await queue.fill(end + 2))) throw truncated();
		end += 2 + queue.held.readUInt16LE(end);
	}
	if (flags & FLAGS.name) end = await endOfText(queue, end);
	if (flags & FLAGS.comment) end = await endOfText(queue, end);
	if (flags & FLAGS.headerChecksum) end += 2;
	if (!(await queue.fill(end))) throw truncated();
	queue.skip(end);
}

/** Where a text that begins at `start` and ends in a zero byte has its end. */
async function endOfText(queue: ByteQueue, start: number): Promise<number> {
	for (let from = start; ; from = queue.held.length) {
		if (from > LONGEST_HEADER) throw corrupt("its header does not end");
		if (!(await queue.fill(from + 1))) throw truncated();
		const zero = queue.held.indexOf(0, from);
		if (zero !== -1) return zero + 1;
	}
}

/** Takes a member's data and its checksum. */
async function* inflateMember(
	queue: ByteQueue,
	size: number,
): AsyncGenerator<Buffer> {
	const inflate = new ZlibStream(createInflateRaw({ chunkSize: CHUNK_SIZE }));
	let checksum = 0;
	let length = 0;
	try {
		for (;;) {
			await queue.fill(STEP);
			const input = queue.held.subarray(0, STEP);
			if (input.length === 0) throw truncated();
			const { output, used } = await inflate
				.write(input)
				.catch((error: Error) => {
					throw corrupt(error.message);
				});
			queue.skip(used);
			for (const piece of inPieces(output, size)) {
				checksum = crc32(piece, checksum);
				length += piece.length;
				yield piece;
			}
			if (used < input.length) break;
		}
	} finally {
		inflate.close();
	}
	if (!(await queue.fill(TRAILER_SIZE))) throw truncated();
	const trailer = queue.take(TRAILER_SIZE);
	if (
		trailer.readUInt32LE(0) !== checksum ||
		trailer.readUInt32LE(4) !== length % 2 ** 32
	)
		throw wrongChecksum();
}
