import type { Grouped } from "./figures.js";

/** Entries of a list that are shown one by one, at most. */
export const MOST_ENTRIES = 100;

/** Those with most tokens, in the order in which they come, and the sum of the rest. */
export function grouped<
	T extends { tokens: number | null; rows: number | null },
>(all: readonly T[], most = MOST_ENTRIES): Grouped<T> {
	if (all.length <= most) return { entries: [...all], rest: null };
	const places = [...all.keys()]
		.sort((a, b) => (all[b].tokens ?? 0) - (all[a].tokens ?? 0) || a - b)
		.slice(0, most);
	const kept = new Set(places);
	const rest = { count: 0, tokens: 0, rows: 0 };
	const entries: T[] = [];
	for (const [place, entry] of all.entries()) {
		if (kept.has(place)) {
			entries.push(entry);
			continue;
		}
		rest.count++;
		rest.tokens += entry.tokens ?? 0;
		rest.rows += entry.rows ?? 0;
	}
	return { entries, rest };
}
