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
	/** Tokens in rows that are there a second time, where sequences overlap. */
	repeatedTokens: number;
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
	/** What each bucket holds, by its length; none but in the layout `buckets`. */
	buckets: Record<string, BucketTotals>;
}

export interface BucketTotals {
	rows: number;
	sequences: number;
	tokens: number;
	/** Over all tokens of the bucket, the sum of the tokens before each in its sequence. */
	context: number;
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
		repeatedTokens: 0,
		buckets: {},
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
	totals.repeatedTokens += more.repeatedTokens;
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
	for (const [length, bucket] of Object.entries(more.buckets)) {
		const sum = bucketTotals(totals, Number(length));
		sum.rows += bucket.rows;
		sum.sequences += bucket.sequences;
		sum.tokens += bucket.tokens;
		sum.context += bucket.context;
	}
}

/** The counts of a bucket, to be added to. */
export function bucketTotals(totals: Totals, length: number): BucketTotals {
	totals.buckets[length] ??= { rows: 0, sequences: 0, tokens: 0, context: 0 };
	return totals.buckets[length];
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
	const kept = totals.rowTokens - totals.repeatedTokens;
	const dropped = sum(Object.values(totals.dropped).map((d) => d.tokens));
	if (read !== kept + dropped)
		problems.push(
			`${read} tokens were read, but ${kept} are in rows and ${dropped} are counted as dropped`,
		);
	return problems;
}

function sum(numbers: number[]): number {
	return numbers.reduce((total, n) => total + n, 0);
}
