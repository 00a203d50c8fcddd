import {
	Schema as ArrowSchema,
	type DataType,
	Field,
	Float32,
	Float64,
	Int32,
	Int64,
	List,
	makeData,
	RecordBatch,
	Struct,
	Utf8,
	vectorFromArray,
} from "apache-arrow";
import type { Column, ColumnBatch, ColumnType, Schema } from "./columns.js";

// The child of a list is called "item", as pyarrow and datasets call it: readers
// compare the whole type, this name included.
const TYPES: Record<ColumnType, () => DataType> = {
	int32: () => new Int32(),
	int64: () => new Int64(),
	float64: () => new Float64(),
	string: () => new Utf8(),
	"list<int32>": () => new List(new Field("item", new Int32(), true)),
	"list<int64>": () => new List(new Field("item", new Int64(), true)),
	"list<float32>": () => new List(new Field("item", new Float32(), true)),
};

/** The Arrow schema of a shard. Columns are nullable: readers would make them so. */
export function arrowSchema(
	schema: Schema,
	metadata: ReadonlyMap<string, string> = new Map(),
): ArrowSchema {
	return new ArrowSchema(
		schema.map(({ name, type }) => new Field(name, TYPES[type](), true)),
		new Map(metadata),
	);
}

/** A batch as an Arrow record batch over the same memory. */
export function toRecordBatch(
	batch: ColumnBatch,
	schema: Schema,
	arrow: ArrowSchema,
): RecordBatch {
	const children = schema.map(({ name }, i) =>
		toData(batch.columns[name], arrow.fields[i].type, batch.rows),
	);
	const type = new Struct(arrow.fields);
	return new RecordBatch(
		arrow,
		makeData({ type, length: batch.rows, nullCount: 0, children }),
	);
}

function toData(column: Column, type: DataType, length: number) {
	switch (column.type) {
		case "int32":
		case "int64":
		case "float64":
			return makeData({
				type: type as Int32,
				length,
				nullCount: 0,
				data: column.values as Int32Array,
			});
		case "string":
			return vectorFromArray(column.values, type as Utf8).data[0];
		default: {
			const { values, offsets } = column;
			const child = makeData({
				type: (type as List<Int32>).children[0].type,
				length: values.length,
				nullCount: 0,
				data: values as Int32Array,
			});
			return makeData({
				type: type as List<Int32>,
				length,
				nullCount: 0,
				valueOffsets: offsets,
				child,
			});
		}
	}
}

/** A record batch as a batch over the same memory, where the memory allows it. */
export function fromRecordBatch(
	batch: RecordBatch,
	schema: Schema,
): ColumnBatch {
	const rows = batch.numRows;
	const columns: Record<string, Column> = {};
	for (const { name, type } of schema) {
		const vector = batch.getChild(name);
		if (vector === null) throw new Error(`it has no column ${name}`);
		const wanted = TYPES[type]().toString();
		if (vector.type.toString() !== wanted)
			throw new Error(`its column ${name} is ${vector.type}, not ${wanted}`);
		const data = vector.data[0];
		if (vector.length !== rows)
			throw new Error(
				`its column ${name} has ${vector.length} rows of ${rows}`,
			);
		if (type === "string") {
			requireAscending(data.valueOffsets, rows, data.values.length, name);
			columns[name] = { type, values: vector.toArray() as (string | null)[] };
		} else if (type.startsWith("list<")) {
			const all = data.children[0].values;
			requireAscending(data.valueOffsets, rows, all.length, name);
			const offsets = data.valueOffsets.subarray(0, rows + 1);
			const values = all.subarray(0, offsets[rows]);
			columns[name] = { type, offsets, values } as Column;
		} else {
			const values = data.values.subarray(0, rows);
			if (values.length !== rows)
				throw new Error(
					`its column ${name} has ${values.length} rows of ${rows}`,
				);
			columns[name] = { type, values } as Column;
		}
	}
	return { rows, columns };
}

/** @throws Error where lists do not follow one another within their values */
function requireAscending(
	offsets: Int32Array,
	rows: number,
	most: number,
	name: string,
): void {
	let isSound = offsets.length > rows && offsets[0] >= 0;
	for (let i = 0; isSound && i < rows; i++)
		isSound = offsets[i] <= offsets[i + 1];
	if (!isSound || offsets[rows] > most)
		throw new Error(`a row of its column ${name} is damaged`);
}
