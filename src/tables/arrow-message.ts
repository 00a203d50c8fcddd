import { Message } from "apache-arrow";

/** Kinds of headers of messages, as Arrow numbers them. */
const SCHEMA = 1;
const DICTIONARY = 2;
const BATCH = 3;
const UNION = 14;

/** How deep types may be nested. */
const MOST_DEPTH = 64;

/**
 * The metadata of a message of an Arrow stream, once all lengths and places in it are known to be
 * within it: a decoder goes through lists of any length that it is told.
 * @param metadata The flatbuffer, without its length.
 * @param most Bytes that the body can have.
 * @throws Error for what is no message of a schema or a batch
 */
export function decodeMessage(metadata: Uint8Array, most: number): Message {
	new MessageCheck(metadata, most).check();
	const message = Message.decode(metadata);
	try {
		message.header();
	} catch (error) {
		if (error instanceof TypeError) throw damaged();
		throw new Error(`it cannot be read: ${(error as Error).message}`);
	}
	return message;
}

/** Goes through a flatbuffer as its decoder does, within bounds. */
class MessageCheck {
	readonly #view: DataView;
	readonly #most: number;
	/** Fields that may still be looked up: of a tree that is as large as its bytes there are fewer. */
	#left: number;

	constructor(bytes: Uint8Array, most: number) {
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
		this.#most = most;
		this.#left = 4 * bytes.length;
	}

	check(): void {
		try {
			this.#message(this.#offset(0));
		} catch (error) {
			if (!(error instanceof RangeError)) throw error;
			throw damaged();
		}
	}

	#message(table: number): void {
		const kind = this.#field(table, 1);
		const header = this.#table(table, 2);
		const length = this.#field(table, 3);
		const bodyLength = length === 0 ? 0n : this.#view.getBigInt64(length, true);
		if (kind === 0 || header === 0 || bodyLength < 0n) throw damaged();
		if (bodyLength > BigInt(this.#most))
			throw new Error("it ends within its rows");
		this.#pairs(table, 4);
		const of = this.#view.getUint8(kind);
		if (of === SCHEMA) {
			this.#each(header, 1, (field) => this.#fieldOfSchema(field, 0));
			this.#pairs(header, 2);
			this.#vector(header, 3, 8);
		} else if (of === BATCH) this.#batch(header, bodyLength);
		else if (of === DICTIONARY) {
			const data = this.#table(header, 1);
			if (data === 0) throw damaged();
			this.#batch(data, bodyLength);
		} else throw new Error("it has a message that is no batch");
	}

	#fieldOfSchema(field: number, depth: number): void {
		if (depth > MOST_DEPTH) throw damaged();
		this.#text(field, 0);
		const kind = this.#field(field, 2);
		const type = this.#table(field, 3);
		if (type !== 0 && kind !== 0 && this.#view.getUint8(kind) === UNION)
			this.#vector(type, 1, 4);
		const dictionary = this.#table(field, 4);
		if (dictionary !== 0) this.#table(dictionary, 1);
		this.#each(field, 5, (child) => this.#fieldOfSchema(child, depth + 1));
		this.#pairs(field, 6);
	}

	#batch(batch: number, bodyLength: bigint): void {
		const view = this.#view;
		const length = this.#field(batch, 0);
		if (length !== 0 && view.getBigInt64(length, true) < 0n) throw damaged();
		const nodes = this.#vector(batch, 1, 16);
		for (let i = 0; i < nodes.count; i++) {
			const at = nodes.at + i * 16;
			const [rows, nulls] = [0, 8].map((of) => view.getBigInt64(at + of, true));
			if (rows < 0n || nulls < 0n || nulls > rows) throw damaged();
		}
		const buffers = this.#vector(batch, 2, 16);
		for (let i = 0; i < buffers.count; i++) {
			const at = buffers.at + i * 16;
			const [from, bytes] = [0, 8].map((of) => view.getBigInt64(at + of, true));
			if (from < 0n || bytes < 0n || from + bytes > bodyLength) throw damaged();
		}
		this.#table(batch, 3);
	}

	#pairs(table: number, slot: number): void {
		this.#each(table, slot, (pair) => {
			this.#text(pair, 0);
			this.#text(pair, 1);
		});
	}

	/** Tables of a list. */
	#each(table: number, slot: number, check: (table: number) => void): void {
		const { at, count } = this.#vector(table, slot, 4);
		for (let i = 0; i < count; i++) check(this.#tableAt(at + i * 4));
	}

	#text(table: number, slot: number): void {
		this.#vector(table, slot, 1);
	}

	/** The first of a list's values, and how many they are; none where it is left out. */
	#vector(
		table: number,
		slot: number,
		bytesEach: number,
	): { at: number; count: number } {
		const field = this.#field(table, slot);
		if (field === 0) return { at: 0, count: 0 };
		const list = this.#offset(field);
		const count = this.#view.getUint32(list, true);
		if (list + 4 + count * bytesEach > this.#view.byteLength) throw damaged();
		return { at: list + 4, count };
	}

	/** A table that a field leads to; 0 where it is left out. */
	#table(table: number, slot: number): number {
		const field = this.#field(table, slot);
		return field === 0 ? 0 : this.#tableAt(field);
	}

	#tableAt(field: number): number {
		const table = this.#offset(field);
		this.#fieldsOf(table);
		return table;
	}

	/** Where a field's value is; 0 where it is left out. */
	#field(table: number, slot: number): number {
		const { fields, size, bytes } = this.#fieldsOf(table);
		const at = 4 + slot * 2;
		const offset = at < size ? this.#view.getUint16(fields + at, true) : 0;
		if (offset >= bytes) throw damaged();
		return offset === 0 ? 0 : table + offset;
	}

	/** The list of a table's fields. */
	#fieldsOf(table: number): { fields: number; size: number; bytes: number } {
		if (--this.#left < 0) throw damaged();
		const view = this.#view;
		const fields = table - view.getInt32(table, true);
		const size = view.getUint16(fields, true);
		const bytes = view.getUint16(fields + 2, true);
		if (size < 4 || fields + size > view.byteLength) throw damaged();
		if (bytes < 4 || table + bytes > view.byteLength) throw damaged();
		return { fields, size, bytes };
	}

	#offset(at: number): number {
		return at + this.#view.getUint32(at, true);
	}
}

function damaged(): Error {
	return new Error("a message of it is damaged");
}
