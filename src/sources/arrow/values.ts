import { decimalText } from "../columns/decimal.js";
import type { BatchBody } from "./body.js";
import { faults } from "./faults.js";
import type { ColumnPlace } from "./layout.js";
import { type Field, Kind } from "./metadata.js";

/** The dictionaries that columns point into. */
export interface Dictionaries {
	/** The value of an index. @throws BadInput where there is none */
	valuesOf(id: number, raw: boolean): (index: number) => unknown;
}

/** The value of a row; null where there is none. */
export type ValueAt = (row: number) => unknown;

/**
 * Loads a column of a batch.
 * @param count Rows that must be there.
 * @param raw Whether texts are given as bytes, large integers as bigints and decimals as
 * texts; else all as JavaScript has it.
 * @throws BadInput
 */
export async function loadValues(
	body: BatchBody,
	place: ColumnPlace,
	count: number,
	raw: boolean,
	dictionaries: Dictionaries,
): Promise<ValueAt> {
	const isThere = await loadValidity(body, place, count);
	const valueAt = await loadPlaces(body, place, count, raw, dictionaries);
	return (row) => (isThere(row) ? valueAt(row) : null);
}

/** Which rows of a column have a value. @throws BadInput */
export async function loadValidity(
	body: BatchBody,
	{ field, node, buffer }: ColumnPlace,
	count: number,
): Promise<(row: number) => boolean> {
	const [length, nulls] = body.header.nodes[node];
	if (length < count)
		throw faults.corrupt(`a column has ${length} rows of ${count}`);
	if (field.kind === Kind.Null && field.dictionary === null) return () => false;
	if (nulls === 0 || count === 0) return () => true;
	const bits = await body.whole(buffer);
	if (bits.length === 0) return () => true;
	requireBytes(bits, Math.ceil(count / 8));
	return (row) => ((bits[row >> 3] >> (row & 7)) & 1) === 1;
}

async function loadPlaces(
	body: BatchBody,
	place: ColumnPlace,
	count: number,
	raw: boolean,
	dictionaries: Dictionaries,
): Promise<ValueAt> {
	const { field, buffer, children } = place;
	const load = (child: ColumnPlace, rows: number) =>
		loadValues(body, child, rows, raw, dictionaries);
	if (field.dictionary !== null) {
		const values = dictionaries.valuesOf(field.dictionary.id, raw);
		const indexAt = await loadIndices(body, place, count);
		return (row) => values(indexAt(row));
	}
	switch (field.kind) {
		case Kind.Null:
			return () => null;
		case Kind.Struct: {
			const members = await Promise.all(
				children.map((child) => load(child, count)),
			);
			const names = field.children.map(({ name }) => name);
			return (row) =>
				Object.fromEntries(names.map((name, i) => [name, members[i](row)]));
		}
		case Kind.List:
		case Kind.LargeList:
		case Kind.Map: {
			const offsetAt = await loadOffsets(
				body,
				buffer + 1,
				count,
				field.kind === Kind.LargeList,
			);
			const [child] = children;
			const items = await load(child, count === 0 ? 0 : offsetAt(count));
			return (row) => {
				const start = offsetAt(row);
				const length = offsetAt(row + 1) - start;
				requireLength(length);
				const list = Array.from({ length }, (_, i) => items(start + i));
				return field.kind === Kind.Map ? mapOf(list) : list;
			};
		}
		case Kind.FixedSizeList: {
			const length = field.size;
			requireLength(length);
			const items = await load(children[0], count * length);
			return (row) => Array.from({ length }, (_, i) => items(row * length + i));
		}
		case Kind.Utf8:
		case Kind.LargeUtf8:
		case Kind.Binary:
		case Kind.LargeBinary: {
			const offsetAt = await loadOffsets(
				body,
				buffer + 1,
				count,
				isLarge(field),
			);
			const bytes = await body.whole(buffer + 2);
			return (row) =>
				textOf(within(bytes, offsetAt(row), offsetAt(row + 1)), raw);
		}
		case Kind.Utf8View:
		case Kind.BinaryView: {
			const viewAt = await loadViews(body, buffer + 1, count);
			const buffers = Array.from({ length: place.variadic }, (_, i) =>
				body.whole(buffer + 2 + i),
			);
			const texts = await Promise.all(buffers);
			return (row) => {
				const view = viewAt(row);
				if (view instanceof Uint8Array) return textOf(view, raw);
				const bytes = texts[view.buffer] ?? new Uint8Array(0);
				return textOf(within(bytes, view.start, view.end), raw);
			};
		}
		default:
			return loadNumbers(await body.whole(buffer + 1), field, count, raw);
	}
}

