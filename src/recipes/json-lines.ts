import { JsonEscaper } from "../sources/json/escaper.js";
import { characters } from "./lengths.js";
import type { PieceText } from "./utf8-text.js";

/** Bytes of a chunk, about. */
const CHUNK = 1 << 20;
/** Memory that is kept for the next, in bytes: that of a long record is let go. */
const KEPT = 1 << 23;
/** UTF-16 units of a text that is worth the way to the kernel. */
const LONG = 256;

/** One for this thread: nothing is kept in it from text to text. */
let escaper: JsonEscaper | null = null;

/** Writes JSON in chunks; texts that are UTF-8 already go into it without a string. */
export class JsonWriter {
	#buffer = Buffer.allocUnsafe(1 << 16);
	#length = 0;
	/** What comes after the bytes in the buffer. */
	#json = "";

	/** Whether there is enough for a chunk. */
	get isFull(): boolean {
		return this.#length + this.#json.length >= CHUNK;
	}

	/** Bytes since the last chunk. */
	get length(): number {
		this.#flush();
		return this.#length;
	}

	/** Writes JSON as it is. */
	json(text: string): void {
		this.#json += text;
	}

	/** Writes a text within quotation marks; gives its characters (code points). */
	text(text: PieceText): number {
		if (
			typeof text === "string" &&
			!(text.length >= LONG && text.isWellFormed())
		) {
			this.#json += JSON.stringify(text).slice(1, -1);
			return characters(text);
		}
		this.#flush();
		escaper ??= new JsonEscaper();
		if (typeof text === "string") escaper.escapeString(text, this.#append);
		else escaper.escape(text.bytes, this.#append);
		return escaper.characters;
	}

	/** What was written since the last chunk: a view, valid until more is written. */
	take(): Buffer {
		this.#flush();
		const chunk = this.#buffer.subarray(0, this.#length);
		if (this.#buffer.length > KEPT) this.#buffer = Buffer.allocUnsafe(CHUNK);
		this.#length = 0;
		return chunk;
	}

	#flush(): void {
		const json = this.#json;
		// A unit of UTF-16 is three bytes of UTF-8 at most.
		this.#reserve(3 * json.length);
		this.#length += this.#buffer.write(json, this.#length);
		this.#json = "";
	}

	readonly #append = (bytes: Uint8Array): void => {
		this.#reserve(bytes.length);
		this.#buffer.set(bytes, this.#length);
		this.#length += bytes.length;
	};

	#reserve(count: number): void {
		const needed = this.#length + count;
		if (needed <= this.#buffer.length) return;
		const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
		this.#buffer.copy(grown, 0, 0, this.#length);
		this.#buffer = grown;
	}
}
