import { instantiate } from "./kernel.js";

/** Bytes of a text that are escaped at a time, at most. */
const SLICE = 1 << 15;
/** The longest escape of a byte, and what is read and written beyond a slice. */
const LONGEST_ESCAPE = 6;
const MARGIN = 32;

const encoder = new TextEncoder();

/** Writes texts as `JSON.stringify` does between two quotes, slice by slice. */
export class JsonEscaper {
	/** Of what was escaped last: its characters (code points). */
	characters = 0;
	readonly #kernel = instantiate();
	readonly #start = this.#kernel.heapStart();
	readonly #out = this.#start + SLICE + MARGIN;
	readonly #slice: Uint8Array;
	readonly #escaped: Uint8Array;

	constructor() {
		const { memory } = this.#kernel;
		const end = this.#out + LONGEST_ESCAPE * SLICE + MARGIN;
		const missing = end - memory.buffer.byteLength;
		if (missing > 0) memory.grow(Math.ceil(missing / 0x10000));
		this.#slice = new Uint8Array(memory.buffer, this.#start, SLICE);
		this.#escaped = new Uint8Array(memory.buffer, this.#out);
	}

	/** @param bytes UTF-8. @param take Given views of slices, each valid until it returns. */
	escape(bytes: Uint8Array, take: (escaped: Uint8Array) => void): void {
		this.characters = 0;
		if (bytes.length <= SLICE) {
			this.#slice.set(bytes);
			take(this.#escapeSlice(bytes.length));
			return;
		}
		for (let at = 0; at < bytes.length; at += SLICE) {
			const slice = bytes.subarray(at, at + SLICE);
			this.#slice.set(slice);
			take(this.#escapeSlice(slice.length));
		}
	}

	/** @param text Without surrogates that have no other half. @param take As that of `escape`. */
	escapeString(text: string, take: (escaped: Uint8Array) => void): void {
		this.characters = 0;
		for (let rest = text; rest !== ""; ) {
			const { read, written } = encoder.encodeInto(rest, this.#slice);
			take(this.#escapeSlice(written));
			rest = rest.slice(read);
		}
	}

	#escapeSlice(length: number): Uint8Array {
		const { escapeText, countCharacters } = this.#kernel;
		const end = this.#start + length;
		this.characters += countCharacters(this.#start, end);
		const escaped = escapeText(this.#start, end, this.#out) - this.#out;
		return this.#escaped.subarray(0, escaped);
	}
}
