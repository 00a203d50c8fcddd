import type { LossWeighting } from "../masks/loss-weights.js";
import type { MaskKind } from "../masks/mask-kind.js";
import { planHistogram } from "../pack/histogram-plan.js";
import { lowerBoundOfCounts } from "../pack/lower-bound.js";

/** The name of the manifest in a dataset's directory. */
export const MANIFEST = "seqpack.json";

/** Raised when the layout of the manifest or of the dataset changes. */
export const FORMAT_VERSION = 1;

/** What determines the bytes of a dataset, besides the input and the tokenizer. */
export interface Settings {
	layout: "packed";
	/** Tokens that a row can hold. */
	seqLen: number;
	inputFormat: string;
	textField: string;
	idField: string | null;
	/** Token ids put before and after each document's text; null for none. */
	bos: number | null;
	eos: number | null;
	packer: string;
	/** What becomes of documents longer than a row; null where the packer says. */
	longDocuments: string | null;
	/** Sequences of fewer tokens are left out. */
	minSequence: number;
	/** Most sequences of a row; null for any number. */
	maxSequences: number | null;
	/** Packs that are open at a time, for the packer `streaming`. */
	openPacks: number | null;
	/** Sequences take the room of their length rounded up to a multiple of this. */
	padDocumentToMultiple: number;
	/** What trainers pad a row's tokens to a multiple of; null: to the whole row. */
	padToMultiple: number | null;
	/** In what order rows are written. */
	order: OrderSettings;
	/** Columns besides the usual ones: names from `maskColumns`. */
	columns: string[];
	/** What the column `loss_weight` makes count the same; null: there is none. */
	lossWeight: LossWeighting | null;
	/** The mask that the rows are meant for; not stored token by token. */
	mask: MaskKind;
	/** Tokens that are packed together: a window closes once it holds as many. */
	window: number;
	seed: number;
	format: string;
	compression: string;
	/** Rows of a row group or record batch; rows of a shard. */
	batchRows: number;
	shardRows: number;
	/** Uncompressed input bytes that a task is meant to have. */
	taskBytes: number;
}

export type OrderSettings =
	| { name: "shuffled" }
	| {
			name: "balanced";
			/** Rows of a step; rows that are shuffled together, null for all of a window. */
			ranks: number;
			shuffleWindow: number | null;
			/** What a token costs, and a square of a segment's length. */
			perToken: number;
			perSquare: number;
	  };

/** What a task or a build has counted. They balance: see `balance`. */
export interface Totals {
	/** Records of the input, and those of them that could not be used, by reason. */
	records: number;
	skippedRecords: Record<string, number>;
	/** Records that could be used. */
	documents: number;
	/** UTF-8 bytes of the documents' texts. */
	textBytes: number;
	/** Tokens of the texts, and of BOS and EOS added to them. */
	textTokens: number;
	specialTokens: number;
	/** Documents and tokens that are in no row, by reason. */
	dropped: Record<string, { documents: number; tokens: number }>;
	/** Sequences in rows, rows, and the tokens in them. */
	sequences: number;
	rows: number;
	rowTokens: number;
	/** Documents that are in more than one sequence, or not whole in one. */
	cutDocuments: number;
	/** Room that rounding sequences up to a multiple takes. */
	alignmentTokens: number;
	/** Tokens of the rows, each rounded up to the multiple that they are padded to. */
	paddedTokens: number;
	/**
	 * Of the order `balanced`: steps, the sum over them of the largest cost over
	 * the mean, and the bits of a full shuffle and those that are kept.
	 */
	balance: { steps: number; imbalance: number; bits: number; bitsKept: number };
}

export interface ManifestFile {
	/** Path in the dataset's directory. */
	path: string;
	rows: number;
	bytes: number;
	sha256: string;
}

export interface ManifestShard extends ManifestFile {
	/** Sequences and tokens in the shard's rows. */
	sequences: number;
	tokens: number;
}

export interface Manifest {
	formatVersion: number;
	/** Version of seqpack that made the dataset. */
	seqpackVersion: string;
	/** Identifies input, settings and tokenizer together. */
	planHash: string;
	settings: Settings;
	onError: "stop" | "skip";
	tokenizer: {
		/** SHA-256 of tokenizer.json. */
		fingerprint: string;
		engine: string;
		vocabSize: number;
	};
	inputs: { source: string; bytes: number; fingerprint: string }[];
	tasks: number;
	/** Tasks numbered after those, whose shards hold what they left over. */
	remainderTasks: number;
	totals: Totals;
	/** What the totals come to. */
	summary: Summary;
	shards: ManifestShard[];
	index: ManifestFile[];
	/** The list of records that were passed over, where there are any. */
	skipped: ManifestFile | null;
}

