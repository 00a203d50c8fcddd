import { isUtf8 } from "node:buffer";
import { optionName } from "../core/errors.js";
import { readBytes } from "./bytes.js";
import { RecordBatchBuilder } from "./record-batch.js";
import { BadInput, type SourceFormat } from "./source.js";
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
	fields: { text: "text", id: "source", fixed: true },
	reasons: utf8Reasons,
	describePlace: (path, line) => `${path}:${line}`,
	divide: async (_storage, { size }) => ({ parts: [size] }),
	numbersBefore: async () => 0,

	async *read(storage, file, _span, wanted) {
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
		const bytes =
			pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, length);
		const batch = new RecordBatchBuilder(wanted);
		if (!isUtf8(bytes)) {
			const number = lineOfBadByte(bytes);
			batch.addBad(invalidUtf8(), { position: 0, number });
			yield batch.take({ position: length, number });
			return;
		}
		const text = bytes.subarray(hasByteOrderMark(bytes) ? 3 : 0);
		const record = {
			source: file.source,
			get text() {
				return text.toString("utf8");
			},
		};
		const place = { position: 0, number: 1 };
		batch.add(record, place, wanted.text === null ? {} : { text });
		yield batch.take({ position: length, number: 2 });
	},
};

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
