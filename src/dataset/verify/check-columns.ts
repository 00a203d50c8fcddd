import type {
	ColumnSettings,
	Column as RowColumn,
} from "../../masks/column.js";
import { columnsOfRows, rowColumn } from "../../masks/columns.js";
import { shiftRight } from "../../masks/labels.js";
import type { TokenRow } from "../../masks/row.js";
import { type ColumnBatch, columnOf } from "../../tables/columns.js";
import { newBuffer } from "../rows.js";

/**
 * Columns that others determine must be what those make them; of an index, which has
 * no masks, those that lengths determine.
 * @param report Told of a row of the batch, and of the column that is not.
 */
export function checkColumns(
	batch: ColumnBatch,
	settings: ColumnSettings,
	report: (row: number, column: string) => void,
): void {
	const { isIndex, isMasked, shift } = settings;
	const maskOf = (mask: Int32Array): ArrayLike<number> =>
		shift ? shiftRight(mask) : mask;
	const made = columnsOfRows(settings)
		.map((name) => ({ name, column: rowColumn(name) }))
		.filter(({ column }) => column.stored !== undefined)
		.filter(
			({ column }) => !isIndex || column.setting?.includes("isMasked") !== true,
		)
		.map(({ name, column }) => ({
			name,
			isRight: checkOf(column, settings),
			stored: columnOf(batch, name, column.type),
		}));
	if (made.length === 0) return;
	const ids = isIndex ? null : columnOf(batch, "input_ids", "list<int32>");
	const lengths = columnOf(batch, "seq_lengths", "list<int32>");
	const masks =
		isMasked && !isIndex ? columnOf(batch, "loss_mask", "list<int32>") : null;
	for (let r = 0; r < batch.rows; r++) {
		const row: TokenRow = {
			ids: ids === null ? NO_TOKENS : listOf(ids, r),
			seqLengths: listOf(lengths, r),
			lossMask: masks && maskOf(listOf(masks, r)),
		};
		const tokens = row.seqLengths.reduce((sum, length) => sum + length, 0);
		const isSound =
			(isIndex || tokens === row.ids.length) &&
			tokens === (row.lossMask?.length ?? tokens) &&
			row.seqLengths.every((length) => length > 0);
		// Else the lengths themselves are a problem, which is told already.
		if (!isSound) continue;
		for (const { name, isRight, stored } of made)
			if (!isRight(row, listOf<Values>(stored, r))) report(r, name);
	}
}

const NO_TOKENS = new Int32Array(0);

type Values = Int32Array | BigInt64Array | Float32Array;

function listOf<T extends Values>(
	{ values, offsets }: { values: T; offsets: Int32Array },
	row: number,
): T {
	return values.subarray(offsets[row], offsets[row + 1]) as T;
}

/** Whether a row's values of a column are right: by its own check, or by making them again. */
function checkOf(
	column: RowColumn,
	settings: ColumnSettings,
): (row: TokenRow, values: Values) => boolean {
	const { check, stored, type } = column;
	if (check !== undefined)
		return (row, values) =>
			check(row, values as Int32Array | Float32Array, settings);
	const buffer = newBuffer(type);
	return (row, values) => {
		buffer.length = 0;
		stored?.(row, buffer as never, settings);
		const made = buffer.view();
		return (
			made.length === values.length &&
			made.every((value: number | bigint, i: number) => value === values[i])
		);
	};
}
