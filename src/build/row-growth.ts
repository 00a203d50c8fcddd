import { ROW_OF_ANY_LENGTH } from "../core/capacity.js";
import type { Growth, Packed } from "../core/progress.js";
import { bucketKey } from "../dataset/row-groups.js";
import type { Settings } from "../dataset/settings.js";
import type { RowCounts } from "../dataset/totals.js";

/** The rows that there are more, of counts by bucket. */
export function growthOf(
	{ buckets }: Pick<Settings, "buckets">,
	counts: Readonly<Record<string, RowCounts>>,
): Pick<Growth, "rows" | "rowTokens" | "room"> {
	const growth = { rows: 0, rowTokens: 0, room: 0 };
	for (const bucket of buckets) {
		const { rows = 0, tokens = 0 } = counts[bucketKey(bucket)] ?? {};
		growth.rows += rows;
		growth.rowTokens += tokens;
		growth.room +=
			bucket.capacity === ROW_OF_ANY_LENGTH ? tokens : rows * bucket.capacity;
	}
	return growth;
}

export const packedOf = ({
	rows,
	rowTokens: tokens,
	room,
}: Pick<Growth, "rows" | "rowTokens" | "room">): Packed => ({
	rows,
	tokens,
	room,
});
