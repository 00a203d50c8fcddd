import { DataError } from "../core/errors.js";
import { type NameOf, registry } from "../core/registry.js";
import { countLabels, type TokenBatch } from "../core/token-batch.js";
import type { Pieces } from "../decompose/pieces.js";
import { type LabelRow, labelCounts } from "./labels.js";
import { usedTokens } from "./row.js";

/** What counts the same in a step. */
interface Weighting {
	readonly meaning: string;
	/** Whether the weights are given, and not found by counting. */
	readonly isGiven?: true;
	/** What all weights of a step add up to, before they are divided by it. @param step.given Of weights that are given. */
	sum(step: {
		labels: number;
		documents: number;
		answers: number;
		given: number;
	}): number;
	/**
	 * The weight of a label, before weights are divided by their sum.
	 * @param labelsOfDocument Labels of its document in all rows.
	 * @param run Labels that follow one another in its sequence, and it is one of.
	 */
	weight(labelsOfDocument: number, run: number): number;
	/**
	 * Whether a stored weight can be that of a label.
	 * @param labels Labels of its sequence.
	 */
	isPossible(weight: number, labels: number, run: number): boolean;
}

/** Every loss weighting by name. */
export const lossWeightings = registry("loss weighting", {
	token: {
		meaning: "every token that has a label counts the same",
		sum: ({ labels }) => labels,
		weight: () => 1,
		isPossible: (weight) => weight === 1,
	} as Weighting,
	document: {
		meaning: "every document that has labels counts the same",
		sum: ({ documents }) => documents,
		weight: (labels) => 1 / labels,
		// 1 over a whole number, rounded to float32; other rows may have more of the document.
		isPossible: (weight, labels) =>
			weight > 0 &&
			weight <= Math.fround(1 / labels) &&
			weight === Math.fround(1 / Math.round(1 / weight)),
	} as Weighting,
	answer: {
		meaning:
			"every answer counts the same: an answer is an unbroken run of labels in a sequence",
		sum: ({ answers }) => answers,
		weight: (_, run) => 1 / run,
		isPossible: (weight, _, run) => weight === Math.fround(1 / run),
	} as Weighting,
	field: {
		meaning: "every label counts by the weight that its record gives it",
		isGiven: true,
		sum: ({ given }) => given,
		weight: () => 1,
		isPossible: (weight) => weight > 0 && weight < Infinity,
	} as Weighting,
});
export type LossWeighting = NameOf<typeof lossWeightings>;

/** The weighting by weights that records give. */
export const [givenWeighting] = lossWeightings.where(
	({ isGiven }) => isGiven === true,
);

/** Whether a weighting goes by weights that records give. */
export function areGivenWeights(weighting: LossWeighting | null): boolean {
	return weighting !== null && lossWeightings.find(weighting).isGiven === true;
}

/** A row of a step: its sequences, and which document each is from. */
export interface StepRow {
	seqLengths: Int32Array;
	/** A number for each sequence's document; default: each is a document of its own. */
	docIds?: ArrayLike<number | bigint> | undefined;
	/** As that of `TokenRow`. */
	lossMask?: ArrayLike<number> | null | undefined;
	/** The weight of each token, where weights are given; default: 1. */
	lossWeights?: ArrayLike<number> | null | undefined;
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
	const documents = rows.map(documentsOfRow);
	const labelsOf = new Map<number | bigint | string, number>();
	for (const [r, { seqLengths, lossMask = null }] of rows.entries()) {
		const counts = labelCounts({ seqLengths, lossMask });
		documents[r].forEach((document, i) => {
			labelsOf.set(document, (labelsOf.get(document) ?? 0) + counts[i]);
		});
	}
	const counts = [...labelsOf.values()].filter((labels) => labels > 0);
	const step = {
		labels: counts.reduce((sum, labels) => sum + labels, 0),
		documents: counts.length,
		...{ answers: 0, given: 0 },
	};
	for (const { seqLengths, lossMask = null, lossWeights } of rows)
		forEachRun({ seqLengths, lossMask }, (_, start, end) => {
			step.answers++;
			for (let i = start; i < end; i++) step.given += lossWeights?.[i] ?? 1;
		});
	const sum = lossWeightings.find(weighting).sum(step);
	return rows.map(({ seqLengths, lossMask = null, lossWeights }, r) => {
		const used = usedTokens(seqLengths, rowLength);
		const weights = new Float64Array(rowLength ?? used);
		const counts = documents[r].map((document) => labelsOf.get(document) ?? 0);
		fillLossWeights(
			{ seqLengths, lossMask, lossWeights },
			counts,
			weighting,
			weights,
		);
		return weights.map((value) => value && value / sum);
	});
}

