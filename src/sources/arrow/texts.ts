import { type TextBatch, TextBatchBuilder } from "../../core/text-batch.js";
import { LONGEST_TEXT } from "../bytes/utf8.js";
import { BATCH_BYTES, BATCH_ROWS } from "../columns/table-batch.js";
import type { BatchBody } from "./body.js";
import { faults } from "./faults.js";
import type { ColumnPlace } from "./layout.js";
import { Kind } from "./metadata.js";
import {
	type Dictionaries,
	isLarge,
	loadIndices,
	loadOffsets,
	loadValidity,
	loadViews,
	type View,
	within,
} from "./values.js";

/** Texts of rows that follow one another, or one that is too long. */
export type TextRun = TextBatch | { tooLong: number };

/** The texts of a column of a batch. */
export interface Texts {
	/** Those from a row on, about a megabyte; what a null has may be anything. */
	from(row: number): Promise<TextRun>;
	isNull(row: number): boolean;
}

/**
 * Opens a column of texts.
 * @param path The column and those that it is in, the outermost first.
 * @throws BadInput, and so does what it returns
 */
export async function openTexts(
	body: BatchBody,
	path: readonly ColumnPlace[],
	dictionaries: Dictionaries,
): Promise<Texts> {
	const { rows } = body.header;
	const checks = await Promise.all(
		path.map((place) => loadValidity(body, place, rows)),
	);
	const isNull = (row: number) => !checks.every((isThere) => isThere(row));
	const place = path[path.length - 1];
	if (place.field.dictionary !== null)
		return indexed(body, place, isNull, dictionaries);
	const { kind } = place.field;
	return kind === Kind.Utf8View || kind === Kind.BinaryView
		? views(body, place, isNull)
		: between(body, place, isNull);
}

/** Texts back to back: they go over as they lie there. */
async function between(
	body: BatchBody,
	place: ColumnPlace,
	isNull: Texts["isNull"],
): Promise<Texts> {
	const { rows } = body.header;
	const offsetAt = await loadOffsets(
		body,
		place.buffer + 1,
		rows,
		isLarge(place.field),
	);
	const buffer = place.buffer + 2;
	const all = body.isPlain ? null : await body.whole(buffer);
	const most = all === null ? body.lengthOf(buffer) : all.length;
	const from = async (row: number) => {
		const start = offsetAt(row);
		const offsets = [0];
		for (let next = row; next < rows && offsets.length <= BATCH_ROWS; next++) {
			const end = offsetAt(next + 1) - start;
			const last = offsets[offsets.length - 1];
			if (end < last || start + end > most)
				throw faults.corrupt("a text is not within its buffer");
			if (end > BATCH_BYTES && next > row) break;
			if (end > LONGEST_TEXT) return { tooLong: end };
			offsets.push(end);
		}
		const end = start + offsets[offsets.length - 1];
		const bytes =
			all === null
				? await body.part(buffer, start, end)
				: within(all, start, end);
		return { bytes, offsets: Int32Array.from(offsets) };
	};
	return { from, isNull };
}

/** Texts in any places of several buffers. */
async function views(
	body: BatchBody,
	place: ColumnPlace,
	isNull: Texts["isNull"],
): Promise<Texts> {
	const { rows } = body.header;
	const viewAt = await loadViews(body, place.buffer + 1, rows);
	const read = partsOf(body, place);
	const from = async (row: number) => {
		const builder = new TextBatchBuilder();
		for (let next = row; next < rows && !isFull(builder); next++) {
			const view = isNull(next) ? EMPTY : viewAt(next);
			if (view instanceof Uint8Array) builder.addBytes(view);
			else if (view.end - view.start > LONGEST_TEXT) {
				if (next > row) break;
				return { tooLong: view.end - view.start };
			} else builder.addBytes(read.ready(view) ?? (await read.load(view)));
		}
		return builder.view();
	};
	return { from, isNull };
}

/** Reads on from a text that was asked for: the next is likely to come after it. */
function partsOf(body: BatchBody, place: ColumnPlace) {
	let held = { buffer: -1, start: 0, bytes: new Uint8Array(0) as Uint8Array };
	const ready = ({ buffer, start, end }: View): Uint8Array | null => {
		if (buffer !== held.buffer) return null;
		const [from, to] = [start - held.start, end - held.start];
		return from >= 0 && to <= held.bytes.length
			? held.bytes.subarray(from, to)
			: null;
	};
	const load = async (view: View): Promise<Uint8Array> => {
		const { buffer, start, end } = view;
		if (buffer < 0 || buffer >= place.variadic || start < 0)
			throw faults.corrupt("a text is not within its buffers");
		const number = place.buffer + 2 + buffer;
		if (body.isPlain) {
			const most = Math.max(
				end,
				Math.min(start + BATCH_BYTES, body.lengthOf(number)),
			);
			held = { buffer, start, bytes: await body.part(number, start, most) };
		} else held = { buffer, start: 0, bytes: await body.whole(number) };
		return (
			ready(view) ?? within(held.bytes, start - held.start, end - held.start)
		);
	};
	return { ready, load };
}

/** Texts of a dictionary. */
async function indexed(
	body: BatchBody,
	place: ColumnPlace,
	isNull: Texts["isNull"],
	dictionaries: Dictionaries,
): Promise<Texts> {
	const { rows } = body.header;
	const indexAt = await loadIndices(body, place, rows);
	const valueAt = dictionaries.valuesOf(place.field.dictionary?.id ?? 0, true);
	const textAt = (row: number) => {
		const text = isNull(row) ? null : valueAt(indexAt(row));
		return text instanceof Uint8Array ? text : null;
	};
	const from = async (row: number) => {
		const builder = new TextBatchBuilder();
		for (let next = row; next < rows && !isFull(builder); next++)
			builder.addBytes(textAt(next) ?? EMPTY);
		return builder.view();
	};
	return { from, isNull: (row) => textAt(row) === null };
}

const EMPTY = new Uint8Array(0);

function isFull(builder: TextBatchBuilder): boolean {
	return builder.length >= BATCH_BYTES || builder.texts >= BATCH_ROWS;
}
