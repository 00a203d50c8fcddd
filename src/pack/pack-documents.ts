import { roundUp } from "../core/arithmetic.js";
import { LARGEST_CAPACITY } from "../core/capacity.js";
import { optionName, UsageError } from "../core/errors.js";
import {
	entryOf,
	type Given,
	integer,
	type OptionValues,
	type Resolved,
} from "../core/option.js";
import { resolveOptions } from "../core/resolve-options.js";
import { type CutName, type CutOptions, cuts } from "../decompose/cuts.js";
import { decomposeDocuments } from "../decompose/decompose-documents.js";
import type { DroppedTokens } from "../decompose/dropped.js";
import { segmentsGiven } from "../decompose/given-segments.js";
import { longDocuments } from "../decompose/long-documents.js";
import { maxSequence, minSequence } from "../decompose/options.js";
import type { Pieces } from "../decompose/pieces.js";
import { packers, packTable } from "./packers.js";
import { checkCapacity, type Packing } from "./packing.js";

const keepingSequences = {
	packer: packers.where(({ fillsRows }) => !fillsRows),
};

/** The options of making documents into rows. */
export const packDocumentsTable = {
	...packTable,
	longDocuments: entryOf(longDocuments, {
		defaultFrom: (_, given) => (segmentsGiven(given) ? "segment" : "split"),
		defaultText: `split; segment with ${optionName("segment")}`,
		of: { packer: packers.where(({ cuts }) => cuts === undefined) },
		help: "what to do with documents longer than a row",
	}),
	maxSequence,
	minSequence: { ...minSequence, of: keepingSequences },
	padDocumentToMultiple: integer({
		least: 1,
		default: 1,
		of: keepingSequences,
		help: "give each sequence room for its length rounded up to a multiple of this",
	}),
};

export type PackDocumentsOptions = Given<typeof packDocumentsTable>;

export interface PackedDocuments {
	/** The sequences, in the order of documents and starts. */
	pieces: Pieces;
	packing: Packing;
	dropped: DroppedTokens;
}

/**
 * Makes sequences of documents, and packs of these, on lengths alone.
 * @param lengths Tokens of each document; 0 gives no sequence.
 * @param capacity Tokens of a row.
 * @throws UsageError for options that cannot be; LongDocumentError
 */
export function packDocuments(
	lengths: Int32Array,
	capacity: number,
	options: PackDocumentsOptions = {},
): PackedDocuments {
	const values = resolveOptions(packDocumentsTable, options);
	checkForCapacity(capacity, values);
	const { pieces, dropped } = decomposeDocuments(lengths, {
		...cutForRows(values, capacity),
		minSequence: values.minSequence,
	} as CutOptions);
	const multiple = values.padDocumentToMultiple ?? 1;
	const rooms = roundedUp(pieces.length, multiple);
	const packing = packers.find(values.packer).pack(rooms, capacity, values);
	return { pieces, packing, dropped };
}

/** Lengths rounded up to a multiple. */
export function roundedUp(lengths: Int32Array, multiple: number): Int32Array {
	if (multiple === 1) return lengths;
	return lengths.map((length) => roundUp(length, multiple));
}

/**
 * The cut that makes sequences of documents: the packer's own, or the rule for long ones; with those of its
 * options that have a value.
 */
export function cutOf(
	values: Pick<
		Resolved<typeof packDocumentsTable>,
		"packer" | "longDocuments"
	> &
		OptionValues,
): { name: CutName } & Record<string, unknown> {
	const { packer, longDocuments } = values;
	const name = packers.find(packer).cuts ?? longDocuments;
	const given = Object.keys(cuts.find(name).options)
		.filter((option) => values[option] !== undefined)
		.map((option) => [option, values[option]]);
	return { name, ...Object.fromEntries(given) };
}

/**
 * The same, for rows that hold so many tokens. A cut that fills rows has `maxSequence` as an
 * option of its own.
 */
export function cutForRows(
	values: Parameters<typeof cutOf>[0],
	capacity: number,
): ReturnType<typeof cutOf> {
	const cut = cutOf(values);
	const { maxSequence = capacity } = values;
	const fillsRows = "maxSequence" in cuts.find(cut.name).options;
	return { ...cut, maxLength: fillsRows ? capacity : maxSequence };
}

/**
 * Checks what depends on the length of the rows.
 * @throws UsageError `bad-option`
 */
export function checkForCapacity(
	capacity: number,
	options: Pick<
		Given<typeof packDocumentsTable>,
		"maxSequence" | "minSequence" | "padDocumentToMultiple"
	>,
): void {
	checkCapacity(capacity);
	const { maxSequence, minSequence = 1, padDocumentToMultiple = 1 } = options;
	checkSequences(options);
	for (const [name, tokens] of [
		["maxSequence", maxSequence ?? 1],
		["minSequence", minSequence],
		["padDocumentToMultiple", padDocumentToMultiple],
	] as const)
		if (tokens > capacity)
			throw new UsageError(
				"bad-option",
				`${optionName(name)} is ${tokens}, more than a row of ${capacity} tokens holds.`,
			);
	if (capacity % padDocumentToMultiple !== 0)
		throw new UsageError(
			"bad-option",
			`${optionName("padDocumentToMultiple")} is ${padDocumentToMultiple}, which does not divide a row of ${capacity} tokens.`,
		);
}

/** @throws UsageError `bad-option` where no sequence can be long enough and short enough. */
export function checkSequences({
	maxSequence = LARGEST_CAPACITY,
	minSequence = 1,
}: Pick<
	Given<typeof packDocumentsTable>,
	"maxSequence" | "minSequence"
>): void {
	if (minSequence > maxSequence)
		throw new UsageError(
			"bad-option",
			`${optionName("minSequence")} is ${minSequence}, more than ${optionName("maxSequence")}, ${maxSequence}: no sequence would be left.`,
		);
}
