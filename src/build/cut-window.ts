import { addCounts } from "../core/counts.js";
import { optionName, UsageError } from "../core/errors.js";
import type { IntLists } from "../core/int-lists.js";
import type { Random } from "../core/random.js";
import type { DroppedTokens } from "../dataset/index-rows.js";
import {
	bucketsOfGroup,
	NO_STRATUM,
	strataOfRows,
} from "../dataset/row-groups.js";
import type { PackedWindow } from "../dataset/rows.js";
import { factsOfPieces } from "../dataset/sequence-facts.js";
import {
	cutOfSource,
	hasTurns,
	mayShareRows,
	type Settings,
	type SourceSettings,
} from "../dataset/settings.js";
import type { CutCounts, ReadCounts } from "../dataset/totals.js";
import { LongDocumentError } from "../decompose/at-most-one.js";
import type { CutOptions } from "../decompose/cuts.js";
import { decomposeDocuments } from "../decompose/decompose-documents.js";
import { strataOf } from "../documents/strata/strata-settings.js";
import { labelsOfDocuments } from "../masks/loss-weights.js";
import { piecesOfSides } from "../pack/sides.js";
import { stratumOf } from "../strata/stratify.js";
import type { Window } from "./windows.js";

/**
 * Sequences, and the bucket of each, by its place in the settings. A document of several
 * sides is one here, and becomes several in its row.
 */
export interface Sequences extends Omit<PackedWindow, "packing"> {
	buckets: Int32Array;
	/** The first tokens of the sides of each of the documents but for its first; null: each is one. */
	sides: IntLists | null;
}

/** What became of a window's documents. */
export interface CutWindow {
	sequences: Sequences;
	dropped: DroppedTokens;
	counts: CutCounts;
	/** Counts of `notedCounts`. */
	noted: ReadCounts["noted"];
}

/**
 * Makes sequences of a window's documents, as the settings say.
 * @throws LongDocumentError, which names the document; UsageError `bad-option`
 */
export function cutWindow(
	window: Window,
	settings: Settings,
	source: SourceSettings,
	random: Random,
): CutWindow {
	const { buckets: all, padDocumentToMultiple } = settings;
	const { lengths, sides } = window;
	const cut = cutOfSource(settings, source) as CutOptions;
	const hasSides = sides !== null && sides.values.length > 0;
	if (hasSides && mayShareRows(settings, source))
		throw new UsageError(
			"bad-option",
			`pairs of a chosen and a rejected answer have no segments, and are as long as a row allows: leave out ${optionName("segment")} and ${optionName("maxSequence")}, or give ${optionName("longConversations", "split")}.`,
		);
	if (hasSides && padDocumentToMultiple > 1)
		throw new UsageError(
			"bad-option",
			`${optionName("padDocumentToMultiple")} cannot be had for pairs of a chosen and a rejected answer: leave it out.`,
		);
	const { pieces, buckets, dropped, repeatedTokens, longUnits } = naming(
		window,
		() =>
			decomposeDocuments(
				lengths,
				cut,
				random,
				cutsOf(window, source),
				hasTurns(source)
					? bucketsOfGroup(all).map(({ capacity }) => capacity)
					: undefined,
			),
	);
	const strata = strataOfWindow(window, settings);
	const groups = groupsOf(window, strata, settings);
	const lengthsOfGroup = bucketsOfGroup(all).length;
	const bucketOf = (bucket: number, piece: number) =>
		bucket + (groups?.[pieces.document[piece]] ?? 0) * lengthsOfGroup;
	const sequences = new Int32Array(lengths.length);
	for (const document of pieces.document) sequences[document]++;
	const counts: CutCounts = { dropped: {}, repeatedTokens, cutDocuments: 0 };
	// Loops: there may be a hundred million documents.
	const reasons = new Array<string | null>(lengths.length).fill(null);
	for (let document = 0; document < lengths.length; document++) {
		const tokens = dropped.tokens[document];
		if (tokens > 0 || lengths[document] === 0) {
			const reason =
				lengths[document] === 0 ? "empty" : dropped.reason(document);
			reasons[document] = reason;
			addCounts(counts.dropped, { [reason]: { documents: 1, tokens } });
		}
		if (sequences[document] > 1 || (sequences[document] === 1 && tokens > 0))
			counts.cutDocuments++;
	}
	return {
		sequences: {
			documents: window.tokens,
			doc: documentsOf(window),
			pieces,
			facts: factsOfPieces(
				pieces,
				labelsOfDocuments(window.tokens, piecesOfSides(pieces, sides).pieces),
				window.facts,
				strata,
			),
			sides,
			buckets: groups === null ? buckets : buckets.map(bucketOf),
		},
		dropped: { tokens: dropped.tokens, reasons },
		counts,
		noted: longUnits > 0 ? { longUnits } : {},
	};
}

/** Which documents of the dataset those of a window are: whole ones, that follow one another. */
function documentsOf({ task, first, lengths }: Window): Sequences["doc"] {
	const count = lengths.length;
	const number = new Int32Array(count);
	for (let i = 0; i < count; i++) number[i] = first + i;
	return {
		task: new Int32Array(count).fill(task),
		number,
		start: new Int32Array(count),
	};
}

/** The stratum of each document; null where none is known. */
function strataOfWindow(
	{ measured }: Window,
	{ strata }: Settings,
): Int32Array | null {
	if (measured === undefined || strata?.strata === undefined) return null;
	const all = strataOf(strata);
	return measured.map((length) => stratumOf(length, all));
}

/** Of each document, the place of the buckets of its split and stratum; null: all are of the first. */
function groupsOf(
	{ splits, lengths }: Window,
	strata: Int32Array | null,
	{ buckets }: Pick<Settings, "buckets">,
): Int32Array | null {
	const apart = strataOfRows(buckets);
	if (apart.length === 0) return splits && Int32Array.from(splits);
	return lengths.map((_, document) => {
		const place = apart.indexOf(strata?.[document] ?? NO_STRATUM);
		if (place === -1)
			throw new Error("a document is of a stratum that no row is of");
		return (splits?.[document] ?? 0) * apart.length + place;
	});
}

/** The tokens that documents may be cut before; null: any. Those without units are one each. */
function cutsOf(
	{ cuts, lengths }: Window,
	{ segment }: SourceSettings,
): IntLists | null {
	if (cuts !== null || segment !== undefined) return cuts;
	return {
		values: new Int32Array(0),
		offsets: new Int32Array(lengths.length + 1),
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