export interface Summary {
	/** Tokens in rows over tokens that the rows could hold. */
	fill: number;
	/** What trainers add to the rows: up to the whole row, or to the multiple. */
	padding: number;
	sequencesPerRow: number;
	/** No packing of these sequences needs fewer rows: see `lowerBound`. */
	lowerBoundRows: number;
	/** Rows over that bound, less 1: no packing could save more than this share. */
	gap: number;
	/**
	 * Rows of best-fit-decreasing over all sequences at once, and what packing
	 * by windows costs over it; null with a limit on the sequences of a row.
	 */
	rowsAtOnce: number | null;
	windowLoss: number | null;
	/** Of the order `balanced`: the largest cost of a step's rows over their mean, averaged. */
	imbalance: number | null;
	/** The share of a full shuffle's randomness, in bits, that the order keeps. */
	randomnessKept: number | null;
}

export function emptyTotals(): Totals {
	return {
		records: 0,
		skippedRecords: {},
		documents: 0,
		textBytes: 0,
		textTokens: 0,
		specialTokens: 0,
		dropped: {},
		sequences: 0,
		rows: 0,
		rowTokens: 0,
		cutDocuments: 0,
		alignmentTokens: 0,
		paddedTokens: 0,
		balance: { steps: 0, imbalance: 0, bits: 0, bitsKept: 0 },
	};
}

/** Adds `more` to `totals`. */
export function addTotals(totals: Totals, more: Totals): void {
	totals.records += more.records;
	totals.documents += more.documents;
	totals.textBytes += more.textBytes;
	totals.textTokens += more.textTokens;
	totals.specialTokens += more.specialTokens;
	totals.sequences += more.sequences;
	totals.rows += more.rows;
	totals.rowTokens += more.rowTokens;
	totals.cutDocuments += more.cutDocuments;
	totals.alignmentTokens += more.alignmentTokens;
	totals.paddedTokens += more.paddedTokens;
	totals.balance.steps += more.balance.steps;
	totals.balance.imbalance += more.balance.imbalance;
	totals.balance.bits += more.balance.bits;
	totals.balance.bitsKept += more.balance.bitsKept;
	for (const [reason, count] of Object.entries(more.skippedRecords))
		totals.skippedRecords[reason] =
			(totals.skippedRecords[reason] ?? 0) + count;
	for (const [reason, { documents, tokens }] of Object.entries(more.dropped))
		addDropped(totals, reason, documents, tokens);
}

export function addDropped(
	totals: Totals,
	reason: string,
	documents: number,
	tokens: number,
): void {
	totals.dropped[reason] ??= { documents: 0, tokens: 0 };
	totals.dropped[reason].documents += documents;
	totals.dropped[reason].tokens += tokens;
}

/**
 * What does not add up, as sentences; none when every record is a document or
 * counted as passed over, and every token read is in a row or counted as dropped.
 */
export function imbalances(totals: Totals): string[] {
	const problems: string[] = [];
	const skipped = sum(Object.values(totals.skippedRecords));
	if (totals.records !== totals.documents + skipped)
		problems.push(
			`${totals.records} records were read, but ${totals.documents} documents and ${skipped} skipped records are counted`,
		);
	const read = totals.textTokens + totals.specialTokens;
	const dropped = sum(Object.values(totals.dropped).map((d) => d.tokens));
	if (read !== totals.rowTokens + dropped)
		problems.push(
			`${read} tokens were read, but ${totals.rowTokens} are in rows and ${dropped} are counted as dropped`,
		);
	return problems;
}

/**
 * @param counts counts[l] sequences that take the room of l tokens, l in 0..seqLen.
 */
export function summarize(
	totals: Totals,
	settings: Settings,
	counts: Float64Array,
): Summary {
	const { seqLen, maxSequences } = settings;
	const { rows, rowTokens, balance } = totals;
	const lowerBoundRows = lowerBoundOfCounts(counts, {
		maxSequences: maxSequences ?? undefined,
	});
	const rowsAtOnce =
		maxSequences === null ? planHistogram(counts, "fullest").packs : null;
	return {
		fill: rows === 0 ? 0 : rowTokens / (rows * seqLen),
		padding: totals.paddedTokens - rowTokens,
		sequencesPerRow: rows === 0 ? 0 : totals.sequences / rows,
		lowerBoundRows,
		gap: rows === 0 ? 0 : rows / lowerBoundRows - 1,
		rowsAtOnce,
		windowLoss: rowsAtOnce ? rows / rowsAtOnce - 1 : null,
		imbalance: balance.steps === 0 ? null : balance.imbalance / balance.steps,
		randomnessKept: balance.bits === 0 ? null : balance.bitsKept / balance.bits,
	};
}

function sum(numbers: number[]): number {
	return numbers.reduce((total, n) => total + n, 0);
}
