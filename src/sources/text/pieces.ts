import { isUtf8 } from "node:buffer";
import { optionName } from "../../core/errors.js";
import { readBytes } from "../bytes/bytes.js";
import { hasByteOrderMark, invalidUtf8, LONGEST_TEXT } from "../bytes/utf8.js";
import type { WantedFields } from "../records/fields.js";
import { RecordBatchBuilder } from "../records/record-batch.js";
import {
	BadInput,
	type InputFile,
	type Place,
	type ReadableStorage,
	type RecordBatch,
	type Span,
} from "../source.js";

const NEWLINE = 10;

/**
 * The documents that begin in a span of a text, by the bytes that they begin at. A
 * document is what no occurrence of the separator covers, so that separators right
 * after one another, or overlapping, are one border, and it does not matter where
 * reading begins. Numbers are of lines, one more than there are newlines before.
 */
export async function* readPieces(
	storage: ReadableStorage,
	file: InputFile,
	{ start, end }: Span,
	separator: Buffer,
	wanted: WantedFields,
): AsyncGenerator<RecordBatch> {
	// What covers the byte before the span begins here or later.
	const from = Math.max(0, start - separator.length);
	const batch = new RecordBatchBuilder(wanted);
	const lines = new LineCounter(start, end);
	let document: Piece | null = null;
	/** Where what is not yet given begins: after the last separator, or in a document. */
	let cursor = from;
	let carried: Buffer = Buffer.alloc(0);
	let base = from;

	const extend = (data: Buffer, to: number) => {
		if (to <= cursor) return;
		if (document === null) {
			lines.countTo(cursor, data, base);
			document = new Piece({ position: cursor, number: lines.number });
		}
		if (document.place.position >= start)
			document.add(data.subarray(cursor - base, to - base));
		cursor = to;
	};
	const close = () => {
		if (document !== null && document.place.position >= start)
			document.addTo(batch);
		document = null;
	};
	const next = (): Place =>
		document?.place ?? { position: cursor, number: lines.number };
	const isDone = () =>
		cursor >= end && (document === null || document.place.position < start);

	for await (const chunk of readBytes(storage, file, from)) {
		const data: Buffer =
			carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
		let at = data.indexOf(separator);
		while (at !== -1 && !isDone()) {
			extend(data, base + at);
			close();
			cursor = base + at + separator.length;
			at = cursor >= end ? -1 : data.indexOf(separator, at + 1);
		}
		const decided = Math.max(0, data.length - (separator.length - 1));
		if (!isDone()) extend(data, base + decided);
		if (isDone()) {
			lines.countTo(base + data.length, data, base);
			break;
		}
		lines.countTo(base + decided, data, base);
		if (batch.records > 0) yield batch.take(next());
		carried = data.subarray(decided);
		base += decided;
	}
	if (!isDone()) {
		extend(carried, base + carried.length);
		lines.countTo(base + carried.length, carried, base);
		close();
	}
	yield batch.take({ position: cursor, number: lines.number });
}

/** Newlines before a byte. */
export async function linesBefore(
	storage: ReadableStorage,
	file: InputFile,
	byte: number,
): Promise<number> {
	if (byte === 0) return 0;
	const lines = new LineCounter(0, byte);
	let base = 0;
	for await (const piece of readBytes(storage, file)) {
		lines.countTo(base + piece.length, piece, base);
		base += piece.length;
		if (base >= byte) break;
	}
	return lines.number - 1;
}

/** Counts the newlines of a range. */
class LineCounter {
	/** One more than there are newlines so far. */
	number = 1;
	#at: number;
	readonly #end: number;

	constructor(start: number, end: number) {
		this.#at = start;
		this.#end = end;
	}

	/** Counts on up to a byte that is in `data`, which begins at `base`. */
	countTo(byte: number, data: Buffer, base: number): void {
		const to = Math.min(byte, this.#end);
		if (to <= this.#at) return;
		let found = data.indexOf(NEWLINE, this.#at - base);
		while (found !== -1 && found < to - base) {
			this.number++;
			found = data.indexOf(NEWLINE, found + 1);
		}
		this.#at = to;
	}
}

/** A document as it is read. */
class Piece {
	readonly place: Place;
	#bytes: Buffer[] = [];
	#length = 0;

	constructor(place: Place) {
		this.place = place;
	}

	add(bytes: Buffer): void {
		this.#length += bytes.length;
		if (this.#length > LONGEST_TEXT) this.#bytes = [];
		else this.#bytes.push(bytes);
	}

	addTo(batch: RecordBatchBuilder): void {
		if (this.#length > LONGEST_TEXT) {
			batch.addBad(tooLong(this.#length), this.place);
			return;
		}
		const bytes =
			this.#bytes.length === 1 ? this.#bytes[0] : Buffer.concat(this.#bytes);
		if (!isUtf8(bytes)) {
			batch.addBad(invalidUtf8(), this.place);
			return;
		}
		const marked = this.place.position === 0 && hasByteOrderMark(bytes);
		const text = bytes.subarray(marked ? 3 : 0);
		const record = {
			get text() {
				return text.toString("utf8");
			},
		};
		batch.add(record, this.place, { text });
	}
}

function tooLong(length: number): BadInput {
	return new BadInput(
		"too-long",
		`the document has ${length} bytes, more than the ${LONGEST_TEXT} that can be read. Split it (${optionName("separator")}), or give ${optionName("onError", "skip")}`,
	);
}
