import { TRAIN } from "./splits.js";

/** What rows are kept apart by, besides their length. */
export interface RowGroup {
	split: string;
	/** The place of their documents' stratum in `strata`, -1 for none; left out: rows mix strata. */
	stratum?: number;
}

/** The place of the stratum of documents that are in none. */
export const NO_STRATUM = -1;

/** What is first in the names of a group's shards. */
export function groupName({ split, stratum }: RowGroup): string {
	return stratum === undefined
		? split
		: `${split}-stratum-${stratum === NO_STRATUM ? "none" : stratum}`;
}

/** The group in words. */
export function groupText({ split, stratum }: RowGroup): string {
	return `the split ${split}${stratum === undefined ? "" : ` and the stratum ${stratum}`}`;
}

/** Whether two are of one group. */
export function isSameGroup(a: RowGroup, b: RowGroup): boolean {
	return a.split === b.split && a.stratum === b.stratum;
}

/** The name of a bucket in totals: its length, after its group where that is not all rows to train on. */
export function bucketKey({
	length,
	...group
}: RowGroup & { length: number }): string {
	const name = groupName(group);
	return name === TRAIN ? String(length) : `${name}-${length}`;
}

/** The buckets of one group, the shortest first: all groups have the same lengths. */
export function bucketsOfGroup<T extends RowGroup>(buckets: readonly T[]): T[] {
	return buckets.filter((bucket) => isSameGroup(bucket, buckets[0]));
}

/** The strata that rows are kept apart by, as their places; none where rows mix them. */
export function strataOfRows(buckets: readonly RowGroup[]): number[] {
	const places = buckets.map(({ stratum }) => stratum);
	return [...new Set(places)].filter((place) => place !== undefined);
}
