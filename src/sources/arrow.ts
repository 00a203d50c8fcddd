import type { ReadableFile } from "../storage/storage.js";
import { BatchBody } from "./arrow/body.js";
import {
	type BatchPlace,
	type Contents,
	MAGIC,
	messageAt,
	readContents,
} from "./arrow/contents.js";
import { LoadedDictionaries } from "./arrow/dictionaries.js";
import { decoding, faults } from "./arrow/faults.js";
import {
	describeType,
	findField,
	findPlace,
	holdsTexts,
	placesOf,
} from "./arrow/layout.js";
import type { Schema } from "./arrow/metadata.js";
import { openTable } from "./arrow/open-table.js";
import { openTexts } from "./arrow/texts.js";
import { loadValidity, loadValues, type ValueAt } from "./arrow/values.js";
import {
	BATCH_ROWS,
	badBatch,
	batchOfRows,
	withoutTexts,
} from "./columns/table-batch.js";
import type { FieldPath, WantedFields } from "./records/fields.js";
import {
	BadInput,
	type InputFile,
	type Place,
	type ReadableStorage,
	type RecordBatch,
	type SourceFormat,
} from "./source.js";

/** How many times larger columns are than their compressed bytes, about. */
const RATIO = 3;

/**
 * Arrow IPC, files and streams: a row is a record. Of each batch only the wanted columns
 * are read, and of texts that are not compressed a megabyte at a time, as the bytes that
 * they are. In memory there are at once the other wanted columns of a batch, and its
 * texts where they are compressed; and all dictionaries of wanted columns.
 */
export const arrow: SourceFormat = {
	title: "Arrow IPC, files and streams",
	extensions: [".arrow", ".feather", ".ipc"],
	signature: isArrow,
	// What save_to_disk of `datasets` writes.
	companions: ["state.json", "dataset_info.json", "dataset_dict.json"],
	compressible: false,
	fields: { text: "text", id: "id", fixed: false },
	reasons: faults.reasons,
	describePlace: (path, row) => (row === 0 ? path : `${path}, row ${row}`),

	async divide(storage, file) {
		const contents = await contentsOf(storage, file, Infinity);
		const parts = contents.batches.map(
			({ bytes, isCompressed }) => bytes * (isCompressed ? RATIO : 1),
		);
		// What is damaged is a part of its own.
		return { parts: contents.damage === null ? parts : [...parts, 0] };
	},

	openTable,

	async numbersBefore(storage, file, { start }) {
		const contents = await contentsOrFault(storage, file, start);
		return contents instanceof BadInput
			? 0
			: rowsOf(contents.batches.slice(0, start));
	},

	async *read(storage, file, span, wanted) {
		const whole = { position: 0, number: 0 };
		const begin = { position: 0, number: 1 };
		const contents = await contentsOrFault(storage, file, span.end);
		if (contents instanceof BadInput) {
			yield badBatch(contents, wanted, whole, begin);
			return;
		}
		const { schema, batches, damage } = contents;
		const unusable = findFault(contents, wanted);
		if (unusable !== null) {
			// Once for the file, however many spans it has.
			if (span.start === 0) yield badBatch(unusable, wanted, whole, begin);
			return;
		}
		const place = { position: rowsOf(batches.slice(0, span.start)), number: 1 };
		const opened = await storage.open(file.path);
		try {
			const fields = [wanted.text ?? [], wanted.id, ...wanted.values];
			const found = fields.flatMap(
				(path) => findField(schema.fields, path)?.at(-1) ?? [],
			);
			const dictionaries = new LoadedDictionaries(
				opened,
				file.size,
				schema,
				found,
			);
			const open = { opened, file, contents, dictionaries };
			for (const batch of batches.slice(span.start, span.end)) {
				yield* readBatch(open, batch, place, wanted);
				place.position += batch.rows;
				place.number += batch.rows;
			}
			if (damage !== null && span.end > batches.length)
				yield badBatch(faults.lostRest(damage), wanted, place, { ...place });
		} finally {
			await opened.close();
		}
	},
};

/** Whether a file begins as a file does, or as the first message of a stream. */
function isArrow(head: Buffer): boolean {
	if (head.toString("latin1", 0, MAGIC.length) === MAGIC) return true;
	if (head.length < 12 || head.readInt32LE(0) !== -1) return false;
	const length = head.readInt32LE(4);
	const root = head.readUInt32LE(8);
	return (
		length > 0 && length % 8 === 0 && root >= 4 && root < Math.min(length, 256)
	);
}

