import { recipeTaker } from "../../compose/record-taker.js";
import { SeqpackError } from "../../core/errors.js";
import { divisionOf, wholeSpan } from "../../sources/divide.js";
import type { FoundInput } from "../../sources/find/candidate.js";
import { sourceFormats } from "../../sources/formats.js";
import { readSpans } from "../../sources/read-records.js";
import type { ReadableStorage, Span } from "../../sources/source.js";
import { storageAt } from "../../storage/storages.js";

/** Where a record is. */
export interface FoundPlace {
	path: string;
	/** Its line, or what else the format counts, from 1; as messages have it: `corpus.jsonl:12`. */
	line: number;
	place: string;
}

/** What could not be found, as a sentence without a full stop. */
export interface NotFound {
	why: string;
}

/** What of a file is read for the record at a position. */
export async function spanAt(
	storage: ReadableStorage,
	file: FoundInput,
	position: number,
): Promise<Span> {
	const division = await divisionOf(storage, file);
	return "anywhere" in division && file.compression === null
		? { start: position, end: position + 1 }
		: wholeSpan(division);
}

/** The place of a record whose number in a span is known. */
export async function placeOf(
	storage: ReadableStorage,
	file: FoundInput,
	span: Span,
	number: number,
): Promise<FoundPlace> {
	const { path } = file;
	const format = sourceFormats.find(file.format);
	const line = (await format.numbersBefore(storage, file, span)) + number;
	return { path, line, place: format.describePlace(path, line) };
}

/** The sentence about a file that has none. */
export const noRecordAt = (path: string, source: string, position: number) =>
	`${path} has no record at ${position}, where ${source} had one`;

/** The record at a position, whatever is in it, and its id where it has one. */
export async function findRecord(
	file: FoundInput,
	{ source, position }: { source: string; position: number },
): Promise<(FoundPlace & { id: string | null }) | NotFound> {
	const storage = storageAt(file.path);
	try {
		const span = await spanAt(storage, file, position);
		const reading = readSpans([{ storage, file, span }], {
			taker: recipeTaker({
				...{ textField: null, idField: null, where: null, fields: [] },
			}),
			onBadRecord: () => {},
		});
		for await (const { positions, ids, numbers } of reading) {
			const own = positions.indexOf(position);
			if (own === -1) continue;
			const place = await placeOf(storage, file, span, numbers[own]);
			return { ...place, id: ids[own] };
		}
	} catch (error) {
		if (!(error instanceof SeqpackError)) throw error;
		return { why: error.message.replace(/\.$/, "") };
	}
	return { why: noRecordAt(file.path, source, position) };
}
