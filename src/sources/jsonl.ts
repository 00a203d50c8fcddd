import { isUtf8 } from "node:buffer";
import { optionName } from "../core/errors.js";
import { shortened } from "../core/text.js";
import { countLinesBefore, type LineBlock, readLineBlocks } from "./lines.js";
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
	extensions: [".jsonl", ".ndjson"],
	compressible: true,
	fixedFields: null,
	reasons: {
		"not-json": "a line is not JSON",
		"not-an-object": "a line is JSON, but not an object",
		...utf8Reasons,
	},
	describePlace: (path, line) => `${path}:${line}`,
	cutAnywhere: true,
	divide: async (_storage, { size }) => ({ anywhere: size }),
	numbersBefore: (storage, file, { start }) =>
		countLinesBefore(storage, file, start),

	async *read(storage, file, span, fields) {
		let line = 1;
		for await (const block of readLineBlocks(storage, file, span)) {
			const batch = parseBlock(block, line, fields);
			line = batch.next.number;
			yield batch;
		}
	},
};

/** @param firstLine The number of the block's first line. */
function parseBlock(
	{ bytes, position }: LineBlock,
	firstLine: number,
	fields: readonly string[],
): RecordBatch {
	const columns = fields.map((): unknown[] => []);
	const positions: number[] = [];
	const numbers: number[] = [];
	const bad: RecordBatch["bad"] = [];
	const allUtf8 = isUtf8(bytes);
	let line = firstLine;
	let start = position === 0 && hasByteOrderMark(bytes) ? 3 : 0;
	for (; start < bytes.length; line++) {
		const end = endOfLine(bytes, start);
		if (!isBlank(bytes, start, end)) {
			try {
				const record = parseRecord(bytes, start, end, allUtf8);
				for (let f = 0; f < fields.length; f++)
					columns[f].push(ownValue(record, fields[f]));
				positions.push(position + start);
				numbers.push(line);
			} catch (error) {
				if (!(error instanceof BadInput)) throw error;
				const place = { position: position + start, number: line };
				bad.push({ ...place, reason: error.reason, sentence: error.message });
			}
		}
		start = end + 1;
	}
	return {
		columns,
		positions,
		numbers,
		bad,
		fieldNames(record) {
			const start = positions[record] - position;
			const end = endOfLine(bytes, start);
			return Object.keys(parseRecord(bytes, start, end, true));
		},
		next: { position: position + bytes.length, number: line },
	};
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
	if (end - start > LONGEST_TEXT)
		throw new BadInput(
			"too-long",
			`the line has ${end - start} bytes, more than the ${LONGEST_TEXT} that can be read. Split the document, or give ${optionName("onError", "skip")}`,
		);
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

function ownValue(record: Record<string, unknown>, field: string): unknown {
	return Object.hasOwn(record, field) ? record[field] : undefined;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
	for (let i = start; i < end; i++) {
		const byte = bytes[i];
		if (byte !== 32 && byte !== 13 && byte !== 9) return false;
	}
	return true;
}
