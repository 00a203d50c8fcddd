/** The rows to train on, and those that are held out. */
export const TRAIN = "train";
export const VALIDATION = "validation";

/** What is of one split. */
interface OfSplit {
	split: string;
}

/** Those of a list that are of the rows to train on. */
export function ofTraining<T extends OfSplit>(list: readonly T[]): T[] {
	return list.filter(({ split }) => split === TRAIN);
}

/** The name of a bucket in totals: its length, after its split where that is not training. */
export function bucketKey({
	split,
	length,
}: OfSplit & { length: number }): string {
	return split === TRAIN ? String(length) : `${split}-${length}`;
}

/** The directory of a split's shards, from that of those to train on. */
export function splitDirectory(directory: string, split: string): string {
	return split === TRAIN ? directory : `${directory}-${split}`;
}
