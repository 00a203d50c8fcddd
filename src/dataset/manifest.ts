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
	/** Tokens that the rows could hold and do not. */
	padding: number;
	sequencesPerRow: number;
	/** The fewest rows that could hold the tokens. */
	lowerBoundRows: number;
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

export function summarize(totals: Totals, seqLen: number): Summary {
	const room = totals.rows * seqLen;
	return {
		fill: room === 0 ? 0 : totals.rowTokens / room,
		padding: room - totals.rowTokens,
		sequencesPerRow: totals.rows === 0 ? 0 : totals.sequences / totals.rows,
		lowerBoundRows: Math.ceil(totals.rowTokens / seqLen),
	};
}

function sum(numbers: number[]): number {
	return numbers.reduce((total, n) => total + n, 0);
}
