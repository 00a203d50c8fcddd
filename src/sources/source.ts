import type { Storage } from "../storage/storage.js";

/** One file of the corpus. */
export interface InputFile {
	/** The path to open it by, as the user wrote it. */
	path: string;
	/** What the output calls it: its path below the directory that all inputs share. */
	source: string;
	/** Bytes on disk. */
	size: number;
	/** A name from `sourceFormats`. */
	format: string;
	compression: "gzip" | null;
}

/**
 * A range of bytes of a file. A record belongs to the span that its first byte
 * lies in. `end` is null for "to the end", which compressed files need: their
 * uncompressed size is not known beforehand.
 */
export interface Span {
	start: number;
	end: number | null;
}

/** Documents in the order of the input, as columns of equal length. */
export interface DocumentBatch {
	texts: string[];
	/** The id that the record gives, or null. */
	ids: (string | null)[];
	/** Byte offset of the record in the uncompressed file. */
	positions: number[];
	/** Line of the record, counted from 1 at the beginning of the span. */
	lines: number[];
}

/** Why a record was not used. */
export type BadRecordReason =
	| "not-json"
	| "not-an-object"
	| "no-text"
	| "no-id"
	| "invalid-utf8"
	| "too-long"
	| "truncated-gzip"
	| "corrupt-gzip";

export interface BadRecord {
	reason: BadRecordReason;
	/** Byte offset of the record in the uncompressed file. */
	position: number;
	/** Line of the record, counted from 1 at the beginning of the span. */
	line: number;
	/** What is wrong and what to do, without the place. */
	sentence: string;
}

export interface ReadOptions {
	storage: Storage;
	/** Field of a record that holds its text. */
	textField: string;
	/** Field that holds its id; null: `id`, where a record has one. */
	idField: string | null;
	/** Told of each record that cannot be used; it may throw. */
	onBadRecord: (bad: BadRecord) => void | Promise<void>;
	/** Counts what was read; the reader adds to it. */
	counts: ReadCounts;
}

export interface ReadCounts {
	/** Bytes taken from disk. */
	bytes: number;
	/** Records seen, bad ones included. */
	records: number;
	/** Lines of the span that is being read. */
	lines: number;
}

/** Reads one format of input. A new one is a file in this folder and a line in `formats.ts`. */
export interface SourceFormat {
	/** Endings of file names, before `.gz`. */
	extensions: readonly string[];
	/** Whether a file can be read in spans when it is not compressed. */
	canCut: boolean;
	read(
		file: InputFile,
		span: Span,
		options: ReadOptions,
	): AsyncGenerator<DocumentBatch>;
}

/** An error whose place in the file is added by who knows it. */
export class BadInput extends Error {
	readonly reason: BadRecordReason;

	constructor(reason: BadRecordReason, sentence: string) {
		super(sentence);
		this.reason = reason;
	}
}
