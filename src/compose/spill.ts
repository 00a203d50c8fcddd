import type { Draft, Piece, RecipeRecord } from "../recipes/draft.js";
import { type PieceText, Utf8Text } from "../recipes/utf8-text.js";
import type { ReadableFile } from "../storage/storage.js";

/** A run of a spill file that has drafts of one partition. */
export interface SpillBlock {
	partition: number;
	position: number;
	length: number;
}

/** Bytes of two lengths, that of the head and that of the texts, before each draft. */
const LENGTHS = 8;
/** Bytes of all partitions that wait to be written, and of one. */
const ALL_WAITING = 1 << 26;
const ONE_WAITING = 1 << 20;

/** What is written of a draft beside its texts. */
interface Head {
	key: string;
	id: string;
	place: string;
	records: Omit<RecipeRecord, "text">[];
	/** Of each piece: its record or -1, bytes of its text or -1 for none, and the rest. */
	pieces: [number, number, boolean, string | null, string | null][];
}

/** Writes drafts as bytes, apart by partition. */
export class SpillWriter {
	readonly #waiting: { buffer: Buffer; length: number }[];
	readonly #emit: (partition: number, bytes: Buffer) => Promise<void>;
	#total = 0;

	constructor(
		partitions: number,
		emit: (partition: number, bytes: Buffer) => Promise<void>,
	) {
		this.#waiting = Array.from({ length: partitions }, () => ({
			buffer: Buffer.alloc(0),
			length: 0,
		}));
		this.#emit = emit;
	}

	async add(partition: number, key: string, draft: Draft): Promise<void> {
		const waiting = this.#waiting[partition];
		const before = waiting.length;
		append(waiting, key, draft);
		this.#total += waiting.length - before;
		if (waiting.length >= ONE_WAITING) await this.#write(partition);
		if (this.#total >= ALL_WAITING) await this.finish();
	}

	async finish(): Promise<void> {
		for (const partition of this.#waiting.keys()) await this.#write(partition);
	}

	async #write(partition: number): Promise<void> {
		const { buffer, length } = this.#waiting[partition];
		if (length === 0) return;
		this.#waiting[partition] = { buffer: Buffer.alloc(0), length: 0 };
		this.#total -= length;
		await this.#emit(partition, buffer.subarray(0, length));
	}
}

function append(
	to: { buffer: Buffer; length: number },
	key: string,
	{ id, place, pieces }: Draft,
): void {
	const records: RecipeRecord[] = [];
	const head: Head = {
		...{ key, id, place },
		records: [],
		pieces: pieces.map(({ text, trained, speaker, record, role }) => {
			let at = record === null ? -1 : records.lastIndexOf(record);
			if (record !== null && at === -1) at = records.push(record) - 1;
			const bytes = text === null ? -1 : bytesOf(text);
			return [at, bytes, trained, speaker, role];
		}),
	};
	head.records = records.map(({ text: _, ...record }) => record);
	const json = JSON.stringify(head);
	const headBytes = Buffer.byteLength(json);
	const textBytes = head.pieces.reduce((sum, [, n]) => sum + Math.max(0, n), 0);
	const needed = to.length + LENGTHS + headBytes + textBytes;
	if (needed > to.buffer.length) {
		const grown = Buffer.allocUnsafe(Math.max(needed, 2 * to.buffer.length));
		to.buffer.copy(grown, 0, 0, to.length);
		to.buffer = grown;
	}
	const { buffer } = to;
	buffer.writeUInt32LE(headBytes, to.length);
	buffer.writeUInt32LE(textBytes, to.length + 4);
	let at = to.length + LENGTHS;
	at += buffer.write(json, at);
	for (const { text } of pieces) {
		if (typeof text === "string") at += buffer.write(text, at);
		else if (text !== null) {
			buffer.set(text.bytes, at);
			at += text.bytes.length;
		}
	}
	to.length = at;
}

const bytesOf = (text: PieceText): number =>
	typeof text === "string" ? Buffer.byteLength(text) : text.bytes.length;

/** The drafts of blocks of a spill file, with their keys. */
export async function* readSpill(
	file: ReadableFile,
	blocks: readonly SpillBlock[],
): AsyncGenerator<{ key: string; draft: Draft }> {
	for (const { position, length } of blocks) {
		const bytes = await file.read(position, length);
		if (bytes.length < length)
			throw new Error("what composing wrote aside has changed");
		for (let at = 0; at < length; ) {
			const texts = at + LENGTHS + bytes.readUInt32LE(at);
			const end = texts + bytes.readUInt32LE(at + 4);
			yield draftIn(bytes, at + LENGTHS, texts);
			at = end;
		}
	}
}

function draftIn(
	bytes: Buffer,
	start: number,
	end: number,
): { key: string; draft: Draft } {
	const { key, id, place, records, pieces }: Head = JSON.parse(
		bytes.toString("utf8", start, end),
	);
	const whole = records.map((record) => ({ ...record, text: null }));
	let at = end;
	return {
		key,
		draft: {
			...{ id, place },
			pieces: pieces.map(([record, length, trained, speaker, role]): Piece => {
				const text =
					length === -1 ? null : new Utf8Text(bytes.subarray(at, at + length));
				at += Math.max(0, length);
				const of = record === -1 ? null : whole[record];
				return { text, trained, speaker, record: of, role };
			}),
		},
	};
}
