const encoder = new TextEncoder();

/** How a vocabulary of characters names a byte. */
export function byteToken(byte: number): string {
	return names[byte];
}

const names = Array.from(
	{ length: 256 },
	(_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
);

/** The ids of the tokens that stand for bytes, -1 for a byte that has none. */
export function idsOfBytes(ids: ReadonlyMap<string, number>): Int32Array {
	return Int32Array.from(names, (name) => ids.get(name) ?? -1);
}

/** The tokens of a text's bytes, or null when one has none. */
export function textInBytes(
	text: string,
	idOfByte: Int32Array,
): Int32Array | null {
	const ids = Int32Array.from(encoder.encode(text), (byte) => idOfByte[byte]);
	return ids.includes(-1) ? null : ids;
}
