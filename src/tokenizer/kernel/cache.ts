// Words and their tokens. A line of 64 bytes holds a word of up to 32 bytes,
// padded with zeros; up to seven tokens; and a tag: the word's length, how many
// tokens, and whether it is a piece of a longer word. A set is two lines: the
// newer word first, the older is the one that goes.

import { cache, cacheMask } from "./memory";

export const LINE: usize = 64;
export const MAX_WORD: usize = 32;
export const MAX_TOKENS: i32 = 7;
/** Offsets in a line. */
export const TOKENS: usize = 32;
export const TAG: usize = 60;
const COUNT: usize = 62;
const PIECE: u32 = 0x100;

/** Forgets all words. */
export function clearCache(): void {
	memory.fill(cache, 0, (<usize>cacheMask + 1) * 2 * LINE);
}

/** The lowest `bytes` bytes of a number; 8 at most. */
function lowest(value: u64, bytes: usize): u64 {
	return bytes >= 8 ? value : value & (((<u64>1) << ((<u64>bytes) << 3)) - 1);
}

function finish(hash: u64): usize {
	const mixed = hash * 0x9e3779b97f4a7c15;
	return cache + ((<usize>(mixed >>> 40) & cacheMask) << 7);
}

/**
 * The line that holds a word of at most MAX_WORD bytes, or 0. Reads up to 32
 * bytes from `start`, whatever the length.
 */
export function lookUp(start: usize, length: usize, isPiece: bool): usize {
	const wanted: u32 = <u32>length | (isPiece ? PIECE : 0);
	if (length <= 16) {
		const low = lowest(load<u64>(start), length);
		const high: u64 = length > 8 ? lowest(load<u64>(start, 8), length - 8) : 0;
		let line = finish(
			(low ^ (high * 0xc2b2ae3d27d4eb4f)) * 0xff51afd7ed558ccd + wanted,
		);
		for (let way = 0; way < 2; way++) {
			if (
				<u32>load<u16>(line, TAG) === wanted &&
				load<u64>(line) === low &&
				load<u64>(line, 8) === high
			)
				return line;
			line += LINE;
		}
		return 0;
	}
	const a = load<u64>(start);
	const b = load<u64>(start, 8);
	const c = lowest(load<u64>(start, 16), length - 16);
	const d: u64 = length > 24 ? lowest(load<u64>(start, 24), length - 24) : 0;
	let line = finish(hashLong(a, b, c, d) + wanted);
	for (let way = 0; way < 2; way++) {
		if (
			<u32>load<u16>(line, TAG) === wanted &&
			load<u64>(line) === a &&
			load<u64>(line, 8) === b &&
			load<u64>(line, 16) === c &&
			load<u64>(line, 24) === d
		)
			return line;
		line += LINE;
	}
	return 0;
}

function hashLong(a: u64, b: u64, c: u64, d: u64): u64 {
	return (
		((a ^ (b * 0xc2b2ae3d27d4eb4f)) * 0xff51afd7ed558ccd) ^
		((c ^ (d * 0x165667b19e3779f9)) * 0x27d4eb2f165667c5)
	);
}

/** How many tokens a line holds. */
export function countIn(line: usize): usize {
	return load<u8>(line, COUNT);
}

/** Remembers a word that is not in the cache. The caller keeps to the limits. */
export function remember(
	start: usize,
	length: usize,
	isPiece: bool,
	tokens: usize,
	count: i32,
): void {
	const wanted: u32 = <u32>length | (isPiece ? PIECE : 0);
	const a = lowest(load<u64>(start), min(length, 8));
	const b: u64 = length > 8 ? lowest(load<u64>(start, 8), length - 8) : 0;
	const c: u64 = length > 16 ? lowest(load<u64>(start, 16), length - 16) : 0;
	const d: u64 = length > 24 ? lowest(load<u64>(start, 24), length - 24) : 0;
	const line =
		length <= 16
			? finish((a ^ (b * 0xc2b2ae3d27d4eb4f)) * 0xff51afd7ed558ccd + wanted)
			: finish(hashLong(a, b, c, d) + wanted);
	memory.copy(line + LINE, line, LINE);
	store<u64>(line, a);
	store<u64>(line, b, 8);
	store<u64>(line, c, 16);
	store<u64>(line, d, 24);
	for (let i: usize = 0; i < <usize>count; i++)
		store<i32>(line + (i << 2), load<i32>(tokens + (i << 2)), TOKENS);
	store<u32>(line, wanted | ((<u32>count) << 16), TAG);
}
