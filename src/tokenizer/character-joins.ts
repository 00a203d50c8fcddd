import { bytesOfWord } from "./byte-characters.js";
import { hashPair } from "./hash-pair.js";
import { ANY_POINT } from "./layout.js";

/**
 * The pairs of characters that stand side by side in some token that merging
 * makes. Between two characters that no such token joins, no merge reaches
 * across, so that a word can be cut there and its parts merged alone: the ids are
 * the same. Held as bits at hashes; a bit that another pair has set too only
 * means that a cut is not made.
 */
export class CharacterJoins {
	readonly #pairs = new Set<number>();
	/** Which pairs of ASCII characters are among them: most tokens have no others. */
	readonly #ascii = new Uint8Array(128 * 128);

	addToken(token: string, symbols: "bytes" | "characters"): void {
		if (symbols === "characters") this.#addCharacters(token);
		else this.#addBytes(token);
	}

	finish(): { bits: Uint8Array; mask: number } {
		let size = 1 << 15;
		while (size < this.#pairs.size * 32) size *= 2;
		const bits = new Uint8Array(size / 8);
		for (const pair of this.#pairs) {
			const right = pair % 0x200000;
			const bit = hashPair((pair - right) / 0x200000, right) & (size - 1);
			bits[bit >> 3] |= 1 << (bit & 7);
		}
		return { bits, mask: size - 1 };
	}

	#add(left: number, right: number): void {
		if (left < 0x80 && right < 0x80) {
			const pair = left * 0x80 + right;
			if (this.#ascii[pair] === 1) return;
			this.#ascii[pair] = 1;
		}
		this.#pairs.add(left * 0x200000 + right);
	}

	#addCharacters(token: string): void {
		let left = -1;
		for (const character of token) {
			const right = character.codePointAt(0) as number;
			if (left !== -1) this.#add(left, right);
			left = right;
		}
	}

	/** Bytes may hold part of a character at both ends. */
	#addBytes(token: string): void {
		const bytes = bytesOfWord(token);
		if (bytes === null) return;
		let left = bytes.length > 0 && isContinuation(bytes[0]) ? ANY_POINT : -1;
		for (let at = 0; at < bytes.length; ) {
			if (isContinuation(bytes[at])) {
				at++;
				continue;
			}
			const length = lengthOf(bytes[at]);
			if (length === 1) {
				if (left !== -1) this.#add(left, bytes[at]);
				left = bytes[at++];
				continue;
			}
			const part = bytes.subarray(at, at + length);
			const right = part.length < length ? ANY_POINT : codePoint(part);
			if (left === ANY_POINT && right === ANY_POINT) this.#addAllFrom(part);
			else if (left !== -1) this.#add(left, right);
			left = right;
			at += length;
		}
	}

	/** Part of a character is joined to the beginning of another: take all of those. */
	#addAllFrom(part: Uint8Array): void {
		const length = lengthOf(part[0]);
		const open = length - part.length;
		const first = codePoint([
			...part,
			...Array.from({ length: open }, () => 0x80),
		]);
		for (let point = first; point < first + 64 ** open; point++)
			this.#add(ANY_POINT, point);
	}
}

function isContinuation(byte: number): boolean {
	return (byte & 0xc0) === 0x80;
}

function lengthOf(first: number): number {
	return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

function codePoint(bytes: ArrayLike<number>): number {
	if (bytes.length === 1) return bytes[0];
	let point = bytes[0] & (0xff >> (bytes.length + 1));
	for (let i = 1; i < bytes.length; i++) point = (point << 6) | (bytes[i] & 63);
	return point;
}
