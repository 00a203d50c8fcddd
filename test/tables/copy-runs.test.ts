import {
	Binary,
	BinaryView,
	Bool,
	type Data,
	type DataType,
	DateDay,
	DateMillisecond,
	Decimal,
	Dictionary,
	DurationMillisecond,
	Field,
	FixedSizeBinary,
	FixedSizeList,
	Float16,
	Float64,
	Int8,
	Int32,
	Int64,
	LargeList,
	LargeUtf8,
	List,
	Map_,
	makeData,
	Null,
	Struct,
	Table,
	TimeNanosecond,
	TimestampMicrosecond,
	tableFromIPC,
	tableToIPC,
	Uint8,
	Utf8,
	Utf8View,
	Vector,
	vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { copyRuns } from "../../src/tables/copy-runs.js";

const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { freq: 4 });
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const bytes = fc.uint8Array({ maxLength: 20 });
const big = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const field = (name: string, type: DataType) => new Field(name, type, true);

const types: Record<string, [DataType, fc.Arbitrary<unknown>]> = {
	int8: [new Int8(), fc.integer({ min: -128, max: 127 })],
	uint8: [new Uint8(), fc.integer({ min: 0, max: 255 })],
	int64: [new Int64(), big],
	float16: [new Float16(), fc.integer({ min: -100, max: 100 })],
	float64: [new Float64(), fc.double()],
	bool: [new Bool(), fc.boolean()],
	utf8: [new Utf8(), text],
	"large utf8": [new LargeUtf8(), text],
	binary: [new Binary(), bytes],
	"fixed binary": [
		new FixedSizeBinary(3),
		fc.uint8Array({ minLength: 3, maxLength: 3 }),
	],
	decimal: [
		new Decimal(2, 20, 128),
		fc
			.uint8Array({ minLength: 16, maxLength: 16 })
			.map(({ buffer }) => new Uint32Array(buffer.slice(0))),
	],
	date: [
		new DateDay(),
		fc.integer({ min: 0, max: 9999 }).map((d) => d * 864e5),
	],
	"date of milliseconds": [
		new DateMillisecond(),
		fc.integer({ min: 0, max: 9999 }).map((d) => d * 864e5),
	],
	time: [new TimeNanosecond(), fc.bigInt({ min: 0n, max: 10n ** 13n })],
	timestamp: [
		new TimestampMicrosecond("Europe/Berlin"),
		fc.integer({ min: 0, max: 2 ** 40 }),
	],
	duration: [new DurationMillisecond(), big],
	list: [
		new List(field("item", new Utf8())),
		fc.array(orNull(text), { maxLength: 4 }),
	],
	"large list": [
		new LargeList(field("item", new Int32())),
		fc.array(orNull(fc.nat(99)), { maxLength: 4 }),
	],
	"list of lists": [
		new List(field("item", new List(field("item", new Int8())))),
		fc.array(orNull(fc.array(fc.nat(9), { maxLength: 3 })), { maxLength: 3 }),
	],
	"fixed list": [
		new FixedSizeList(2, field("item", new Int32())),
		fc.array(fc.nat(9), { minLength: 2, maxLength: 2 }),
	],
	struct: [
		new Struct([field("bytes", new Binary()), field("path", new Utf8())]),
		fc.record({ bytes: orNull(bytes), path: orNull(text) }),
	],
	map: [
		new Map_(
			new Field(
				"entries",
				new Struct([
					new Field("key", new Utf8(), false),
					field("value", new Int32()),
				]),
				false,
			) as never,
		),
		fc
			.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 3 })
			.map((keys) => new Map(keys.map((key, i) => [key, i]))),
	],
	dictionary: [
		new Dictionary(new Utf8(), new Int8(), 7),
		fc.constantFrom("a", "b", "c", "d"),
	],
	"list of a dictionary": [
		new List(field("item", new Dictionary(new Utf8(), new Int32(), 8))),
		fc.array(orNull(fc.constantFrom("x", "y", "z")), { maxLength: 3 }),
	],
	null: [new Null(), fc.constant(null)],
};

/** A column as it is read from a stream. */
function asRead(type: DataType, values: readonly unknown[]): Data {
	return readBack(vectorFromArray([...values], type).data[0]);
}

function readBack(data: Data): Data {
	const table = new Table({ x: new Vector([data]) });
	return tableFromIPC(tableToIPC(table)).batches[0].data.children[0];
}

function valuesOf(data: Data): unknown[] {
	return Array.from(new Vector([data]), plain);
}

/** A value in a form that can be compared. */
function plain(value: unknown): unknown {
	if (typeof value === "bigint") return `${value}n`;
	if (typeof value !== "object" || value === null) return value;
	if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array, plain);
	if (Symbol.iterator in value)
		return Array.from(value as Iterable<unknown>, plain);
	return Object.entries(value).map(([key, part]) => [key, plain(part)]);
}

