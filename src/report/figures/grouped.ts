import type { Grouped } from "./figures.js";

/** Entries that a list has by themselves, at most. */
export const MOST_ENTRIES = 200;

/**
 * A list of which the entries with most tokens stand by themselves, in their order.
 * @param countsOf What an entry adds to the sum of the rest.
 */
export function groupedEntries<T, E>(
	all: readonly T[],
	countsOf: (one: T) => { tokens: number; rows: number },
	entryOf: (one: T) => E,
	most = MOST_ENTRIES,
): Grouped<E> {
	if (all.length <= most) return { entries: all.map(entryOf), rest: null };
	const counts = all.map(countsOf);
	const places = [...all.keys()].sort(
		(a, b) =>
			counts[b].tokens - counts[a].tokens ||
			counts[b].rows - counts[a].rows ||
			a - b,
	);
	const kept = places.slice(0, most).sort((a, b) => a - b);
	const rest = { count: all.length - most, tokens: 0, rows: 0 };
	for (const place of places.slice(most)) {
		rest.tokens += counts[place].tokens;
		rest.rows += counts[place].rows;
	}
	return { entries: kept.map((place) => entryOf(all[place])), rest };
}
