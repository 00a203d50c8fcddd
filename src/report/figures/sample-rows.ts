import { SeqpackError } from "../../core/errors.js";
import type { Dataset } from "../../dataset/open-dataset.js";
import type { OpenStore } from "../../dataset/open-store.js";
import type { FiguresSettings } from "../../options/figures.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import { findDocuments } from "../trace/find-documents.js";
import { openTokenizerOf } from "../trace/open-encoders.js";
import {
	type OpenedRow,
	type OpenedRows,
	openRows,
	ownerOf,
} from "../trace/open-row.js";
import { findDocument, rowsOfDocument } from "./document-rows.js";
import type { SampleRow } from "./figures.js";
import { MOST_SHOWN, requireRow, rowRange } from "./row-range.js";
import { sampleRow } from "./sample-row.js";

/** The first rows, which are shown where none are asked for. */
export const USUAL_ROWS = 3;

/**
 * Rows of a dataset with their segments and texts: those asked for, or the first and the shared one.
 * @param owner The dataset that has their tokens; null where it cannot be read, which is noted.
 * @param sharedRow One of several documents; null: there is none.
 * @throws UsageError `no-row`, `no-document`, `other-tokenizer`; DataError `store-changed`
 */
export async function sampleRows(
	dataset: Dataset,
	owner: OpenStore | null,
	sharedRow: number | null,
	settings: FiguresSettings,
	notes: string[],
): Promise<SampleRow[]> {
	const { directory, manifest } = dataset;
	const { rows: range, document, tokenizer: path, tokens } = settings;
	const isAsked = range !== undefined || document !== undefined;
	if (owner === null) {
		// It says again why it cannot.
		if (isAsked) await ownerOf(dataset);
		return [];
	}
	let opened: OpenedRows;
	try {
		opened = openRows(dataset, owner);
	} catch (error) {
		if (isAsked || !(error instanceof SeqpackError)) throw error;
		notes.push(`no rows are shown: ${error.message.replace(/\.$/, "")}`);
		return [];
	}
	const { rows } = manifest.summary;
	const tokenizer =
		path === undefined
			? null
			: await openTokenizerOf(directory, owner.manifest, path);
	const numbers =
		document !== undefined
			? await ofDocument(opened, document, notes)
			: numbersOf(directory, range ?? `0..${USUAL_ROWS - 1}`, rows, isAsked);
	if (!isAsked && sharedRow !== null && !numbers.includes(sharedRow))
		numbers.push(sharedRow);
	const samples: SampleRow[] = [];
	for (const number of numbers)
		samples.push(await shown(opened, number, tokens, tokenizer));
	return samples;
}

function numbersOf(
	directory: string,
	range: string,
	rows: number,
	isAsked: boolean,
): number[] {
	const [first, end] = rowRange(range);
	if (isAsked) requireRow(directory, first, rows);
	const last = Math.min(end, rows);
	return Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
}

async function ofDocument(
	opened: OpenedRows,
	document: string,
	notes: string[],
): Promise<number[]> {
	const id = await findDocument(opened.owner, document);
	const rows = await rowsOfDocument(opened, id, MOST_SHOWN + 1);
	if (rows.length === 0)
		notes.push(
			`no row has a token of the document ${document}: it was dropped, or has none`,
		);
	if (rows.length > MOST_SHOWN)
		notes.push(
			`the document ${document} is in more rows than the ${MOST_SHOWN} that are shown`,
		);
	return rows.slice(0, MOST_SHOWN);
}

async function shown(
	opened: OpenedRows,
	number: number,
	tokens: number,
	tokenizer: Tokenizer | null,
): Promise<SampleRow> {
	const row = await opened.row(number);
	const { ids, lengths, offsets } = row;
	return sampleRow(
		{
			...{ row: number, ids, lengths, offsets },
			documents: await namesOf(row),
			lossMask: await row.lossMask(),
		},
		tokens,
		tokenizer,
	);
}

/** The ids that the input gave the documents of a row, or else their numbers. */
async function namesOf(row: OpenedRow): Promise<string[]> {
	const ids = [...row.documents];
	const numbers = ids.map(String);
	if (row.manifest.index.length === 0) return numbers;
	const found = await findDocuments(row, new Set(ids));
	return ids.map((id, i) => found.get(id)?.id ?? numbers[i]);
}
