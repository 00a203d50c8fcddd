import { optionName } from "../../core/errors.js";
import { quoted } from "../../core/text.js";
import { BadInput } from "../source.js";
import type { Encoding } from "./encoding.js";

interface NumberType {
	width: number;
	arrayOf(buffer: ArrayBuffer): unknown;
}

/** The types of whole numbers, by name. */
const types: Readonly<Record<string, NumberType>> = {
	uint8: { width: 1, arrayOf: (buffer) => new Uint8Array(buffer) },
	int8: { width: 1, arrayOf: (buffer) => new Int8Array(buffer) },
	uint16: { width: 2, arrayOf: (buffer) => new Uint16Array(buffer) },
	int16: { width: 2, arrayOf: (buffer) => new Int16Array(buffer) },
	uint32: { width: 4, arrayOf: (buffer) => new Uint32Array(buffer) },
	int32: { width: 4, arrayOf: (buffer) => new Int32Array(buffer) },
	uint64: { width: 8, arrayOf: (buffer) => new BigUint64Array(buffer) },
	int64: { width: 8, arrayOf: (buffer) => new BigInt64Array(buffer) },
};

/** The same by the byte that an array begins with where its encoding has no type. */
const codes: Readonly<Record<number, string>> = {
	8: "uint8",
	9: "int8",
	16: "uint16",
	17: "int16",
	32: "uint32",
	33: "int32",
	64: "uint64",
	65: "int64",
};

/**
 * How arrays of NumPy's are read, as their numbers one after the other whatever the shape;
 * null for arrays of numbers that are not whole. An array begins with a byte for its type, unless
 * the encoding says it; then come, unless it says the shape, a byte of four times the
 * number of dimensions and the logarithm of how many bytes each has, and the dimensions.
 * @param config What follows the name of the encoding: type and shape, type, or nothing.
 */
export function ndarray([type, shape]: readonly string[]): Encoding | null {
	if (type !== undefined && !Object.hasOwn(types, type)) return null;
	const decode = (bytes: Buffer, name: string): unknown => {
		let at = type === undefined ? 1 : 0;
		const of = types[type ?? codes[bytes[0]]];
		if (shape === undefined) {
			const head = bytes[at++];
			at += (head >> 2) * 2 ** (head & 3);
		}
		if (of === undefined || at > bytes.length || (bytes.length - at) % of.width)
			throw new BadInput(
				"corrupt-mds",
				`the field ${quoted(name)} is no array of whole numbers. Write the shard again, or give ${optionName("onError", "skip")}`,
			);
		return of.arrayOf(new Uint8Array(bytes.subarray(at)).buffer);
	};
	if (type === undefined || shape === undefined) return { decode };
	const values = shape
		.split(",")
		.reduce((product, dimension) => product * Number(dimension), 1);
	return { decode, size: values * types[type].width };
}
