import type { SourceRows } from "./plan-stage.js";

/**
 * Which row a place of a bucket's steps is, where several datasets give rows: their
 * rows are laid in evenly, each dataset's in its own order, so that every step has
 * them in the proportion of the whole, to a row.
 * @param place In 0 up to the rows of all sources.
 * @returns The source, and the place in that dataset's bucket.
 */
export function mixedPlace(
	sources: readonly SourceRows[],
	place: number,
): { source: number; place: number } {
	let at = place;
	let total = sources.reduce((sum, { rows }) => sum + rows, 0);
	for (let source = 0; source < sources.length - 1; source++) {
		const { rows, first } = sources[source];
		const before = scaled(at, rows, total);
		if (scaled(at + 1, rows, total) > before)
			return { source, place: first + before };
		at -= before;
		total -= rows;
	}
	const source = sources.length - 1;
	return { source, place: sources[source].first + at };
}

/** How many of the places before one are of each source. */
export function placesBefore(
	sources: readonly SourceRows[],
	place: number,
): number[] {
	let at = place;
	let total = sources.reduce((sum, { rows }) => sum + rows, 0);
	return sources.map(({ rows }, source) => {
		if (source === sources.length - 1) return at;
		const before = total === 0 ? 0 : scaled(at, rows, total);
		at -= before;
		total -= rows;
		return before;
	});
}

/** floor(at * part / whole), exactly. */
function scaled(at: number, part: number, whole: number): number {
	const product = at * part;
	return product <= Number.MAX_SAFE_INTEGER
		? Math.floor(product / whole)
		: Number((BigInt(at) * BigInt(part)) / BigInt(whole));
}
