import { isUtf8 } from "node:buffer";
import { optionName } from "../../core/errors.js";
import { quoted } from "../../core/text.js";
import type { PlacedBytes } from "../bytes/placed-bytes.js";
import { invalidUtf8, tooLong, utf8Reasons } from "../bytes/utf8.js";
import type { WantedFields } from "../records/fields.js";
import type { RecordBatchBuilder } from "../records/record-batch.js";
import {
	type RecordScanner,
	readByScanner,
} from "../records/record-scanner.js";
import { BadInput, type Place, type SourceFormat } from "../source.js";
import { cellsOf, RowScanner, type WrittenRow } from "./rows.js";

/**
 * Rows of cells, the first of which names the fields. All values are texts, that of an
 * empty cell too.
 * @param delimiter What stands between cells, one byte.
 */
export function delimited(
	title: string,
	extensions: readonly string[],
	delimiter: string,
): SourceFormat {
	const byte = delimiter.charCodeAt(0);
	return {
		title,
		extensions,
		compressible: true,
		fields: { text: "text", id: "id", fixed: false },
		reasons: {
			"ragged-row": "a row has more or fewer cells than the header",
			"unclosed-quote": "a quotation mark that begins a cell is never closed",
			"repeated-field": "the header names a field twice",
			...utf8Reasons,
		},
		describePlace: (path, line) => `${path}:${line}`,
		inSequence: () => true,
		divide: async (_storage, { size }) => ({ parts: [size] }),
		numbersBefore: async () => 0,
		read: (storage, file, _span, wanted) =>
			readByScanner(storage, file, wanted, new CellScanner(byte, wanted)),
	};
}

class CellScanner implements RecordScanner {
	readonly #delimiter: number;
	readonly #rows: RowScanner;
	/** The column of the wanted text; null: none is wanted. */
	readonly #text: string | null;
	/** The columns that are wanted as strings. */
	readonly #wanted: ReadonlySet<string>;
	#header: string[] | null = null;

	constructor(delimiter: number, { text, id, values }: WantedFields) {
		this.#delimiter = delimiter;
		this.#rows = new RowScanner(delimiter);
		// A cell has no fields within it.
		this.#text = text?.length === 1 ? text[0] : null;
		this.#wanted = new Set([id, ...values].map(([name]) => name));
	}

	*scan(piece: PlacedBytes, batch: RecordBatchBuilder): Generator<Place> {
		for (const row of this.#rows.scan(piece)) yield* this.#take(row, batch);
	}

	*finish(batch: RecordBatchBuilder): Generator<Place> {
		const row = this.#rows.finish();
		if (row !== null) yield* this.#take(row, batch);
		yield this.#rows.row;
	}

	*#take(row: WrittenRow, batch: RecordBatchBuilder): Generator<Place> {
		const { position, number } = row.openQuote ?? row;
		if (this.#header === null) {
			yield { position, number };
			this.#header = namesOf(takeCells(row, this.#delimiter));
		} else
			try {
				this.#add(row, this.#header, batch);
			} catch (error) {
				if (!(error instanceof BadInput)) throw error;
				batch.addBad(error, { position, number });
			}
		yield row.next;
	}

	/** @throws BadInput */
	#add(row: WrittenRow, header: string[], batch: RecordBatchBuilder): void {
		const cells = takeCells(row, this.#delimiter);
		if (cells.length !== header.length) throw ragged(cells, header);
		const record: Record<string, string | null> = Object.create(null);
		let text: Buffer | undefined;
		for (const [i, name] of header.entries()) {
			record[name] = this.#wanted.has(name) ? cells[i].toString("utf8") : null;
			if (name === this.#text) text = cells[i];
		}
		batch.add(record, row, text === undefined ? {} : { text });
	}
}

/** @throws BadInput */
function takeCells(row: WrittenRow, delimiter: number): Buffer[] {
	const { bytes, length, openQuote } = row;
	if (openQuote !== null)
		throw new BadInput(
			"unclosed-quote",
			`the quotation mark that begins this cell is never closed, and takes in the rest of the file. Close it, write it twice within quotation marks where it is one of the text, or give ${optionName("onError", "skip")} to use the rows before it`,
		);
	if (bytes === null) throw tooLong("row", length);
	if (!isUtf8(bytes)) throw invalidUtf8("row");
	return cellsOf(bytes, delimiter);
}

/**
 * The names in a header. Several may be empty, as no option can ask for such a field.
 * @throws BadInput
 */
function namesOf(cells: Buffer[]): string[] {
	const names = cells.map((cell) => cell.toString("utf8"));
	const repeated = names.find(
		(name, i) => name !== "" && names.indexOf(name) < i,
	);
	if (repeated !== undefined)
		throw new BadInput(
			"repeated-field",
			`the header names the field ${quoted(repeated)} twice. Give one of them another name`,
		);
	return names;
}

function ragged(cells: Buffer[], header: string[]): BadInput {
	const has = `${cells.length} ${cells.length === 1 ? "cell" : "cells"}`;
	return new BadInput(
		"ragged-row",
		`the row has ${has}, and the header has ${header.length}. Fix it (a cell with the character between cells in it is written in quotation marks), or give ${optionName("onError", "skip")}`,
	);
}
