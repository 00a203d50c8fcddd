import { dropMemory } from "../../core/memory.js";
import type { InputFile, ReadableStorage, Span } from "../source.js";
import { readBytes } from "./bytes.js";
import { LONGEST_TEXT } from "./utf8.js";

const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);
/** From so many bytes on a line is gathered in one place: nobody has memory for two of it. */
const LARGE = 1 << 25;

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
	/** Lets go of the bytes of a long line before: nobody may look at them any more. */
	drop?: () => void;
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
	const carried = new CarriedLine();
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
		if (carried.length > 0) {
			const newline = rest.indexOf(NEWLINE);
			if (newline !== -1) {
				carried.add(rest.subarray(0, newline + 1));
				const { length } = carried;
				yield { ...carried.take(), position, length };
				position += length;
				rest = rest.subarray(newline + 1);
				if (position >= end) return;
			}
		}
		const last = carried.length > 0 ? -1 : lastNewline(rest, end - position);
		if (last !== -1) {
			const bytes = rest.subarray(0, last + 1);
			yield { bytes, position, length: bytes.length };
			position += bytes.length;
			rest = rest.subarray(last + 1);
			if (position >= end) return;
		}
		if (rest.length > 0) carried.add(rest);
		if (carried.length > LONGEST_TEXT) {
			dropped = carried.length;
			carried.take();
		}
	}
	if (dropped > 0) yield { bytes: NOTHING, position, length: dropped };
	const { length } = carried;
	if (length > 0) yield { ...carried.take(), position, length };
}

/** A line that goes over borders of pieces: a copy of what has come of it. */
class CarriedLine {
	length = 0;
	#pieces: Buffer[] = [];
	/** All of a large one. */
	#whole: Buffer | null = null;

	add(piece: Buffer): void {
		const end = this.length + piece.length;
		if (end > LONGEST_TEXT) this.#forget();
		else if (this.#whole !== null) piece.copy(this.#whole, this.length);
		else this.#pieces.push(Buffer.from(piece));
		this.length = end;
		if (this.#whole === null && end > LARGE && end <= LONGEST_TEXT) {
			// The system gives it no page that is not written to.
			const whole = Buffer.from(new ArrayBuffer(LONGEST_TEXT));
			let at = 0;
			for (const each of this.#pieces) at += each.copy(whole, at);
			this.#pieces = [];
			this.#whole = whole;
		}
	}

	/** Its bytes, and begins another; none where it is longer than texts can be. */
	take(): Pick<LineBlock, "bytes" | "drop"> {
		const { length } = this;
		const whole = this.#whole;
		const pieces = this.#pieces;
		this.#forget();
		this.length = 0;
		if (length > LONGEST_TEXT) return { bytes: NOTHING };
		if (whole === null) return { bytes: Buffer.concat(pieces) };
		return {
			bytes: whole.subarray(0, length),
			drop: () => dropMemory(whole.buffer as ArrayBuffer),
		};
	}

	#forget(): void {
		this.#pieces = [];
		this.#whole = null;
	}
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
