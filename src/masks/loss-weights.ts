import { DataError } from "../core/errors.js";
import { type NameOf, registry } from "../core/registry.js";
import type { Pieces } from "../decompose/pieces.js";
import { usedTokens } from "./row.js";

/** What counts the same in a step. */
interface Weighting {
	readonly meaning: string;
	/** The weight of each label of a document, before weights are divided by their sum. */
	weight(labelsOfDocument: number): number;
	/** Whether a stored weight can be that of a sequence with so many labels. */
	isPossible(weight: number, labelsOfSequence: number): boolean;
}

/** Every loss weighting by name. */
export const lossWeightings = registry("loss weighting", {
	token: {
		meaning: "every token that has a label counts the same",
		weight: () => 1,
		isPossible: (weight) => weight === 1,
	} as Weighting,
	document: {
		meaning: "every document that has labels counts the same",
		weight: (labels) => 1 / labels,
		// 1 over a whole number, rounded to float32; other rows may have more of the document.
		isPossible: (weight, labels) =>
			weight > 0 &&
			weight <= Math.fround(1 / labels) &&
			weight === Math.fround(1 / Math.round(1 / weight)),
	} as Weighting,
});
export type LossWeighting = NameOf<typeof lossWeightings>;

/** A row of a step: its sequences, and which document each is from. */
export interface StepRow {
	seqLengths: Int32Array;
	/** A number for each sequence's document; default: each is a document of its own. */
	docIds?: ArrayLike<number | bigint> | undefined;
}

/**
 * Weights of the labels of one optimizer step, over all its rows, ranks and
 * micro-batches, that make the weighted sum of the losses what training on the
 * documents one by one would give: the mean over tokens, or the mean over
 * documents of their means. They add up to 1 over the step (0 when no token has a
 * label), and lie as `labels` do; `shiftLeft` them for shifted labels.
 *
 * A loss that is divided by something else on the way (a rank's tokens, the
 * accumulation steps) must be multiplied by it again.
 * @returns For each row a weight for each of `rowLength` positions.
 * @throws DataError `bad-row`; UsageError `unknown-name`
 */
export function lossWeights(
	rows: readonly StepRow[],
	weighting: LossWeighting,
	rowLength?: number,
): Float64Array[] {
	const { weight } = lossWeightings.find(weighting);
	const documents = rows.map(documentsOfRow);
	const labelsOf = new Map<number | bigint | string, number>();
	for (const [r, { seqLengths }] of rows.entries())
		documents[r].forEach((document, i) => {
			labelsOf.set(document, (labelsOf.get(document) ?? 0) + seqLengths[i] - 1);
		});
	let sum = 0;
	for (const labels of labelsOf.values())
		if (labels > 0) sum += labels * weight(labels);
	return rows.map(({ seqLengths }, r) => {
		const used = usedTokens(seqLengths, rowLength);
		const weights = new Float64Array(rowLength ?? used);
		const counts = documents[r].map((document) => labelsOf.get(document) ?? 0);
		fillLossWeights(seqLengths, counts, weighting, weights);
		return weights.map((value) => value && value / sum);
	});
}

/**
 * Writes the weight of each label of a row, before they are divided by the sum of
 * those of a step: 1 for labels that count the same, 1 over the labels of the
 * document for documents that do.
 * @param labelCounts Labels of each sequence's document in all rows.
 * @param out As many zeros as the row has positions; those without a label stay 0.
 */
export function fillLossWeights(
	seqLengths: Int32Array,
	labelCounts: ArrayLike<number>,
	weighting: LossWeighting,
	out: Float32Array | Float64Array,
): void {
	const { weight } = lossWeightings.find(weighting);
	let start = 0;
	for (let i = 0; i < seqLengths.length; i++) {
		const end = start + seqLengths[i];
		out.fill(weight(labelCounts[i]), start + 1, end);
		start = end;
	}
}

/**
 * Whether stored weights can be those of a row's labels: 0 for tokens without one, and
 * for the labels of a sequence all the same.
 */
export function areLossWeights(
	weights: ArrayLike<number>,
	seqLengths: Int32Array,
	weighting: LossWeighting,
): boolean {
	const { isPossible } = lossWeightings.find(weighting);
	let start = 0;
	for (const length of seqLengths) {
		if (weights[start] !== 0) return false;
		const first = weights[start + 1];
		if (length > 1 && !isPossible(first, length - 1)) return false;
		for (let i = 2; i < length; i++)
			if (weights[start + i] !== first) return false;
		start += length;
	}
	return weights.length === start;
}

/** How many tokens of each document have a label: all but the first of each piece. */
export function labelsOfDocuments(
	documents: number,
	{ document, length }: Pieces,
): Int32Array {
	const counts = new Int32Array(documents);
	for (let i = 0; i < length.length; i++) counts[document[i]] += length[i] - 1;
	return counts;
}

function documentsOfRow(
	{ seqLengths, docIds }: StepRow,
	row: number,
): (number | bigint | string)[] {
	if (docIds !== undefined && docIds.length !== seqLengths.length)
		throw new DataError(
			"bad-row",
			`a row has ${seqLengths.length} sequences and ${docIds.length} documents for them.`,
		);
	return Array.from(seqLengths, (_, i) => docIds?.[i] ?? `${row}/${i}`);
}
