import { LONGEST_TEXT } from "../bytes/utf8.js";

const CARRIAGE_RETURN = 13;
/** Memory that is kept for the next text. */
const KEPT = 1 << 22;

/** Lines that become one text. Of one that is longer than a text can be, nothing but the length is kept. */
export class JoinedLines {
	#bytes = new Uint8Array(1 << 12);
	#length = 0;
	#lineStart = 0;

	/** Adds a part of a line: a copy. */
	add(part: Uint8Array): void {
		const needed = this.#length + part.length;
		if (needed <= LONGEST_TEXT + 1) {
			if (needed > this.#bytes.length) {
				const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
				grown.set(this.#bytes.subarray(0, this.#length));
				this.#bytes = grown;
			}
			this.#bytes.set(part, this.#length);
		}
		this.#length = needed;
	}

	/** Takes off the carriage return that the line may end with. */
	endLine(): void {
		if (
			this.#length > this.#lineStart &&
			this.#bytes[this.#length - 1] === CARRIAGE_RETURN
		)
			this.#length--;
		this.#lineStart = this.#length;
	}

	/** The text, null where it is too long, and its length; valid until the next line is added. */
	take(): { bytes: Uint8Array | null; length: number } {
		const length = this.#length;
		const bytes = this.#bytes.subarray(0, length);
		this.#length = 0;
		this.#lineStart = 0;
		if (this.#bytes.length > KEPT) this.#bytes = new Uint8Array(1 << 12);
		return { bytes: length > LONGEST_TEXT ? null : bytes, length };
	}
}
