// The merges: which rank a pair of symbols has, and the symbol that it makes.

import { HASH_FACTOR, HASH_FOLD, NO_RANK, SYMBOL_BITS } from "../layout";
import { leftEnd, pairs, rightCount, rightStart, rows } from "./memory";

/** The rank of a pair that no merge joins; above all others. */
export const NONE: u32 = NO_RANK;
const RIGHT_MASK: u64 = 0x7ffffc0000000000;

/**
 * The merge of a pair: its rank in the lowest 21 bits, the symbol that it makes in the
 * next 21; or all ones. All entries of a bucket are compared, without a branch, so that
 * nothing waits for what cannot be foreseen.
 */
export function pairOf(left: u32, right: u32): u64 {
	return pairFrom(bucketOf(left, right), right);
}

/**
 * Where the bucket of a pair is: the first, which is empty, where one of the symbols
 * tells that there is no merge.
 */
export function bucketOf(left: u32, right: u32): usize {
	const known = load<u32>(rows + ((<usize>min(left, leftEnd)) << 2));
	const row = right - rightStart < rightCount ? known : 0;
	const mask = (1 << (row & 15)) - 1;
	const bucket =
		(row >>> 4) + (((right * <u32>HASH_FACTOR) >>> HASH_FOLD) & mask);
	return pairs + ((<usize>bucket) << 5);
}

/** The merge of a pair whose bucket is known. */
// @inline
export function pairFrom(bucket: usize, right: u32): u64 {
	const key = i64x2.splat((<u64>right) << (2 * <u64>SYMBOL_BITS));
	let pair = pairIn(bucket, key);
	while (load<i32>(bucket, 28) < 0) {
		bucket += 32;
		pair &= pairIn(bucket, key);
	}
	return pair;
}

export function rankOf(pair: u64): u32 {
	return <u32>pair & NONE;
}

export function madeBy(pair: u64): u32 {
	return <u32>(pair >>> SYMBOL_BITS) & NONE;
}

function pairIn(bucket: usize, key: v128): u64 {
	const pairs = v128.and(
		entriesOf(v128.load(bucket), key),
		entriesOf(v128.load(bucket, 16), key),
	);
	return i64x2.extract_lane(pairs, 0) & i64x2.extract_lane(pairs, 1);
}

/** Entries with the right symbol of the key; all ones for others. */
function entriesOf(entries: v128, key: v128): v128 {
	const difference = v128.and(v128.xor(entries, key), i64x2.splat(RIGHT_MASK));
	return v128.or(entries, v128.not(i64x2.eq(difference, i64x2.splat(0))));
}
