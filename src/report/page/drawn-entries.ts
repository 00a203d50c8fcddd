import { sum } from "../../core/arithmetic.js";
import type { Grouped } from "../figures/figures.js";
import { counted, MOST_DRAWN } from "./texts.js";

/** What is drawn of a list: the largest, in their order, and all others as one. */
export function drawnEntries<T>(
	{ entries, rest }: Grouped<T>,
	amountOf: (entry: T) => number,
	/** What `rest` counts of it. */
	restValue: number,
): { drawn: T[]; others: { count: number; value: number } | null } {
	const kept = new Set(
		[...entries.keys()]
			.sort((a, b) => amountOf(entries[b]) - amountOf(entries[a]) || a - b)
			.slice(0, MOST_DRAWN),
	);
	const left = entries.filter((_, i) => !kept.has(i));
	const count = left.length + (rest?.count ?? 0);
	return {
		drawn: entries.filter((_, i) => kept.has(i)),
		others:
			count === 0
				? null
				: {
						count,
						value: sum(left.map(amountOf)) + (rest === null ? 0 : restValue),
					},
	};
}

/** What is not drawn by itself, as the end of what is said. */
export function othersText(
	others: { count: number } | null,
	shown: number,
	what: string,
): string {
	return others === null
		? ""
		: ` Drawn are the ${shown} with most ${what}; ${counted(others.count, "other")} ${others.count === 1 ? "is" : "are"} one bar.`;
}
