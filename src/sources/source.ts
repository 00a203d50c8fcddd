import type { Schema, RecordBatch as TableBatch } from "apache-arrow";
import type { OptionTable } from "../core/option.js";
import type { TextBatch } from "../core/text-batch.js";
import type { Storage } from "../storage/storage.js";
import type { LeftOutReason } from "./find/left-out.js";
import type { WantedFields } from "./records/fields.js";

/** One file of the corpus. */
export interface InputFile {
	/** How to open it: a path or URL, as the user wrote it. */
	path: string;
	/** What the output calls it: its path below the directory that all inputs share. */
	source: string;
	/** Bytes as stored. */
	size: number;
	/** Its version when the build was planned; null: when reading begins. */
	version: string | null;
	/** A name from `sourceFormats`. */
	format: string;
	/** A name from `compressions`, where the whole file is compressed. */
	compression: string | null;
	/** Where in a compressed file reading can begin, as far as that is known. */
	frames: Frames | null;
	/**
	 * Why its format and compression are taken to be what they are, though it was not looked into: whoever
	 * reads it looks first (find/look.ts), and reads all of it. Left out: it was looked into.
	 */
	unseen?: Unseen;
	/** Values of the options that formats have, by name; left out: none is given. */
	options?: Readonly<Record<string, unknown>>;
	/** The files that stand beside it and tell of it, by their paths; left out: none. */
	beside?: readonly Member[];
	/** The files of a document that is made of several, in order; `path` is their directory then, `size` their sum. */
	members?: readonly Member[];
}

/** The format is one that the name tells, or that was given for all files. */
export type Unseen = "named" | "given";

/** A file that stands beside those of a format and tells of them. */
export interface Beside {
	/** The ending of the format's file, in whose place the other has `by`. */
	ending: string;
	by: string;
	/** Whether a file without it is not of the format. */
	isNeeded: boolean;
}

/** One of several files that make up a document. */
export interface Member {
	/** Below the directory, where it is one of those. */
	path: string;
	size: number;
	version: string;
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
export type ReadableStorage = Pick<
	Storage,
	"stat" | "open" | "readSize" | "readsAhead"
>;

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

/**
 * Some records of a span, in the order of the input, and what is wanted of them. Valid
 * until the next batch is asked for.
 */
export interface RecordBatch {
	/**
	 * The wanted text of each record, valid UTF-8; empty for those in `notTexts`. Where the
	 * content is tokens, their ids, as int32 with the least significant byte first.
	 */
	texts: TextBatch;
	/** By record, what the text's field holds where that is no text; undefined: there is no such field. */
	notTexts: ReadonlyMap<number, unknown>;
	/** What the id's field of each record holds: a text; a number as the file writes it, as a text; anything else. */
	ids: unknown[];
	/** The wanted values: `values[f][i]` is field f of record i, undefined where it has no such field. */
	values: unknown[][];
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
	/** Endings of file names, in small letters, before that of a compression. */
	extensions: readonly string[];
	/** Endings, in small letters, that stand for one of these and that of a compression. */
	shortEndings?: Readonly<Record<string, string>>;
	/** Whether a file that begins so is of this format, whatever its name; left out where the first bytes do not tell. */
	signature?(head: Buffer): boolean;
	/** Of a name whose ending several formats have: whether a file that begins so may be of this one; left out: any. */
	mayBe?(head: Buffer): boolean;
	/** Whether any text may be a file of this format, a web page too. */
	anyText?: boolean;
	/** Whether its files are left out of a directory that holds files of other formats, which they may be about. */
	onlyAlone?: boolean;
	/** Why a file of a directory that begins so is left out where the format is given for all; null where it is not. */
	leaveOut?(head: Buffer, size: number): LeftOutReason | null;
	/** Names of files that writers of the format put beside its files, and that hold no records. */
	companions?: readonly string[];
	/** Files that stand beside each of its files, and tell of it. */
	beside?: readonly Beside[];
	/** What its records hold: texts, or ids of tokens, as `RecordBatch.texts` has them; left out: texts. */
	content?: "tokens";
	/** What a person is told of a file, as what is true of it; null: nothing. @throws UsageError */
	notice?(file: InputFile): string | null;
	/** About how many bytes one is that is stored compressed within its files; left out: one. */
	ratio?: number;
	/** Whether a whole file may be compressed, as in `.jsonl.gz`. */
	compressible: boolean;
	/** What it can be told of how records are read: it finds the values in `InputFile.options`. */
	options?: OptionTable;
	/** What can be said of which files are its own, and which of them are one document. */
	findOptions?: OptionTable;
	/** Which fields hold the text and the id, unless the user says; always, where `fixed`. */
	fields: { text: string; id: string; fixed: boolean };
	/** The reasons it has for records that cannot be used, each with what it means. */
	reasons: Readonly<Record<string, string>>;
	/** A place in a file, as messages have it: `corpus.jsonl:12`. */
	describePlace(path: string, number: number): string;
	/** Whether its files can be divided between any two bytes; then those whose frames are known are, too. */
	cutAnywhere?: boolean;
	/** Whether a file is records one after the other, so that its beginning can be read as a file of fewer. */
	inSequence?(file: InputFile): boolean;
	/**
	 * How an uncompressed file can be divided.
	 * @throws BadInput for what is wrong with all of it; `read` of all of it must say so
	 */
	divide(storage: ReadableStorage, file: InputFile): Promise<Division>;
	/**
	 * Opens a file with all its columns; left out: its records are no table.
	 * @throws BadInput
	 */
	openTable?(storage: ReadableStorage, file: InputFile): Promise<OpenTable>;
	/** How many numbers come before those of a span, to count from the file's beginning. */
	numbersBefore(
		storage: ReadableStorage,
		file: InputFile,
		span: Span,
	): Promise<number>;
	/**
	 * The records that begin in a span of the units that `divide` uses; the end is
	 * Infinity for the whole of a compressed file. Only what is wanted need be read.
	 * @throws BadInput where the rest of the span cannot be read
	 */
	read(
		storage: ReadableStorage,
		file: InputFile,
		span: Span,
		wanted: WantedFields,
	): AsyncGenerator<RecordBatch>;
}

/** A file of records in columns, open to be read with all of them, whatever they hold. */
export interface OpenTable {
	readonly schema: Schema;
	/**
	 * All records in order, some at a time, as Arrow has them: not slices of anything.
	 * @throws BadInput
	 */
	batches(): AsyncGenerator<TableBatch>;
	close(): Promise<void>;
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
