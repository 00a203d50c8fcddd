import { Int32Buffer } from "../../core/buffers.js";

/** The sequences of a row, and what its columns say of each. */
export interface RowSequences {
	lengths: Int32Array;
	docIds: BigInt64Array;
	docOffsets: Int32Array;
	/** Labels of each; null where all tokens are to be trained on. */
	labels: Int32Array | null;
	/** Columns of what is known of each, by name. */
	facts: Readonly<Record<string, Int32Array>>;
}

/**
 * The sequences of a row in which documents are cut between turns alone, with the sides of
 * a document as one: what follows on what is before it, of one document. Nothing else in a
 * row does: documents are cut where the next turn does not fit.
 */
export function joinSides(row: RowSequences): RowSequences {
	const { docIds, docOffsets } = row;
	const lengths = new Int32Buffer();
	const labels = new Int32Buffer();
	const ids: bigint[] = [];
	const starts = new Int32Buffer();
	const kept: number[] = [];
	for (let i = 0; i < row.lengths.length; i++) {
		const last = lengths.length - 1;
		const follows =
			i > 0 &&
			docIds[i] === docIds[i - 1] &&
			docOffsets[i] === docOffsets[i - 1] + row.lengths[i - 1];
		if (follows) {
			lengths.array[last] += row.lengths[i];
			labels.array[last] += row.labels?.[i] ?? 0;
			continue;
		}
		lengths.push(row.lengths[i]);
		labels.push(row.labels?.[i] ?? 0);
		kept.push(i);
		ids.push(docIds[i]);
		starts.push(docOffsets[i]);
	}
	return {
		lengths: lengths.view(),
		docIds: BigInt64Array.from(ids),
		docOffsets: starts.view(),
		labels: row.labels && labels.view(),
		facts: Object.fromEntries(
			Object.entries(row.facts).map(([name, values]) => [
				name,
				Int32Array.from(kept, (i) => values[i]),
			]),
		),
	};
}
