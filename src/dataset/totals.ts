import { sum } from "../core/arithmetic.js";
import { addCounts } from "../core/counts.js";
import type { StepCounts } from "../pack/row-order.js";

/** What was read: of a task, or of all. */
export interface ReadCounts {
	/** Records of the input; those that could not be used, and those that were not wanted, by reason. */
	records: number;
	skippedRecords: Record<string, number>;
	leftOutRecords: Record<string, number>;
	/** What is worth knowing of those that became documents: see `notedCounts`. */
	noted: Record<string, number>;
	/** By stratum, the documents of it, and how many fewer there are than were asked for; left out: there are none. */
	strata?: Record<string, { documents: number; missing?: number }>;
}

/** What the records became. */
export interface TokenCounts {
	/** Records that could be used, and were wanted. */
	documents: number;
	/** UTF-8 bytes of the documents' texts. */
	textBytes: number;
	/** Tokens of the texts, and of BOS and EOS added to them. */
	textTokens: number;
	specialTokens: number;
	/** Of each special token that stands in a text: in how many documents, and how often; left out: none does, or they were not counted. */
	specialsInText?: Record<string, { documents: number; tokens: number }>;
}

/** How documents were cut. */
export interface CutCounts {
	/** Documents and tokens that are in no row, by reason. */
	dropped: Record<string, { documents: number; tokens: number }>;
	/** Tokens in rows that are there a second time, where sequences overlap. */
	repeatedTokens: number;
	/** Documents that are in more than one sequence, or not whole in one. */
	cutDocuments: number;
}

/** What rows hold. */
export interface RowCounts {
	rows: number;
	/** Sequences in rows, and their tokens. */
	sequences: number;
	tokens: number;
	/** Tokens that are to be predicted: those that are to be trained on, but for the first of each sequence. */
	labels: number;
	/** Over all tokens, the sum of the tokens before each in its sequence. */
	context: number;
	/** Room that rounding sequences up to a multiple takes. */
	alignmentTokens: number;
	/** Tokens of the rows, each rounded up to the multiple that they are padded to. */
	paddedTokens: number;
}

/** What is counted of trees of prefixes, in rows. */
export interface TreeCounts {
	trees: number;
	/** Documents, or pieces of them, and their tokens. */
	documents: number;
	unrolledTokens: number;
	/** Tokens of these that others have already, and that rows hold once. */
	savedTokens: number;
	/** Tokens that rows hold again, since a tree had to be split. */
	repeatedTokens: number;
}

/** What a task or a build has counted. They balance: see `discrepancies`. */
export interface Totals extends ReadCounts, TokenCounts, CutCounts {
	/** By the bucket's length. */
	buckets: Record<string, RowCounts>;
	/** Of an order of rows that makes steps. */
	order: StepCounts;
	/** Of trees of prefixes; left out: there are none. */
	trees?: TreeCounts;
}

/** What is counted of the rows of a shard, and of a source. */
export const shardCounts = ["rows", "sequences", "tokens", "labels"] as const;

export type ShardCounts = Pick<RowCounts, (typeof shardCounts)[number]>;

export function emptyRowCounts(): RowCounts {
	return {
		rows: 0,
		sequences: 0,
		tokens: 0,
		labels: 0,
		context: 0,
		alignmentTokens: 0,
		paddedTokens: 0,
	};
}

export function emptyTotals(): Totals {
	return {
		records: 0,
		skippedRecords: {},
		leftOutRecords: {},
		noted: {},
		documents: 0,
		textBytes: 0,
		textTokens: 0,
		specialTokens: 0,
		dropped: {},
		repeatedTokens: 0,
		cutDocuments: 0,
		buckets: {},
		order: { steps: 0, imbalance: 0, bits: 0, bitsKept: 0 },
	};
}

/** Rows of all buckets together. */
export function allRows({ buckets }: Pick<Totals, "buckets">): RowCounts {
	return Object.values(buckets).reduce(
		(sums, bucket) => addCounts(sums, bucket),
		emptyRowCounts(),
	);
}

/**
 * What does not add up, as sentences; none when every record is a document or
 * counted as passed over, and every token read is in a row or counted as dropped.
 */
export function discrepancies(totals: Totals): string[] {
	const problems: string[] = [];
	const skipped = sum(Object.values(totals.skippedRecords));
	const leftOut = sum(Object.values(totals.leftOutRecords));
	if (totals.records !== totals.documents + skipped + leftOut)
		problems.push(
			`${totals.records} records were read, but ${totals.documents} documents, ${skipped} skipped records and ${leftOut} that were not wanted are counted`,
		);
	const read = totals.textTokens + totals.specialTokens;
	const { trees } = totals;
	const inRows = allRows(totals).tokens;
	const unrolled =
		trees === undefined
			? inRows
			: inRows - trees.repeatedTokens + trees.savedTokens;
	if (trees !== undefined && unrolled !== trees.unrolledTokens)
		problems.push(
			`${inRows} tokens are in rows of trees, of which ${trees.repeatedTokens} are repeated and ${trees.savedTokens} are saved, but their documents have ${trees.unrolledTokens}`,
		);
	const kept = unrolled - totals.repeatedTokens;
	const dropped = sum(Object.values(totals.dropped).map((d) => d.tokens));
	if (read !== kept + dropped)
		problems.push(
			`${read} tokens were read, but ${kept} are in rows and ${dropped} are counted as dropped`,
		);
	return problems;
}
