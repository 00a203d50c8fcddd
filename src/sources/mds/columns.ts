import { optionName } from "../../core/errors.js";
import { parseJson } from "../../core/json.js";
import { quoted, shortened } from "../../core/text.js";
import { isObject } from "../../core/values.js";
import { idAt } from "../json/record-text.js";
import { parseJsonField, requireUtf8 } from "../records/field-bytes.js";
import { type FieldPath, fieldName } from "../records/fields.js";
import { BadInput } from "../source.js";
import type { Encoding } from "./encoding.js";
import { ndarray } from "./ndarray.js";

/** A column of an MDS shard. */
export interface MdsColumn {
	name: string;
	/** As the shard names it: `str`, `ndarray:uint32`. */
	encoding: string;
	/** Bytes of each value; null where every sample says how many. */
	size: number | null;
}

const text: Encoding = {
	texts: "itself",
	decode: (bytes, name) => {
		requireUtf8(name, bytes);
		return bytes.toString();
	},
};

/** A number of so many bytes. */
const number = (
	size: number,
	decode: (bytes: Buffer) => unknown,
): Encoding => ({ size, decode });

/** A number that is written as a text. */
function numberAsText(parse: (written: string) => unknown): Encoding {
	return {
		decode: (bytes) => parse(bytes.toString("latin1")),
		idAt: (bytes, _value, within) =>
			within.length === 0 ? bytes.toString("latin1") : undefined,
	};
}

/** Begins the name of an encoding that has its type and shape after it. */
const NDARRAY = "ndarray";

const int64 = number(8, (bytes) => exact(bytes.readBigInt64LE()));

/**
 * The encodings whose values are read, beside arrays. Images are none of ours, and what
 * Python pickled can run any program when it is loaded.
 */
const encodings: Readonly<Record<string, Encoding>> = {
	str: text,
	bytes: text,
	json: {
		texts: "within",
		decode: (bytes, name) => parseJsonField(name, bytes).value,
		idAt: (bytes, value, within) => idAt(value, bytes.toString(), within),
	},
	int: int64,
	int8: number(1, (bytes) => bytes.readInt8()),
	int16: number(2, (bytes) => bytes.readInt16LE()),
	int32: number(4, (bytes) => bytes.readInt32LE()),
	int64,
	uint8: number(1, (bytes) => bytes.readUInt8()),
	uint16: number(2, (bytes) => bytes.readUInt16LE()),
	uint32: number(4, (bytes) => bytes.readUInt32LE()),
	uint64: number(8, (bytes) => exact(bytes.readBigUInt64LE())),
	float16: number(2, (bytes) => float16(bytes.readUInt16LE())),
	float32: number(4, (bytes) => bytes.readFloatLE()),
	float64: number(8, (bytes) => bytes.readDoubleLE()),
	str_int: numberAsText(wholeNumber),
	str_float: numberAsText(Number),
	str_decimal: text,
};

/**
 * The columns that the description in a shard gives.
 * @returns What is wrong with it, in words, where it is none.
 */
export function parseColumns(description: Buffer): MdsColumn[] | string {
	let config: unknown;
	try {
		config = parseJson(description.toString());
	} catch (error) {
		return `it is not JSON (${shortened((error as Error).message)})`;
	}
	if (!isObject(config) || config.format !== "mds" || config.version !== 2)
		return "it does not say that this is MDS of version 2";
	const { column_names, column_encodings, column_sizes } = config;
	if (
		!isListOf(column_names, (name) => typeof name === "string") ||
		!isListOf(column_encodings, (encoding) => typeof encoding === "string") ||
		!isListOf(column_sizes, (size) => size === null || isSize(size)) ||
		column_names.length !== column_encodings.length ||
		column_names.length !== column_sizes.length
	)
		return "it does not say of each column name, encoding and size";
	return column_names.map((name, i) => ({
		name: name as string,
		encoding: column_encodings[i] as string,
		size: column_sizes[i] as number | null,
	}));
}

/** How the values of a column are read; null where they are not. */
export function encodingOf({ encoding, size }: MdsColumn): Encoding | null {
	const [name, ...config] = encoding.split(":");
	const found =
		name === NDARRAY
			? ndarray(config)
			: Object.hasOwn(encodings, encoding)
				? encodings[encoding]
				: null;
	return found !== null && (found.size ?? null) === size ? found : null;
}

/**
 * What is wrong with a shard that has no column for the texts; null: it has one.
 * @param samples How many there are.
 */
export function noTextColumn(
	columns: readonly MdsColumn[],
	path: FieldPath,
	samples: number,
): BadInput | null {
	const column = columns.find(({ name }) => name === path[0]);
	if (column && encodingOf(column)?.texts) return null;
	const name = quoted(fieldName(path.slice(0, 1)));
	const what =
		column === undefined
			? `the shard has no column ${name}`
			: `the column ${name} is ${column.encoding}, which holds no text${column.encoding === "pkl" ? " that can be had safely: loading it can run any program" : ""}`;
	const all = columns.map(({ name, encoding }) => `${name} (${encoding})`);
	const listed = shortened(all.join(", ") || "none");
	return new BadInput(
		"no-text",
		`${what}, so none of its samples (${samples}) is read. It has: ${listed}. Name a column of the encoding str, json or bytes with ${optionName("textField")}, or give ${optionName("onError", "skip")}`,
	);
}

function isListOf(
	value: unknown,
	holds: (element: unknown) => boolean,
): value is unknown[] {
	return Array.isArray(value) && value.every(holds);
}

function isSize(value: unknown): boolean {
	return Number.isInteger(value) && (value as number) > 0;
}

/** A number where a number can be it, else a bigint. */
function exact(value: bigint): number | bigint {
	const near = Number(value);
	return Number.isSafeInteger(near) ? near : value;
}

function wholeNumber(written: string): unknown {
	return /^-?\d{1,1000}$/.test(written) ? exact(BigInt(written)) : undefined;
}

/** The number that the 16 bits of IEEE 754 binary16 stand for. */
function float16(bits: number): number {
	const sign = bits >> 15 ? -1 : 1;
	const exponent = (bits >> 10) & 31;
	const fraction = bits & 1023;
	if (exponent === 31)
		return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
	return exponent === 0
		? sign * fraction * 2 ** -24
		: sign * (1024 + fraction) * 2 ** (exponent - 25);
}
