import { addCounts } from "../core/counts.js";
import type { Random } from "../core/random.js";
import type { DroppedTokens } from "../dataset/index-rows.js";
import type { PackedWindow } from "../dataset/rows.js";
import type { Settings } from "../dataset/settings.js";
import { ofTraining } from "../dataset/splits.js";
import type { CutCounts } from "../dataset/totals.js";
import { LongDocumentError } from "../decompose/at-most-one.js";
import type { CutOptions } from "../decompose/cuts.js";
import { decomposeDocuments } from "../decompose/decompose-documents.js";
import { labelsOfDocuments } from "../masks/loss-weights.js";
import type { Window } from "./windows.js";

/** Sequences, and the bucket of each, by its place in the settings. */
export interface Sequences extends Omit<PackedWindow, "packing"> {
	buckets: Int32Array;
}

/** What became of a window's documents. */
export interface CutWindow {
	sequences: Sequences;
	dropped: DroppedTokens;
	counts: CutCounts;
}

/**
 * Makes sequences of a window's documents, as the settings say.
 * @throws LongDocumentError, which names the document
 */
export function cutWindow(
	window: Window,
	{ cut, cutTurns, buckets: all }: Settings,
	random: Random,
): CutWindow {
	const { lengths } = window;
	const { pieces, buckets, dropped, repeatedTokens } = naming(window, () =>
		window.cuts === null
			? decomposeDocuments(lengths, cut as CutOptions, random)
			: decomposeDocuments(
					lengths,
					cutTurns as CutOptions,
					random,
					window.cuts,
					ofTraining(all).map(({ capacity }) => capacity),
				),
	);
	const { splits } = window;
	const lengthsOfSplit = ofTraining(all).length;
	const bucketOf = (bucket: number, piece: number) =>
		bucket + (splits?.[pieces.document[piece]] ?? 0) * lengthsOfSplit;
	const sequences = new Int32Array(lengths.length);
	for (const document of pieces.document) sequences[document]++;
	const counts: CutCounts = { dropped: {}, repeatedTokens, cutDocuments: 0 };
	const reasons = Array.from(dropped.tokens, (tokens, document) => {
		if (tokens === 0 && lengths[document] > 0) return null;
		return lengths[document] === 0 ? "empty" : dropped.reason(document);
	});
	reasons.forEach((reason, document) => {
		const tokens = dropped.tokens[document];
		if (reason !== null)
			addCounts(counts.dropped, { [reason]: { documents: 1, tokens } });
		if (sequences[document] > 1 || (sequences[document] === 1 && tokens > 0))
			counts.cutDocuments++;
	});
	return {
		sequences: {
			documents: window.tokens,
			doc: documentsOf(window),
			labelCounts: labelsOfDocuments(window.tokens, pieces),
			pieces,
			buckets: splits === null ? buckets : buckets.map(bucketOf),
		},
		dropped: { tokens: dropped.tokens, reasons },
		counts,
	};
}

/** Which documents of the dataset those of a window are: whole ones, that follow one another. */
function documentsOf({ task, first, lengths }: Window): Sequences["doc"] {
	const count = lengths.length;
	return {
		task: new Int32Array(count).fill(task),
		number: Int32Array.from({ length: count }, (_, i) => first + i),
		start: new Int32Array(count),
	};
}

function naming<T>(
	{ task, first, sources, positions }: Window,
	action: () => T,
): T {
	try {
		return action();
	} catch (error) {
		if (!(error instanceof LongDocumentError)) throw error;
		const { document, tokens, maxLength } = error;
		const place =
			sources[document] === undefined
				? `document ${first + document} of task ${task} of the store`
				: `${sources[document]}: the document at byte ${positions[document]}`;
		throw new LongDocumentError(document, tokens, maxLength, place);
	}
}
