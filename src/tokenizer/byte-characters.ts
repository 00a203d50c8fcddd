/**
 * The character that stands for each byte in a byte-level vocabulary: printable
 * Latin-1 characters stand for themselves, the others are moved to 256 and up
 * (Radford et al., GPT-2, `bytes_to_unicode`).
 */
export const characterOfByte: readonly string[] = makeCharacters();

/** The byte of each character code, -1 for those that stand for none. */
const byteOfCode = new Int16Array(512).fill(-1);
characterOfByte.forEach((character, byte) => {
	byteOfCode[character.charCodeAt(0)] = byte;
});

/** The byte that a character's code stands for, or -1. */
export function byteOfCharacter(code: number): number {
	return byteOfCode[code] ?? -1;
}

/**
 * The bytes that a token of a byte-level vocabulary stands for, or null for one
 * with a character outside the byte alphabet: no word is that.
 */
export function bytesOfWord(token: string): Uint8Array | null {
	const bytes = new Uint8Array(token.length);
	for (let i = 0; i < token.length; i++) {
		const byte = byteOfCode[token.charCodeAt(i)];
		if (byte === undefined || byte === -1) return null;
		bytes[i] = byte;
	}
	return bytes;
}

/**
 * The bytes that a token stands for when decoding: one with any character outside
 * the byte alphabet (an added token, say) stands for its own UTF-8, as in the
 * Rust library.
 */
export function bytesOfToken(token: string): Uint8Array {
	return bytesOfWord(token) ?? new TextEncoder().encode(token);
}

function makeCharacters(): string[] {
	const isPrintable = (byte: number) =>
		(byte >= 33 && byte <= 126) ||
		(byte >= 161 && byte <= 172) ||
		(byte >= 174 && byte <= 255);
	let next = 256;
	return Array.from({ length: 256 }, (_, byte) =>
		String.fromCharCode(isPrintable(byte) ? byte : next++),
	);
}
