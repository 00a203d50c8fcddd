import { isUtf8 } from "node:buffer";
import { optionName } from "../../core/errors.js";
import { CarriedBytes } from "../bytes/carried-bytes.js";
import { invalidUtf8, tooLong } from "../bytes/utf8.js";
import type { RecordBatchBuilder } from "../records/record-batch.js";
import { BadInput, type Place } from "../source.js";
import { JoinedLines } from "./joined-lines.js";

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const BEGIN = 62;

/**
 * Finds the records that begin in a span, in the pieces of the file from `from` on,
 * which may end anywhere.
 */
export class FastaScanner {
	/** Where reading begins: a byte before the span, which tells whether it begins a line. */
	readonly from: number;
	readonly #span: { start: number; end: number; holdsText: boolean };
	#position: number;
	/** Whether the next byte begins a line. */
	#beginsLine: boolean;
	/** Where the record is that is being read; null before the first. */
	#record: Place | null = null;
	#inHeader = false;
	#header = new CarriedBytes();
	#text = new JoinedLines();
	#next: Place;
	/** Whether the span has no more records. */
	isDone = false;

	constructor(span: { start: number; end: number; holdsText: boolean }) {
		this.#span = span;
		this.from = Math.max(0, span.start - 1);
		this.#position = this.from;
		this.#beginsLine = span.start === 0;
		this.#next = { position: span.start, number: 1 };
	}

	/** The place of the record that is not yet given, or the one after the last. */
	get place(): Place {
		return this.#record ?? this.#next;
	}

	/** Adds the records that end in the next piece to a batch. */
	scan(piece: Buffer, batch: RecordBatchBuilder): void {
		for (let at = 0; at < piece.length && !this.isDone; ) {
			if (this.#beginsLine && piece[at] === BEGIN) this.#begin(at, batch);
			if (this.isDone) break;
			const newline = piece.indexOf(NEWLINE, at);
			const end = newline === -1 ? piece.length : newline;
			this.#add(piece.subarray(at, end));
			this.#beginsLine = newline !== -1;
			if (this.#beginsLine) this.#endLine();
			at = end + 1;
		}
		this.#position += piece.length;
		if (this.#record === null && this.#position >= this.#span.end)
			this.isDone = true;
	}

	/** Adds the last record. */
	finish(batch: RecordBatchBuilder): void {
		this.#endLine();
		this.#close(batch, this.#position);
	}

	/** A record begins at a byte of the piece that is being scanned. */
	#begin(at: number, batch: RecordBatchBuilder): void {
		const position = this.#position + at;
		const { start, end } = this.#span;
		this.#close(batch, position);
		if (position >= end) {
			this.isDone = true;
			return;
		}
		if (position < start) return;
		this.#record = { position, number: this.#next.number };
		this.#inHeader = true;
	}

	#add(part: Buffer): void {
		if (this.#record === null) {
			// Of a span within a file the record before has begun.
			if (this.#span.start === 0 && !/^[ \t\r]*$/.test(part.toString("latin1")))
				throw notFasta();
			return;
		}
		if (this.#inHeader) this.#header.add(Buffer.from(part));
		else if (this.#span.holdsText) this.#text.add(part);
	}

	#endLine(): void {
		if (!this.#inHeader) this.#text.endLine();
		this.#inHeader = false;
	}

	/** Ends the record that is being read. */
	#close(batch: RecordBatchBuilder, end: number): void {
		const record = this.#record;
		if (record === null) return;
		this.#record = null;
		this.#next = { position: end, number: record.number + 1 };
		const header = this.#header.take();
		const text = this.#text.take();
		if (header.bytes === null)
			batch.addBad(tooLong("header", header.length), record);
		else if (text.bytes === null)
			batch.addBad(tooLong("sequence", text.length), record);
		else if (!isUtf8(header.bytes) || !isUtf8(text.bytes))
			batch.addBad(invalidUtf8("record"), record);
		else {
			const line = headerOf(header.bytes);
			const { bytes } = text;
			batch.add(
				{
					id: /^\S*/.exec(line)?.[0] || null,
					header: line,
					get text() {
						return Buffer.from(bytes).toString("utf8");
					},
				},
				record,
				this.#span.holdsText ? { text: bytes } : {},
			);
		}
	}
}

function notFasta(): BadInput {
	return new BadInput(
		"not-fasta",
		`the file does not begin with >, as FASTA does. Put the right file in its place, or give ${optionName("onError", "skip")} to go on without it`,
	);
}

/** What follows the `>`, without the end of the line. */
function headerOf(bytes: Buffer): string {
	const end = bytes.at(-1) === CARRIAGE_RETURN ? -1 : undefined;
	return bytes.subarray(1, end).toString("utf8");
}
