import type { Check } from "../check.js";
import { counted, grouped } from "../tally.js";

/** More rows than in the smallest file, as a share of those, that are worth telling. */
const MUCH = 0.01;

export const unevenShards: Check = {
	meaning:
		"files have over 1 % more rows than others: ranks that get whole files wait for one another",
	severity: "warning",
	isOf: ({ dealsFiles }) => dealsFiles,
	begin() {
		const rows: number[] = [];
		const places: string[] = [];
		return {
			row(row) {
				rows[row.shard] = (rows[row.shard] ?? 0) + 1;
				places[row.shard] ??= row.place();
			},
			finish() {
				const counts = rows.filter((count) => count !== undefined);
				const least = Math.min(...counts);
				const most = Math.max(...counts);
				const places3 = [rows.indexOf(least), rows.indexOf(most)];
				if (counts.length < 2 || most - least <= Math.max(1, MUCH * least))
					return null;
				return {
					count: counts.filter((count) => count !== most).length,
					of: counts.length,
					places: places3.map((shard) => places[shard]),
					sentence: `${counted(counts.length, "file")} have from ${grouped(least)} to ${counted(most, "row")}: ranks that get whole files do not end together.`,
				};
			},
		};
	},
};
