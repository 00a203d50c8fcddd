import { sum } from "../core/arithmetic.js";
import type { StepCounts } from "../pack/row-order.js";

/** What was read: of a task, or of all. */
export interface ReadCounts {
	/** Records of the input, and those of them that could not be used, by reason. */
	records: number;
	skippedRecords: Record<string, number>;
}

/** What the records became. */
export interface TokenCounts {
	/** Records that could be used. */
	documents: number;
	/** UTF-8 bytes of the documents' texts. */
	textBytes: number;
	/** Tokens of the texts, and of BOS and EOS added to them. */
	textTokens: number;
	specialTokens: number;
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
	/** Over all tokens, the sum of the tokens before each in its sequence. */
	context: number;
	/** Room that rounding sequences up to a multiple takes. */
	alignmentTokens: number;
	/** Tokens of the rows, each rounded up to the multiple that they are padded to. */
	paddedTokens: number;
}

/** What a task or a build has counted. They balance: see `discrepancies`. */
export interface Totals extends ReadCounts, TokenCounts, CutCounts {
	/** By the bucket's length. */
	buckets: Record<string, RowCounts>;
	/** Of an order of rows that makes steps. */
	order: StepCounts;
}

export function emptyRowCounts(): RowCounts {
	return {
		rows: 0,
		sequences: 0,
		tokens: 0,
		context: 0,
		alignmentTokens: 0,
		paddedTokens: 0,
	};
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
		repeatedTokens: 0,
		cutDocuments: 0,
		buckets: {},
		order: { steps: 0, imbalance: 0, bits: 0, bitsKept: 0 },
	};
}

/** Some of the counts of an object, at every depth. */
type SomeOf<T> = T extends object ? { [K in keyof T]?: SomeOf<T[K]> } : T;

/** Adds counts to counts of the same shape, at every depth; entries that are missing begin at 0. */
export function addCounts<T extends object>(
	sums: T,
	more: SomeOf<NoInfer<T>>,
): T {
	const to = sums as Record<string, unknown>;
	for (const [key, value] of Object.entries(more as object)) {
		const known = Object.hasOwn(to, key) ? to[key] : undefined;
		const added =
			typeof value === "number"
				? ((known as number | undefined) ?? 0) + value
				: addCounts((known as object | undefined) ?? {}, value as object);
		// Plain assignment to "__proto__" would change what every object inherits.
		Object.defineProperty(to, key, {
			value: added,
			writable: true,
			enumerable: true,
			configurable: true,
		});
	}
	return sums;
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
	if (totals.records !== totals.documents + skipped)
		problems.push(
			`${totals.records} records were read, but ${totals.documents} documents and ${skipped} skipped records are counted`,
		);
	const read = totals.textTokens + totals.specialTokens;
	const kept = allRows(totals).tokens - totals.repeatedTokens;
	const dropped = sum(Object.values(totals.dropped).map((d) => d.tokens));
	if (read !== kept + dropped)
		problems.push(
			`${read} tokens were read, but ${kept} are in rows and ${dropped} are counted as dropped`,
		);
	return problems;
}
