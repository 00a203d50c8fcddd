import {
	type Given,
	programValue,
	type Resolved,
	resolveOptions,
} from "../core/option.js";
import { divisionOf, wholeSpan } from "../sources/divide.js";
import { findInputs } from "../sources/find-inputs.js";
import {
	type DocumentBatch,
	type ReadCounts,
	readSpans,
	type SkippedRecord,
} from "../sources/read-records.js";
import { localFiles } from "../storage/local.js";
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
		const span = wholeSpan(await divisionOf(localFiles, file));
		spans.push({ file, span });
	}
	const { textField, idField = null, onError, onBadRecord } = settings;
	return yield* readSpans(localFiles, spans, {
		textField,
		idField,
		onBadRecord: onError === "skip" ? (bad) => onBadRecord?.(bad) : null,
	});
}
