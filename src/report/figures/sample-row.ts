import { DataError } from "../../core/errors.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { SampleRow, SampleSegment } from "./figures.js";

/** Segments of a row that are listed, at most. */
const MOST_SEGMENTS = 1024;

/** A row as it was read. */
export interface RowToShow {
	row: number;
	/** Its tokens; none where they are not at hand. */
	ids: ArrayLike<number>;
	/** Of each segment. */
	lengths: ArrayLike<number>;
	offsets: ArrayLike<number>;
	documents: readonly string[];
	/** By token, whether it is a label; null: all are, but for the first of each segment. */
	lossMask: ArrayLike<number> | null;
}

/** @param most Tokens that are shown, at most. */
export function sampleRow(
	{ row, ids, lengths, offsets, documents, lossMask }: RowToShow,
	most: number,
	tokenizer: Tokenizer | null,
): SampleRow {
	const shownTokens = Math.min(most, ids.length);
	const segments: SampleSegment[] = [];
	let first = 0;
	for (let i = 0; i < lengths.length; i++) {
		const end = first + lengths[i];
		if (i < MOST_SEGMENTS) {
			const own = Array.from(
				{ length: Math.max(0, Math.min(end, shownTokens) - first) },
				(_, at) => ids[first + at],
			);
			const trained =
				lossMask === null
					? null
					: trainedRuns(lossMask, first, own.length, end);
			segments.push({
				...{ document: documents[i], tokens: lengths[i], offset: offsets[i] },
				ids: own,
				text: tokenizer && textOf(own, trained, tokenizer),
				trained,
			});
		}
		first = end;
	}
	return {
		...{ row, length: first, shownTokens },
		...{ segments, segmentCount: lengths.length },
	};
}

/** Runs of the first tokens of a segment that are labels: firsts, and ends; null: all are. */
function trainedRuns(
	mask: ArrayLike<number>,
	first: number,
	count: number,
	end: number,
): number[] | null {
	const runs: number[] = [];
	let before = 0;
	for (let i = 0; i < count; i++) {
		// Nothing predicts the first of a sequence: it is as what follows it.
		const at = first + (i === 0 && first + 1 < end ? 1 : i);
		const now = Number(mask[at] !== 0);
		if (now !== before) runs.push(i);
		before = now;
	}
	if (before === 1) runs.push(count);
	return runs.length === 2 && runs[0] === 0 && runs[1] === count ? null : runs;
}

/** The text of tokens, cut where being trained on changes; null where the tokenizer has none for one. */
function textOf(
	ids: readonly number[],
	trained: readonly number[] | null,
	tokenizer: Tokenizer,
): SampleSegment["text"] {
	const borders = trained === null ? [] : trained;
	const cuts = [...new Set([0, ...borders, ids.length])];
	const parts: { text: string; isTrained: boolean }[] = [];
	try {
		let before = "";
		for (let i = 0; i + 1 < cuts.length; i++) {
			const [from, to] = [cuts[i], cuts[i + 1]];
			// Some tokenizers write the first token in another way than those after it.
			const all = tokenizer.decode(ids.slice(0, to));
			const text = all.startsWith(before)
				? all.slice(before.length)
				: tokenizer.decode(ids.slice(from, to));
			before = all;
			const isTrained =
				trained === null || trained.filter((at) => at <= from).length % 2 === 1;
			parts.push({ text, isTrained });
		}
	} catch (error) {
		if (!(error instanceof DataError)) throw error;
		return null;
	}
	return parts;
}
