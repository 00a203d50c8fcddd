import { isUtf8 } from "node:buffer";
import {
	selectTexts,
	type TextBatch,
	TextBatchBuilder,
} from "../../core/text-batch.js";
import { invalidUtf8 } from "../bytes/utf8.js";
import type { WantedFields } from "../records/fields.js";
import type { BadInput, BadRecord, Place, RecordBatch } from "../source.js";

/** Texts of a batch: about as many bytes as are best handed on at once. */
export const BATCH_BYTES = 1 << 20;
/** Most rows of a batch. */
export const BATCH_ROWS = 1 << 14;

/** Rows of a table that follow one another. */
export interface TableRows {
	/** The wanted texts, not yet known to be UTF-8. */
	texts: TextBatch;
	/** By row, what the text's field holds where that is no text. */
	notTexts: Map<number, unknown>;
	/** UTF-8 as bytes, or what else the id's column holds. */
	ids: unknown[];
	/** `values[f][i]`: field f of row i. */
	values: unknown[][];
}

/** Collects rows one by one. */
export class TableRowsBuilder {
	readonly #fields: number;
	#texts: TextBatchBuilder;
	#notTexts = new Map<number, unknown>();
	#ids: unknown[] = [];
	#values: unknown[][];

	constructor({ values }: WantedFields) {
		this.#fields = values.length;
		this.#texts = new TextBatchBuilder();
		this.#values = values.map(() => []);
	}

	get rows(): number {
		return this.#ids.length;
	}

	get isFull(): boolean {
		return this.#texts.length >= BATCH_BYTES || this.rows >= BATCH_ROWS;
	}

	/** @param text undefined: none is wanted */
	add(text: unknown, id: unknown, values: readonly unknown[]): void {
		if (text instanceof Uint8Array) this.#texts.addBytes(text);
		else {
			if (text !== undefined) this.#notTexts.set(this.rows, text);
			this.#texts.add("");
		}
		this.#ids.push(id);
		for (let f = 0; f < this.#fields; f++) this.#values[f].push(values[f]);
	}

	/** The rows so far; new ones begin. */
	take(): TableRows {
		const rows = {
			texts: this.#texts.view(),
			notTexts: this.#notTexts,
			ids: this.#ids,
			values: this.#values,
		};
		this.#clear();
		return rows;
	}

	#clear(): void {
		// The next ones are likely to be about as long.
		const room = Math.min(this.#texts.length, BATCH_BYTES) * 1.25;
		this.#texts = new TextBatchBuilder(Math.max(1024, Math.ceil(room)));
		this.#notTexts = new Map();
		this.#ids = [];
		this.#values = Array.from({ length: this.#fields }, () => []);
	}
}

/**
 * Rows as a batch of records, those left out that are not UTF-8.
 * @param first Where the first row is.
 * @param fieldNames Names of all columns.
 */
export function batchOfRows(
	{ texts, notTexts, ids, values }: TableRows,
	first: Place,
	fieldNames: string[],
): RecordBatch {
	const count = ids.length;
	const placeOf = (row: number): Place => ({
		position: first.position + row,
		number: first.number + row,
	});
	const idTexts = ids.map(idText);
	const invalid = invalidTexts(texts);
	idTexts.forEach((id, row) => {
		if (id === INVALID) invalid.add(row);
	});
	const used: number[] = [];
	for (let row = 0; row < count; row++) if (!invalid.has(row)) used.push(row);
	const all = used.length === count;
	const select = <T>(column: T[]) =>
		all ? column : used.map((row) => column[row]);
	return {
		texts: all ? texts : selectTexts(texts, used),
		notTexts: all ? notTexts : renumbered(notTexts, used),
		ids: select(idTexts),
		values: values.map(select),
		positions: used.map((row) => first.position + row),
		numbers: used.map((row) => first.number + row),
		bad: [...invalid]
			.sort((a, b) => a - b)
			.map((row) => badRecord(invalidUtf8("row"), placeOf(row))),
		fieldNames: () => fieldNames,
		next: placeOf(count),
	};
}

/**
 * Texts of rows, with nothing where there is none: what stands in memory for a null can
 * be anything.
 * @param texts null: none are wanted.
 */
export function withoutTexts(
	texts: TextBatch | null,
	notTexts: ReadonlyMap<number, unknown>,
	count: number,
): TextBatch {
	if (texts === null)
		return { bytes: new Uint8Array(0), offsets: new Int32Array(count + 1) };
	const { bytes, offsets } = texts;
	const lengthOf = (row: number) => offsets[row + 1] - offsets[row];
	if ([...notTexts.keys()].every((row) => lengthOf(row) === 0)) return texts;
	const builder = new TextBatchBuilder();
	for (let row = 0; row < count; row++)
		if (notTexts.has(row)) builder.add("");
		else builder.addBytes(bytes.subarray(offsets[row], offsets[row + 1]));
	return builder.view();
}

/** A batch of nothing but something that cannot be read. */
export function badBatch(
	error: BadInput,
	wanted: WantedFields,
	place: Place,
	next: Place,
): RecordBatch {
	const nothing = new TableRowsBuilder(wanted).take();
	return {
		...batchOfRows(nothing, next, []),
		bad: [badRecord(error, place)],
	};
}

function badRecord({ reason, message }: BadInput, place: Place): BadRecord {
	return { ...place, reason, sentence: message };
}

/** Stands for an id that is not UTF-8. */
const INVALID = Symbol();

/** Texts and numbers as texts; anything else as it is. */
function idText(id: unknown): unknown {
	if (id instanceof Uint8Array)
		return isUtf8(id)
			? Buffer.from(id.buffer, id.byteOffset, id.length).toString()
			: INVALID;
	return typeof id === "number" || typeof id === "bigint" ? String(id) : id;
}

/** The texts that are not UTF-8. All are if the bytes are, and no border is within a character. */
function invalidTexts({ bytes, offsets }: TextBatch): Set<number> {
	const invalid = new Set<number>();
	const texts = offsets.length - 1;
	if (
		isUtf8(bytes.subarray(offsets[0], offsets[texts])) &&
		!splitsCharacter(bytes, offsets)
	)
		return invalid;
	for (let i = 0; i < texts; i++)
		if (!isUtf8(bytes.subarray(offsets[i], offsets[i + 1]))) invalid.add(i);
	return invalid;
}

function splitsCharacter(bytes: Uint8Array, offsets: Int32Array): boolean {
	const end = offsets[offsets.length - 1];
	for (const offset of offsets)
		if (offset < end && (bytes[offset] & 0xc0) === 0x80) return true;
	return false;
}

function renumbered<T>(
	byRow: ReadonlyMap<number, T>,
	used: readonly number[],
): Map<number, T> {
	const result = new Map<number, T>();
	used.forEach((row, i) => {
		if (byRow.has(row)) result.set(i, byRow.get(row) as T);
	});
	return result;
}
