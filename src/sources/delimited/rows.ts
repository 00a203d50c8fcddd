import { CarriedBytes } from "../bytes/carried-bytes.js";
import type { PlacedBytes } from "../bytes/placed-bytes.js";
import type { Place } from "../source.js";

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;

/** A row as it is written, without what ends it. */
export interface WrittenRow extends Place {
	/** Null: more than can be read, or its last cell is open. */
	bytes: Buffer | null;
	length: number;
	/** Where the quoted cell begins that is open at the end of the file. */
	openQuote: Place | null;
	/** The place after the row. */
	next: Place;
}

/** Before the first byte of a cell. */
const CELL = 0;
/** In a cell, or in what follows its closing quotation mark. */
const PLAIN = 1;
/** Within quotation marks. */
const QUOTED = 2;
/** After a quotation mark that closes the cell, unless another one follows. */
const CLOSED = 3;

/**
 * Finds the rows of a file (RFC 4180): a quotation mark at the beginning of a cell
 * quotes what follows, newlines too, up to the next one that is not doubled. Elsewhere
 * it is a character like others. Rows end with a newline, a carriage return, or both;
 * empty ones are passed over.
 */
export class RowScanner {
	readonly #delimiter: number;
	/** 1 for the bytes that have no meaning of their own. */
	readonly #isPlain = new Uint8Array(256).fill(1);
	#state = CELL;
	#row: Place = { position: 0, number: 1 };
	#line = 1;
	/** Where the last quoted cell begins. */
	#quote = this.#row;
	/** The last byte of the piece before. */
	#last = 0;
	#carried = new CarriedBytes();

	/** @param delimiter The byte between cells. */
	constructor(delimiter: number) {
		this.#delimiter = delimiter;
		for (const byte of [delimiter, QUOTE, NEWLINE, CARRIAGE_RETURN])
			this.#isPlain[byte] = 0;
	}

	/** Where the row begins that is not at its end. */
	get row(): Place {
		return this.#row;
	}

	/** The rows that end in the next piece. */
	*scan({ bytes, position }: PlacedBytes): Generator<WrittenRow> {
		for (let start = 0; ; ) {
			const end = this.#endOfRow(bytes, start, position);
			this.#carried.add(bytes.subarray(start, end));
			if (end === bytes.length) break;
			if (!this.#isSecond(bytes, end)) this.#line++;
			start = end + 1;
			const row = this.#takeRow(position + start);
			if (row !== null) yield row;
		}
		this.#last = bytes.at(-1) ?? this.#last;
	}

	/** The last row, where nothing ends it; null: there is none. */
	finish(): WrittenRow | null {
		const { length } = this.#carried;
		if (length === 0) return null;
		this.#line++;
		const row = this.#row;
		const end = row.position + length;
		if (this.#state !== QUOTED) return this.#takeRow(end);
		this.#row = { position: end, number: this.#line };
		return {
			...row,
			bytes: null,
			length,
			openQuote: this.#quote,
			next: this.#row,
		};
	}

	/** The first newline or carriage return that is not quoted, or the end of the bytes. */
	#endOfRow(bytes: Buffer, start: number, position: number): number {
		const delimiter = this.#delimiter;
		const isPlain = this.#isPlain;
		let state = this.#state;
		let i = start;
		for (; i < bytes.length; i++) {
			const byte = bytes[i];
			if (isPlain[byte] === 1) {
				if (state !== QUOTED) state = PLAIN;
			} else if (state === QUOTED) {
				if (byte === QUOTE) state = CLOSED;
				else if (byte === NEWLINE || byte === CARRIAGE_RETURN)
					this.#line += this.#isSecond(bytes, i) ? 0 : 1;
			} else if (byte === delimiter) state = CELL;
			else if (byte === NEWLINE || byte === CARRIAGE_RETURN) {
				state = CELL;
				break;
			} else if (state !== PLAIN) {
				if (state === CELL)
					this.#quote = { position: position + i, number: this.#line };
				state = QUOTED;
			}
		}
		this.#state = state;
		return i;
	}

	/** Whether a byte is the newline of a carriage return that ended the line. */
	#isSecond(bytes: Buffer, i: number): boolean {
		const before = i > 0 ? bytes[i - 1] : this.#last;
		return bytes[i] === NEWLINE && before === CARRIAGE_RETURN;
	}

	/** The row, null where it is empty; the next one begins. */
	#takeRow(end: number): WrittenRow | null {
		const { position, number } = this.#row;
		const next = { position: end, number: this.#line };
		this.#row = next;
		if (this.#carried.length === 0) return null;
		const { bytes, length } = this.#carried.take();
		return { position, number, bytes, length, openQuote: null, next };
	}
}

/** The cells of a row, without their quotation marks; what follows the closing one is kept. */
export function cellsOf(row: Buffer, delimiter: number): Buffer[] {
	const cells: Buffer[] = [];
	for (let start = 0; start <= row.length; ) {
		const parts: Buffer[] = [];
		if (row[start] === QUOTE) start = takeQuoted(row, start + 1, parts);
		const found = row.indexOf(delimiter, start);
		const end = found === -1 ? row.length : found;
		if (end > start || parts.length === 0) parts.push(row.subarray(start, end));
		cells.push(parts.length === 1 ? parts[0] : Buffer.concat(parts));
		start = end + 1;
	}
	return cells;
}

/** Takes what is quoted, in parts, and gives the place after the closing quotation mark. */
function takeQuoted(row: Buffer, start: number, parts: Buffer[]): number {
	for (let from = start; ; ) {
		const quote = row.indexOf(QUOTE, from);
		const isDoubled = row[quote + 1] === QUOTE;
		parts.push(row.subarray(from, isDoubled ? quote + 1 : quote));
		if (!isDoubled) return quote + 1;
		from = quote + 2;
	}
}
