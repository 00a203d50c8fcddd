import type { Storage } from "../storage/storage.js";
import { readBytes } from "./bytes.js";
import type { InputFile, ReadCounts, Span } from "./source.js";

const NEWLINE = 10;

/** Whole lines of a file, back to back; only the last of a file may lack its newline. */
export interface LineBlock {
	bytes: Buffer;
	/** Offset of the first byte in the uncompressed file. */
	position: number;
}

/**
 * The lines whose first byte lies in the span, in blocks of about a megabyte.
 * A span that begins inside a line leaves that line to the span before it.
 */
export async function* readLineBlocks(
	storage: Storage,
	file: InputFile,
	span: Span,
	counts: ReadCounts,
): AsyncGenerator<LineBlock> {
	const end = span.end ?? Number.POSITIVE_INFINITY;
	// From one byte before the span: a newline there means that it begins a line.
	let skipping = span.start > 0;
	let position = skipping ? span.start - 1 : 0;
	let carried: Buffer[] = [];
	let carriedLength = 0;
	for await (const chunk of readBytes(storage, file, position, counts)) {
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
		const last = lastNewline(rest, end - position - carriedLength);
		if (last !== -1) {
			carried.push(rest.subarray(0, last + 1));
			const bytes = carried.length === 1 ? carried[0] : Buffer.concat(carried);
			yield { bytes, position };
			position += bytes.length;
			rest = rest.subarray(last + 1);
			carried = [];
			carriedLength = 0;
			if (position >= end) return;
		}
		if (rest.length > 0) {
			carried.push(rest);
			carriedLength += rest.length;
		}
	}
	if (carriedLength > 0) yield { bytes: Buffer.concat(carried), position };
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

/** How many newlines a file has before a place, for messages that name a line. */
export async function countNewlines(
	storage: Storage,
	file: InputFile,
	before: number,
): Promise<number> {
	let newlines = 0;
	let position = 0;
	const counts = { bytes: 0, records: 0, lines: 0 };
	if (before === 0) return 0;
	for await (const chunk of readBytes(storage, file, 0, counts)) {
		const stop = Math.min(chunk.length, before - position);
		let at = chunk.indexOf(NEWLINE);
		while (at !== -1 && at < stop) {
			newlines++;
			at = chunk.indexOf(NEWLINE, at + 1);
		}
		position += chunk.length;
		if (position >= before) break;
	}
	return newlines;
}
