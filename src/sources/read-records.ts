import { addCounts } from "../core/counts.js";
import { DataError } from "../core/errors.js";
import type { IntColumns } from "../core/int-columns.js";
import type { TextBatch, TextMarks } from "../core/text-batch.js";
import { changedWhileRead } from "../storage/changed.js";
import { byteReasons } from "./bytes/bytes.js";
import { CountedStorage } from "./bytes/counted-storage.js";
import { FilesAhead } from "./bytes/files-ahead.js";
import { compressions } from "./compressions.js";
import { lookInto, lookReasons, Unreadable } from "./find/look.js";
import { isReadWhole, sourceFormats } from "./formats.js";
import { fieldReasons } from "./records/take-fields.js";
import type { RecordTaker } from "./records/taker.js";
import {
	BadInput,
	type BadRecord,
	type InputFile,
	type Place,
	type ReadableStorage,
	type SourceFormat,
	type Span,
} from "./source.js";

/** Documents in the order of the input, as columns of equal length. */
export interface Documents {
	texts: TextBatch;
	/** What is to be trained on, and where texts may be cut; null: all, and anywhere. */
	marks: TextMarks | null;
	/** The id that the record gives, or null. */
	ids: (string | null)[];
	/** Of each text, 32 bytes that tell it; null where none are wanted. */
	hashes: Uint8Array | null;
	/** The length of each, that strata go by; left out: they are not measured. */
	measured?: Int32Array;
	/** What of each goes with all its sequences, by column; left out: nothing does. */
	facts?: IntColumns;
	/** What is worth knowing of each, as numbers by name; left out: nothing. */
	noted?: IntColumns;
	/** Where each record is in its file: the byte that it begins at when uncompressed, or its row. */
	positions: number[];
	/** The line of each, or what else its format counts; from 1 at the beginning of the span. */
	numbers: number[];
	/** What else the taker of the records has found of each; left out: nothing. */
	carried?: readonly unknown[];
	/** What the output calls the file that they are from. */
	source: string;
	/** Bytes taken from the storage since the batch before. */
	bytes: number;
}

/** What was read of a span, or of several. */
export interface ReadCounts {
	/** Bytes taken from the storage. */
	bytes: number;
	/** Records, those included that could not be used; of one that is several documents, these. */
	records: number;
	/** Lines, or what else the format counts: to number those of the next span. */
	numbers: number;
	/** Records that could not be used, by reason. */
	skipped: Record<string, number>;
	/** Records that are not wanted, by reason. */
	leftOut: Record<string, number>;
}

/** A record that was passed over. */
export interface SkippedRecord extends BadRecord {
	/** What the output calls its file. */
	source: string;
}

/** A part of a file. */
export interface FileSpan {
	/** Where the file is. */
	storage: ReadableStorage;
	file: InputFile;
	span: Span;
}

export interface ReadOptions {
	/** Makes documents of the records. */
	taker: RecordTaker;
	/** Asked after each batch whether what follows is not wanted any more. */
	hasEnough?: (() => boolean) | undefined;
	/**
	 * Told of each record that cannot be used, and of its span by number; null: the
	 * first one throws.
	 */
	onBadRecord:
		| ((bad: SkippedRecord, span: number) => void | Promise<void>)
		| null;
}

/** The reasons that reading has for records that cannot be used, each with what it means. */
export function badRecordReasons(): Record<string, string> {
	const declared = [...sourceFormats.entries(), ...compressions.entries()];
	const reasons = declared.map(([, { reasons }]) => Object.entries(reasons));
	return Object.fromEntries([
		...Object.entries(fieldReasons),
		...Object.entries(byteReasons),
		...Object.entries(lookReasons),
		...reasons.flat(),
	]);
}

/**
 * The documents of some spans, one after the other.
 * @returns The counts of each span.
 * @throws DataError with the code of the reason for a record that cannot be used,
 * naming its file and place; EnvironmentError `input-changed`
 */
