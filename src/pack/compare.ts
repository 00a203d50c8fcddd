import { sum } from "../core/arithmetic.js";
import {
	entriesOf,
	type Given,
	integer,
	type OptionTable,
} from "../core/option.js";
import { createRandom } from "../core/random.js";
import { resolveOptions, whyIgnored } from "../core/resolve-options.js";
import { balanced } from "./balanced.js";
import { patternBound } from "./column-generation.js";
import { packCosts } from "./cost.js";
import { stepImbalance } from "./imbalance.js";
import { lowerBound } from "./lower-bound.js";
import {
	checkForCapacity,
	cutOf,
	type PackDocumentsOptions,
	packDocuments,
	packDocumentsTable,
	roundedUp,
} from "./pack-documents.js";
import { type PackerName, packers } from "./packers.js";
import type { OrderedRows } from "./row-order.js";
import { shuffled } from "./shuffled.js";

/** What a packer makes of a corpus. */
export interface PackerReport {
	packer: PackerName;
	rows: number;
	/** No packing of the same sequences needs fewer. */
	lowerBoundRows: number;
	/** Tokens in rows over tokens that the rows could hold. */
	fill: number;
	/** Tokens that the rows could hold and do not. */
	padding: number;
	/** Documents that are not whole in one sequence. */
	cutDocuments: number;
	/** Tokens in no row. */
	droppedTokens: number;
	sequencesPerRow: number;
	/** The sum of squares of the segments' lengths: what attention within them costs. */
	attention: number;
	/** The largest cost of a step's rows over their mean, averaged over steps: shuffled, and balanced. */
	imbalance: number;
	imbalanceBalanced: number;
	milliseconds: number;
}

const { packer: _, ...documentOptions } = packDocumentsTable;

/** The options of comparing packers. */
export const compareTable = {
	packers: entriesOf(packers, {
		defaultText: "all that the options allow",
		help: "the packers to compare",
	}),
	ranks: integer({ least: 1, default: 8, help: "rows of a step" }),
	...ofAnyPacker(documentOptions),
};

export type CompareOptions = Given<typeof compareTable>;

/**
 * Packs the same documents by every packer, on lengths alone.
 * @param lengths Tokens of each document.
 * @param capacity Tokens of a row.
 * @throws UsageError for options that cannot be, or that a packer asked for has no use
 * for; LongDocumentError
 */
export function* comparePackers(
	lengths: Int32Array,
	capacity: number,
	given: CompareOptions = {},
): Generator<PackerReport> {
	const { ranks, compared } = resolveCompare(capacity, given);
	/** Packers that cut alike pack the same sequences. */
	const bounds = new Map<string, number>();
	for (const { options, cut } of compared) {
		const known = JSON.stringify(cut);
		const found = report(lengths, capacity, options, ranks, bounds.get(known));
		bounds.set(known, found.lowerBoundRows);
		yield found;
	}
}

/**
 * Checks the options of a comparison, before there are lengths.
 * @returns The packers to compare, each with its options and the cut of documents.
 * @throws UsageError as `comparePackers` does
 */
export function resolveCompare(capacity: number, given: CompareOptions) {
	const { ranks } = resolveOptions(compareTable, given);
	checkForCapacity(capacity, given);
	const { packers: names, ranks: _, ...options } = given;
	const compared = names ?? packers.names.filter((n) => allows(n, options));
	// The sentence says which option no packer has a use for.
	if (compared.length === 0) resolveOptions(packDocumentsTable, options);
	return {
		ranks,
		compared: compared.map((packer) => {
			const ofPacker = { ...options, packer };
			const cut = cutOf(resolveOptions(packDocumentsTable, ofPacker));
			return { options: ofPacker, cut };
		}),
	};
}

/** The options without what they go with, which is for each packer to see. */
function ofAnyPacker<T extends OptionTable>(table: T): T {
	return Object.fromEntries(
		Object.entries(table).map(([name, { of: _, ...option }]) => [name, option]),
	) as T;
}

/** Whether a packer has a use for all that is given. */
function allows(packer: PackerName, given: PackDocumentsOptions): boolean {
	const table: OptionTable = packDocumentsTable;
	return Object.entries(given).every(
		([name, value]) =>
			value === undefined || whyIgnored(table[name], { packer }) === null,
	);
}

/** The bound of patterns as well, where the packs may hold any number of sequences. */
function bestBound(
	lengths: Int32Array,
	capacity: number,
	maxSequences: number | undefined,
): number {
	return maxSequences === undefined
		? patternBound(lengths, capacity)
		: lowerBound(lengths, capacity, { maxSequences });
}

function report(
	lengths: Int32Array,
	capacity: number,
	options: PackDocumentsOptions & { packer: PackerName },
	ranks: number,
	bound: number | undefined,
): PackerReport {
	const began = performance.now();
	const { pieces, packing, dropped } = packDocuments(
		lengths,
		capacity,
		options,
	);
	const milliseconds = performance.now() - began;
	const rows = packing.packOffsets.length - 1;
	const rooms = roundedUp(pieces.length, options.padDocumentToMultiple ?? 1);
	const costs = packCosts(pieces.length, packing);
	const random = createRandom(0);
	const imbalanceOf = ({ rows }: OrderedRows) =>
		stepImbalance(
			Float64Array.from(rows, (row) => costs[row]),
			ranks,
		);
	const tokens = sum(pieces.length);
	const sequences = new Int32Array(lengths.length);
	for (const document of pieces.document) sequences[document]++;
	let cutDocuments = 0;
	for (let d = 0; d < lengths.length; d++)
		if (sequences[d] > 1 || (sequences[d] === 1 && dropped.tokens[d] > 0))
			cutDocuments++;
	return {
		packer: options.packer,
		rows,
		lowerBoundRows: bound ?? bestBound(rooms, capacity, options.maxSequences),
		fill: rows === 0 ? 0 : tokens / (rows * capacity),
		padding: rows * capacity - tokens,
		cutDocuments,
		droppedTokens: sum(dropped.tokens),
		sequencesPerRow: rows === 0 ? 0 : pieces.length.length / rows,
		attention: pieces.length.reduce((squares, n) => squares + n * n, 0),
		imbalance: imbalanceOf(shuffled.order(costs, {}, random)),
		imbalanceBalanced: imbalanceOf(
			balanced.order(costs, { ranks, shuffleWindow: undefined }, random),
		),
		milliseconds,
	};
}