/**
 * Writes the weight of each label of a row, before they are divided by the sum of
 * those of a step: 1 for labels that count the same, 1 over the labels of the
 * document, or of the answer, for documents or answers that do; what is given, where weights are.
 * @param labelCounts Labels of each sequence's document in all rows.
 * @param out As many zeros as the row has positions; those without a label stay 0.
 */
export function fillLossWeights(
	row: LabelRow & Pick<StepRow, "lossWeights">,
	labelCounts: ArrayLike<number>,
	weighting: LossWeighting,
	out: Float32Array | Float64Array,
): void {
	const { weight, isGiven } = lossWeightings.find(weighting);
	const given = isGiven ? row.lossWeights : null;
	forEachRun(row, (sequence, start, end) => {
		out.fill(weight(labelCounts[sequence], end - start), start, end);
		if (given) for (let i = start; i < end; i++) out[i] = given[i];
	});
}

/** Calls back for all labels that follow one another in a sequence, in order. */
function forEachRun(
	{ seqLengths, lossMask }: LabelRow,
	onRun: (sequence: number, start: number, end: number) => void,
): void {
	let start = 0;
	for (let sequence = 0; sequence < seqLengths.length; sequence++) {
		const end = start + seqLengths[sequence];
		for (let from = start + 1; from < end; ) {
			let to = lossMask ? from : end;
			while (to < end && lossMask?.[to] !== 0) to++;
			if (to > from) onRun(sequence, from, to);
			from = Math.max(to, from + 1);
		}
		start = end;
	}
}

/**
 * Whether stored weights can be those of a row's labels: 0 for tokens without one, and, but for
 * weights that are given, for the labels of an answer all the same.
 */
export function areLossWeights(
	weights: ArrayLike<number>,
	row: LabelRow,
	weighting: LossWeighting,
): boolean {
	const { isPossible, isGiven } = lossWeightings.find(weighting);
	const counts = labelCounts(row);
	let areRight = true;
	/** Where the labels before end. */
	let last = 0;
	forEachRun(row, (sequence, start, end) => {
		const labels = counts[sequence];
		const first = weights[start];
		for (let i = last; i < start; i++) areRight &&= weights[i] === 0;
		for (let i = start; i < end; i++)
			areRight &&=
				i === start || isGiven
					? isPossible(weights[i], labels, end - start)
					: weights[i] === first;
		last = end;
	});
	const tokens = row.seqLengths.reduce((sum, length) => sum + length, 0);
	for (let i = last; i < tokens; i++) areRight &&= weights[i] === 0;
	return areRight && weights.length === tokens;
}

/**
 * How many tokens of each document have a label: all that are to be trained on but the
 * first of each piece.
 */
export function labelsOfDocuments(
	documents: Pick<TokenBatch, "offsets" | "lossMask">,
	{ document, start, length }: Pieces,
): Int32Array {
	const { offsets } = documents;
	const counts = new Int32Array(offsets.length - 1);
	for (let i = 0; i < length.length; i++)
		counts[document[i]] += countLabels(
			documents,
			offsets[document[i]] + start[i],
			length[i],
		);
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
