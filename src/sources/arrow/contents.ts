import type { ReadableFile } from "../../storage/storage.js";
import { BadInput } from "../source.js";
import { faults } from "./faults.js";
import {
	type BatchHeader,
	type Message,
	parseMessage,
	type Schema,
} from "./metadata.js";

/** Begins and ends a file; a stream has none. */
export const MAGIC = "ARROW1";
/** The magic word and what fills it up to eight bytes. */
const MAGIC_SIZE = 8;
/** Length of the footer, and the magic word. */
const END_SIZE = 10;
/** Before a message, since version 0.15. */
const CONTINUATION = 0xffffffff;
/** What is read at first of a message: its metadata is seldom longer. */
const FIRST_READ = 1 << 11;
const LONGEST_METADATA = 1 << 28;

/** Where a message's body is. */
export interface Body {
	start: number;
	length: number;
}

export interface BatchPlace {
	/** Where its message begins. */
	position: number;
	rows: number;
	/** Bytes of its body, and whether they are compressed. */
	bytes: number;
	isCompressed: boolean;
	/** How many dictionary messages hold for it, from the first on. */
	dictionaries: number;
}

/** What a file holds. */
export interface Contents {
	schema: Schema;
	batches: BatchPlace[];
	/** Where the messages of dictionaries begin. */
	dictionaries: number[];
	/** What keeps the rest of the file from being read. */
	damage: BadInput | null;
}

/**
 * Goes through the messages of a file or a stream; a file is a stream between two
 * magic words. The footer is not needed, and one that is damaged does no harm.
 * @param batches How many batches are wanted.
 * @throws BadInput `not-arrow`
 */
export async function readContents(
	file: ReadableFile,
	size: number,
	batches: number,
): Promise<Contents> {
	const isFile = await hasMagic(file, 0);
	const end = isFile ? await endOfMessages(file, size) : size;
	const first = await readMessage(file, isFile ? MAGIC_SIZE : 0, end).catch(
		notOne,
	);
	if (first === null || !("schema" in first.message))
		throw faults.notOne("it has no schema");
	const contents: Contents = {
		schema: first.message.schema,
		batches: [],
		dictionaries: [],
		damage: null,
	};
	let position = first.next;
	try {
		// A file's dictionaries may be anywhere.
		while (isFile || contents.batches.length < batches) {
			const found = await readMessage(file, position, end);
			if (found === null) break;
			const { message, body } = found;
			if ("batch" in message)
				contents.batches.push({
					position,
					rows: message.batch.rows,
					bytes: body.length,
					isCompressed: message.batch.codec !== null,
					dictionaries: contents.dictionaries.length,
				});
			else if ("dictionary" in message) contents.dictionaries.push(position);
			position = found.next;
		}
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		contents.damage = error;
	}
	if (isFile)
		for (const batch of contents.batches)
			batch.dictionaries = contents.dictionaries.length;
	return contents;
}

function notOne(error: unknown): never {
	throw error instanceof BadInput ? faults.notOne(error.message) : error;
}

async function hasMagic(
	file: ReadableFile,
	position: number,
): Promise<boolean> {
	const bytes = await file.read(position, MAGIC.length);
	return bytes.toString("latin1") === MAGIC;
}

/** Where a file's footer begins; its end, where it was cut short. */
async function endOfMessages(
	file: ReadableFile,
	size: number,
): Promise<number> {
	if (size < MAGIC_SIZE + END_SIZE) return size;
	const end = await file.read(size - END_SIZE, END_SIZE);
	if (end.toString("latin1", 4) !== MAGIC) return size;
	const start = size - END_SIZE - end.readUInt32LE(0);
	return start >= MAGIC_SIZE ? start : size;
}

/**
 * The message at a place; null: there is none, the stream ends.
 * @param end Where messages must end.
 * @throws BadInput
 */
export async function readMessage(
	file: ReadableFile,
	position: number,
	end: number,
): Promise<{ message: Message; body: Body; next: number } | null> {
	if (position >= end) return null;
	let bytes = await file.read(position, Math.min(FIRST_READ, end - position));
	if (bytes.length < 4) throw cutShort();
	let start = 4;
	let length = bytes.readUInt32LE(0);
	if (length === CONTINUATION) {
		if (bytes.length < 8) throw cutShort();
		start = 8;
		length = bytes.readUInt32LE(4);
	}
	if (length === 0) return null;
	if (length > LONGEST_METADATA)
		throw faults.corrupt(`a message would have ${length} bytes of metadata`);
	if (position + start + length > end) throw cutShort();
	if (bytes.length < start + length)
		bytes = await file.read(position, start + length);
	let message: Message;
	try {
		message = parseMessage(bytes.subarray(start, start + length));
	} catch (error) {
		throw faults.corrupt((error as Error).message);
	}
	const body = { start: position + start + length, length: message.bodyLength };
	const next = body.start + body.length;
	if (next > end) throw cutShort();
	return { message, body, next };
}

function cutShort(): BadInput {
	return faults.corrupt("the file ends within a message: it was cut short");
}

/** The header and body of a batch that was found before. @throws BadInput */
export async function readBatchHeader(
	file: ReadableFile,
	position: number,
	size: number,
): Promise<{ header: BatchHeader; body: Body }> {
	const found = await readMessage(file, position, size);
	if (found === null || !("batch" in found.message))
		throw faults.corrupt("a batch is gone");
	return { header: found.message.batch, body: found.body };
}
