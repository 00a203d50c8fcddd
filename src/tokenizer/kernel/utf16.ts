// UTF-16 to UTF-8, eight units at once: their bytes are made in lanes of equal size, and
// a shuffle that a table tells brings them together (Lemire and Muła, 2109.10433).

/** Shuffles where units have one or two bytes, by which of eight have one. */
const SHORT: usize = memory.data(4096, 16);
/** Where they have one to three, by which of four have one, and which at most two. */
const LONG: usize = memory.data(4096, 16);
const ABSENT: u8 = 0x80;

/** Where `encodeUnits` got to in the units. */
let next: usize = 0;

/** Fills the tables. */
export function prepareUtf16(): void {
	for (let ones: u32 = 0; ones < 256; ones++) {
		let to = SHORT + ((<usize>ones) << 4);
		memory.fill(to, ABSENT, 16);
		for (let lane: u32 = 0; lane < 8; lane++) {
			store<u8>(to++, <u8>(2 * lane));
			if (((ones >>> lane) & 1) === 0) store<u8>(to++, <u8>(2 * lane + 1));
		}
	}
	for (let kinds: u32 = 0; kinds < 256; kinds++) {
		let to = LONG + ((<usize>kinds) << 4);
		memory.fill(to, ABSENT, 16);
		for (let lane: u32 = 0; lane < 4; lane++) {
			const bytes = 3 - ((kinds >>> lane) & 1) - ((kinds >>> (lane + 4)) & 1);
			for (let byte: u32 = 0; byte < <u32>bytes; byte++)
				store<u8>(to++, <u8>(4 * lane + byte));
		}
	}
}

/**
 * Writes the UTF-8 of units, 16 bits each, and returns where it ends; 16 bytes more may
 * be written over. A surrogate alone becomes U+FFFD.
 */
export function toUtf8(units: usize, end: usize, target: usize): usize {
	let at = units;
	let to = target;
	while (at + 32 <= end) {
		const first = v128.load(at);
		const second = v128.load(at, 16);
		if (!hasBits(v128.or(first, second), 0xff80)) {
			v128.store(to, i8x16.narrow_i16x8_u(first, second));
			at += 32;
			to += 16;
		} else if (!hasBits(first, 0xf800)) {
			const isOne = i16x8.lt_u(first, i16x8.splat(0x80));
			const lead = v128.or(i16x8.shr_u(first, 6), i16x8.splat(0xc0));
			const ones = i16x8.bitmask(isOne);
			const bytes = v128.bitselect(
				first,
				v128.or(lead, i16x8.shl(continuation16(first), 8)),
				isOne,
			);
			v128.store(
				to,
				i8x16.swizzle(bytes, v128.load(SHORT + ((<usize>ones) << 4))),
			);
			at += 16;
			to += 16 - <usize>popcnt(ones);
		} else if (!hasSurrogate(first)) {
			to = encodeFour(i32x4.extend_low_i16x8_u(first), to);
			to = encodeFour(i32x4.extend_high_i16x8_u(first), to);
			at += 16;
		} else {
			to = encodeUnits(at, at + 16, end, to);
			at = next;
		}
	}
	return encodeUnits(at, end, end, to);
}

function hasBits(units: v128, bits: i32): bool {
	return v128.any_true(v128.and(units, i16x8.splat(<i16>bits)));
}

function hasSurrogate(units: v128): bool {
	return v128.any_true(
		i16x8.eq(
			v128.and(units, i16x8.splat(<i16>0xf800)),
			i16x8.splat(<i16>0xd800),
		),
	);
}

function continuation16(units: v128): v128 {
	return v128.or(v128.and(units, i16x8.splat(0x3f)), i16x8.splat(0x80));
}

/** Four units of one to three bytes, 32 bits each. */
function encodeFour(units: v128, to: usize): usize {
	const isOne = i32x4.lt_u(units, i32x4.splat(0x80));
	const isShort = i32x4.lt_u(units, i32x4.splat(0x800));
	const last = continuation32(units);
	const middle = continuation32(i32x4.shr_u(units, 6));
	const two = v128.or(
		v128.or(i32x4.shr_u(units, 6), i32x4.splat(0xc0)),
		i32x4.shl(last, 8),
	);
	const three = v128.or(
		v128.or(i32x4.shr_u(units, 12), i32x4.splat(0xe0)),
		v128.or(i32x4.shl(middle, 8), i32x4.shl(last, 16)),
	);
	const bytes = v128.bitselect(
		units,
		v128.bitselect(two, three, isShort),
		isOne,
	);
	const kinds = i32x4.bitmask(isOne) | (i32x4.bitmask(isShort) << 4);
	v128.store(to, i8x16.swizzle(bytes, v128.load(LONG + ((<usize>kinds) << 4))));
	return to + 12 - <usize>popcnt(kinds);
}

function continuation32(units: v128): v128 {
	return v128.or(v128.and(units, i32x4.splat(0x3f)), i32x4.splat(0x80));
}

/** One unit after the other, to `stop` or one beyond; there are units up to `end`. */
function encodeUnits(at: usize, stop: usize, end: usize, to: usize): usize {
	while (at < stop) {
		let point: u32 = load<u16>(at);
		at += 2;
		if ((point & 0xf800) === 0xd800) {
			const low: u32 = at < end ? load<u16>(at) : 0;
			if ((point & 0x400) === 0 && (low & 0xfc00) === 0xdc00) {
				point = 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff);
				at += 2;
			} else point = 0xfffd;
		}
		if (point < 0x80) store<u8>(to++, <u8>point);
		else {
			if (point < 0x800) store<u8>(to++, <u8>(0xc0 | (point >>> 6)));
			else {
				if (point < 0x10000) store<u8>(to++, <u8>(0xe0 | (point >>> 12)));
				else {
					store<u8>(to++, <u8>(0xf0 | (point >>> 18)));
					store<u8>(to++, <u8>(0x80 | ((point >>> 12) & 0x3f)));
				}
				store<u8>(to++, <u8>(0x80 | ((point >>> 6) & 0x3f)));
			}
			store<u8>(to++, <u8>(0x80 | (point & 0x3f)));
		}
	}
	next = at;
	return to;
}