export async function* readSpans(
	spans: readonly FileSpan[],
	options: ReadOptions,
): AsyncGenerator<Documents, ReadCounts[]> {
	const counts: ReadCounts[] = [];
	const ahead = new FilesAhead(spans);
	try {
		for (const [number, span] of spans.entries()) {
			const storage = ahead.take(number);
			counts.push(yield* readSpan({ ...span, storage }, number, options));
		}
	} finally {
		await ahead.end();
	}
	return counts;
}

async function* readSpan(
	{ storage, file: asPlanned, span: asDivided }: FileSpan,
	number: number,
	{ taker, onBadRecord, hasEnough = () => false }: ReadOptions,
): AsyncGenerator<Documents, ReadCounts> {
	let file = asPlanned;
	const span = isReadWhole(file) ? { start: 0, end: Infinity } : asDivided;
	const counted = new CountedStorage(storage);
	const counts: ReadCounts = {
		bytes: 0,
		records: 0,
		numbers: 0,
		skipped: {},
		leftOut: {},
	};
	let next: Place = { position: 0, number: 1 };

	const refuse = async (bad: BadRecord) => {
		if (onBadRecord === null)
			throw await badRecordError(storage, file, span, bad);
		addCounts(counts.skipped, { [bad.reason]: 1 });
		await onBadRecord({ ...bad, source: file.source }, number);
	};

	if (hasEnough()) return counts;
	const versions = await requireUnchanged(storage, file, [
		...(file.members?.map(({ version }) => version) ?? [file.version]),
		...(file.beside?.map(({ version }) => version) ?? []),
	]);
	try {
		file = await lookInto(storage, asPlanned);
		const format = sourceFormats.find(file.format);
		const wanted = taker.wanted(format);
		for await (const batch of format.read(counted, file, span, wanted)) {
			counts.records += batch.positions.length + batch.bad.length;
			const { refused, leftOut, moreDocuments, ...documents } = taker.take(
				batch,
				format,
				file.source,
			);
			counts.records += moreDocuments;
			for (const record of refused) await refuse(record);
			addCounts(counts.leftOut, leftOut);
			next = batch.next;
			counts.numbers = next.number - 1;
			const bytes = counted.bytes - counts.bytes;
			counts.bytes += bytes;
			yield { ...documents, source: file.source, bytes };
			if (hasEnough()) break;
		}
	} catch (error) {
		// What is wrong with a file that changes is not wrong with its records.
		await requireUnchanged(storage, file, versions);
		if (!(error instanceof BadInput)) throw error;
		if (error instanceof Unreadable && onBadRecord === null) throw error.error;
		counts.records++;
		await refuse({ ...next, reason: error.reason, sentence: error.message });
	}
	await requireUnchanged(storage, file, versions);
	return { ...counts, bytes: counted.bytes };
}

/** The error of a record that cannot be used, with its place in the whole file. */
async function badRecordError(
	storage: ReadableStorage,
	file: InputFile,
	span: Span,
	bad: BadRecord,
): Promise<DataError> {
	const format: SourceFormat = sourceFormats.find(file.format);
	const before = await format.numbersBefore(storage, file, span);
	const place = format.describePlace(file.path, before + bad.number);
	return new DataError(bad.reason, `${place}: ${bad.sentence}.`, place);
}

/**
 * Checks that a file is what it was, or all files of a document that has several, and
 * what stands beside it.
 * @param versions What their versions were before; null: not known.
 * @returns Their versions.
 */
async function requireUnchanged(
	storage: ReadableStorage,
	{ path, size, members, beside = [] }: InputFile,
	versions: readonly (string | null)[],
): Promise<string[]> {
	const own = members?.map((member) => ({
		path: `${path}/${member.path}`,
		size: member.size,
	})) ?? [{ path, size }];
	const files = [...own, ...beside];
	const now: string[] = [];
	for (const [i, file] of files.entries())
		now.push(await requireOneUnchanged(storage, file, versions[i]));
	return now;
}

async function requireOneUnchanged(
	storage: ReadableStorage,
	file: { path: string; size: number },
	version: string | null,
): Promise<string> {
	const now = await storage.stat(file.path);
	if (
		now === null ||
		now.size !== file.size ||
		(version !== null && now.version !== version)
	)
		throw changedWhileRead("input-changed", file.path, file, now);
	return now.version;
}
