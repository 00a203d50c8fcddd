import { addCounts } from "../../core/counts.js";
import type { Settings } from "../settings.js";
import { emptyTotals } from "../totals.js";
import type { RecountedSource } from "./check-sources.js";
import type { Recounted } from "./check-totals.js";

/** What was counted again of a dataset, or of some of its tasks. */
export interface Tally {
	counted: Recounted;
	/** By the sources' names. */
	sources: Map<string | null, RecountedSource>;
	/** For each bucket, sequences by the room that they take. */
	rooms: Float64Array[];
}

export function emptyTally({ buckets }: Settings): Tally {
	const totals = emptyTotals();
	return {
		counted: {
			documents: 0,
			buckets: totals.buckets,
			dropped: totals.dropped,
			skippedRecords: totals.skippedRecords,
			repeatedTokens: 0,
			cutDocuments: 0,
			tokensRead: 0,
		},
		sources: new Map(),
		rooms: buckets.map(({ capacity }) => new Float64Array(capacity + 1)),
	};
}

export function addTally(sums: Tally, more: Tally): void {
	addCounts(sums.counted, more.counted);
	for (const [name, counts] of more.sources)
		addCounts(countsOfSource(sums, name), counts);
	more.rooms.forEach((counts, bucket) => {
		const sum = sums.rooms[bucket];
		for (let room = 0; room < counts.length; room++) sum[room] += counts[room];
	});
}

export function countsOfSource(
	{ sources }: Tally,
	name: string | null,
): RecountedSource {
	const known = sources.get(name);
	if (known !== undefined) return known;
	const counts = {
		...{ documents: 0, tokensRead: 0 },
		...{ rows: 0, sequences: 0, tokens: 0, labels: 0 },
	};
	sources.set(name, counts);
	return counts;
}
