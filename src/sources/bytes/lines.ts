import type { InputFile, ReadableStorage, Span } from "../source.js";
import { readBytes } from "./bytes.js";
import { LONGEST_TEXT } from "./utf8.js";

const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);

/**
 * Whole lines of a file, back to back; only the last of a file may lack its newline. A
 * line longer than `LONGEST_TEXT` is a block of its own, without its bytes.
 */
export interface LineBlock {
	/** Valid until the next block is asked for. */
	bytes: Buffer;
	/** Offset of the first byte in the uncompressed file. */
	position: number;
	/** Bytes of the file that it stands for. */
	length: number;
}

/**
 * The lines whose first byte lies in the span, in blocks of a megabyte or less: a line
 * that goes over the border of two pieces of the file is copied, the others are not.
 * A span that begins inside a line leaves that line to the span before it.
 */
export async function* readLineBlocks(
	storage: ReadableStorage,
	file: InputFile,
	{ start, end }: Span,
): AsyncGenerator<LineBlock> {
	// From one byte before the span: a newline there means that it begins a line.
	let skipping = start > 0;
	let position = skipping ? start - 1 : 0;
	let carried: Buffer[] = [];
	let carriedLength = 0;
	/** Bytes of a line that is too long to be kept. */
	let dropped = 0;
	for await (const chunk of readBytes(storage, file, position, end, true)) {
		let rest = chunk;
		if (skipping) {
			const newline = rest.indexOf(NEWLINE);
			position += newline === -1 ? rest.length : newline + 1;
			if (newline === -1) {
				if (position >= end) return;
				continue;
			}
			skipping = false;
			rest = rest.subarray(newline + 1);
			if (position >= end) return;
		}
		if (dropped > 0) {
			const newline = rest.indexOf(NEWLINE);
			dropped += newline === -1 ? rest.length : newline + 1;
			if (newline === -1) continue;
			yield { bytes: NOTHING, position, length: dropped };
			position += dropped;
			dropped = 0;
			rest = rest.subarray(newline + 1);
			if (position >= end) return;
		}
		if (carriedLength > 0) {
			const newline = rest.indexOf(NEWLINE);
			if (newline !== -1) {
				const bytes = Buffer.concat([
					...carried,
					rest.subarray(0, newline + 1),
				]);
				yield { bytes, position, length: bytes.length };
				position += bytes.length;
				rest = rest.subarray(newline + 1);
				carried = [];
				carriedLength = 0;
				if (position >= end) return;
			}
		}
		const last = carriedLength > 0 ? -1 : lastNewline(rest, end - position);
		if (last !== -1) {
			const bytes = rest.subarray(0, last + 1);
			yield { bytes, position, length: bytes.length };
			position += bytes.length;
			rest = rest.subarray(last + 1);
			if (position >= end) return;
		}
		if (rest.length > 0) {
			carried.push(Buffer.from(rest));
			carriedLength += rest.length;
		}
		if (carriedLength > LONGEST_TEXT) {
			dropped = carriedLength;
			carried = [];
			carriedLength = 0;
		}
	}
	if (dropped > 0) yield { bytes: NOTHING, position, length: dropped };
	if (carriedLength > 0)
		yield {
			bytes: Buffer.concat(carried),
			position,
			length: carriedLength,
		};
}

/**
 * Index of the newline that ends the last line to take from `bytes`: the first
 * one at or after `limit - 1` (it ends the line that holds the span's last
 * byte), else the last one there is; -1 for none.
 */
function lastNewline(bytes: Buffer, limit: number): number {
	if (limit <= bytes.length) {
		const closing = bytes.indexOf(NEWLINE, Math.max(0, limit - 1));
		if (closing !== -1) return closing;
	}
	return bytes.lastIndexOf(NEWLINE);
}

/** How many lines of a file begin before a byte. */
export async function countLinesBefore(
	storage: ReadableStorage,
	file: InputFile,
	byte: number,
): Promise<number> {
	if (byte === 0) return 0;
	// The first line, and one more for each newline that has a byte after it.
	let lines = 1;
	let left = byte - 1;
	for await (const piece of readBytes(storage, file, 0, byte)) {
		const stop = Math.min(piece.length, left);
		let at = piece.indexOf(NEWLINE);
		while (at !== -1 && at < stop) {
			lines++;
			at = piece.indexOf(NEWLINE, at + 1);
		}
		left -= stop;
		if (left === 0) break;
	}
	return lines;
}
