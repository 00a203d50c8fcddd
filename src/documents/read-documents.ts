import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mapGenerator } from "../core/generators.js";
import { noticeOptions } from "../core/notices.js";
import { type Given, programValue, type Resolved } from "../core/option.js";
import { resolveOptions } from "../core/resolve-options.js";
import { textAt } from "../core/text-batch.js";
import { divisionOf, wholeSpan } from "../sources/divide.js";
import { findInputs, noticesOf } from "../sources/find/find-inputs.js";
import {
	type Documents,
	type ReadCounts,
	readSpans,
	type SkippedRecord,
} from "../sources/read-records.js";
import type { RecordTaker } from "../sources/records/taker.js";
import type { InputFile } from "../sources/source.js";
import { spoolStandardInput } from "../storage/spool.js";
import { storageAt } from "../storage/storages.js";
import { findOptionsOf, readingTable } from "./options.js";
import { documentTaker } from "./take-documents.js";
import { takeSettings } from "./take-settings.js";
import { requireContent } from "./tokenizer-option.js";

export const readDocumentsTable = {
	...readingTable,
	onBadRecord: programValue<(bad: SkippedRecord) => void>(
		"a function",
		(value) => typeof value === "function",
		{
			help: "called with each record that is skipped",
			of: { onError: ["skip"] },
		},
	),
	...noticeOptions,
};

export type ReadDocumentsOptions = Given<typeof readDocumentsTable>;

/** Documents in the order of the input, as columns of equal length. */
export interface DocumentBatch extends Omit<Documents, "texts" | "marks"> {
	/** As UTF-8 has them: a surrogate without its other half is U+FFFD. */
	texts: string[];
}

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
	return yield* mapGenerator(
		documentsOf(inputs, settings),
		({ texts, marks: _, ...rest }) => ({
			texts: rest.positions.map((_, i) => textAt(texts, i)),
			...rest,
		}),
	);
}

/** The same with texts as UTF-8, of options that are checked. */
export async function* documentsOf(
	inputs: readonly string[],
	settings: Resolved<typeof readDocumentsTable>,
	taker: RecordTaker = documentTaker(takeSettings(settings)),
	check: (files: readonly InputFile[]) => void = (files) =>
		requireContent(files, {}, null),
): AsyncGenerator<Documents, ReadCounts[]> {
	/** Where standard input is kept while it is read. */
	let kept: string | null = null;
	const standardInput = async () => {
		kept = join(tmpdir(), `seqpack-${randomBytes(8).toString("hex")}`);
		const storage = storageAt(kept);
		return (await spoolStandardInput(storage, kept)).path;
	};
	try {
		const found = await findInputs(inputs, {
			...findOptionsOf(settings),
			standardInput,
		});
		check(found.files);
		for (const notice of noticesOf(found)) settings.onNotice?.(notice, "warn");
		const spans = [];
		for (const file of found.files) {
			const storage = storageAt(file.path);
			const span = wholeSpan(await divisionOf(storage, file));
			spans.push({ storage, file, span });
		}
		const { onError, onBadRecord } = settings;
		return yield* readSpans(spans, {
			taker,
			onBadRecord: onError === "skip" ? (bad) => onBadRecord?.(bad) : null,
		});
	} finally {
		if (kept !== null) await storageAt(kept).remove(kept);
	}
}
