/** What a column of a shard holds, a value or a list a row. */
export type ColumnType =
	| "int32"
	| "int64"
	| "float64"
	| "string"
	| "list<int32>"
	| "list<int64>"
	| "list<float32>";

/** Names and types of a shard's columns, in order. */
export type Schema = readonly { name: string; type: ColumnType }[];

/** One column of a batch. Lists are laid out as in Arrow: row i is `values[offsets[i] .. offsets[i + 1])`. */
export type Column =
	| { type: "int32"; values: Int32Array }
	| { type: "int64"; values: BigInt64Array }
	| { type: "float64"; values: Float64Array }
	| { type: "string"; values: (string | null)[] }
	| { type: "list<int32>"; values: Int32Array; offsets: Int32Array }
	| { type: "list<int64>"; values: BigInt64Array; offsets: Int32Array }
	| { type: "list<float32>"; values: Float32Array; offsets: Int32Array };

/** Some rows of a shard. */
export interface ColumnBatch {
	rows: number;
	columns: Record<string, Column>;
}

/** The column of a batch, which must be of the type named. */
export function columnOf<T extends ColumnType>(
	batch: ColumnBatch,
	name: string,
	type: T,
): Extract<Column, { type: T }> {
	const column = batch.columns[name];
	if (column?.type !== type)
		throw new TypeError(
			`column ${name} is ${column?.type ?? "missing"}, not ${type}`,
		);
	return column as Extract<Column, { type: T }>;
}

/** The value of a row in a column: a number or text, or the values of a list. */
export type ColumnValues =
	| number
	| bigint
	| string
	| null
	| Int32Array
	| BigInt64Array
	| Float32Array;

/** One row of a batch: values by column, copied. */
export function rowOf(
	{ columns }: ColumnBatch,
	row: number,
): Record<string, ColumnValues> {
	return Object.fromEntries(
		Object.entries(columns).map(([name, column]) => [
			name,
			"offsets" in column
				? column.values.slice(column.offsets[row], column.offsets[row + 1])
				: column.values[row],
		]),
	);
}
