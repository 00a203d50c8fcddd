import { registry } from "../../core/registry.js";
import type { ExportRow, ExportSource } from "./export-format.js";

/** A column of samples. */
export interface MdsColumn {
	name: string;
	encoding: string;
	/** Bytes of every value; null where they differ. */
	size: number | null;
	isOf(source: ExportSource): boolean;
	/** A value, as its encoding has it. */
	encode(row: ExportRow): Uint8Array;
}

interface MdsColumns {
	readonly meaning: string;
	/** In the order of their names, as MDS has it. */
	readonly columns: readonly MdsColumn[];
	/** What must be known of rows of several sequences. */
	readonly ofSharedRows: readonly string[];
}

/** Every set of columns of samples by name. */
export const mdsColumns = registry("set of columns", {
	"llm-foundry": {
		meaning: "tokens, seq_lengths, doc_ids, loss_mask",
		ofSharedRows: [
			"llm-foundry takes the column tokens alone, and finds borders by EOS where it is told to",
		],
		columns: [
			{
				...arrayOf("doc_ids", "int64", ({ docIds }) => docIds ?? NO_NUMBERS),
				isOf: ({ hasDocIds }) => hasDocIds,
			},
			{
				...arrayOf("loss_mask", "uint8", maskOf),
				isOf: ({ isMasked }) => isMasked,
			},
			arrayOf("seq_lengths", "int32", ({ seqLengths }) => seqLengths),
			arrayOf("tokens", "int32", ({ ids }) => ids),
		],
	} as MdsColumns,
	prolong: {
		meaning:
			"ProLong's: input_ids, indices (the first token of each sequence and the one after its last), length, domain, mask",
		ofSharedRows: [],
		columns: [
			{
				name: "domain",
				encoding: "str",
				size: null,
				isOf: () => true,
				encode: ({ domain }) => Buffer.from(domain),
			},
			{
				name: "indices",
				encoding: "ndarray:uint32",
				size: null,
				isOf: () => true,
				encode: (row) => {
					const indices = indicesOf(row);
					return array([indices.length / 2, 2], indices);
				},
			},
			arrayOf("input_ids", "uint32", ({ ids }) => ids),
			{
				name: "length",
				encoding: "int",
				size: 8,
				isOf: () => true,
				encode: ({ ids }) => bytesOf(BigInt64Array.of(BigInt(ids.length))),
			},
			{
				...arrayOf("mask", "uint8", maskOf),
				isOf: ({ isMasked }) => isMasked,
			},
		],
	} as MdsColumns,
});

const NO_NUMBERS = new Uint8Array(0);

type Numbers = Uint8Array | Int32Array | Uint32Array | BigInt64Array;

function arrayOf(
	name: string,
	type: string,
	numbersOf: (row: ExportRow) => Numbers,
): MdsColumn {
	return {
		name,
		encoding: `ndarray:${type}`,
		size: null,
		isOf: () => true,
		encode(row) {
			const numbers = numbersOf(row);
			return array([numbers.length], numbers);
		},
	};
}

function maskOf({ lossMask }: ExportRow): Uint8Array {
	return lossMask === null ? NO_NUMBERS : Uint8Array.from(lossMask);
}

/** Padding is in no sequence. */
function indicesOf({ seqLengths, padding }: ExportRow): Uint32Array {
	const sequences = seqLengths.length - Number(padding > 0);
	const indices = new Uint32Array(2 * sequences);
	let at = 0;
	for (let i = 0; i < sequences; i++) {
		indices[2 * i] = at;
		at += seqLengths[i];
		indices[2 * i + 1] = at;
	}
	return indices;
}

/** An array of NumPy's: how many dimensions, each in as few bytes as hold all, and the numbers. */
function array(shape: readonly number[], numbers: Numbers): Uint8Array {
	const largest = Math.max(...shape);
	const logarithm = largest < 1 << 8 ? 0 : largest < 1 << 16 ? 1 : 2;
	const width = 2 ** logarithm;
	const head = 1 + width * shape.length;
	const bytes = new Uint8Array(head + numbers.byteLength);
	bytes[0] = (shape.length << 2) | logarithm;
	shape.forEach((length, dimension) => {
		for (let i = 0; i < width; i++)
			bytes[1 + dimension * width + i] = length >>> (8 * i);
	});
	bytes.set(bytesOf(numbers), head);
	return bytes;
}

export function bytesOf({
	buffer,
	byteOffset,
	byteLength,
}: Numbers): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}
