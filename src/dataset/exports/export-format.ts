import type { OptionTable, Resolved } from "../../core/option.js";
import type { ShortRows } from "./short-rows.js";

/** A row, or a document, to be written. Its arrays are valid until the next one. */
export interface ExportRow {
	/** Its tokens, unshifted, with padding where that was asked for. */
	ids: Int32Array;
	/** Tokens of each sequence in it; padding is one more, the last. */
	seqLengths: Int32Array;
	/** 1 for each token that is a label, as the column `loss_mask` has it; null where all are but the first of each sequence. */
	lossMask: ArrayLike<number> | null;
	/** Document of each sequence, as the column `doc_ids` has it, -1 for padding; null where that is not known. */
	docIds: BigInt64Array | null;
	/** Tokens of padding at its end. */
	padding: number;
	/** What it is of: the name of a source, or of a dataset's directory. */
	domain: string;
}

/** What is exported, as far as formats need to know. */
export interface ExportSource {
	/** Whether rows are whole documents, of any length. */
	isDocuments: boolean;
	/** Whether rows of several lengths follow one another in a part. */
	isMixed: boolean;
	/** Whether a row can have several sequences. */
	sharesRows: boolean;
	/** Whether rows have a token more than their length, for shifted targets. */
	plusOne: boolean;
	/** Whether rows come with masks. */
	isMasked: boolean;
	/** Whether rows say which documents they are of. */
	hasDocIds: boolean;
	/** Whether rows are in the order of a plan. */
	isOrdered: boolean;
	/** One more than the largest id, that of padding included. */
	vocabSize: number;
	/** The id that ends documents; null where none does. */
	eos: number | null;
	/** SHA-256 of the tokenizer, and over all that decides the rows. */
	tokenizer: string;
	planHash: string;
	/** What becomes of short rows. */
	shortRows: ShortRows;
	padId: number;
	/** Tokens of a shard at most; null: no limit. */
	shardTokens: number | null;
	/** Rows of every shard, where they are to be equal; null: they need not be. */
	shardRows: number | null;
}

/** Rows that are written one after the other: those of a split, a bucket, a rank. */
export interface ExportPart {
	/** Below the output directory; ends in a slash unless it is empty. */
	directory: string;
	split: string;
	/** Tokens of a full row; null where rows are of any length. */
	rowLength: number | null;
}

/** A file that is written from its beginning to its end. */
export interface ExportFile {
	/** The bytes may be reused once this has resolved. */
	write(bytes: Uint8Array): Promise<void>;
	close(): Promise<void>;
}

/** Where a format writes: files by their path below the output directory. */
export interface ExportFiles {
	create(path: string): Promise<ExportFile>;
	write(path: string, content: string | Uint8Array): Promise<void>;
}

/** Writes the rows of a part. Where there is nothing to wait for, `add` returns nothing. */
export interface ExportWriter {
	add(row: ExportRow): Promise<void> | undefined;
	/** Ends the part: nothing can be added after it. */
	finish(): Promise<void>;
}

/** What a format is given of an export. */
export interface ExportContext<O extends OptionTable = OptionTable> {
	source: ExportSource;
	part: ExportPart;
	files: ExportFiles;
	options: Resolved<O>;
}

/** Files that a trainer reads. A new one is a file in this folder and a line in `exports.ts`. */
export interface ExportFormat<O extends OptionTable = OptionTable> {
	/** One line, for help and docs. */
	readonly meaning: string;
	/** The options that it has of its own. */
	readonly options: O;
	/** What can become of rows that are shorter than theirs, the usual one first. */
	readonly shortRows: readonly [ShortRows, ...ShortRows[]];
	/** Whether what reads it cuts all tokens of a part into rows of one length. */
	readonly cutsRows: boolean;
	/** Whether documents of a store stay apart in it. */
	readonly partsDocuments: boolean;
	/** Where the borders of a row's sequences are, and its mask, in words for docs; null: nowhere. */
	readonly borders: string | null;
	readonly mask: string | null;
	/** Whether it can be written as shards of as many rows. */
	readonly hasShards?: true;
	/** Tokens of a shard where nothing is said of it, null for no limit; left out where there are no shards. */
	readonly shardTokens?: number | null;
	/** Why it cannot carry a source, as the end of a sentence; null where it can. */
	fault(source: ExportSource, options: Resolved<O>): string | null;
	/** What a person must know of this source in this format, as sentences without a full stop. */
	notices(source: ExportSource, options: Resolved<O>): string[];
	/** Begins to write a part. */
	open(context: ExportContext<O>): ExportWriter;
	/** Files that stand beside all parts: contents by path. */
	beside?(
		parts: readonly ExportPart[],
		source: ExportSource,
	): Record<string, string>;
	/** How a part is read: lines of a trainer's settings, or of Python. */
	reading(
		part: ExportPart,
		source: ExportSource,
		options: Resolved<O>,
	): string[];
}