/** Values of one size. */
function loadNumbers(
	bytes: Uint8Array,
	{ kind, size, isSigned, scale, mode }: Field,
	count: number,
	raw: boolean,
): ValueAt {
	const view = viewOf(bytes);
	const fixed = (
		bytesEach: number,
		valueAt: (at: number) => unknown,
	): ValueAt => {
		requireBytes(bytes, count * bytesEach);
		return (row) => valueAt(row * bytesEach);
	};
	const whole = (value: bigint) => (raw ? value : fromBigint(value));
	switch (kind) {
		case Kind.Bool:
			requireBytes(bytes, Math.ceil(count / 8));
			return (row) => ((bytes[row >> 3] >> (row & 7)) & 1) === 1;
		case Kind.Int:
			return integers(bytes, size, isSigned, count, whole);
		case Kind.Float:
			switch (mode) {
				case 1:
					return fixed(4, (at) => view.getFloat32(at, true));
				case 2:
					return fixed(8, (at) => view.getFloat64(at, true));
			}
			break;
		case Kind.Decimal:
			if (size % 8 !== 0 || size <= 0) break;
			return fixed(size / 8, (at) => {
				const text = decimalText(
					bytes.slice(at, at + size / 8).reverse(),
					scale,
				);
				return raw ? text : Number(text);
			});
		case Kind.Date:
			return mode === 0
				? fixed(4, (at) => new Date(view.getInt32(at, true) * 86_400_000))
				: fixed(8, (at) => new Date(Number(view.getBigInt64(at, true))));
		case Kind.Timestamp: {
			const milliseconds = [1000, 1, 1e-3, 1e-6][mode] ?? 1;
			return fixed(
				8,
				(at) => new Date(Number(view.getBigInt64(at, true)) * milliseconds),
			);
		}
	}
	// An id of such a type is none; where values are wanted, nobody should miss them.
	if (raw) return () => null;
	throw faults.corrupt("a wanted column has a type that seqpack cannot read");
}

function integers(
	bytes: Uint8Array,
	bits: number,
	isSigned: boolean,
	count: number,
	whole: (value: bigint) => unknown,
): ValueAt {
	const view = viewOf(bytes);
	requireBytes(bytes, (count * bits) / 8);
	switch (bits) {
		case 8:
			return isSigned
				? (row) => view.getInt8(row)
				: (row) => view.getUint8(row);
		case 16:
			return isSigned
				? (row) => view.getInt16(row * 2, true)
				: (row) => view.getUint16(row * 2, true);
		case 32:
			return isSigned
				? (row) => view.getInt32(row * 4, true)
				: (row) => view.getUint32(row * 4, true);
		case 64:
			return isSigned
				? (row) => whole(view.getBigInt64(row * 8, true))
				: (row) => whole(view.getBigUint64(row * 8, true));
		default:
			throw faults.corrupt(`integers of ${bits} bits`);
	}
}

/** The numbers by which a column points into its dictionary. @throws BadInput */
export async function loadIndices(
	body: BatchBody,
	{ field, buffer }: ColumnPlace,
	count: number,
): Promise<(row: number) => number> {
	const { bits, isSigned } = field.dictionary ?? { bits: 32, isSigned: true };
	const bytes = await body.whole(buffer + 1);
	const at = integers(bytes, bits, isSigned, count, Number);
	return at as (row: number) => number;
}

/** Borders of texts or lists: one more than there are rows. @throws BadInput */
export async function loadOffsets(
	body: BatchBody,
	buffer: number,
	count: number,
	isLarge: boolean,
): Promise<(row: number) => number> {
	if (count === 0) return () => 0;
	const bytes = await body.whole(buffer);
	requireBytes(bytes, (count + 1) * (isLarge ? 8 : 4));
	const view = viewOf(bytes);
	return isLarge
		? (row) => Number(view.getBigInt64(row * 8, true))
		: (row) => view.getInt32(row * 4, true);
}

/** A text that stands elsewhere. */
export interface View {
	/** Which of the buffers of texts it is in. */
	buffer: number;
	start: number;
	end: number;
}

const VIEW_SIZE = 16;
/** What is not longer stands in the view. */
const LONGEST_INLINE = 12;

/** Texts, or where they stand. @throws BadInput */
export async function loadViews(
	body: BatchBody,
	buffer: number,
	count: number,
): Promise<(row: number) => Uint8Array | View> {
	const bytes = await body.whole(buffer);
	requireBytes(bytes, count * VIEW_SIZE);
	const view = viewOf(bytes);
	return (row) => {
		const at = row * VIEW_SIZE;
		const length = view.getInt32(at, true);
		if (length < 0) throw faults.corrupt("a text has no proper length");
		if (length <= LONGEST_INLINE)
			return bytes.subarray(at + 4, at + 4 + length);
		const start = view.getInt32(at + 12, true);
		return { buffer: view.getInt32(at + 8, true), start, end: start + length };
	};
}

export function isLarge({ kind }: Field): boolean {
	return kind === Kind.LargeUtf8 || kind === Kind.LargeBinary;
}

function mapOf(entries: unknown[]): Record<string, unknown> {
	const pairs = entries.map((entry) => Object.values(entry as object));
	return Object.fromEntries(pairs.map(([key, value]) => [String(key), value]));
}

function textOf(bytes: Uint8Array, raw: boolean): unknown {
	if (raw) return bytes;
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

export function within(
	bytes: Uint8Array,
	start: number,
	end: number,
): Uint8Array {
	if (start < 0 || start > end || end > bytes.length)
		throw faults.corrupt("a value is not within its buffer");
	return bytes.subarray(start, end);
}

/** Most values of a list: nulls need no bytes, so that they could be any number. */
const LONGEST_LIST = 1 << 26;

function requireLength(length: number): void {
	if (length < 0 || length > LONGEST_LIST)
		throw faults.corrupt(`a list would have ${length} values`);
}

function requireBytes(bytes: Uint8Array, needed: number): void {
	if (bytes.length < needed)
		throw faults.corrupt("a buffer is shorter than its column");
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
	return new DataView(buffer, byteOffset, byteLength);
}

/** Large integers as numbers, where that is exact. */
function fromBigint(value: bigint): number | bigint {
	const number = Number(value);
	return Number.isSafeInteger(number) ? number : value;
}
