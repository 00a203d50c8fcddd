import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { readVarInt } from "hyparquet/src/thrift.js";
import { LONGEST_TEXT } from "../bytes/utf8.js";

/** Values as views of the bytes of a page. */
export function plainByteArrays(
	bytes: Uint8Array,
	count: number,
): Uint8Array[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const values: Uint8Array[] = [];
	let at = 0;
	for (let i = 0; i < count; i++) {
		const start = at + 4;
		at = start + view.getUint32(at, true);
		values.push(within(bytes, start, at));
	}
	return values;
}

/** DELTA_LENGTH_BYTE_ARRAY: lengths, then the bytes of all values. */
export function deltaLengthByteArrays(
	bytes: Uint8Array,
	count: number,
): Uint8Array[] {
	const reader = readerOf(bytes);
	const lengths = deltaNumbers(reader, new Int32Array(count));
	let at = reader.offset;
	return Array.from(lengths, (length) => {
		const start = at;
		at += length;
		return within(bytes, start, at);
	});
}

/** DELTA_BYTE_ARRAY: how much each has of the one before, and what comes after that. */
export function deltaByteArrays(
	bytes: Uint8Array,
	count: number,
): Uint8Array[] {
	const reader = readerOf(bytes);
	const prefixes = deltaNumbers(reader, new Int32Array(count));
	const suffixes = deltaLengthByteArrays(bytes.subarray(reader.offset), count);
	let total = 0;
	let previous: Uint8Array = new Uint8Array(0);
	return suffixes.map((suffix, i) => {
		const prefix = within(previous, 0, prefixes[i]);
		total += prefix.length;
		if (total > LONGEST_TEXT) throw new Error("a page has too many bytes");
		const value = prefix.length === 0 ? suffix : concat(prefix, suffix);
		previous = value;
		return value;
	});
}

/** DELTA_BINARY_PACKED, once its header makes sense. */
export function deltaNumbers<T extends Int32Array | BigInt64Array>(
	reader: { view: DataView; offset: number },
	output: T,
): T {
	const start = reader.offset;
	const blockSize = readVarInt(reader);
	const miniblocks = readVarInt(reader);
	if (blockSize <= 0 || miniblocks <= 0 || blockSize % (32 * miniblocks) !== 0)
		throw new Error("differences are in no proper blocks");
	reader.offset = start;
	deltaBinaryUnpack(reader, output.length, output);
	return output;
}

export function readerOf({ buffer, byteOffset, byteLength }: Uint8Array) {
	return { view: new DataView(buffer, byteOffset, byteLength), offset: 0 };
}

function within(bytes: Uint8Array, start: number, end: number): Uint8Array {
	if (start > end || end > bytes.length)
		throw new Error("a value is longer than its page");
	return bytes.subarray(start, end);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(a.length + b.length);
	bytes.set(a);
	bytes.set(b, a.length);
	return bytes;
}
