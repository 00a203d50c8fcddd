/**
 * The character that stands for each byte in a byte-level vocabulary: printable
 * Latin-1 characters stand for themselves, the others are moved to 256 and up
 * (Radford et al., GPT-2, `bytes_to_unicode`).
 */
export const characterOfByte: readonly string[] = makeCharacters();

const byteOfCharacter = new Map(
	characterOfByte.map((character, byte) => [character, byte]),
);

/**
 * The bytes that a token of a byte-level vocabulary stands for. A token with
 * any character outside the byte alphabet (an added token, say) stands for its
 * own UTF-8, as in the Rust library.
 */
export function bytesOfToken(token: string): Uint8Array {
	const bytes = new Uint8Array(token.length);
	let at = 0;
	for (const character of token) {
		const byte = byteOfCharacter.get(character);
		if (byte === undefined) return new TextEncoder().encode(token);
		bytes[at++] = byte;
	}
	return bytes.subarray(0, at);
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
