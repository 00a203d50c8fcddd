import { decodeLz4Block } from "../compressions/lz4-block.js";

const MAGIC = 0x184d2204;
const UNCOMPRESSED = 0x80000000;

/**
 * Decodes frames of LZ4 (lz4_Frame_format.md) that lie in memory whole. Checksums are
 * passed over: writers of Arrow leave them out.
 * @param size Bytes that there should be.
 * @throws Error where they are damaged, or hold more
 */
export function decodeLz4Frames(bytes: Uint8Array, size: number): Uint8Array {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const output = new Uint8Array(size);
	let at = 0;
	let out = 0;
	while (at < bytes.length) {
		if (view.getUint32(at, true) !== MAGIC)
			throw new Error("it does not begin as LZ4 data does");
		const flags = view.getUint8(at + 4);
		const hasSize = (flags & 8) !== 0;
		const hasDictionary = (flags & 1) !== 0;
		if (flags >> 6 !== 1 || hasDictionary)
			throw new Error("a header is not one of LZ4 that can be read");
		at += 7 + (hasSize ? 8 : 0);
		for (;;) {
			const word = view.getUint32(at, true);
			at += 4;
			if (word === 0) break;
			const stored = word & ~UNCOMPRESSED;
			const block = bytes.subarray(at, at + stored);
			if (block.length < stored) throw new Error("a block is cut short");
			if (word >= UNCOMPRESSED) {
				output.set(block, out);
				out += stored;
			} else {
				out = decodeLz4Block(block, output, out);
				if (out === -1) throw new Error("a block cannot be decoded");
			}
			at += stored + (flags & 0x10 ? 4 : 0);
		}
		at += flags & 4 ? 4 : 0;
	}
	return output.subarray(0, out);
}
