import type { ReadableFile } from "../../storage/storage.js";
import type { Frames } from "../source.js";
import { SKIPPABLE_HEADER_SIZE, skippableSize } from "./skippable.js";
import {
	BLOCK_HEADER_SIZE,
	CHECKSUM_SIZE,
	LONGEST_HEADER,
	parseBlockHeader,
	parseFrameHeader,
	ZSTD_MAGIC,
} from "./zstd-frame.js";

const FOOTER_SIZE = 9;
const FOOTER_MAGIC = 0x8f92eab1;
/** Small reads that a file without a table may take, one for each 128 KiB of text. */
const MOST_READS = 1 << 14;
/** Of frames that hold more text there are too few to be worth those reads. */
const LARGEST_FRAME = 1 << 24;

/**
 * The frames of a zstd file: by the table at its end, where it has one, else by their
 * headers, where these tell how much text a frame holds.
 */
export async function findZstdFrames(
	file: ReadableFile,
	size: number,
): Promise<Frames | null> {
	return (await framesOfTable(file, size)) ?? framesOfHeaders(file, size);
}

/** By the table of the seekable format (zstd, contrib/seekable_format). */
async function framesOfTable(
	file: ReadableFile,
	size: number,
): Promise<Frames | null> {
	if (size < FOOTER_SIZE + SKIPPABLE_HEADER_SIZE) return null;
	const footer = await file.read(size - FOOTER_SIZE, FOOTER_SIZE);
	if (footer.length < FOOTER_SIZE || footer.readUInt32LE(5) !== FOOTER_MAGIC)
		return null;
	const count = footer.readUInt32LE(0);
	const entrySize = footer[4] & 0x80 ? 12 : 8;
	const tableSize = SKIPPABLE_HEADER_SIZE + count * entrySize + FOOTER_SIZE;
	if (tableSize > size) return null;
	const table = await file.read(size - tableSize, tableSize);
	if (skippableSize(table) !== tableSize - SKIPPABLE_HEADER_SIZE) return null;
	const places: Frames["places"] = [];
	let compressed = 0;
	let uncompressed = 0;
	for (let i = 0; i < count; i++) {
		const at = SKIPPABLE_HEADER_SIZE + i * entrySize;
		places.push([uncompressed, compressed]);
		compressed += table.readUInt32LE(at);
		uncompressed += table.readUInt32LE(at + 4);
	}
	return compressed === size - tableSize
		? { size: uncompressed, places }
		: null;
}

async function framesOfHeaders(
	file: ReadableFile,
	size: number,
): Promise<Frames | null> {
	const places: Frames["places"] = [];
	let reads = 0;
	let at = 0;
	let uncompressed = 0;
	const look = (length: number) =>
		++reads > MOST_READS ? Buffer.alloc(0) : file.read(at, length);
	while (at < size) {
		const head = await look(LONGEST_HEADER);
		const skipped = skippableSize(head);
		if (skipped !== null) {
			at += SKIPPABLE_HEADER_SIZE + skipped;
			continue;
		}
		const header =
			head.length < 4 || head.readUInt32LE(0) !== ZSTD_MAGIC
				? null
				: parseFrameHeader(head);
		if (header === null || (header.contentSize ?? Infinity) > LARGEST_FRAME)
			return null;
		places.push([uncompressed, at]);
		uncompressed += header.contentSize as number;
		at += header.length;
		for (let isLast = false; !isLast; ) {
			const bytes = await look(BLOCK_HEADER_SIZE);
			const block =
				bytes.length < BLOCK_HEADER_SIZE ? null : parseBlockHeader(bytes);
			if (block === null) return null;
			at += BLOCK_HEADER_SIZE + block.length;
			isLast = block.isLast;
		}
		if (header.hasChecksum) at += CHECKSUM_SIZE;
	}
	return at === size ? { size: uncompressed, places } : null;
}
