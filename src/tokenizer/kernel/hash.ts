import { HASH_FACTOR, HASH_FOLD, HASH_OTHER_FACTOR } from "../layout";

/** As `hashPair` in ../hash-pair.ts. */
export function hashPair(left: u32, right: u32): u32 {
	const hash = (left * <u32>HASH_FACTOR) ^ (right * <u32>HASH_OTHER_FACTOR);
	return hash ^ (hash >>> HASH_FOLD);
}
