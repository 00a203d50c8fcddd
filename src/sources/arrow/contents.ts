import { damageOf } from "../../core/errors.js";
import type { ReadableFile } from "../../storage/storage.js";
import { BadInput } from "../source.js";
import { faults } from "./faults.js";
import {
	type Footer,
	type Message,
	parseFooter,
	parseMessage,
	type Schema,
} from "./metadata.js";

/** Begins and ends a file; a stream has none. */
export const MAGIC = "ARROW1";
/** The magic word and what fills it up to eight bytes. */
export const MAGIC_SIZE = 8;
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
 * Finds the batches of a file by its footer, or of a stream by going through its messages.
 * A file without its end is gone through as well: it is a stream after the magic word.
 * @param batches How many batches are wanted.
 * @throws BadInput `not-arrow`
 */
export async function readContents(
	file: ReadableFile,
	size: number,
	batches: number,
): Promise<Contents> {
	const isFile = await hasMagic(file);
	const footer = isFile ? await readFooter(file, size) : null;
	const contents =
		footer === null
			? await beginStream(file, isFile ? MAGIC_SIZE : 0, size)
			: { ...footer, next: null };
	const { schema, dictionaries, next } = contents;
	const found: Contents = { schema, dictionaries, batches: [], damage: null };
	const add = ({ message, body }: FoundMessage, position: number) => {
		if ("batch" in message)
			found.batches.push({
				position,
				rows: message.batch.rows,
				bytes: body.length,
				isCompressed: message.batch.codec !== null,
				dictionaries: dictionaries.length,
			});
		else if (next !== null && "dictionary" in message)
			dictionaries.push(position);
		else if (next === null)
			throw faults.corrupt("the footer names a batch that is none");
	};
	try {
		if (footer !== null)
			for (const position of footer.batches.slice(0, batches))
				add(await messageAt(file, position, size), position);
		for (
			let position = next;
			position !== null && found.batches.length < batches;
		) {
			const message = await readMessage(file, position, size);
			if (message === null) break;
			add(message, position);
			position = message.next;
		}
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		found.damage = error;
	}
	return found;
}

export async function hasMagic(file: ReadableFile): Promise<boolean> {
	const bytes = await file.read(0, MAGIC.length);
	return bytes.toString("latin1") === MAGIC;
}

/** What stands at the end of a file; null where it was cut short or is damaged. */
async function readFooter(
	file: ReadableFile,
	size: number,
): Promise<Footer | null> {
	if (size < MAGIC_SIZE + END_SIZE) return null;
	const end = await file.read(size - END_SIZE, END_SIZE);
	const length = end.readUInt32LE(0);
	const start = size - END_SIZE - length;
	if (
		end.toString("latin1", 4) !== MAGIC ||
		start < MAGIC_SIZE ||
		length > LONGEST_METADATA
	)
		return null;
	const bytes = await file.read(start, length);
	try {
		return parseFooter(bytes);
	} catch {
		return null;
	}
}

/** The schema that a stream begins with. @throws BadInput `not-arrow` */
async function beginStream(file: ReadableFile, start: number, size: number) {
	let first: FoundMessage | null;
	try {
		first = await readMessage(file, start, size);
	} catch (error) {
		throw error instanceof BadInput ? faults.notOne(error.message) : error;
	}
	if (first === null || !("schema" in first.message))
		throw faults.notOne("it has no schema");
	const dictionaries: number[] = [];
	return { schema: first.message.schema, dictionaries, next: first.next };
}

interface FoundMessage {
	message: Message;
	body: Body;
	/** Where the next message begins. */
	next: number;
}

/** The message that must be at a place. @throws BadInput */
export async function messageAt(
	file: ReadableFile,
	position: number,
	size: number,
): Promise<FoundMessage> {
	const found = position < 0 ? null : await readMessage(file, position, size);
	if (found === null)
		throw faults.corrupt("a message is not where it should be");
	return found;
}

/**
 * The message at a place; null: there is none, the stream ends.
 * @param end Where messages must end.
 * @throws BadInput
 */
async function readMessage(
	file: ReadableFile,
	position: number,
	end: number,
): Promise<FoundMessage | null> {
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
		throw faults.corrupt(damageOf(error));
	}
	const body = { start: position + start + length, length: message.bodyLength };
	const next = body.start + body.length;
	if (next > end) throw cutShort();
	return { message, body, next };
}

function cutShort(): BadInput {
	return faults.corrupt("it ends within a message");
}
