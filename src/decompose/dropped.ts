import type { Decomposer } from "./decomposer.js";
import type { Pieces } from "./pieces.js";

/** What is in no sequence. */
export interface DroppedTokens {
	/** Tokens of each document that are in no sequence. */
	tokens: Int32Array;
	/** Why, of a document that has such tokens. */
	reason(document: number): string;
}

/**
 * The tokens of each document that are in no sequence, and why: the cut left them, or
 * their piece was too short to be kept.
 * @param lengths Tokens of each document.
 * @param pieces What the cut made of them.
 * @param kept Those of the pieces that became sequences.
 */
export function droppedTokens(
	lengths: Int32Array,
	pieces: Pieces,
	kept: Pieces,
	{ dropReasons }: Pick<Decomposer, "dropReasons">,
): DroppedTokens {
	const cut = coveredTokens(lengths.length, pieces);
	const covered = kept === pieces ? cut : coveredTokens(lengths.length, kept);
	return {
		tokens: lengths.map((length, document) => length - covered[document]),
		reason(document) {
			if (dropReasons === null || cut[document] === lengths[document])
				return "too-short";
			return cut[document] > 0 ? dropReasons.some : dropReasons.none;
		},
	};
}

/** Tokens of sequences that are in the one before as well. */
export function repeatedTokens({ document, start, length }: Pieces): number {
	let repeated = 0;
	for (let i = 1; i < document.length; i++)
		if (document[i] === document[i - 1])
			repeated += Math.max(0, start[i - 1] + length[i - 1] - start[i]);
	return repeated;
}

/** Tokens of each document that are in a piece, counted once. */
function coveredTokens(
	documents: number,
	{ document, start, length }: Pieces,
): Int32Array {
	const covered = new Int32Array(documents);
	let end = 0;
	for (let i = 0; i < document.length; i++) {
		if (i === 0 || document[i] !== document[i - 1]) end = 0;
		const until = start[i] + length[i];
		covered[document[i]] += until - Math.max(start[i], end);
		end = until;
	}
	return covered;
}
