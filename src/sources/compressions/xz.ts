import type { Compression } from "../compression.js";
import { ByteQueue } from "./byte-queue.js";
import { damagesOf, unsupportedBy } from "./damage.js";
import { inPieces } from "./in-pieces.js";
import {
	BadChunk,
	type ChunkHeader,
	LONGEST_CHUNK_HEADER,
	Lzma2Decoder,
	parseChunkHeader,
} from "./lzma2.js";
import {
	BadPart,
	type Check,
	type IndexRecord,
	padded,
	parseBlockHeader,
	parseIndex,
	parseStreamFooter,
	parseStreamHeader,
	STREAM_FOOTER_SIZE,
	STREAM_HEADER_SIZE,
	UnknownPart,
	XZ_ALIGNMENT,
	XZ_MAGIC,
} from "./xz-format.js";

const damages = damagesOf("xz");
const { truncated, corrupt, wrongChecksum, garbageAfter } = damages;
const { unsupported, ...others } = unsupportedBy("xz");

/** What `xz -9` needs, twice. */
const LARGEST_DICTIONARY = 1 << 27;

/** Streams of the .xz format back to back, with zeros after them in fours (xz-file-format.txt). */
export const xz: Compression = {
	extension: ".xz",
	// What text usually comes to.
	ratio: 5,
	blockSize: 1 << 16,
	readSize: 1 << 18,
	reasons: { ...damages.reasons, ...others.reasons },
	signature: (head) => head.subarray(0, XZ_MAGIC.length).equals(XZ_MAGIC),

	async *decompress(pieces, size) {
		const queue = new ByteQueue(pieces);
		try {
			if (!(await queue.fill(1))) throw truncated();
			for (let isFirst = true; await queue.fill(1); isFirst = false) {
				if (!isFirst && queue.held[0] === 0) {
					// Streams are aligned, and so are the zeros between them.
					if (!(await queue.fill(XZ_ALIGNMENT))) throw truncated();
					if (queue.take(XZ_ALIGNMENT).some((byte) => byte !== 0))
						throw garbageAfter();
					continue;
				}
				await queue.fill(XZ_MAGIC.length);
				const head = queue.held.subarray(0, XZ_MAGIC.length);
				if (!head.equals(XZ_MAGIC.subarray(0, head.length)))
					throw isFirst
						? corrupt("it does not begin as xz data does")
						: garbageAfter();
				yield* decodeStream(queue, size);
			}
		} finally {
			await queue.close();
		}
	},
};

async function* decodeStream(
	queue: ByteQueue,
	size: number,
): AsyncGenerator<Buffer> {
	const header = await take(queue, STREAM_HEADER_SIZE);
	const check = parsed(() => parseStreamHeader(header));
	const records: IndexRecord[] = [];
	for (;;) {
		if (!(await queue.fill(1))) throw truncated();
		if (queue.held[0] === 0) break;
		records.push(yield* decodeBlock(queue, check, size));
	}
	const index = await takeIndex(queue);
	const expected = parsed(() => parseIndex(index));
	const footer = await take(queue, STREAM_FOOTER_SIZE);
	const { indexSize } = parsed(() => parseStreamFooter(footer));
	if (
		indexSize !== index.length ||
		JSON.stringify(expected) !== JSON.stringify(records)
	)
		throw corrupt("a stream does not hold what its index says", false);
}

async function* decodeBlock(
	queue: ByteQueue,
	check: Check,
	size: number,
): AsyncGenerator<Buffer, IndexRecord> {
	const header = await take(queue, (queue.held[0] + 1) * XZ_ALIGNMENT);
	const block = parsed(() => parseBlockHeader(header));
	if (block.dictionarySize > LARGEST_DICTIONARY)
		throw unsupported(
			`needs a dictionary of ${block.dictionarySize} bytes, and at most ${LARGEST_DICTIONARY} are kept`,
		);
	const decoder = new Lzma2Decoder(block.dictionarySize);
	const checksum = check.create();
	let stored = 0;
	let length = 0;
	for (;;) {
		await queue.fill(LONGEST_CHUNK_HEADER);
		const chunk = parsed(() => parseChunkHeader(queue.held));
		if (chunk === null) throw truncated();
		const data = (await take(queue, chunk.length + chunk.stored)).subarray(
			chunk.length,
		);
		stored += chunk.length + chunk.stored;
		if (chunk.kind === "end") break;
		const text = decodeChunk(decoder, chunk, data);
		checksum.update(text);
		length += text.length;
		yield* inPieces([Buffer.from(text)], size);
	}
	const padding = padded(stored) - stored;
	const rest = await take(queue, padding + check.size);
	if (rest.subarray(0, padding).some((byte) => byte !== 0))
		throw corrupt("a block is filled up with something", false);
	if (!rest.subarray(padding).equals(checksum.digest())) throw wrongChecksum();
	if (stored !== (block.stored ?? stored) || length !== (block.size ?? length))
		throw corrupt("a block is not as long as it says", false);
	return { unpadded: header.length + stored + check.size, size: length };
}

function decodeChunk(
	decoder: Lzma2Decoder,
	chunk: ChunkHeader,
	data: Buffer,
): Buffer {
	try {
		return decoder.decode(chunk, data);
	} catch (error) {
		if (error instanceof BadChunk) throw corrupt(error.message);
		throw error;
	}
}

/** Takes an index, whose length is to be seen from its numbers alone. */
async function takeIndex(queue: ByteQueue): Promise<Buffer> {
	let at = 1;
	const skipNumber = async () => {
		let value = 0;
		for (let scale = 1; ; scale *= 128) {
			if (!(await queue.fill(at + 1))) throw truncated();
			const byte = queue.held[at++];
			value += (byte & 0x7f) * scale;
			if (byte < 0x80) return value;
			if (scale > 2 ** 56) throw corrupt("a number does not end", false);
		}
	};
	const count = await skipNumber();
	for (let i = 0; i < 2 * count; i++) await skipNumber();
	return take(queue, padded(at) + 4);
}

async function take(queue: ByteQueue, length: number): Promise<Buffer> {
	if (!(await queue.fill(length))) throw truncated();
	return queue.take(length);
}

/** What a part of the file says. */
function parsed<T>(parse: () => T): T {
	try {
		return parse();
	} catch (error) {
		if (error instanceof UnknownPart) throw unsupported(error.message);
		if (error instanceof BadPart || error instanceof BadChunk)
			throw corrupt(error.message);
		throw error;
	}
}
