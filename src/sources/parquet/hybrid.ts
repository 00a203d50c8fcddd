/**
 * Decodes levels and indices: runs of one value and bit-packed groups (Encodings.md,
 * "Run Length Encoding / Bit-Packing Hybrid").
 * @param bytes Nothing but the encoded values; those past the end of `output` are left.
 * @param width Bits of a value.
 * @throws Error where the bytes end too early
 */
export function decodeHybrid(
	bytes: Uint8Array,
	width: number,
	output: Uint8Array | Int32Array,
): void {
	if (width > 32) throw new Error(`values of ${width} bits`);
	const count = output.length;
	let at = 0;
	const nextByte = () => {
		if (at >= bytes.length) throw new Error("levels or indices end too early");
		return bytes[at++];
	};
	for (let seen = 0; seen < count; ) {
		let header = 0;
		for (let shift = 0; ; shift += 7) {
			const byte = nextByte();
			header += (byte & 0x7f) * 2 ** shift;
			if (byte < 0x80) break;
		}
		if (header % 2 === 0) {
			let value = 0;
			for (let shift = 0; shift < width; shift += 8)
				value |= nextByte() << shift;
			const end = Math.min(count, seen + header / 2);
			output.fill(value, seen, end);
			seen = end;
		} else {
			const groups = (header - 1) / 2;
			const end = Math.min(count, seen + groups * 8);
			unpackBits(bytes.subarray(at), width, output.subarray(seen, end));
			at += groups * width;
			seen = end;
		}
	}
}

function unpackBits(
	bytes: Uint8Array,
	width: number,
	output: Uint8Array | Int32Array,
): void {
	if (output.length * width > bytes.length * 8)
		throw new Error("levels or indices end too early");
	const mask = width === 32 ? -1 : (1 << width) - 1;
	let at = 0;
	let shift = 0;
	for (let i = 0; i < output.length; i++) {
		let value = bytes[at] >>> shift;
		for (let have = 8 - shift, next = at + 1; have < width; have += 8)
			value |= bytes[next++] << have;
		output[i] = value & mask;
		shift += width;
		at += shift >>> 3;
		shift &= 7;
	}
}
