import type { Storage } from "../storage/storage.js";

/** One file of the corpus. */
export interface InputFile {
	/** How to open it: a path or URL, as the user wrote it. */
	path: string;
	/** What the output calls it: its path below the directory that all inputs share. */
	source: string;
	/** Bytes as stored. */
	size: number;
	/** A name from `sourceFormats`. */
	format: string;
	/** A name from `compressions`, where the whole file is compressed. */
	compression: string | null;
	/** Where in a compressed file reading can begin, as far as that is known. */
	frames: Frames | null;
}

/** Where reading of a compressed file can begin. */
export interface Frames {
	/** Bytes of the whole file, uncompressed. */
	size: number;
	/** Pairs of an uncompressed byte and the compressed one that it begins at, from 0 on. */
	places: [number, number][];
}

/**
 * A range of a file, in the units of its division: bytes, or parts. A record belongs
 * to the span that it begins in.
 */
export interface Span {
	start: number;
	end: number;
}

/**
 * How a file can be divided among tasks: between any two of its bytes, of which there
 * are so many, or only between its parts, of about so many uncompressed bytes each.
 */
export type Division = { anywhere: number } | { parts: number[] };

/** What reading needs of a storage. */
export type ReadableStorage = Pick<Storage, "stat" | "open" | "readSize">;

/** Where a record is, or would be. */
export interface Place {
	/** What the format counts from the file's beginning: bytes when uncompressed, rows. */
	position: number;
	/** What people count, such as lines; from 1 at the beginning of the span. */
	number: number;
}

/** A record that cannot be used. */
export interface BadRecord extends Place {
	/** One of the reasons that the format, the compression or `fieldReasons` declare. */
	reason: string;
	/** What is wrong and what to do, without the place and the full stop. */
	sentence: string;
}

/** Some records of a span, in the order of the input. */
export interface RecordBatch {
	/**
	 * The values of the fields asked for, unchecked: `columns[f][i]` is field f of
	 * record i, undefined where it has no such field.
	 */
	columns: unknown[][];
	positions: number[];
	numbers: number[];
	/** The records among these that are none, in order. */
	bad: BadRecord[];
	/** The names of all fields of a record, for a message. */
	fieldNames(record: number): string[];
	/** The place right after the batch. */
	next: Place;
}

/**
 * Reads one format of input. A new one is a file in this folder and a line in
 * `formats.ts`.
 */
export interface SourceFormat {
	/** What its files are, in words. */
	title: string;
	/** Endings of file names, before that of a compression. */
	extensions: readonly string[];
	/** Whether a whole file may be compressed, as in `.jsonl.gz`. */
	compressible: boolean;
	/** Of records with fields of their own: which hold the text and the id. Null where the user says. */
	fixedFields: { text: string; id: string } | null;
	/** The reasons it has for records that cannot be used, each with what it means. */
	reasons: Readonly<Record<string, string>>;
	/** A place in a file, as messages have it: `corpus.jsonl:12`. */
	describePlace(path: string, number: number): string;
	/** Whether its files can be divided between any two bytes; then those whose frames are known are, too. */
	cutAnywhere?: boolean;
	/** How an uncompressed file can be divided. */
	divide(storage: ReadableStorage, file: InputFile): Promise<Division>;
	/** How many numbers come before those of a span, to count from the file's beginning. */
	numbersBefore(
		storage: ReadableStorage,
		file: InputFile,
		span: Span,
	): Promise<number>;
	/**
	 * The records that begin in a span of the units that `divide` uses; the end is
	 * Infinity for the whole of a compressed file. Only the fields asked for need be
	 * read.
	 * @throws BadInput where the rest of the span cannot be read
	 */
	read(
		storage: ReadableStorage,
		file: InputFile,
		span: Span,
		fields: readonly string[],
	): AsyncGenerator<RecordBatch>;
}

/** Input that cannot be used; who knows its place adds it. */
export class BadInput extends Error {
	readonly reason: string;

	/** @param sentence What is wrong and what to do, without the place and the full stop. */
	constructor(reason: string, sentence: string) {
		super(sentence);
		this.reason = reason;
	}
}
