/** Some tokens that a trainer takes together, as an auditor sees them. Valid until the next is asked for. */
export interface AuditRow {
	/** Where it is, for people. */
	place(): string;
	/** The number of its file, from 0, and its own in it, from 1. */
	shard: number;
	number: number;
	/** A number that is no id of a token is negative. */
	ids: Int32Array;
	/** The first token of each sequence, and the end of the last one: padding may follow. */
	borders: Int32Array;
	/** Whether borders are where EOS is, since nothing else says them. */
	isGuessed: boolean;
	/** Whether a column makes a trainer pass over the borders. */
	hidesBorders: boolean;
	/** Sequences that a trainer finds in the padding. */
	sequencesInPadding: number;
	/** By token, whether it is a label: whether its prediction is trained on. Null: all are. */
	trained: Uint8Array | null;
	/** Whether that is a mask, and one of answers, which is there to leave prompts out. */
	isMask: boolean;
	isAnswerMask: boolean;
	/** The labels as they are stored, with the token that each is for; null: there are none. */
	labels: Int32Array | null;
	/** Labels that stand where no trainer looks. */
	lostLabels: number;
}

/** Tokens of a row that are no padding. */
export function contentOf({ borders }: AuditRow): number {
	return borders[borders.length - 1] - borders[0];
}

/** Repeats of one id that are padding where a row ends with them, from so many on. */
export const LEAST_PADDING = 8;

/** Where the padding begins that a row ends with. The first EOS of several ends the document. */
export function paddingStart(ids: Int32Array, eos: number | null): number {
	const last = ids[ids.length - 1];
	let start = ids.length;
	while (start > 0 && ids[start - 1] === last) start--;
	if (ids.length - start < LEAST_PADDING) return ids.length;
	return eos === null || last === eos ? start + 1 : start;
}

/** The borders of sequences that end with an id. @param end Where the tokens end. */
export function bordersByEos(
	ids: Int32Array,
	end: number,
	eos: number | null,
): Int32Array {
	const borders = [0];
	if (eos !== null)
		for (let i = 0; i < end - 1; i++) if (ids[i] === eos) borders.push(i + 1);
	if (end > 0) borders.push(end);
	return Int32Array.from(borders);
}

/** Whether a token is no label, besides the first of each sequence. */
export function leavesOut({ trained, borders }: AuditRow): boolean {
	if (trained === null) return false;
	for (let s = 0; s + 1 < borders.length; s++)
		for (let i = borders[s] + 1; i < borders[s + 1]; i++)
			if (trained[i] === 0) return true;
	return false;
}
