import { Int32Buffer } from "../core/token-batch.js";
import { maskColumns } from "../masks/columns.js";
import { lossMask } from "../masks/labels.js";
import { type ColumnBatch, columnOf } from "../tables/columns.js";
import type { Settings } from "./settings.js";

/**
 * Columns that `seq_lengths` determine must be what it makes them.
 * @param report Told of a row of the batch, and of the column that is not.
 */
export function checkMaskColumns(
	batch: ColumnBatch,
	settings: Pick<Settings, "columns" | "lossWeight" | "padDocumentToMultiple">,
	report: (row: number, column: string) => void,
): void {
	const { columns, lossWeight, padDocumentToMultiple } = settings;
	if (columns.length === 0 && lossWeight === null) return;
	const ids = columnOf(batch, "input_ids", "list<int32>");
	const lengths = columnOf(batch, "seq_lengths", "list<int32>");
	const of = <T extends Int32Array | Float32Array>(
		{ values, offsets }: { values: T; offsets: Int32Array },
		r: number,
	) => values.subarray(offsets[r], offsets[r + 1]) as T;
	const due = new Int32Buffer();
	for (let r = 0; r < batch.rows; r++) {
		const row = { ids: of(ids, r), seqLengths: of(lengths, r) };
		const tokens = row.seqLengths.reduce((sum, length) => sum + length, 0);
		const isSound =
			tokens === row.ids.length && row.seqLengths.every((length) => length > 0);
		// Else the lengths themselves are a problem, which is told already.
		if (!isSound) continue;
		for (const name of columns) {
			due.length = 0;
			maskColumns[name].append(row, due, padDocumentToMultiple);
			const found = of(columnOf(batch, name, "list<int32>"), r);
			if (!isEqual(found, due.view())) report(r, name);
		}
		if (lossWeight === null) continue;
		const weights = of(columnOf(batch, "loss_weight", "list<float32>"), r);
		const hasLabel = lossMask(row.seqLengths);
		const isRight =
			weights.length === hasLabel.length &&
			weights.every((weight, i) =>
				lossWeight === "token"
					? weight === hasLabel[i]
					: weight > 0 === (hasLabel[i] === 1),
			);
		if (!isRight) report(r, "loss_weight");
	}
}

function isEqual(a: Int32Array, b: Int32Array): boolean {
	return a.length === b.length && a.every((value, i) => value === b[i]);
}
