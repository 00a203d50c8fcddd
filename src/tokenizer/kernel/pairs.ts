// The merges: which rank a pair of tokens has, and the token that it makes.

import { hashPair } from "./hash";
import { merges, mergesMask, mergesShift, tokenOfRank } from "./memory";

/** The rank of a pair that no merge joins. */
export const NONE: u32 = 0xffffffff;
/** No token, at most 21 bits: no pair with it is joined. */
export const OUTSIDE: u32 = 0x1fffff;

const RANK_BITS: i32 = 22;

/**
 * The rank of a pair, or NONE. A pair is in one of two buckets of two entries (see
 * ../pair-table.ts): all four are compared, without a branch, so that nothing waits
 * for what cannot be foreseen.
 */
export function rankOf(left: u32, right: u32): u32 {
	const hash = hashPair(left, right);
	const key = i64x2.splat(((<u64>right) << 43) | ((<u64>left) << RANK_BITS));
	const first = merges + ((<usize>(hash & mergesMask)) << 4);
	const second = merges + ((<usize>((hash * 0x85ebca77) >>> mergesShift)) << 4);
	const ranks = v128.and(
		ranksIn(v128.load(first), key),
		ranksIn(v128.load(second), key),
	);
	return <u32>i64x2.extract_lane(ranks, 0) & <u32>i64x2.extract_lane(ranks, 1);
}

/** The rank of an entry with the key; all ones for another. */
function ranksIn(entries: v128, key: v128): v128 {
	const difference = v128.xor(entries, key);
	const isOther = v128.not(
		i64x2.eq(i64x2.shr_u(difference, RANK_BITS), i64x2.splat(0)),
	);
	return v128.or(difference, isOther);
}

/** The token that the merge of a rank makes. */
export function tokenOf(rank: u32): u32 {
	return load<u32>(tokenOfRank + ((<usize>rank) << 2));
}
