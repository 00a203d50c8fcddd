import { LONGEST_TEXT } from "./utf8.js";

/**
 * The bytes of a record that goes over several pieces of its file. Of one that is
 * longer than a text can be, nothing but the length is kept.
 */
export class CarriedBytes {
	#pieces: Buffer[] = [];
	#length = 0;

	/** How many bytes were added. */
	get length(): number {
		return this.#length;
	}

	add(piece: Buffer): void {
		this.#length += piece.length;
		if (this.#length > LONGEST_TEXT) this.#pieces = [];
		else if (piece.length > 0) this.#pieces.push(piece);
	}

	/** All that was added, null where it is too long, and its length; the next record begins. */
	take(): { bytes: Buffer | null; length: number } {
		const pieces = this.#pieces;
		const length = this.#length;
		this.#pieces = [];
		this.#length = 0;
		if (length > LONGEST_TEXT) return { bytes: null, length };
		const bytes = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
		return { bytes, length };
	}
}
