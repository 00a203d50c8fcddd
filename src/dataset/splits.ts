/** The rows to train on, and those that are held out. */
export const TRAIN = "train";
export const VALIDATION = "validation";
export const TEST = "test";
export const splitNames = [TRAIN, VALIDATION, TEST] as const;

/** Words in the names of files that tell a split, as Hugging Face `datasets` takes them. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
	[TRAIN]: ["train", "training"],
	[VALIDATION]: ["validation", "valid", "dev", "val"],
	[TEST]: ["test", "testing", "eval", "evaluation"],
};

/** The split that a file's path tells, the last one where it tells several; null for none. */
export function splitOfName(path: string): string | null {
	const words = path.toLowerCase().split(/[-._ /\\\d]+/);
	for (const word of words.reverse())
		for (const [split, names] of Object.entries(WORDS))
			if (names.includes(word)) return split;
	return null;
}

/** What is of one split. */
interface OfSplit {
	split: string;
}

/** Those of a list that are of the rows to train on. */
export function ofTraining<T extends OfSplit>(list: readonly T[]): T[] {
	return list.filter(({ split }) => split === TRAIN);
}

/** The directory of a split's shards, from that of those to train on. */
export function splitDirectory(directory: string, split: string): string {
	return split === TRAIN ? directory : `${directory}-${split}`;
}
