// Words that are tokens, where those come before merging.

import { wordBytes, words, wordsMask } from "./memory";

/** The id of a word that is a token, or -1. */
export function findToken(start: usize, length: usize): i32 {
	let hash: u32 = <u32>length;
	const end = start + length;
	let at = start;
	for (; at + 4 <= end; at += 4) hash = mixed(hash, load<u32>(at));
	if (at < end) {
		const bits = (<u32>(end - at)) << 3;
		hash = mixed(hash, load<u32>(at) & ((1 << bits) - 1));
	}
	let slot = (hash ^ (hash >>> 15)) & wordsMask;
	while (true) {
		const entry = words + ((<usize>slot) << 4);
		const found: usize = load<u32>(entry, 4);
		if (found === 0) return -1;
		if (
			load<u32>(entry) === hash &&
			found === length &&
			isEqual(start, wordBytes + load<u32>(entry, 8), length)
		)
			return load<i32>(entry, 12);
		slot = (slot + 1) & wordsMask;
	}
}

function mixed(hash: u32, four: u32): u32 {
	return (rotl<u32>(hash, 15) ^ four) * 0x9e3779b1;
}

function isEqual(a: usize, b: usize, length: usize): bool {
	for (let i: usize = 0; i < length; i++)
		if (load<u8>(a + i) !== load<u8>(b + i)) return false;
	return true;
}
