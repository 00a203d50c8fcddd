/** As `hashPair` in ../hash-pair.ts. */
export function hashPair(left: u32, right: u32): u32 {
	const hash = (left * 0x9e3779b1) ^ (right * 0x85ebca6b);
	return hash ^ (hash >>> 15);
}
