// Finding bytes of a set, sixteen at once. A set is two tables of 16 bytes, by a byte's
// upper half: bits for the lower halves 0 to 7, and for 8 to 15.

const BITS: usize = memory.data<u8>([
	1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128,
]);

/** The first byte of a set, or the end. Reads past the end. */
export function findInSet(at: usize, end: usize, set: usize): usize {
	const lower = v128.load(set);
	const upper = v128.load(set, 16);
	const bits = v128.load(BITS);
	for (; at < end; at += 16) {
		const bytes = v128.load(at);
		const low = v128.and(bytes, i8x16.splat(0x0f));
		const high = i8x16.shr_u(bytes, 4);
		const row = v128.bitselect(
			i8x16.swizzle(lower, high),
			i8x16.swizzle(upper, high),
			i8x16.lt_u(low, i8x16.splat(8)),
		);
		const isIn = i8x16.ne(
			v128.and(row, i8x16.swizzle(bits, low)),
			i8x16.splat(0),
		);
		const found = i8x16.bitmask(isIn);
		if (found !== 0) return min<usize>(at + <usize>ctz(found), end);
	}
	return end;
}
