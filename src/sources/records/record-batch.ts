import { TextBatchBuilder } from "../../core/text-batch.js";
import { isObject } from "../../core/values.js";
import type { BadInput, BadRecord, Place, RecordBatch } from "../source.js";
import { JsonText, valueAt, type WantedFields } from "./fields.js";

const isList = (value: unknown) => Array.isArray(value) || isObject(value);

/** Builds batches of records that are JavaScript objects, or files of a text each. */
export class RecordBatchBuilder {
	readonly #wanted: WantedFields;
	#texts = new TextBatchBuilder();
	#notTexts = new Map<number, unknown>();
	#records: unknown[] = [];
	#ids: unknown[] = [];
	#values: unknown[][];
	#positions: number[] = [];
	#numbers: number[] = [];
	#bad: BadRecord[] = [];

	constructor(wanted: WantedFields) {
		this.#wanted = wanted;
		this.#values = wanted.values.map(() => []);
	}

	/** Bytes of the texts so far: a batch is best about a megabyte. */
	get bytes(): number {
		return this.#texts.length;
	}

	/** How many records there are, bad ones included. */
	get records(): number {
		return this.#records.length + this.#bad.length;
	}

	/**
	 * Adds a record. Numbers and bigints that are its id become texts as JavaScript
	 * writes them: give `id` where the file writes them in another way.
	 * @param text The wanted text as UTF-8, where the reader has it so.
	 * @param json The JSON that the record was parsed from, where the reader has it.
	 */
	add(
		record: Readonly<Record<string, unknown>>,
		{ position, number }: Place,
		{
			text,
			id,
			json,
		}: { text?: Uint8Array | undefined; id?: unknown; json?: string } = {},
	): void {
		const wanted = this.#wanted;
		if (text !== undefined) this.#texts.addBytes(text);
		else this.#addText(wanted.text && valueAt(record, wanted.text));
		const ownId = id ?? valueAt(record, wanted.id);
		const isNumber = typeof ownId === "number" || typeof ownId === "bigint";
		this.#ids.push(isNumber ? String(ownId) : ownId);
		const jsonFrom =
			json === undefined ? Infinity : (wanted.jsonFrom ?? Infinity);
		for (const [f, path] of wanted.values.entries()) {
			const value = valueAt(record, path);
			this.#values[f].push(
				f >= jsonFrom && isList(value) ? new JsonText(json ?? "", path) : value,
			);
		}
		this.#records.push(record);
		this.#positions.push(position);
		this.#numbers.push(number);
	}

	/** Adds what is no record. */
	addBad({ reason, message }: BadInput, place: Place): void {
		this.#bad.push({ ...place, reason, sentence: message });
	}

	/** All that was added, as a batch; the next one begins. */
	take(next: Place): RecordBatch {
		const records = this.#records;
		const batch: RecordBatch = {
			texts: this.#texts.view(),
			notTexts: this.#notTexts,
			ids: this.#ids,
			values: this.#values,
			positions: this.#positions,
			numbers: this.#numbers,
			bad: this.#bad,
			fieldNames: (i) => (isObject(records[i]) ? Object.keys(records[i]) : []),
			next,
		};
		this.#texts = new TextBatchBuilder();
		this.#notTexts = new Map();
		this.#records = [];
		this.#ids = [];
		this.#values = this.#wanted.values.map(() => []);
		this.#positions = [];
		this.#numbers = [];
		this.#bad = [];
		return batch;
	}

	#addText(value: unknown): void {
		if (typeof value === "string") this.#texts.add(value);
		else {
			if (this.#wanted.text !== null)
				this.#notTexts.set(this.#texts.texts, value);
			this.#texts.add("");
		}
	}
}
