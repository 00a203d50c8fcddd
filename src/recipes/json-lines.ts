import { isAscii } from "node:buffer";
import { characters } from "./lengths.js";
import type { PieceText } from "./utf8-text.js";

/** Bytes of a chunk, about. */
const CHUNK = 1 << 20;

const BACKSLASH = 92;
/** What stands after a backslash for bytes that JSON must escape; `UNICODE`: their number; 0: they need not be. */
const ESCAPES = new Uint8Array(256);
const UNICODE = 1;
ESCAPES.fill(UNICODE, 0, 32);
for (const [character, letter] of [
	['"', '"'],
	["\\", "\\"],
	["\b", "b"],
	["\f", "f"],
	["\n", "n"],
	["\r", "r"],
	["\t", "t"],
])
	ESCAPES[character.charCodeAt(0)] = letter.charCodeAt(0);

/** Writes JSON in chunks; texts that are UTF-8 already go into it without a string. */
export class JsonWriter {
	#buffer = Buffer.allocUnsafe(2 * CHUNK);
	#length = 0;

	/** Whether there is enough for a chunk. */
	get isFull(): boolean {
		return this.#length >= CHUNK;
	}

	/** Bytes since the last chunk. */
	get length(): number {
		return this.#length;
	}

	/** Writes JSON as it is. */
	json(text: string): void {
		// A unit of UTF-16 is three bytes of UTF-8 at most.
		this.#reserve(3 * text.length);
		this.#length += this.#buffer.write(text, this.#length);
	}

	/** Writes a text within quotation marks; gives its characters (code points). */
	text(text: PieceText): number {
		if (typeof text !== "string") return this.#escaped(text.bytes);
		this.json(JSON.stringify(text).slice(1, -1));
		return characters(text);
	}

	/** What was written since the last chunk: memory of the caller's own. */
	take(): Buffer {
		const chunk = this.#buffer.subarray(0, this.#length);
		this.#buffer = Buffer.allocUnsafe(2 * CHUNK);
		this.#length = 0;
		return chunk;
	}

	#escaped(bytes: Uint8Array): number {
		this.#reserve(6 * bytes.length);
		const out = this.#buffer;
		let at = this.#length;
		let copied = 0;
		for (let i = 0; i < bytes.length; i++) {
			const letter = ESCAPES[bytes[i]];
			if (letter === 0) continue;
			out.set(bytes.subarray(copied, i), at);
			at += i - copied;
			copied = i + 1;
			if (letter === UNICODE)
				at += out.write(`\\u${bytes[i].toString(16).padStart(4, "0")}`, at);
			else {
				out[at++] = BACKSLASH;
				out[at++] = letter;
			}
		}
		out.set(bytes.subarray(copied), at);
		this.#length = at + bytes.length - copied;
		return isAscii(bytes) ? bytes.length : charactersIn(bytes);
	}

	#reserve(count: number): void {
		const needed = this.#length + count;
		if (needed <= this.#buffer.length) return;
		const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
		this.#buffer.copy(grown, 0, 0, this.#length);
		this.#buffer = grown;
	}
}

/** Code points of UTF-8: bytes that begin one. */
function charactersIn(bytes: Uint8Array): number {
	let count = 0;
	for (let i = 0; i < bytes.length; i++)
		count += Number((bytes[i] & 0xc0) !== 0x80);
	return count;
}
