const SHORTEST_MATCH = 4;

/**
 * Decodes a block of LZ4 (lz4_Block_format.md) into `target` from its byte `start` on.
 * What lies before `start` can be referred back to, as far as 64 KiB.
 * @returns Where the decoded bytes end; -1 for what is no block, or is larger than `target`.
 */
export function decodeLz4Block(
	source: Uint8Array,
	target: Uint8Array,
	start: number,
): number {
	let at = 0;
	let out = start;
	/** A length whose first four bits are all set goes on in bytes; -1 past the end. */
	const restOfLength = () => {
		for (let length = 0; at < source.length; ) {
			const byte = source[at++];
			length += byte;
			if (byte !== 255) return length;
		}
		return -1;
	};
	while (at < source.length) {
		const token = source[at++];
		let literals = token >> 4;
		if (literals === 15) {
			const rest = restOfLength();
			if (rest === -1) return -1;
			literals += rest;
		}
		const end = at + literals;
		if (end > source.length || out + literals > target.length) return -1;
		if (literals > 32) {
			target.set(source.subarray(at, end), out);
			out += literals;
			at = end;
		} else while (at < end) target[out++] = source[at++];
		// The last sequence has literals alone.
		if (at === source.length) return out;
		if (at + 2 > source.length) return -1;
		const offset = source[at] | (source[at + 1] << 8);
		at += 2;
		let match = token & 15;
		if (match === 15) {
			const rest = restOfLength();
			if (rest === -1) return -1;
			match += rest;
		}
		match += SHORTEST_MATCH;
		let from = out - offset;
		if (offset === 0 || from < 0 || out + match > target.length) return -1;
		if (match > 32 && offset >= match) {
			target.copyWithin(out, from, from + match);
			out += match;
		} else
			for (let left = match; left > 0; left--) target[out++] = target[from++];
	}
	return -1;
}
