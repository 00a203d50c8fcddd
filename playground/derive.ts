import { type CountedBucket, planSteps, schedules } from "seqpack/curriculum";
import {
	bucketsOf,
	type DecomposeOptions,
	type Decomposer,
	decomposeDocuments,
	decomposers,
} from "seqpack/decompose";
import { cuSeqlens, documentIds, labels, positionIds } from "seqpack/masks";
import {
	comparePackers,
	lowerBound,
	type PackDocumentsOptions,
	type PackedDocuments,
	type PackerName,
	packDocuments,
	packers,
	UsageError,
} from "seqpack/pack";
import {
	listLengths,
	type TokenBatch,
	type Tokenizer,
} from "seqpack/tokenizer";
import { entryIn, valuesOf } from "./options.js";

// Everything here is a function of what it is given, so that what has not changed is not computed again.

/** Sequences that the page makes, at most: what keeps it quick. */
const MOST_SEQUENCES = 2_000_000;

export function tokenize(
	tokenizer: Tokenizer,
	documents: readonly string[],
): { batch: TokenBatch; lengths: Int32Array } {
	const batch = tokenizer.encodeBatch(documents);
	return { batch, lengths: listLengths(batch.offsets) };
}

export interface Packs extends Pick<PackedDocuments, "pieces" | "packing"> {
	documents: number;
	rowLength: number;
	rows: number;
	bound: number;
	tokens: number;
	/** Tokens in rows over tokens that the rows could hold. */
	fill: number;
	cutDocuments: number;
	droppedTokens: number;
	/** Attention in sequences against that in full rows without borders. */
	attention: number;
}

/** What to call `packDocuments` with. */
export function packOptions(
	packer: string,
	longDocuments: string,
	texts: string,
): PackDocumentsOptions {
	const entry = entryIn(packers, packer);
	return {
		...valuesOf(entry.options, texts),
		packer: packer as PackerName,
		...(entry.cuts === undefined && {
			longDocuments: longDocuments as "split",
		}),
	};
}

export function packed(
	lengths: Int32Array,
	rowLength: number,
	packer: string,
	longDocuments: string,
	texts: string,
): Packs {
	const options = packOptions(packer, longDocuments, texts);
	checkCount(lengths, rowLength, "Tokens of a row");
	const { pieces, packing, dropped } = packDocuments(
		lengths,
		rowLength,
		options,
	);
	const rows = packing.packOffsets.length - 1;
	const tokens = sum(pieces.length);
	const parts = new Int32Array(lengths.length);
	for (const document of pieces.document) parts[document]++;
	let cutDocuments = 0;
	for (let d = 0; d < lengths.length; d++)
		if (parts[d] > 1 || (parts[d] === 1 && dropped.tokens[d] > 0))
			cutDocuments++;
	return {
		pieces,
		packing,
		documents: lengths.length,
		rowLength,
		rows,
		tokens,
		bound: lowerBound(pieces.length, rowLength, {
			maxSequences: options.maxSequences,
		}),
		fill: rows === 0 ? 0 : tokens / (rows * rowLength),
		cutDocuments,
		droppedTokens: sum(dropped.tokens),
		attention:
			tokens === 0
				? 0
				: pieces.length.reduce((all, n) => all + n * n, 0) /
					(tokens * rowLength),
	};
}

export function compared(lengths: Int32Array, rowLength: number) {
	checkCount(lengths, rowLength, "Tokens of a row");
	return [...comparePackers(lengths, rowLength)];
}

export interface Row {
	/** Its number, from 0. */
	number: number;
	documents: Int32Array;
	seqLengths: Int32Array;
	/** Null: of lengths without tokens. */
	ids: Int32Array | null;
	cuSeqlens: Int32Array;
	positionIds: Int32Array;
	documentIds: Int32Array;
	labels: Int32Array | null;
	rowLength: number;
}

/** A row of a packing, with what trainers need to know of it. */
export function rowOf(
	{ pieces, packing, rowLength }: Packs,
	batch: TokenBatch | null,
	number: number,
): Row {
	const { order, packOffsets } = packing;
	const sequences = order.subarray(
		packOffsets[number],
		packOffsets[number + 1],
	);
	const seqLengths = sequences.map((sequence) => pieces.length[sequence]);
	const documents = sequences.map((sequence) => pieces.document[sequence]);
	const ids = batch === null ? null : new Int32Array(sum(seqLengths));
	let at = 0;
	if (ids !== null && batch !== null)
		for (const sequence of sequences) {
			const first =
				batch.offsets[pieces.document[sequence]] + pieces.start[sequence];
			const end = first + pieces.length[sequence];
			ids.set(batch.ids.subarray(first, end), at);
			at += end - first;
		}
	return {
		number,
		documents,
		seqLengths,
		ids,
		cuSeqlens: cuSeqlens(seqLengths, rowLength).cuSeqlens,
		positionIds: positionIds(seqLengths, rowLength),
		documentIds: documentIds(seqLengths, rowLength),
		labels: ids === null ? null : labels({ ids, seqLengths }, rowLength),
		rowLength,
	};
}

