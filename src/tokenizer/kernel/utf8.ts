// UTF-8 that is known to be well formed.

/** How many bytes the character with this first byte has. */
export function lengthOf(first: u32): usize {
	return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** The code point at an address. */
export function codePointAt(at: usize, first: u32): u32 {
	if (first < 0x80) return first;
	const second: u32 = load<u8>(at, 1) & 0x3f;
	if (first < 0xe0) return ((first & 0x1f) << 6) | second;
	const third: u32 = load<u8>(at, 2) & 0x3f;
	if (first < 0xf0) return ((first & 0xf) << 12) | (second << 6) | third;
	return (
		((first & 0x7) << 18) |
		(second << 12) |
		(third << 6) |
		(load<u8>(at, 3) & 0x3f)
	);
}
