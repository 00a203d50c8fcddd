import { UsageError } from "../core/errors.js";
import { requireInteger } from "../core/require.js";
import { concatenate } from "../decompose/concatenate.js";
import { findLongDocuments } from "../decompose/long-documents.js";
import { withoutShort } from "../decompose/min-length.js";
import type { Pieces } from "../decompose/pieces.js";
import { split } from "../decompose/split.js";
import { bestFitDecreasing } from "./best-fit-decreasing.js";
import { nextFit } from "./next-fit.js";
import { type PackOptions, packerName, packers } from "./pack.js";
import { checkCapacity, type Packer, type Packing } from "./packing.js";

/** How documents become packs: a packer, and a rule of its own for cutting, if it has one. */
interface Strategy {
	packer: Packer;
	cut?: (lengths: Int32Array, capacity: number) => Pieces;
}

/** Every strategy by name: the packers, and those that also say where to cut. */
export const strategies: Readonly<Record<string, Strategy>> = {
	...Object.fromEntries(
		Object.entries(packers).map(([name, packer]) => [name, { packer }]),
	),
	/**
	 * "Fewer Truncations Improve Language Modeling" (H. Ding et al., 2404.10830):
	 * documents longer than a row are cut only as often as they must be, and all
	 * pieces are packed by best-fit-decreasing.
	 */
	"best-fit-packing": { packer: bestFitDecreasing, cut: split },
	/** Concatenate and chunk. */
	concat: { packer: nextFit, cut: concatenate },
};

export interface PackDocumentsOptions extends PackOptions {
	/** A name from `strategies`. */
	packer?: string | undefined;
	/** A name from `longDocuments`; default `split`. Not for strategies that cut by themselves. */
	longDocuments?: string | undefined;
	/** Sequences of fewer tokens are left out; default 1. */
	minSequence?: number | undefined;
	/**
	 * Sequences take the room of their length rounded up to a multiple of this;
	 * default 1. A divisor of the capacity.
	 */
	padDocumentToMultiple?: number | undefined;
}

/**
 * Makes sequences of documents, and packs of these, on lengths alone. Tokens that
 * no piece covers are left out: see `droppedTokens`.
 * @param lengths Tokens of each document; 0 gives no sequence.
 * @param capacity Tokens of a row.
 * @throws UsageError for options that cannot be; DataError `long-document`.
 */
export function packDocuments(
	lengths: Int32Array,
	capacity: number,
	options: PackDocumentsOptions = {},
): { pieces: Pieces; packing: Packing } {
	checkPackOptions(capacity, options);
	const { packer, cut } = findStrategy(packerName(options));
	const {
		longDocuments = "split",
		minSequence = 1,
		padDocumentToMultiple = 1,
	} = options;
	const all = (cut ?? findLongDocuments(longDocuments))(lengths, capacity);
	const pieces = withoutShort(all, minSequence);
	const rooms = roundedUp(pieces.length, padDocumentToMultiple);
	return { pieces, packing: packer(rooms, capacity, options) };
}

/** Lengths rounded up to a multiple. */
export function roundedUp(lengths: Int32Array, multiple: number): Int32Array {
	if (multiple === 1) return lengths;
	return lengths.map((length) => Math.ceil(length / multiple) * multiple);
}

/** Why tokens of a document may be in no row. */
export type DropReason = "truncated" | "too-long" | "too-short";

/**
 * The tokens of each document that are in no piece, and why: one array of the
 * documents' lengths, and a function from a document to the reason.
 */
export function droppedTokens(
	lengths: Int32Array,
	pieces: Pieces,
	{ longDocuments }: PackDocumentsOptions,
	capacity: number,
): { tokens: Int32Array; reason: (document: number) => DropReason } {
	const tokens = lengths.slice();
	for (let i = 0; i < pieces.length.length; i++)
		tokens[pieces.document[i]] -= pieces.length[i];
	const reason = (document: number): DropReason => {
		if (lengths[document] <= capacity) return "too-short";
		if (longDocuments === "drop") return "too-long";
		return longDocuments === "truncate" ? "truncated" : "too-short";
	};
	return { tokens, reason };
}

/** @throws UsageError `unknown-packer` */
export function findStrategy(name: string): Strategy {
	if (!Object.hasOwn(strategies, name))
		throw new UsageError(
			"unknown-packer",
			`there is no packer "${name}"; there are: ${Object.keys(strategies).join(", ")}.`,
		);
	return strategies[name];
}

/**
 * Checks options that do not go together, before there is anything to pack.
 * @throws UsageError
 */
export function checkPackOptions(
	capacity: number,
	options: PackDocumentsOptions,
): void {
	checkCapacity(capacity);
	const name = packerName(options);
	const { cut } = findStrategy(name);
	const { longDocuments, minSequence, padDocumentToMultiple } = options;
	if (longDocuments !== undefined) findLongDocuments(longDocuments);
	if (cut !== undefined && longDocuments !== undefined)
		throw new UsageError(
			"bad-option",
			`the packer ${name} cuts long documents by its own rule: leave out --long-documents ${longDocuments}.`,
		);
	requireInteger("minSequence (--min-sequence)", minSequence, 1, capacity);
	if (name !== "streaming" && options.openPacks !== undefined)
		throw new UsageError(
			"bad-option",
			`openPacks (--open-packs) is for the packer streaming, and the packer is ${name}: add --packer streaming, or leave it out.`,
		);
	if (name === "column-generation" && options.maxSequences !== undefined)
		throw new UsageError(
			"no-max-sequences",
			"the packer column-generation has no limit on the sequences of a pack: use capped.",
		);
	if (name === "concat")
		for (const [option, value] of [
			["--min-sequence", minSequence],
			["--max-sequences-per-pack", options.maxSequences],
			["--pad-document-to-multiple", padDocumentToMultiple],
		] as const)
			if (
				value !== undefined &&
				!(value === 1 && option !== "--max-sequences-per-pack")
			)
				throw new UsageError(
					"bad-option",
					`the packer concat fills rows whatever the sequences: leave out ${option}.`,
				);
	requireInteger(
		"padDocumentToMultiple (--pad-document-to-multiple)",
		padDocumentToMultiple,
		1,
		capacity,
	);
	if (capacity % (padDocumentToMultiple ?? 1) !== 0)
		throw new UsageError(
			"bad-option",
			`padDocumentToMultiple (--pad-document-to-multiple) is ${padDocumentToMultiple}, which does not divide a row of ${capacity} tokens.`,
		);
}
