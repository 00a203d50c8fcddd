import { createRandom, permutation } from "../core/random.js";
import { requireInteger } from "../core/require.js";
import { patternBound } from "./column-generation.js";
import { imbalance, packCosts } from "./cost.js";
import { lowerBound } from "./lower-bound.js";
import { balancedOrder } from "./order.js";
import {
	checkPackOptions,
	type PackDocumentsOptions,
	packDocuments,
	roundedUp,
	strategies,
} from "./pack-documents.js";

/** What a strategy makes of a corpus. */
export interface StrategyReport {
	packer: string;
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

export interface CompareOptions extends Omit<PackDocumentsOptions, "packer"> {
	/** Rows of a step; default 8. */
	ranks?: number | undefined;
	/** Names from `strategies`; default all that the options allow. */
	packers?: readonly string[] | undefined;
}

/**
 * Packs the same documents by every strategy, on lengths alone.
 * @param lengths Tokens of each document.
 * @param capacity Tokens of a row.
 * @throws as `packDocuments` does, when no strategy allows the options.
 */
export function* compareStrategies(
	lengths: Int32Array,
	capacity: number,
	{ ranks = 8, packers, ...options }: CompareOptions = {},
): Generator<StrategyReport> {
	requireInteger("ranks (--ranks)", ranks, 1);
	checkPackOptions(capacity, options);
	/** Of the strategies that cut by the same rule, so pack the same sequences. */
	let shared: number | undefined;
	for (const packer of packers ?? Object.keys(strategies)) {
		if (packers === undefined && !allows(capacity, { ...options, packer }))
			continue;
		const ownCut = strategies[packer]?.cut !== undefined;
		const found = report(
			lengths,
			capacity,
			{ ...options, packer },
			ranks,
			ownCut ? undefined : shared,
		);
		if (!ownCut) shared = found.lowerBoundRows;
		yield found;
	}
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

function allows(capacity: number, options: PackDocumentsOptions): boolean {
	try {
		checkPackOptions(capacity, options);
		return true;
	} catch {
		return false;
	}
}

function report(
	lengths: Int32Array,
	capacity: number,
	options: PackDocumentsOptions,
	ranks: number,
	bound: number | undefined,
): StrategyReport {
	const began = performance.now();
	const { pieces, packing } = packDocuments(lengths, capacity, options);
	const milliseconds = performance.now() - began;
	const rows = packing.packOffsets.length - 1;
	const rooms = roundedUp(pieces.length, options.padDocumentToMultiple ?? 1);
	const { maxSequences } = options;
	const costs = packCosts(pieces.length, packing);
	const random = createRandom(0);
	const stepCost = (order: Int32Array) =>
		imbalance(
			Float64Array.from(order, (pack) => costs[pack]),
			ranks,
		);
	let tokens = 0;
	let attention = 0;
	const covered = new Int32Array(lengths.length);
	const sequences = new Int32Array(lengths.length);
	for (let i = 0; i < pieces.length.length; i++) {
		const length = pieces.length[i];
		tokens += length;
		attention += length * length;
		covered[pieces.document[i]] += length;
		sequences[pieces.document[i]]++;
	}
	let cutDocuments = 0;
	let droppedTokens = 0;
	for (let d = 0; d < lengths.length; d++) {
		droppedTokens += lengths[d] - covered[d];
		if (sequences[d] > 1 || (sequences[d] === 1 && covered[d] < lengths[d]))
			cutDocuments++;
	}
	return {
		packer: options.packer as string,
		rows,
		lowerBoundRows: bound ?? bestBound(rooms, capacity, maxSequences),
		fill: rows === 0 ? 0 : tokens / (rows * capacity),
		padding: rows * capacity - tokens,
		cutDocuments,
		droppedTokens,
		sequencesPerRow: rows === 0 ? 0 : pieces.length.length / rows,
		attention,
		imbalance: stepCost(permutation(rows, random)),
		imbalanceBalanced: stepCost(balancedOrder(costs, { ranks }, random)),
		milliseconds,
	};
}
