import { DataError } from "../core/errors.js";
import type { Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { findInputs } from "./find-inputs.js";
import { sourceFormats } from "./formats.js";
import { countNewlines } from "./lines.js";
import type {
	BadRecord,
	DocumentBatch,
	InputFile,
	ReadOptions,
	Span,
} from "./source.js";

/** Documents of one span of one file. */
export function readSpan(
	file: InputFile,
	span: Span,
	options: ReadOptions,
): AsyncGenerator<DocumentBatch> {
	return sourceFormats[file.format].read(file, span, options);
}

/** The error of a bad record, with its place: file and line. */
export async function badRecordError(
	storage: Storage,
	file: InputFile,
	span: Span,
	bad: BadRecord,
): Promise<DataError> {
	const line =
		span.start === 0
			? bad.line
			: (await countNewlines(storage, file, bad.position)) + 1;
	return new DataError(bad.reason, `${file.path}:${line}: ${bad.sentence}.`);
}

export interface ReadDocumentsOptions {
	/** Field of a record that holds its text; default `text`. */
	textField?: string;
	/** Field that holds its id; default `id`, where a record has one. */
	idField?: string;
	/** `auto` (default), `jsonl` or `text`. */
	inputFormat?: string;
	/** Told of each bad record, which is then passed over; without it the first one throws. */
	onBadRecord?: (file: InputFile, bad: BadRecord) => void;
}

/**
 * All documents of files, directories and glob patterns, in batches of about a
 * megabyte of input.
 * @throws UsageError, DataError naming the file and the line
 */
export async function* readDocuments(
	inputs: readonly string[],
	options: ReadDocumentsOptions = {},
): AsyncGenerator<DocumentBatch> {
	const { files } = await findInputs(
		inputs,
		options.inputFormat === undefined ? {} : { format: options.inputFormat },
	);
	for (const file of files) {
		const storage = storageAt(file.path);
		const span = { start: 0, end: null };
		yield* readSpan(file, span, {
			storage,
			textField: options.textField ?? "text",
			idField: options.idField ?? null,
			counts: { bytes: 0, records: 0, lines: 0 },
			onBadRecord: async (bad) => {
				if (!options.onBadRecord)
					throw await badRecordError(storage, file, span, bad);
				options.onBadRecord(file, bad);
			},
		});
	}
}
