import { type IntColumns, mapColumns } from "../core/int-columns.js";
import type { Pieces } from "../decompose/pieces.js";
import type { SequenceFacts } from "../masks/sequence-facts.js";

/**
 * The facts of pieces, which are all of their documents.
 * @param labelCounts Labels of each document in all rows.
 * @param carried Of each document, what all its pieces have.
 * @param strata The stratum of each; null where none is known.
 */
export function factsOfPieces(
	{ document }: Pieces,
	labelCounts: Int32Array,
	carried: IntColumns = {},
	strata: Int32Array | null = null,
): SequenceFacts {
	const counts = new Int32Array(labelCounts.length);
	const segment_number = document.map((of) => ++counts[of]);
	return {
		...mapColumns(carried, (values) => document.map((of) => values[of])),
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
	return mapColumns(facts, (of) => {
		const values = new Int32Array(first[first.length - 1]);
		of.forEach((value, piece) => {
			values.fill(value, first[piece], first[piece + 1]);
		});
		return values;
	}) as SequenceFacts;
}
