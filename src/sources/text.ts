import { isUtf8 } from "node:buffer";
import { optionName } from "../core/errors.js";
import { readBytes } from "./bytes.js";
import { BadInput, type RecordBatch, type SourceFormat } from "./source.js";
import {
	hasByteOrderMark,
	invalidUtf8,
	LONGEST_TEXT,
	utf8Reasons,
} from "./utf8.js";

const NEWLINE = 10;

/** Plain text: a file is a document; its id is its source. */
export const text: SourceFormat = {
	title: "plain text, a document a file",
	extensions: [".txt", ".text"],
	compressible: true,
	fixedFields: { text: "text", id: "source" },
	reasons: utf8Reasons,
	describePlace: (path, line) => `${path}:${line}`,
	divide: async (_storage, { size }) => ({ parts: [size] }),
	numbersBefore: async () => 0,

	async *read(storage, file, _span, fields) {
		const pieces: Buffer[] = [];
		let length = 0;
		for await (const piece of readBytes(storage, file)) {
			pieces.push(piece);
			length += piece.length;
			if (length > LONGEST_TEXT)
				throw new BadInput(
					"too-long",
					`the file has more than the ${LONGEST_TEXT} bytes that one document can have. Split it, write it as records of another format, or give ${optionName("onError", "skip")}`,
				);
		}
		const bytes = Buffer.concat(pieces, length);
		const next = { position: length, number: 2 };
		if (!isUtf8(bytes)) {
			const { reason, message: sentence } = invalidUtf8();
			const number = lineOfBadByte(bytes);
			const bad = [{ position: 0, number, reason, sentence }];
			yield { ...none(fields), bad, next: { position: length, number } };
			return;
		}
		const values: Record<string, string> = {
			text: bytes.toString("utf8", hasByteOrderMark(bytes) ? 3 : 0),
			source: file.source,
		};
		yield {
			...none(fields),
			columns: fields.map((field) => [values[field]]),
			positions: [0],
			numbers: [1],
			next,
		};
	},
};

/** A batch without records. */
function none(fields: readonly string[]): Omit<RecordBatch, "next"> {
	return {
		columns: fields.map(() => []),
		positions: [],
		numbers: [],
		bad: [],
		fieldNames: () => ["text", "source"],
	};
}

/** The first line that is not UTF-8, from 1; a newline is never inside a character. */
function lineOfBadByte(bytes: Buffer): number {
	let line = 1;
	for (let start = 0; start < bytes.length; line++) {
		const newline = bytes.indexOf(NEWLINE, start);
		const end = newline === -1 ? bytes.length : newline;
		if (!isUtf8(bytes.subarray(start, end))) return line;
		start = end + 1;
	}
	return line;
}
