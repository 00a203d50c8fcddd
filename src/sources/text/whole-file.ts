import { isUtf8 } from "node:buffer";
import { optionName } from "../../core/errors.js";
import { readBytes } from "../bytes/bytes.js";
import { hasByteOrderMark, invalidUtf8, LONGEST_TEXT } from "../bytes/utf8.js";
import type { WantedFields } from "../records/fields.js";
import { RecordBatchBuilder } from "../records/record-batch.js";
import {
	BadInput,
	type InputFile,
	type ReadableStorage,
	type RecordBatch,
} from "../source.js";

const NEWLINE = 10;

/**
 * A file as the one document that it is, with its source as the id; several files
 * with a newline between them, those without bytes left out.
 * @throws BadInput `too-long`
 */
export async function* readWholeFile(
	storage: ReadableStorage,
	file: InputFile,
	wanted: WantedFields,
): AsyncGenerator<RecordBatch> {
	const bytes = await contentOf(storage, file);
	const batch = new RecordBatchBuilder(wanted);
	if (!isUtf8(bytes)) {
		const number = lineOfBadByte(bytes);
		batch.addBad(invalidUtf8(), { position: 0, number });
		yield batch.take({ position: bytes.length, number });
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
	yield batch.take({ position: bytes.length, number: 2 });
}

async function contentOf(
	storage: ReadableStorage,
	file: InputFile,
): Promise<Buffer> {
	const { path, size, compression, members } = file;
	if (size > LONGEST_TEXT && compression === null) throw tooLong();
	if (members !== undefined) {
		const pieces: Buffer[] = [];
		for (const member of members) {
			if (member.size === 0) continue;
			if (pieces.length > 0) pieces.push(Buffer.of(NEWLINE));
			const place = `${path}/${member.path}`;
			pieces.push(await readStored(storage, place, member.size));
		}
		return Buffer.concat(pieces);
	}
	if (compression === null) return readStored(storage, path, size);
	const pieces: Buffer[] = [];
	let length = 0;
	for await (const piece of readBytes(storage, file)) {
		pieces.push(piece);
		length += piece.length;
		if (length > LONGEST_TEXT) throw tooLong();
	}
	return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, length);
}

/** All of a file whose size is known: in as few calls as can be, for files are many. */
async function readStored(
	storage: ReadableStorage,
	path: string,
	size: number,
): Promise<Buffer> {
	if (size === 0) return Buffer.alloc(0);
	const opened = await storage.open(path);
	try {
		return await opened.read(0, size);
	} finally {
		await opened.close();
	}
}

function tooLong(): BadInput {
	return new BadInput(
		"too-long",
		`the file has more than the ${LONGEST_TEXT} bytes that one document can have. Split it (${optionName("separator")}), write it as records of another format, or give ${optionName("onError", "skip")}`,
	);
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
