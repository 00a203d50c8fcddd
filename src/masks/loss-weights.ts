import { DataError, UsageError } from "../core/errors.js";
import { lossMask } from "./labels.js";

/** What counts the same in a step: every token that has a label, or every document. */
export const lossWeightings = ["token", "document"] as const;
export type LossWeighting = (typeof lossWeightings)[number];

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
 * @throws DataError `bad-row`; UsageError `unknown-loss-weighting`
 */
export function lossWeights(
	rows: readonly StepRow[],
	weighting: LossWeighting,
	rowLength?: number,
): Float64Array[] {
	if (!lossWeightings.includes(weighting))
		throw new UsageError(
			"unknown-loss-weighting",
			`losses cannot be weighted by "${weighting}": give one of ${lossWeightings.join(", ")}.`,
		);
	/** Labels of each document in the step. */
	const labelsOf = new Map<number | bigint | string, number>();
	let total = 0;
	forEachSequence(rows, (document, length) => {
		labelsOf.set(document, (labelsOf.get(document) ?? 0) + length - 1);
		total += length - 1;
	});
	let documents = 0;
	for (const count of labelsOf.values()) if (count > 0) documents++;
	const weights = rows.map(({ seqLengths }) =>
		Float64Array.from(lossMask(seqLengths, rowLength)),
	);
	forEachSequence(rows, (document, length, row, start) => {
		const weight =
			weighting === "token"
				? 1 / total
				: 1 / (documents * (labelsOf.get(document) as number));
		weights[row].fill(weight, start + 1, start + length);
	});
	return weights;
}

function forEachSequence(
	rows: readonly StepRow[],
	action: (
		document: number | bigint | string,
		length: number,
		row: number,
		start: number,
	) => void,
): void {
	for (const [r, { seqLengths, docIds }] of rows.entries()) {
		if (docIds !== undefined && docIds.length !== seqLengths.length)
			throw new DataError(
				"bad-row",
				`a row has ${seqLengths.length} sequences and ${docIds.length} documents for them.`,
			);
		let start = 0;
		for (let i = 0; i < seqLengths.length; i++) {
			action(docIds?.[i] ?? `${r}/${i}`, seqLengths[i], r, start);
			start += seqLengths[i];
		}
	}
}