async function contentsOrFault(
	storage: ReadableStorage,
	file: InputFile,
	batches: number,
): Promise<Contents | BadInput> {
	try {
		return await contentsOf(storage, file, batches);
	} catch (error) {
		if (error instanceof BadInput) return error;
		throw error;
	}
}

/** @throws BadInput */
async function contentsOf(
	storage: ReadableStorage,
	{ path, size }: InputFile,
	batches: number,
): Promise<Contents> {
	const file = await storage.open(path);
	try {
		return await readContents(file, size, batches);
	} finally {
		await file.close();
	}
}

function rowsOf(batches: readonly BatchPlace[]): number {
	return batches.reduce((sum, { rows }) => sum + rows, 0);
}

function namesOf({ fields }: Schema): string[] {
	return fields.map(({ name }) => name);
}

/** Why no row of the file can be used, if that is so. */
function findFault(
	{ schema }: Contents,
	{ text, values }: WantedFields,
): BadInput | null {
	const without = (field: FieldPath, type: string | null) =>
		faults.noTextColumn(field, type, namesOf(schema));
	if (text !== null) {
		const field = findField(schema.fields, text)?.at(-1);
		if (field === undefined) return without(text, null);
		return holdsTexts(field) ? null : without(text, describeType(field));
	}
	const isAny = values.some(
		(field) => findField(schema.fields, field) !== null,
	);
	return isAny || values.length === 0 ? null : without(values[0], null);
}

interface OpenArrow {
	opened: ReadableFile;
	file: InputFile;
	contents: Contents;
	dictionaries: LoadedDictionaries;
}

/** The rows of a batch, as far as they can be read, and then what is wrong. */
async function* readBatch(
	{ opened, file, contents, dictionaries }: OpenArrow,
	batch: BatchPlace,
	first: Place,
	wanted: WantedFields,
): AsyncGenerator<RecordBatch> {
	const { schema } = contents;
	const { rows } = batch;
	const names = namesOf(schema);
	let row = 0;
	const placeOf = (row: number): Place => ({
		position: first.position + row,
		number: first.number + row,
	});
	try {
		await dictionaries.load(contents.dictionaries.slice(0, batch.dictionaries));
		const found = await messageAt(opened, batch.position, file.size);
		if (!("batch" in found.message) || found.message.batch.rows !== rows)
			throw faults.corrupt("a batch is not what it was before");
		const header = found.message.batch;
		const body = await BatchBody.open(opened, header, found.body);
		const places = decoding(() => placesOf(schema, header));
		const pathOf = (field: FieldPath) => findPlace(places, field);
		const load = async (field: FieldPath, raw: boolean): Promise<ValueAt> => {
			if (findField(schema.fields, field) === null) return () => undefined;
			const path = pathOf(field);
			const place = path[path.length - 1];
			const around = await Promise.all(
				path.slice(0, -1).map((outer) => loadValidity(body, outer, rows)),
			);
			const at = await loadValues(body, place, rows, raw, dictionaries);
			return (row) =>
				around.every((isThere) => isThere(row)) ? at(row) : null;
		};
		const idAt = await load(wanted.id, true);
		const valuesAt = await Promise.all(
			wanted.values.map((field) => load(field, false)),
		);
		const texts =
			wanted.text && (await openTexts(body, pathOf(wanted.text), dictionaries));
		while (row < rows) {
			const run = texts && (await texts.from(row));
			if (run !== null && "tooLong" in run) {
				const error = faults.tooLongText(run.tooLong);
				const at = row++;
				yield badBatch(error, wanted, placeOf(at), placeOf(row));
				continue;
			}
			const count =
				run === null
					? Math.min(BATCH_ROWS, rows - row)
					: run.offsets.length - 1;
			const start = row;
			const listOf = (at: ValueAt) =>
				decoding(() => Array.from({ length: count }, (_, i) => at(start + i)));
			const ids = listOf(idAt);
			const values = valuesAt.map(listOf);
			const notTexts = new Map<number, unknown>();
			for (let i = 0; texts !== null && i < count; i++)
				if (texts.isNull(row + i)) notTexts.set(i, null);
			row += count;
			const found = {
				texts: withoutTexts(run, notTexts, count),
				notTexts,
				ids,
				values,
			};
			yield batchOfRows(found, placeOf(start), names);
		}
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		const place = placeOf(row);
		const lost = faults.lostRows(
			error,
			place.position + 1,
			first.position + rows,
		);
		yield badBatch(lost, wanted, place, placeOf(rows));
	}
}
