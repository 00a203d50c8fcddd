import { Int32Buffer } from "../core/buffers.js";
import { optionName, UsageError } from "../core/errors.js";
import { type IntLists, listAt } from "../core/int-lists.js";
import { choice, integer, type Resolved } from "../core/option.js";
import {
	closings,
	type FillRule,
	fill,
	longUnits,
} from "../segment/fill-units.js";
import { bucketLengths, checkBuckets } from "./buckets.js";
import type { Decomposer } from "./decomposer.js";
import {
	buckets,
	maxLength,
	minLength,
	remainder,
	rowLength,
} from "./options.js";
import type { Pieces } from "./pieces.js";

/** How segments are filled with units. */
export const segmentOptions = {
	segmentTokens: integer({
		least: 1,
		defaultText: "as many as a row holds",
		help: "tokens of a segment",
	}),
	segmentClose: choice(closings, {
		defaultText: "before",
		help: "close a segment before the unit that would exceed its tokens, or after it",
	}),
	segmentUnits: integer({
		least: 1,
		defaultText: "as many as fit; 1 if units have a cost",
		help: "units of a segment, at most",
	}),
	segmentOverlap: integer({
		defaultText: "0",
		help: "units at the end of a segment that are repeated at the beginning of the next",
	}),
	carrySuffix: integer({
		defaultText: "0",
		help: "how many of the document's last tokens to add to the end of each segment; they are not trained on again",
	}),
};

export type SegmentOptions = {
	readonly [K in keyof typeof segmentOptions]?: Resolved<
		typeof segmentOptions
	>[K];
};

const facts = {
	fillsRows: false,
	dropReasons: null,
	mayShareRows: true,
	mayRepeat: ({ segmentOverlap = 0 }: SegmentOptions) => segmentOverlap > 0,
	carriedTokens: ({ carrySuffix = 0 }: SegmentOptions) => carrySuffix,
};

/** Units of documents that have more tokens than a segment, and are cut. */
function longUnitsOf(
	lengths: Int32Array,
	{ segmentTokens, carrySuffix = 0 }: SegmentOptions,
	most: number,
	cuts: IntLists | null,
): number {
	// Of those that are laid out already they are counted before.
	if (cuts === null || carrySuffix > 0) return 0;
	let count = 0;
	for (let document = 0; document < lengths.length; document++)
		count += longUnits(
			lengths[document],
			listAt(cuts, document),
			segmentTokens ?? most,
		);
	return count;
}

const options = { maxLength: rowLength, ...segmentOptions };

/**
 * Cuts documents between their units, wherever a segment is full. Where a suffix is
 * carried, the document is laid out in segments already, and cuts are where they begin.
 */
export const segment: Decomposer<typeof options> = {
	...facts,
	meaning: "cut between units of text; each segment has as many units as fit",
	options,
	lengths: ({ maxLength }) => [maxLength],
	check: (options) => checkSegments(options, options.maxLength),
	cut: (lengths, options, _random, cuts) =>
		segmentsOf(lengths, options, options.maxLength, cuts),
	longUnits: (lengths, options, cuts) =>
		longUnitsOf(lengths, options, options.maxLength, cuts),
};

const bucketOptions = {
	buckets,
	minLength,
	maxLength,
	remainder,
	...segmentOptions,
};

/** Segments, each for the smallest bucket that holds it. */
export const segments: Decomposer<typeof bucketOptions> = {
	...facts,
	meaning:
		"cut between units of text; each segment in the smallest bucket that holds it",
	options: bucketOptions,
	lengths: bucketLengths,
	check(options) {
		checkBuckets(options);
		checkSegments(options, Math.max(...bucketLengths(options)));
	},
	cut: (lengths, options, _random, cuts) =>
		segmentsOf(lengths, options, Math.max(...bucketLengths(options)), cuts),
	longUnits: (lengths, options, cuts) =>
		longUnitsOf(lengths, options, Math.max(...bucketLengths(options)), cuts),
};

/** The rule of filling that options come to. @param most Tokens of the longest sequence. */
export function fillRule(
	{
		segmentTokens,
		segmentClose = "before",
		segmentUnits,
		segmentOverlap = 0,
	}: SegmentOptions,
	most: number,
): FillRule {
	return {
		tokens: segmentTokens ?? most,
		mostTokens: most,
		close: segmentClose,
		overlap: segmentOverlap,
		...(segmentUnits !== undefined && { units: segmentUnits }),
	};
}

/** @throws UsageError `bad-option` */
function checkSegments(options: SegmentOptions, most: number): void {
	const { segmentTokens = most, segmentUnits, segmentOverlap = 0 } = options;
	if (segmentTokens > most)
		throw new UsageError(
			"bad-option",
			`${optionName("segmentTokens")} is ${segmentTokens}, more than the ${most} tokens of a row: give at most that.`,
		);
	if (segmentUnits !== undefined && segmentOverlap >= segmentUnits)
		throw new UsageError(
			"bad-option",
			`${optionName("segmentOverlap")} is ${segmentOverlap}, and segments have ${segmentUnits} units at most: give fewer.`,
		);
	const { carrySuffix = 0 } = options;
	if (carrySuffix > 0 && carrySuffix >= segmentTokens)
		throw new UsageError(
			"bad-option",
			`${optionName("carrySuffix")} is ${carrySuffix}, and segments have ${segmentTokens} tokens at most: give fewer.`,
		);
}

/** @param most Tokens of the longest segment. */
function segmentsOf(
	lengths: Int32Array,
	options: SegmentOptions,
	most: number,
	cuts: IntLists | null,
): Pieces {
	const documents = new Int32Buffer();
	const starts = new Int32Buffer();
	const tokens = new Int32Buffer();
	const rule = fillRule(options, most);
	const { carrySuffix = 0 } = options;
	const filling =
		carrySuffix === 0 ? rule : { tokens: most, units: 1, overlap: 0 };
	for (let document = 0; document < lengths.length; document++)
		fill(
			lengths[document],
			cuts && listAt(cuts, document),
			filling,
			(start, end) => {
				documents.push(document);
				starts.push(start);
				tokens.push(end - start);
			},
		);
	return {
		document: documents.view(),
		start: starts.view(),
		length: tokens.view(),
	};
}