export interface BucketFigures extends CountedBucket {
	tokens: number;
}

export interface Buckets {
	buckets: BucketFigures[];
	tokens: number;
	/** Tokens in no sequence, by reason. */
	dropped: [reason: string, tokens: number][];
	/** Tokens in two sequences. */
	repeatedTokens: number;
}

export function decomposeOptions(
	name: string,
	texts: string,
): DecomposeOptions {
	const { options } = entryIn(decomposers, name);
	return { ...valuesOf(options, texts), name } as DecomposeOptions;
}

export function decomposed(
	lengths: Int32Array,
	name: string,
	texts: string,
): Buckets {
	const options = decomposeOptions(name, texts);
	const buckets = bucketsOf(options).map(({ length }) => ({
		length,
		rows: 0,
		tokens: 0,
	}));
	const [shortest] = buckets;
	checkCount(lengths, Math.max(1, stepOf(options, shortest.length)), "Buckets");
	const made = decomposeDocuments(lengths, options);
	made.buckets.forEach((bucket, i) => {
		if (bucket === -1) return;
		buckets[bucket].rows++;
		buckets[bucket].tokens += made.pieces.length[i];
	});
	const dropped = new Map<string, number>();
	made.dropped.tokens.forEach((tokens, document) => {
		if (tokens === 0) return;
		const reason = made.dropped.reason(document);
		dropped.set(reason, (dropped.get(reason) ?? 0) + tokens);
	});
	return {
		buckets,
		tokens: sum(made.pieces.length),
		dropped: [...dropped],
		repeatedTokens: made.repeatedTokens,
	};
}

/** Tokens from the beginning of a sequence to that of the next, at least. */
function stepOf(options: DecomposeOptions, shortest: number): number {
	return "overlap" in options && typeof options.overlap === "number"
		? shortest - options.overlap
		: shortest;
}

export interface Curriculum {
	tokensPerStep: number;
	/** Lengths of the buckets that it has steps of. */
	lengths: number[];
	/** Those that have too few rows for a step. */
	leftOut: number[];
	/** The bucket of each step, as its place in `lengths`. */
	order: Uint16Array;
	steps: number[];
}

/** @param buckets Of `decomposed`. @param asked Tokens of a step; 0: the fewest that all buckets divide. */
export function planned(
	{ buckets }: Buckets,
	asked: number,
	schedule: string,
	cycles: number,
	texts: string,
): Curriculum {
	const { options } = entryIn(schedules, schedule);
	const there = buckets.filter(({ rows }) => rows > 0);
	const tokensPerStep =
		asked || there.map(({ length }) => length).reduce(leastMultiple, 1);
	const used = there.filter(
		({ length, rows }) => rows * length >= tokensPerStep,
	);
	const { buckets: planned, order } = planSteps(
		used.length > 0 ? used : there,
		{
			...valuesOf(options, texts),
			schedule: schedule as "natural",
			cycles,
			tokensPerStep,
		},
	);
	return {
		tokensPerStep,
		lengths: planned.map(({ length }) => length),
		leftOut: there
			.filter((bucket) => !used.includes(bucket))
			.map(({ length }) => length),
		order,
		steps: planned.map(({ steps }) => steps),
	};
}

/** Values for options that a schedule cannot do without, for the buckets there are. */
export function examplesFor({ buckets }: Buckets): Record<string, string> {
	const lengths = buckets
		.filter(({ rows }) => rows > 0)
		.map(({ length }) => length);
	return {
		odds: lengths.map((_, b) => 2 ** (lengths.length - 1 - b)).join(","),
		difficulty: lengths.join(","),
		maxStep: lengths
			.slice(1)
			.map((_, b) => (b + 1) * 20)
			.join(","),
	};
}

function leastMultiple(a: number, b: number): number {
	let [x, y] = [a, b];
	while (y > 0) [x, y] = [y, x % y];
	return (a / x) * b;
}

function checkCount(lengths: Int32Array, length: number, label: string): void {
	const sequences = Math.ceil(sum(lengths) / length);
	if (sequences > MOST_SEQUENCES)
		throw new UsageError(
			"bad-option",
			`${label}: ${length} tokens would make some ${sequences} sequences, and the page makes ${MOST_SEQUENCES}: give more tokens, or fewer documents.`,
		);
}

function sum(numbers: Int32Array): number {
	let total = 0;
	for (const number of numbers) total += number;
	return total;
}

export type { Decomposer };
