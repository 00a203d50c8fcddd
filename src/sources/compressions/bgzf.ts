import type { ReadableFile } from "../../storage/storage.js";
import type { Frames } from "../source.js";

/** Small reads that a file may take: blocks hold 64 KiB of text, so about 1 GiB of it. */
const MOST_READS = 1 << 14;
const HEADER_SIZE = 18;
/** Before each header but the first, the length of the block that ends there. */
const LENGTH_SIZE = 4;

/**
 * The blocks of a file by bgzip: gzip members of at most 64 KiB, which tell their size
 * (SAM specification, 4.1). Null for any other gzip file.
 */
export async function findBgzfFrames(
	file: ReadableFile,
	size: number,
): Promise<Frames | null> {
	const places: Frames["places"] = [];
	let block = blockSizeOf(await file.read(0, HEADER_SIZE));
	let compressed = 0;
	let uncompressed = 0;
	for (let reads = 0; block !== null && reads < MOST_READS; reads++) {
		places.push([uncompressed, compressed]);
		compressed += block;
		const at = await file.read(
			compressed - LENGTH_SIZE,
			LENGTH_SIZE + HEADER_SIZE,
		);
		if (at.length < LENGTH_SIZE) return null;
		uncompressed += at.readUInt32LE(0);
		if (compressed === size) return { size: uncompressed, places };
		block = blockSizeOf(at.subarray(LENGTH_SIZE));
	}
	return null;
}

/** Bytes of the block that a header begins; null for a header that does not tell. */
function blockSizeOf(header: Buffer): number | null {
	if (header.length < HEADER_SIZE) return null;
	const isBlock =
		header.readUInt32LE(0) === 0x04088b1f &&
		// One extra field of two bytes, called BC.
		header.readUInt16LE(10) === 6 &&
		header.readUInt32LE(12) === 0x00024342;
	// Less would be no progress.
	const size = header.readUInt16LE(16) + 1;
	return isBlock && size > HEADER_SIZE + 8 ? size : null;
}
