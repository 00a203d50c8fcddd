import type { Data, Schema } from "apache-arrow";
import { copyRuns } from "../tables/copy-runs.js";
import type { Run } from "../tables/run.js";
import { Items, type RecordColumns } from "./items.js";

/**
 * The columns of some of the items, one after the other.
 * @param schema Of the columns.
 * @throws Error as `copyRuns` does, with the column's name
 */
export function copyColumns(
	{ columns, rows }: Items,
	chosen: ArrayLike<number>,
	schema: Schema,
): Data[] {
	return schema.fields.map(({ name, type }, column) => {
		const runs: Run[] = [];
		for (let i = 0; i < chosen.length; i++) {
			const row = rows[chosen[i]];
			const data = columns[chosen[i]]?.columns[column] as Data;
			const last = runs[runs.length - 1];
			if (last?.data === data && last.to === row) last.to++;
			else runs.push({ data, from: row, to: row + 1 });
		}
		try {
			return copyRuns(type, runs);
		} catch (error) {
			throw new Error(`the column ${name}: ${(error as Error).message}`);
		}
	});
}

/** Some of the items by themselves: what the others have in memory can be let go. */
export function takeItems(
	items: Items,
	chosen: Int32Array,
	schema: Schema | null,
): Items {
	const taken = new Items();
	if (chosen.length === 0) return taken;
	let columns: RecordColumns | null = null;
	if (schema !== null) {
		const copied = copyColumns(items, chosen, schema);
		columns = { columns: copied, bytesEach: bytesOf(copied) / chosen.length };
	}
	for (const [row, i] of chosen.entries())
		taken.add(
			items.files[i],
			items.numbers[i],
			items.lengths[i],
			items.costs[i],
			columns && { columns, row },
		);
	return taken;
}

/** Bytes of columns, without dictionaries. */
export function bytesOf(columns: readonly Data[]): number {
	return columns.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
