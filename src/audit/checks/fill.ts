import type { Check } from "../check.js";
import { PackedRows } from "../packed-rows.js";
import { counted, grouped, percent } from "../tally.js";

/** Rows more than there need be, as a share of those, that are worth telling. */
const MUCH = 0.02;

export const fill: Check = {
	meaning: "packed rows are over 2 % more than the bound that no packing beats",
	severity: "warning",
	begin() {
		const packed = new PackedRows();
		return {
			row: (row) => packed.add(row),
			finish() {
				const found = packed.summary();
				if (found === null) return null;
				const { rows, bound, fill, bestFill, capacity } = found;
				if (rows - bound <= Math.max(1, MUCH * bound)) return null;
				return {
					...{ count: rows - bound, of: rows, places: [] },
					sentence: `${counted(rows, "row")} of ${grouped(capacity)} tokens are ${percent(fill)} full; the same sequences may fit into ${grouped(bound)}, ${percent(bestFill)} full, and no fewer.`,
				};
			},
		};
	},
};
