import { type Given, programValue, type Resolved } from "../core/option.js";
import { resolveOptions } from "../core/resolve-options.js";
import { divisionOf, wholeSpan } from "../sources/divide.js";
import { findInputs } from "../sources/find-inputs.js";
import {
	type DocumentBatch,
	type ReadCounts,
	readSpans,
	type SkippedRecord,
} from "../sources/read-records.js";
import { storageAt } from "../storage/storages.js";
import { readingTable } from "./options.js";

export const readDocumentsTable = {
	...readingTable,
	onBadRecord: programValue<(bad: SkippedRecord) => void>(
		"a function",
		(value) => typeof value === "function",
		{
			help: "told of each record that is passed over",
			of: { onError: ["skip"] },
		},
	),
};

export type ReadDocumentsOptions = Given<typeof readDocumentsTable>;

/**
 * All documents of files, directories and glob patterns, in batches of about a
 * megabyte of input.
 * @returns The counts of each file.
 * @throws UsageError, DataError naming the file and the place
 */
export async function* readDocuments(
	inputs: readonly string[],
	options: ReadDocumentsOptions = {},
): AsyncGenerator<DocumentBatch, ReadCounts[]> {
	const settings = resolveOptions(readDocumentsTable, options);
	return yield* documentsOf(inputs, settings);
}

/** The same, of options that are checked. */
export async function* documentsOf(
	inputs: readonly string[],
	settings: Resolved<typeof readDocumentsTable>,
): AsyncGenerator<DocumentBatch, ReadCounts[]> {
	const { files } = await findInputs(inputs, { format: settings.inputFormat });
	const spans = [];
	for (const file of files) {
		const storage = storageAt(file.path);
		const span = wholeSpan(await divisionOf(storage, file));
		spans.push({ storage, file, span });
	}
	const { textField, idField = null, onError, onBadRecord } = settings;
	return yield* readSpans(spans, {
		textField,
		idField,
		onBadRecord: onError === "skip" ? (bad) => onBadRecord?.(bad) : null,
	});
}
