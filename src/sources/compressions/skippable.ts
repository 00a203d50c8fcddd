/** Bytes of the header of a skippable frame, which zstd and LZ4 share. */
export const SKIPPABLE_HEADER_SIZE = 8;

/** Bytes of the content of a skippable frame; null where `head` begins no such frame. */
export function skippableSize(head: Buffer): number | null {
	if (head.length < SKIPPABLE_HEADER_SIZE) return null;
	return (head.readUInt32LE(0) & 0xfffffff0) >>> 0 === 0x184d2a50
		? head.readUInt32LE(4)
		: null;
}

/** Whether `head` has the beginning of the header of a skippable frame, and no more. */
export function isCutSkippable(head: Buffer): boolean {
	const rest = [0x2a, 0x4d, 0x18].slice(0, Math.max(0, head.length - 1));
	return (
		head.length < SKIPPABLE_HEADER_SIZE &&
		head[0] >> 4 === 5 &&
		rest.every((byte, i) => head[i + 1] === byte)
	);
}

/** The number that begins the first frame that is not skippable; null where it is not to be seen. */
export function firstMagic(head: Buffer): number | null {
	let at = 0;
	for (;;) {
		const skipped = skippableSize(head.subarray(at));
		if (skipped === null) break;
		at += SKIPPABLE_HEADER_SIZE + skipped;
	}
	return at + 4 <= head.length ? head.readUInt32LE(at) : null;
}