/** All in one list, as what is passed through is. */
function inOneList(child: Data): Data {
	const type = new List(field("item", child.type));
	const valueOffsets = Int32Array.of(0, child.length);
	return makeData({ type, length: 1, nullCount: 0, valueOffsets, child });
}

test.each(Object.entries(types))("%s", (_, [type, value]) => {
	const column = fc
		.array(orNull(value), { minLength: 1, maxLength: 12 })
		.map((values) => asRead(type, values));
	const runs = fc
		.array(column, { minLength: 1, maxLength: 3 })
		.chain((columns) =>
			fc.array(
				fc
					.tuple(fc.constantFrom(...columns), fc.nat(12), fc.nat(12))
					.map(([data, a, b]) => ({
						data,
						from: Math.min(a, b, data.length),
						to: Math.min(Math.max(a, b), data.length),
					})),
				{ maxLength: 6 },
			),
		);
	fc.assert(
		fc.property(runs, (runs) => {
			const due = runs.flatMap(({ data, from, to }) =>
				valuesOf(data).slice(from, to),
			);
			const copy = copyRuns(type, runs);
			expect(copy.length).toBe(due.length);
			expect(copy.nullCount).toBe(due.filter((v) => v === null).length);
			expect(valuesOf(copy)).toEqual(due);
			expect(valuesOf(readBack(inOneList(copy)))).toEqual([due]);
		}),
		{ numRuns: 15 },
	);
});

test("views are copied with the bytes that they are of, and no others", () => {
	const texts = Array.from(
		{ length: 50 },
		(_, i) => `${"long ".repeat(9)}${i}`,
	);
	const data = asRead(new Utf8View(), ["short", null, ...texts]);
	const copy = copyRuns(new Utf8View(), [
		{ data, from: 40, to: 41 },
		{ data, from: 0, to: 3 },
	]);
	expect(valuesOf(copy)).toEqual([texts[38], "short", null, texts[0]]);
	expect(copy.variadicBuffers.map(({ length }) => length)).toEqual([
		texts[38].length + texts[0].length,
	]);
	const bytes = asRead(new BinaryView(), [Buffer.from(texts[0])]);
	const run = { data: bytes, from: 0, to: 1 };
	expect(valuesOf(copyRuns(new BinaryView(), [run]))).toEqual([
		[...Buffer.from(texts[0])],
	]);
});

describe("dictionaries", () => {
	const type = new Dictionary(new Utf8(), new Int8(), 3);

	test("are kept whole and in order, where the runs share one", () => {
		const data = asRead(type, ["c", "a", "b", "a"]);
		const copy = copyRuns(type, [{ data, from: 1, to: 4 }]);
		expect(valuesOf(copy)).toEqual(["a", "b", "a"]);
		expect([...(copy.dictionary ?? [])]).toEqual(["c", "a", "b"]);
	});

	test("have each value once, where runs have several that share values", () => {
		const columns = [
			["a", "b"],
			["b", "c", "d"],
			["d", "a"],
		].map((values) => asRead(type, values));
		const runs = columns.map((data, i) => ({
			data,
			from: 0,
			to: Math.min(2, data.length),
			i,
		}));
		const copy = copyRuns(type, runs);
		expect(valuesOf(copy)).toEqual(["a", "b", "b", "c", "d", "a"]);
		expect([...(copy.dictionary ?? [])]).toEqual(["a", "b", "c", "d"]);
	});

	test("of more values than there are places are refused", () => {
		const columns = [0, 100].map((first) =>
			asRead(
				type,
				Array.from({ length: 100 }, (_, i) => `${first + i}`),
			),
		);
		const runs = columns.map((data) => ({ data, from: 0, to: 100 }));
		expect(() => copyRuns(type, runs)).toThrow(/200 values.*more than 128/);
	});
});

test("a column that is damaged is refused, not read beyond its end", () => {
	const data = asRead(new Utf8(), ["one", "two"]);
	const run = { data, from: 0, to: 2 };
	for (const [at, offset] of [
		[1, 100],
		[1, -1],
		[2, 2],
	]) {
		const offsets = data.valueOffsets.slice();
		offsets[at] = offset;
		const damaged = makeData({
			type: new Utf8(),
			length: 2,
			nullCount: 0,
			valueOffsets: offsets,
			data: data.values,
		});
		expect(() => copyRuns(new Utf8(), [{ ...run, data: damaged }])).toThrow(
			/begin or end nowhere/,
		);
	}
	expect(() => copyRuns(new Utf8(), [{ ...run, to: 3 }])).toThrow(/too few/);
});
