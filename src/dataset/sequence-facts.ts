import type { Pieces } from "../decompose/pieces.js";
import { eachFact, type SequenceFacts } from "../masks/sequence-facts.js";

/**
 * The facts of pieces, which are all of their documents.
 * @param labelCounts Labels of each document in all rows.
 * @param strata The stratum of each; null where none is known.
 */
export function factsOfPieces(
	{ document }: Pieces,
	labelCounts: Int32Array,
	strata: Int32Array | null = null,
): SequenceFacts {
	const counts = new Int32Array(labelCounts.length);
	const segment_number = document.map((of) => ++counts[of]);
	return {
		document_labels: document.map((of) => labelCounts[of]),
		segment_number,
		segment_count: document.map((of) => counts[of]),
		stratum: document.map((of) => strata?.[of] ?? -1),
	};
}

/**
 * The facts of the sequences that pieces are in rows.
 * @param first As `piecesOfSides` gives it.
 */
export function factsOfSides(
	facts: SequenceFacts,
	first: Int32Array | null,
): SequenceFacts {
	if (first === null) return facts;
	return eachFact((name) => {
		const values = new Int32Array(first[first.length - 1]);
		facts[name].forEach((value, piece) => {
			values.fill(value, first[piece], first[piece + 1]);
		});
		return values;
	});
}
