import { checkRow, type TokenRow, usedTokens } from "./row.js";

/** The label that losses leave out, in PyTorch and what is built on it. */
export const IGNORE = -100;

// A label is only ever a token of the sequence that its predecessor is in. A
// sequence may be a later piece of a document: its first token has no label
// either, since nothing in the row comes before it.

/**
 * Labels as Hugging Face, TRL, Axolotl and OLMo take them: label i is token i,
 * the trainer shifts. -100 for the first token of each sequence, for what is not to be
 * trained on, and for padding.
 * @param rowLength Tokens of the row with padding; default without.
 * @throws DataError `bad-row`
 */
export function labels(row: TokenRow, rowLength?: number): Int32Array {
	const used = checkRow(row, rowLength);
	const out = new Int32Array(rowLength ?? used).fill(IGNORE);
	out.set(row.ids);
	const { lossMask: mask } = row;
	if (mask) for (let i = 0; i < used; i++) if (mask[i] === 0) out[i] = IGNORE;
	let start = 0;
	for (const length of row.seqLengths) {
		out[start] = IGNORE;
		start += length;
	}
	return out;
}

/**
 * Labels of which those of padding are the token that it is made of: for answers that go on with EOS up to
 * the row's end (LLaDA). Padding is a part of the last sequence.
 */
export function labelsWithPadding(
	row: TokenRow,
	rowLength: number,
	padId: number,
): Int32Array {
	return labels(row, rowLength).fill(padId, row.ids.length);
}

/**
 * Labels as Megatron, MaxText and torchtune take them: label i is token i + 1.
 * -100 where that is of another sequence, or padding.
 */
export function shiftedLabels(row: TokenRow, rowLength?: number): Int32Array {
	return shiftOfRow(labels(row, rowLength), row);
}

/** Labels of a row, shifted; the last is that of the token that follows in another row. */
export function shiftOfRow(
	unshifted: Int32Array,
	{ ids, nextLabel }: Pick<TokenRow, "ids" | "nextLabel">,
): Int32Array {
	const shifted = shiftLeft(unshifted, IGNORE);
	if (nextLabel !== undefined) shifted[ids.length - 1] = nextLabel;
	return shifted;
}

/** A row of which only the labels matter. */
export type LabelRow = Pick<TokenRow, "seqLengths" | "lossMask">;

/** 1 where `labels` has a label. */
export function lossMask(
	{ seqLengths, lossMask: trained }: LabelRow,
	rowLength?: number,
): Uint8Array {
	const used = usedTokens(seqLengths, rowLength);
	const mask = new Uint8Array(rowLength ?? used).fill(1, 0, used);
	if (trained)
		for (let i = 0; i < used; i++) mask[i] = Number(trained[i] !== 0);
	let start = 0;
	for (const length of seqLengths) {
		mask[start] = 0;
		start += length;
	}
	return mask;
}

/** 1 where `shiftedLabels` has a label. */
export function shiftedLossMask(row: LabelRow, rowLength?: number): Uint8Array {
	return shiftLeft(lossMask(row, rowLength), 0);
}

/** Labels of each sequence of a row. */
export function labelCounts({
	seqLengths,
	lossMask: trained,
}: LabelRow): Int32Array {
	let start = 0;
	return seqLengths.map((length) => {
		const first = start;
		start += length;
		if (!trained) return length - 1;
		let labels = 0;
		for (let i = first + 1; i < start; i++) labels += Number(trained[i] !== 0);
		return labels;
	});
}

/** The values from the second on, and one more at the end. */
export function shiftLeft<
	T extends Int32Array | Uint8Array | Float32Array | Float64Array,
>(values: T, last: number): T {
	const out = values.slice() as T;
	out.copyWithin(0, 1);
	if (out.length > 0) out[out.length - 1] = last;
	return out;
}

/** Undoes what `shiftLeft` does to values of which the first is 0, as no sequence begins with a label. */
export function shiftRight(values: ArrayLike<number>): number[] {
	return [0, ...Array.from(values).slice(0, -1)].slice(0, values.length);
}
