import { Int32Buffer } from "../../core/buffers.js";
import { optionName } from "../../core/errors.js";
import { shortened } from "../../core/text.js";
import { isObject } from "../../core/values.js";
import { JsonText, type WantedFields } from "../records/fields.js";
import { BadInput, type BadRecord, type RecordBatch } from "../source.js";
import { type JsonScanner, ROW_HEADER, type Scan } from "./scanner.js";
import { parseRecordJson, refusalOf } from "./values.js";

const NEWLINE = 10;
const QUOTE = 34;
const MINUS = 45;
const CAPITAL_I = 73;
const BRACKET = 91;
const BRACE = 123;

/**
 * Builds the batch of a block of JSON Lines, which is valid until the scanner is given
 * other lines.
 */
export class ScannedBatch {
	readonly #scanner: JsonScanner;
	readonly #bytes: Buffer;
	readonly #position: number;
	readonly #wanted: WantedFields;
	#line: number;
	#texts: Uint8Array[] = [];
	#textBytes = 0;
	readonly #offsets = new Int32Buffer(64);
	readonly #notTexts = new Map<number, unknown>();
	readonly #ids: unknown[] = [];
	readonly #values: unknown[][];
	readonly #positions: number[] = [];
	readonly #numbers: number[] = [];
	readonly #bad: BadRecord[] = [];

	/**
	 * @param scanner Was asked for the wanted fields, by `wantFields`.
	 * @param bytes Kept: what is asked of the batch later is read from it.
	 * @param position Offset of the first byte in the file.
	 * @param line Number of the first line.
	 */
	constructor(
		scanner: JsonScanner,
		bytes: Buffer,
		position: number,
		line: number,
		wanted: WantedFields,
	) {
		this.#scanner = scanner;
		this.#bytes = bytes;
		this.#position = position;
		this.#line = line;
		this.#wanted = wanted;
		this.#values = wanted.values.map(() => []);
		this.#offsets.push(0);
	}

	/** Adds the records of whole lines, which are valid UTF-8. */
	scan(start: number, end: number): void {
		const scanner = this.#scanner;
		const before = this.#texts.pop();
		if (before !== undefined) this.#texts.push(before.slice());
		scanner.load(this.#bytes.subarray(start, end));
		for (let from = 0; from < end - start; ) {
			const scan = scanner.scan(from);
			this.#addRecords(scan, start, scanner.fields);
			this.#line += scan.lines;
			const line = start + scan.stopLine;
			from = scan.stopLine;
			if (scan.stop === "rows-are-full") continue;
			if (scan.stop === "at-end") break;
			this.addBad(
				scan.stop === "not-json"
					? this.#notJson(line, start + scan.failure)
					: notAnObject(),
				line,
			);
			from = this.#endOfLine(line) + 1 - start;
		}
		const texts = scanner.texts();
		this.#texts.push(texts);
		this.#textBytes += texts.length;
	}

	/** Adds a line that is no record. */
	addBad({ reason, message }: BadInput, start: number): void {
		this.#bad.push({
			position: this.#position + start,
			number: this.#line++,
			reason,
			sentence: message,
		});
	}

	/** All that was added. */
	take(): RecordBatch {
		const texts = this.#texts;
		return {
			texts: {
				bytes: texts.length === 1 ? texts[0] : Buffer.concat(texts),
				offsets: this.#offsets.view(),
			},
			notTexts: this.#notTexts,
			ids: this.#ids,
			values: this.#values,
			positions: this.#positions,
			numbers: this.#numbers,
			bad: this.#bad,
			fieldNames: (i) => this.#fieldNames(this.#positions[i] - this.#position),
			next: {
				position: this.#position + this.#bytes.length,
				number: this.#line,
			},
		};
	}

	/** @param start Where the lines of the scan begin. */
	#addRecords(
		{ rows, rowLength }: Scan,
		start: number,
		fields: readonly number[],
	): void {
		const { text, values, jsonFrom = values.length } = this.#wanted;
		const [idField, ...otherFields] = fields.map((f) => ROW_HEADER + 2 * f);
		const textField = text === null ? -1 : otherFields[values.length];
		const read = <T>(at: number, read: (start: number, end: number) => T) =>
			rows[at + 1] === 0
				? undefined
				: read(start + rows[at], start + rows[at + 1]);
		for (let row = 0; row < rows.length; row += rowLength) {
			if (textField !== -1) {
				const at = row + textField;
				if (rows[at + 1] === 0 || this.#bytes[start + rows[at]] !== QUOTE)
					this.#notTexts.set(this.#ids.length, read(at, this.#readValue));
			}
			this.#positions.push(this.#position + start + rows[row]);
			this.#numbers.push(this.#line + rows[row + 1]);
			this.#offsets.push(this.#textBytes + rows[row + 2]);
			this.#ids.push(read(row + idField, this.#readId));
			for (let f = 0; f < values.length; f++)
				this.#values[f].push(
					read(
						row + otherFields[f],
						f < jsonFrom ? this.#readValue : this.#readJson,
					),
				);
		}
	}

	/** A text; a number as it is written; another value. */
	readonly #readId = (start: number, end: number): unknown => {
		const bytes = this.#bytes;
		const first = bytes[start];
		if (first === QUOTE) {
			const text = bytes.toString("utf8", start + 1, end - 1);
			return text.includes("\\") ? this.#readValue(start, end) : text;
		}
		const isNumber =
			(first === MINUS && bytes[start + 1] !== CAPITAL_I) ||
			(first >= 48 && first < 58);
		return isNumber
			? bytes.toString("latin1", start, end)
			: this.#readValue(start, end);
	};

	readonly #readValue = (start: number, end: number): unknown =>
		parseRecordJson(this.#bytes.toString("utf8", start, end));

	/** A list or an object as it is written; another value. */
	readonly #readJson = (start: number, end: number): unknown => {
		const first = this.#bytes[start];
		return first === BRACKET || first === BRACE
			? new JsonText(this.#bytes.toString("utf8", start, end))
			: this.#readValue(start, end);
	};

	#fieldNames(start: number): string[] {
		const record = this.#readValue(start, this.#endOfLine(start));
		return isObject(record) ? Object.keys(record) : [];
	}

	#notJson(line: number, failure: number): BadInput {
		const why = refusalOf(
			this.#bytes.toString("utf8", line, this.#endOfLine(line)),
			this.#bytes.toString("utf8", line, failure).length,
		);
		return new BadInput(
			"not-json",
			`the line is not JSON (${shortened(why)}). Fix it, or give ${optionName("onError", "skip")}`,
		);
	}

	#endOfLine(start: number): number {
		const newline = this.#bytes.indexOf(NEWLINE, start);
		return newline === -1 ? this.#bytes.length : newline;
	}
}

function notAnObject(): BadInput {
	return new BadInput(
		"not-an-object",
		`the line is JSON, but not an object such as {"text": "..."}. Fix it, or give ${optionName("onError", "skip")}`,
	);
}

/** Asks a scanner for the fields of batches: the id, the values, the text. */
export function wantFields(scanner: JsonScanner, wanted: WantedFields): void {
	const { text, id, values } = wanted;
	const paths = text === null ? [id, ...values] : [id, ...values, text];
	scanner.want(paths, text === null ? -1 : paths.length - 1);
}
