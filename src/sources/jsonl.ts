import { isUtf8 } from "node:buffer";
import { optionName } from "../core/errors.js";
import { shortened } from "../core/text.js";
import type { WantedFields } from "./fields.js";
import { beginsWithArray } from "./json-array.js";
import { countLinesBefore, type LineBlock, readLineBlocks } from "./lines.js";
import { RecordBatchBuilder } from "./record-batch.js";
import { BadInput, type RecordBatch, type SourceFormat } from "./source.js";
import {
	hasByteOrderMark,
	invalidUtf8,
	LONGEST_TEXT,
	utf8Reasons,
} from "./utf8.js";

const NEWLINE = 10;

/** JSON Lines: a JSON object a line. Blank lines are passed over. */
export const jsonl: SourceFormat = {
	title: "JSON Lines",
	extensions: [".jsonl", ".ndjson", ".json"],
	mayBe: (head) => !beginsWithArray(head),
	compressible: true,
	fields: { text: "text", id: "id", fixed: false },
	reasons: {
		"not-json": "a record is not JSON",
		"not-an-object": "a record is JSON, but not an object",
		...utf8Reasons,
	},
	describePlace: (path, line) => `${path}:${line}`,
	divide: async (_storage, { size }) => ({ anywhere: size }),
	numbersBefore: (storage, file, { start }) =>
		countLinesBefore(storage, file, start),

	async *read(storage, file, span, wanted) {
		let line = 1;
		for await (const block of readLineBlocks(storage, file, span)) {
			const batch =
				block.bytes.length < block.length
					? tooLongBlock(block, line, wanted)
					: parseBlock(block, line, wanted);
			line = batch.next.number;
			yield batch;
		}
	},
};

/** @param firstLine The number of the block's first line. */
function parseBlock(
	{ bytes, position }: LineBlock,
	firstLine: number,
	wanted: WantedFields,
): RecordBatch {
	const batch = new RecordBatchBuilder(wanted);
	const allUtf8 = isUtf8(bytes);
	let line = firstLine;
	let start = position === 0 && hasByteOrderMark(bytes) ? 3 : 0;
	for (; start < bytes.length; line++) {
		const end = endOfLine(bytes, start);
		if (!isBlank(bytes, start, end)) {
			const place = { position: position + start, number: line };
			try {
				batch.add(parseRecord(bytes, start, end, allUtf8), place);
			} catch (error) {
				if (!(error instanceof BadInput)) throw error;
				batch.addBad(error, place);
			}
		}
		start = end + 1;
	}
	return batch.take({ position: position + bytes.length, number: line });
}

/** The batch of a line that is too long to be read. */
function tooLongBlock(
	{ position, length }: LineBlock,
	line: number,
	wanted: WantedFields,
): RecordBatch {
	const batch = new RecordBatchBuilder(wanted);
	batch.addBad(tooLong(length), { position, number: line });
	return batch.take({ position: position + length, number: line + 1 });
}

function tooLong(length: number): BadInput {
	return new BadInput(
		"too-long",
		`the line has ${length} bytes, more than the ${LONGEST_TEXT} that can be read. Split the document, or give ${optionName("onError", "skip")}`,
	);
}

function endOfLine(bytes: Buffer, start: number): number {
	const newline = bytes.indexOf(NEWLINE, start);
	return newline === -1 ? bytes.length : newline;
}

/** @throws BadInput */
function parseRecord(
	bytes: Buffer,
	start: number,
	end: number,
	knownUtf8: boolean,
): Record<string, unknown> {
	if (end - start > LONGEST_TEXT) throw tooLong(end - start);
	if (!knownUtf8 && !isUtf8(bytes.subarray(start, end))) throw invalidUtf8();
	let record: unknown;
	try {
		record = JSON.parse(bytes.toString("utf8", start, end));
	} catch (error) {
		throw new BadInput(
			"not-json",
			`the line is not JSON (${shortened((error as Error).message)}). Mend it, or give ${optionName("onError", "skip")}`,
		);
	}
	if (typeof record !== "object" || record === null || Array.isArray(record))
		throw new BadInput(
			"not-an-object",
			`the line is JSON, but not an object such as {"text": "..."}. Mend it, or give ${optionName("onError", "skip")}`,
		);
	return record as Record<string, unknown>;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
	for (let i = start; i < end; i++) {
		const byte = bytes[i];
		if (byte !== 32 && byte !== 13 && byte !== 9) return false;
	}
	return true;
}
