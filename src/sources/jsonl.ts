import { isUtf8 } from "node:buffer";
import { optionName } from "../core/errors.js";
import {
	countLinesBefore,
	type LineBlock,
	readLineBlocks,
} from "./bytes/lines.js";
import {
	hasByteOrderMark,
	invalidUtf8,
	LONGEST_TEXT,
	utf8Reasons,
} from "./bytes/utf8.js";
import { beginsWithArray } from "./json/array.js";
import { ScannedBatch, wantFields } from "./json/scanned-batch.js";
import { JsonScanner } from "./json/scanner.js";
import type { WantedFields } from "./records/fields.js";
import { RecordBatchBuilder } from "./records/record-batch.js";
import { BadInput, type RecordBatch, type SourceFormat } from "./source.js";

const NEWLINE = 10;
/** Memory of a scanner that is kept, in bytes: that of a long line is let go. */
const KEPT_MEMORY = 1 << 26;

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
	cutAnywhere: true,
	inSequence: () => true,
	divide: async (_storage, { size }) => ({ anywhere: size }),
	numbersBefore: (storage, file, { start }) =>
		countLinesBefore(storage, file, start),

	async *read(storage, file, span, wanted) {
		let line = 1;
		let scanner = takeScanner(wanted);
		try {
			for await (const block of readLineBlocks(storage, file, span)) {
				const batch =
					block.bytes.length < block.length
						? tooLongBlock(block, line, wanted)
						: parseBlock(scanner, block, line, wanted);
				line = batch.next.number;
				// Only where a text is none somebody asks for its record's fields.
				if (batch.notTexts.size === 0) block.drop?.();
				yield batch;
				if (isTooLarge(scanner)) scanner = takeScanner(wanted);
			}
		} finally {
			if (!isTooLarge(scanner)) idleScanners.push(scanner);
		}
	},
};

/** Scanners of this thread that no span is being read with. */
const idleScanners: JsonScanner[] = [];

function takeScanner(wanted: WantedFields): JsonScanner {
	const scanner = idleScanners.pop() ?? new JsonScanner();
	wantFields(scanner, wanted);
	return scanner;
}

function isTooLarge({ memoryBytes }: JsonScanner): boolean {
	return memoryBytes > KEPT_MEMORY;
}

/** @param firstLine The number of the block's first line. */
function parseBlock(
	scanner: JsonScanner,
	{ bytes, position }: LineBlock,
	firstLine: number,
	wanted: WantedFields,
): RecordBatch {
	const batch = new ScannedBatch(scanner, bytes, position, firstLine, wanted);
	if (bytes.length <= LONGEST_TEXT && isUtf8(bytes)) {
		batch.scan(0, bytes.length);
		return batch.take();
	}
	for (let start = 0; start < bytes.length; ) {
		const newline = bytes.indexOf(NEWLINE, start);
		const end = newline === -1 ? bytes.length : newline + 1;
		const line = bytes.subarray(start, end);
		const first = start + (hasByteOrderMark(line) ? 3 : 0);
		if (line.length > LONGEST_TEXT) batch.addBad(tooLong(line.length), first);
		else if (!isUtf8(line)) batch.addBad(invalidUtf8(), first);
		else batch.scan(start, end);
		start = end;
	}
	return batch.take();
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
