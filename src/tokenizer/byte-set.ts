/**
 * A set of bytes as the kernel looks for them (kernel/byte-set.ts): by a byte's upper
 * half, bits for the lower halves 0 to 7, then for 8 to 15.
 * @param members 256 bytes, not 0 for those of the set.
 */
export function byteSet(members: Uint8Array): Uint8Array {
	const set = new Uint8Array(32);
	members.forEach((isMember, byte) => {
		if (isMember !== 0) set[(byte >> 4) + ((byte & 8) << 1)] |= 1 << (byte & 7);
	});
	return set;
}
