import { readBytes } from "./bytes/bytes.js";
import { utf8Reasons } from "./bytes/utf8.js";
import { FastaScanner } from "./fasta/scanner.js";
import { RecordBatchBuilder } from "./records/record-batch.js";
import {
	BadInput,
	type InputFile,
	type ReadableStorage,
	type SourceFormat,
} from "./source.js";

/** Bytes at the beginning that may be blank. */
const HEAD = 1 << 12;

/**
 * FASTA: a line that begins with `>` begins a record. What follows on it up to a blank is
 * the id, all of it is `header`; the lines after it, without their ends, are the text.
 */
export const fasta: SourceFormat = {
	title: "FASTA",
	extensions: [".fa", ".fasta", ".fna"],
	mayBe: isFasta,
	compressible: true,
	fields: { text: "text", id: "id", fixed: false },
	reasons: {
		"not-fasta": "a file of FASTA does not begin with >",
		...utf8Reasons,
	},
	describePlace: (path, record) => `${path}, record ${record}`,
	cutAnywhere: true,
	inSequence: () => true,
	divide: async (_storage, { size }) => ({ anywhere: size }),

	async numbersBefore(storage, file, { start }) {
		if (start === 0) return 0;
		const batch = new RecordBatchBuilder({
			text: null,
			id: ["id"],
			values: [],
		});
		const scanner = new FastaScanner({
			start: 0,
			end: start,
			holdsText: false,
		});
		for await (const piece of readBytes(storage, file, 0, start)) {
			scanner.scan(piece, batch);
			batch.take(scanner.place);
			if (scanner.isDone) break;
		}
		scanner.finish(batch);
		return scanner.place.number - 1;
	},

	async *read(storage, file, span, wanted) {
		const batch = new RecordBatchBuilder(wanted);
		// What is wrong with all of the file is told by its first span.
		if (span.start > 0 && !isFasta(await beginningOf(storage, file))) return;
		const scanner = new FastaScanner({
			...span,
			holdsText: wanted.text !== null,
		});
		try {
			for await (const piece of readBytes(
				storage,
				file,
				scanner.from,
				span.end,
			)) {
				scanner.scan(piece, batch);
				if (batch.records > 0) yield batch.take(scanner.place);
				if (scanner.isDone) break;
			}
			if (!scanner.isDone) scanner.finish(batch);
		} catch (error) {
			if (!(error instanceof BadInput)) throw error;
			yield batch.take(scanner.place);
			throw error;
		}
		yield batch.take(scanner.place);
	},
};

/** Whether what a file begins with may be FASTA; nothing but blank lines may. */
function isFasta(head: Buffer): boolean {
	return /^([ \t\r]*\n)*(>|[ \t\r]*$)/.test(head.toString("latin1", 0, HEAD));
}

/** @returns Nothing where a compressed file is damaged there: who reads on says so. */
async function beginningOf(
	storage: ReadableStorage,
	file: InputFile,
): Promise<Buffer> {
	const pieces: Buffer[] = [];
	let length = 0;
	try {
		for await (const piece of readBytes(storage, file, 0, HEAD)) {
			pieces.push(piece);
			length += piece.length;
			if (length >= HEAD) break;
		}
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
	}
	return Buffer.concat(pieces);
}
