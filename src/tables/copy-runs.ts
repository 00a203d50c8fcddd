import {
	type BinaryView,
	Data,
	type DataType,
	type Dictionary,
	type FixedSizeList,
	Type,
	Vector,
} from "apache-arrow";
import { MergedDictionary } from "./merged-dictionary.js";
import type { Run } from "./run.js";

/** What a Data has besides its type, its length and its nulls. */
interface Parts {
	valueOffsets?: Int32Array | BigInt64Array;
	values?: Data["values"];
	children?: Data[];
	dictionary?: Vector;
	variadicBuffers?: Uint8Array[];
}

type Copy = (type: DataType, runs: readonly Run[], length: number) => Parts;

/** How values are copied, by what lies in memory. */
const copies: Readonly<Partial<Record<Type, Copy>>> = {
	[Type.Null]: () => ({}),
	[Type.Bool]: copyBooleans,
	[Type.Int]: copyFixed,
	[Type.Float]: copyFixed,
	[Type.Decimal]: copyFixed,
	[Type.Date]: copyFixed,
	[Type.Time]: copyFixed,
	[Type.Timestamp]: copyFixed,
	[Type.Interval]: copyFixed,
	[Type.Duration]: copyFixed,
	[Type.FixedSizeBinary]: copyFixed,
	[Type.Utf8]: copyBytes,
	[Type.Binary]: copyBytes,
	[Type.LargeUtf8]: copyBytes,
	[Type.LargeBinary]: copyBytes,
	[Type.Utf8View]: copyViews,
	[Type.BinaryView]: copyViews,
	[Type.List]: copyLists,
	[Type.LargeList]: copyLists,
	[Type.Map]: copyLists,
	[Type.FixedSizeList]: copyFixedLists,
	[Type.Struct]: copyStructs,
	[Type.Dictionary]: copyIndices,
};

/** Whether `copyRuns` copies values of a type; what is within it is another question. */
export function canCopy({ typeId }: DataType): boolean {
	return copies[typeId as Type] !== undefined;
}

/**
 * One column of the values of several runs, in their order, bit for bit; what stands in
 * memory for a null may be anything.
 * @param type That of all runs.
 * @throws Error where a column is damaged, or would be larger than its type can be
 */
export function copyRuns(type: DataType, runs: readonly Run[]): Data {
	const length = runs.reduce((sum, { from, to }) => sum + to - from, 0);
	if (type.typeId === Type.Null) return allNull(type, length);
	for (const { data, to } of runs)
		if (to > data.length) throw new Error("a column has too few values");
	const copy = copies[type.typeId as Type];
	if (copy === undefined) throw new Error(`values of ${type} cannot be copied`);
	const parts = copy(type, runs, length);
	const { nullBitmap, nulls } = copyValidity(runs, length);
	return new Data(
		type,
		0,
		length,
		nulls,
		[parts.valueOffsets, parts.values, nullBitmap, undefined] as never,
		parts.children,
		parts.dictionary,
		parts.variadicBuffers,
	);
}

/** Nulls that apache-arrow still counts right when it slices them: it does so by a bitmap, which it does not write. */
function allNull(type: DataType, length: number): Data {
	const none = new Uint8Array(Math.ceil(length / 8));
	const buffers = [undefined, undefined, none, undefined];
	return new Data(type, 0, length, length, buffers as never);
}

function copyValidity(runs: readonly Run[], length: number) {
	if (runs.every(({ data }) => data.nullCount === 0))
		return { nullBitmap: undefined, nulls: 0 };
	const nullBitmap = new Uint8Array(Math.ceil(length / 8));
	let nulls = length;
	let at = 0;
	for (const { data, from, to } of runs)
		for (let i = from; i < to; i++, at++)
			if (data.getValid(i)) {
				nullBitmap[at >> 3] |= 1 << (at & 7);
				nulls--;
			}
	return { nullBitmap, nulls };
}

function copyBooleans(_: DataType, runs: readonly Run[], length: number) {
	const values = new Uint8Array(Math.ceil(length / 8));
	let at = 0;
	for (const { data, from, to } of runs) {
		const bits = data.values as Uint8Array;
		for (let i = from; i < to; i++, at++)
			if ((bits[i >> 3] >> (i & 7)) & 1) values[at >> 3] |= 1 << (at & 7);
	}
	return { values };
}

function copyFixed(type: DataType, runs: readonly Run[], length: number) {
	const stride = new Data(type, 0, 0).stride;
	const values = new type.ArrayType(length * stride);
	let at = 0;
	for (const { data, from, to } of runs) {
		const part = data.values.subarray(from * stride, to * stride);
		if (part.length !== (to - from) * stride)
			throw new Error("a column has too few values");
		values.set(part as never, at);
		at += part.length;
	}
	return { values };
}

/** Where lists or texts begin in the values of a run, and how many of these a column of several has. */
class Offsets {
	readonly all: Int32Array | BigInt64Array;
	readonly #isLarge: boolean;
	#at = 0;
	#end = 0;

