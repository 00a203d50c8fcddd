import { textAt } from "../../../src/core/text-batch.js";
import { jsonl } from "../../../src/sources/jsonl.js";
import type { WantedFields } from "../../../src/sources/records/fields.js";
import type { BadRecord, RecordBatch } from "../../../src/sources/source.js";
import { memoryStorage } from "../../../src/storage/memory.js";
import { inputsOf } from "../reading.js";

/** A record of JSON Lines, as a batch has it. */
export interface ReadRecord {
	/** Null: not a text. */
	text: string | null;
	/** What there is instead of a text. */
	notText: unknown;
	id: unknown;
	values: unknown[];
	position: number;
	number: number;
	fieldNames(): string[];
}

/** The records and bad records of a file, by the number of their line. */
export interface ReadLines {
	records: Map<number, ReadRecord>;
	bad: Map<number, BadRecord>;
	/** Lines that there are. */
	count: number;
}

/** Reads JSON Lines. */
export async function readLines(
	bytes: Uint8Array,
	wanted: WantedFields,
): Promise<ReadLines> {
	const [file] = inputsOf({ "f.jsonl": bytes });
	const storage = memoryStorage({ "f.jsonl": bytes });
	const read: ReadLines = { records: new Map(), bad: new Map(), count: 0 };
	const span = { start: 0, end: bytes.length };
	for await (const batch of jsonl.read(storage, file, span, wanted)) {
		for (const record of recordsOf(batch))
			read.records.set(record.number, record);
		for (const bad of batch.bad) read.bad.set(bad.number, bad);
		read.count = batch.next.number - 1;
	}
	return read;
}

function recordsOf(batch: RecordBatch): ReadRecord[] {
	return batch.ids.map((id, i) => ({
		text: batch.notTexts.has(i) ? null : textAt(batch.texts, i),
		notText: batch.notTexts.get(i),
		id,
		values: batch.values.map((column) => column[i]),
		position: batch.positions[i],
		number: batch.numbers[i],
		fieldNames: () => batch.fieldNames(i),
	}));
}
