import type {
	ExportPart,
	ExportRow,
	ExportSource,
} from "../dataset/exports/export-format.js";
import type { Manifest } from "../dataset/manifest.js";
import { taskOfDocument } from "../dataset/rows.js";

/**
 * Takes a row. Where there is nothing to wait for, it returns nothing.
 * @param room Tokens that the row could have; null where there is no such length.
 */
export type TakeRow = (
	row: ExportRow,
	room: number | null,
) => Promise<void> | undefined;

/** Rows that are exported one after the other. */
export interface SourcePart extends ExportPart {
	/** How many there are; null where that is not known before. */
	rows: number | null;
	/** Gives all rows in their order. */
	read(take: TakeRow): Promise<void>;
}

/** What can be exported, open to be read. */
export interface OpenedSource
	extends Omit<
		ExportSource,
		"shortRows" | "padId" | "shardTokens" | "shardRows" | "vocabSize"
	> {
	/** One more than the largest id of the tokenizer. */
	vocabSize: number;
	/** Whether no row is shorter than it could be. */
	isFull: boolean;
	/** Directories that it is read from: nothing may be written there. */
	directories: string[];
	/** What no format has of it, as sentences without a full stop. */
	lost: string[];
	parts: SourcePart[];
}

/**
 * What rows are of, by their first document: its source, or the name of the directory where
 * sources have no names.
 */
export function domainsOf(
	directory: string,
	{ index }: Manifest,
): (document?: bigint) => string {
	const name = directory.slice(directory.lastIndexOf("/") + 1);
	const sources = new Map(index.map(({ task, source }) => [task, source]));
	return (document) =>
		(document === undefined ? null : sources.get(taskOfDocument(document))) ??
		name;
}

/** A row whose arrays are replaced by those of the next. */
export function emptyRow(): ExportRow {
	const none = new Int32Array(0);
	return {
		ids: none,
		seqLengths: none,
		lossMask: null,
		docIds: null,
		padding: 0,
		domain: "",
	};
}