	constructor(type: DataType, length: number) {
		this.#isLarge = [Type.LargeUtf8, Type.LargeBinary, Type.LargeList].includes(
			type.typeId as Type,
		);
		this.all = this.#isLarge
			? new BigInt64Array(length + 1)
			: new Int32Array(length + 1);
	}

	/** Adds the offsets of a run; returns where its values begin and end. */
	add({ data, from, to }: Run, values: number): [start: number, end: number] {
		if (from === to) return [0, 0];
		const offsets = data.valueOffsets as Int32Array | BigInt64Array;
		const start = Number(offsets[from]);
		const shift = this.#end - start;
		let before = start;
		for (let i = from; i < to; i++) {
			const end = Number(offsets[i + 1]);
			// Not so either where it is NaN: there is no such offset.
			if (!(before >= 0 && end >= before && end <= values))
				throw new Error("a column has lists that begin or end nowhere");
			before = end;
			this.#at++;
			if (this.#isLarge) this.all[this.#at] = BigInt(end + shift);
			else this.all[this.#at] = end + shift;
		}
		this.#end = before + shift;
		if (!this.#isLarge && this.#end >= 2 ** 31)
			throw new Error(
				`the lists of a few rows have ${this.#end} bytes or values, more than ${2 ** 31 - 1}`,
			);
		return [start, before];
	}
}

function copyBytes(type: DataType, runs: readonly Run[], length: number) {
	const offsets = new Offsets(type, length);
	const parts = runs.map((run) => {
		const bytes = run.data.values as Uint8Array;
		return bytes.subarray(...offsets.add(run, bytes.length));
	});
	return { valueOffsets: offsets.all, values: joined(parts) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
	const bytes = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
	let at = 0;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}

/** Bytes of a view, and of what of them may stand in it. */
const VIEW = 16;
const INLINE = 12;

/** Copies views and, to one buffer, the bytes that they are of. */
function copyViews(type: DataType, runs: readonly Run[], length: number) {
	const { values } = copyFixed(type as BinaryView, runs, length);
	const bytes = values as Uint8Array;
	const views = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const parts: Uint8Array[] = [];
	let end = 0;
	let at = 0;
	for (const { data, from, to } of runs)
		for (let i = from; i < to; i++, at += VIEW) {
			if (!data.getValid(i)) {
				bytes.fill(0, at, at + VIEW);
				continue;
			}
			const size = views.getInt32(at, true);
			if (size <= INLINE) continue;
			const start = views.getInt32(at + 12, true);
			const part = data.variadicBuffers[views.getInt32(at + 8, true)]?.subarray(
				start,
				start + size,
			);
			if (part?.length !== size)
				throw new Error("a column has texts that begin or end nowhere");
			views.setInt32(at + 8, 0, true);
			views.setInt32(at + 12, end, true);
			parts.push(part);
			end += size;
		}
	return { values, variadicBuffers: parts.length === 0 ? [] : [joined(parts)] };
}

function copyLists(type: DataType, runs: readonly Run[], length: number) {
	const offsets = new Offsets(type, length);
	const inner = runs.map((run) => {
		const [data] = run.data.children;
		const [from, to] = offsets.add(run, data.length);
		return { data, from, to };
	});
	const child = copyRuns(type.children[0].type, inner);
	return { valueOffsets: offsets.all, children: [child] };
}

function copyFixedLists(type: DataType, runs: readonly Run[]) {
	const { listSize, children } = type as FixedSizeList;
	const inner = runs.map(({ data, from, to }) => ({
		data: data.children[0],
		from: from * listSize,
		to: to * listSize,
	}));
	return { children: [copyRuns(children[0].type, inner)] };
}

function copyStructs(type: DataType, runs: readonly Run[]) {
	const children = type.children.map((field, i) =>
		copyRuns(
			field.type,
			runs.map(({ data, from, to }) => ({ data: data.children[i], from, to })),
		),
	);
	return { children };
}

function copyIndices(type: DataType, runs: readonly Run[], length: number) {
	const { indices, dictionary } = type as Dictionary;
	const merged = new MergedDictionary();
	const values = new indices.ArrayType(length);
	const isBig = values instanceof BigInt64Array;
	let at = 0;
	for (const { data, from, to } of runs) {
		const placeOf = merged.add(data.dictionary as Vector);
		for (let i = from; i < to; i++, at++) {
			if (!data.getValid(i)) continue;
			const place = placeOf(Number(data.values[i]));
			values[at] = (isBig ? BigInt(place) : place) as never;
		}
	}
	const most = 2 ** (indices.bitWidth - (indices.isSigned ? 1 : 0));
	if (merged.size > most)
		throw new Error(
			`${type} has ${merged.size} values in a few rows, more than ${most}`,
		);
	const all = copyRuns(dictionary, merged.runs);
	return { values, dictionary: new Vector([all]) };
}
