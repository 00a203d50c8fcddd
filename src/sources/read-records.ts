import { DataError } from "../core/errors.js";
import { byteReasons } from "./bytes.js";
import { compressions } from "./compressions.js";
import { isReadWhole, sourceFormats } from "./formats.js";
import {
	BadInput,
	type BadRecord,
	type InputFile,
	type Place,
	type ReadableStorage,
	type RecordBatch,
	type SourceFormat,
	type Span,
} from "./source.js";
import { fieldReasons, takeId, takeText } from "./take-fields.js";

/** Documents in the order of the input, as columns of equal length. */
export interface DocumentBatch {
	texts: string[];
	/** The id that the record gives, or null. */
	ids: (string | null)[];
	/** Where each record is in its file: the byte that it begins at when uncompressed, or its row. */
	positions: number[];
	/** The line of each, or what else its format counts; from 1 at the beginning of the span. */
	numbers: number[];
	/** What the output calls the file that they are from. */
	source: string;
	/** Bytes taken from the storage since the batch before. */
	bytes: number;
}

/** What was read of a span, or of several. */
export interface ReadCounts {
	/** Bytes taken from the storage. */
	bytes: number;
	/** Records, those included that could not be used. */
	records: number;
	/** Lines, or what else the format counts: to number those of the next span. */
	numbers: number;
	/** Records that could not be used, by reason. */
	skipped: Record<string, number>;
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
	/** Field of a record that holds its text, where the format has no fields of its own. */
	textField: string;
	/** Field that holds its id; null: `id`, where a record has one. */
	idField: string | null;
	/**
	 * Told of each record that cannot be used, and of its span by number; null: the
	 * first one throws.
	 */
	onBadRecord:
		| ((bad: SkippedRecord, span: number) => void | Promise<void>)
		| null;
}

/** All reasons there are for records that cannot be used, each with what it means. */
export function badRecordReasons(): Record<string, string> {
	const declared = [...sourceFormats.entries(), ...compressions.entries()];
	const reasons = declared.map(([, { reasons }]) => Object.entries(reasons));
	return Object.fromEntries([
		...Object.entries(fieldReasons),
		...Object.entries(byteReasons),
		...reasons.flat(),
	]);
}

/**
 * The documents of some spans, one after the other.
 * @returns The counts of each span.
 * @throws DataError with the code of the reason for a record that cannot be used,
 * naming its file and place; `input-changed`
 */
export async function* readSpans(
	spans: readonly FileSpan[],
	options: ReadOptions,
): AsyncGenerator<DocumentBatch, ReadCounts[]> {
	const counts: ReadCounts[] = [];
	for (let span = 0; span < spans.length; span++)
		counts.push(yield* readSpan(spans[span], span, options));
	return counts;
}

async function* readSpan(
	{ storage, file, span: asDivided }: FileSpan,
	number: number,
	{ textField, idField, onBadRecord }: ReadOptions,
): AsyncGenerator<DocumentBatch, ReadCounts> {
	const format = sourceFormats.find(file.format);
	const fields = format.fixedFields ?? {
		text: textField,
		id: idField ?? "id",
	};
	const idRequired = format.fixedFields === null && idField !== null;
	const span = isReadWhole(file) ? { start: 0, end: Infinity } : asDivided;
	const counted = new CountedStorage(storage);
	const counts: ReadCounts = { bytes: 0, records: 0, numbers: 0, skipped: {} };
	let next: Place = { position: 0, number: 1 };

	const refuse = async (bad: BadRecord) => {
		if (onBadRecord === null)
			throw await badRecordError(storage, file, span, bad);
		counts.skipped[bad.reason] = (counts.skipped[bad.reason] ?? 0) + 1;
		await onBadRecord({ ...bad, source: file.source }, number);
	};

	await requireUnchanged(storage, file);
	try {
		const wanted = [fields.text, fields.id];
		for await (const batch of format.read(counted, file, span, wanted)) {
			counts.records += batch.positions.length + batch.bad.length;
			const { bad, ...documents } = takeDocuments(batch, fields, idRequired);
			for (const record of bad) await refuse(record);
			next = batch.next;
			counts.numbers = next.number - 1;
			const bytes = counted.bytes - counts.bytes;
			counts.bytes += bytes;
			yield { ...documents, source: file.source, bytes };
		}
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		counts.records++;
		await refuse({ ...next, reason: error.reason, sentence: error.message });
	}
	await requireUnchanged(storage, file);
	return { ...counts, bytes: counted.bytes };
}

/** The documents of a batch of records, and all that are none, in order. */
function takeDocuments(
	{ columns, positions, numbers, bad, fieldNames }: RecordBatch,
	fields: { text: string; id: string },
	idRequired: boolean,
) {
	const [values, idValues] = columns;
	const texts: string[] = [];
	const ids: (string | null)[] = [];
	const refused = new Map<number, BadRecord>();
	for (let i = 0; i < positions.length; i++) {
		try {
			const text = takeText(values[i], fields.text, fieldNames, i);
			ids.push(takeId(idValues[i], fields.id, idRequired));
			texts.push(text);
		} catch (error) {
			if (!(error instanceof BadInput)) throw error;
			const place = { position: positions[i], number: numbers[i] };
			const { reason, message: sentence } = error;
			refused.set(i, { ...place, reason, sentence });
		}
	}
	if (refused.size === 0) return { texts, ids, positions, numbers, bad };
	const isUsed = (_: number, i: number) => !refused.has(i);
	return {
		texts,
		ids,
		positions: positions.filter(isUsed),
		numbers: numbers.filter(isUsed),
		bad: [...bad, ...refused.values()].sort((a, b) => a.number - b.number),
	};
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
	return new DataError(bad.reason, `${place}: ${bad.sentence}.`);
}

async function requireUnchanged(
	storage: ReadableStorage,
	file: InputFile,
): Promise<void> {
	const now = await storage.stat(file.path);
	if (now?.size !== file.size)
		throw new DataError(
			"input-changed",
			`${file.path} changed while it was being read: it had ${file.size} bytes and ${now === null ? "is gone" : `has ${now.size}`}. Begin again once it no longer changes.`,
		);
}

/** Counts the bytes that are read. */
class CountedStorage implements ReadableStorage {
	bytes = 0;
	readonly #storage: ReadableStorage;

	constructor(storage: ReadableStorage) {
		this.#storage = storage;
	}

	get readSize() {
		return this.#storage.readSize;
	}

	stat(path: string) {
		return this.#storage.stat(path);
	}

	async open(path: string) {
		const file = await this.#storage.open(path);
		return {
			read: async (position: number, length: number) => {
				const bytes = await file.read(position, length);
				this.bytes += bytes.length;
				return bytes;
			},
			close: () => file.close(),
		};
	}
}
