import { deserialize, serialize } from "node:v8";
import { parseJson } from "../core/json.js";
import { giveMemory, takeMemory } from "../core/memory.js";
import type { Draft, Piece, RecipeRecord } from "../recipes/draft.js";
import { Utf8Text } from "../recipes/utf8-text.js";
import type { ReadableFile } from "../storage/storage.js";

/** A run of a spill file that has drafts of one partition. */
export interface SpillBlock {
	partition: number;
	position: number;
	length: number;
}

/**
 * Bytes before each draft: how long its key is, its head and the texts of its pieces, which follow, and whether
 * the head is JSON.
 */
const LENGTHS = 13;
/** Memory of all partitions that wait to be written, and bytes of one. */
const ALL_WAITING = 1 << 26;
const ONE_WAITING = 1 << 20;
/** Memory of one, at least. */
const LEAST = 1 << 12;

/** What is written of a draft beside its key and its texts: id, place, records, pieces. */
type Head = [string, string, HeadRecord[], HeadPiece[]];
type HeadRecord = [
	id: string | null,
	source: string,
	position: number,
	fields: Readonly<Record<string, unknown>>,
];
/** Its record or -1, bytes of its text or -1 for none, and the rest. */
type HeadPiece = [number, number, boolean, string | null, string | null];

/** Takes bytes of a partition, which may be reused once it has resolved. */
type Emit = (partition: number, bytes: Uint8Array) => Promise<void>;

/** Writes drafts as bytes, apart by partition. */
export class SpillWriter {
	readonly #waiting: Waiting[];
	readonly #emit: Emit;
	#total = 0;

	constructor(partitions: number, emit: Emit) {
		this.#waiting = Array.from({ length: partitions }, () => new Waiting());
		this.#emit = emit;
	}

	/** @returns Whether `write` must be called, before anything else is added. */
	add(partition: number, key: string, draft: Draft): boolean {
		const waiting = this.#waiting[partition];
		const before = waiting.memoryBytes;
		waiting.add(key, draft);
		this.#total += waiting.memoryBytes - before;
		return waiting.length >= ONE_WAITING || this.#total >= ALL_WAITING;
	}

	/** Writes what there is much of. */
	async write(): Promise<void> {
		const least = this.#total >= ALL_WAITING ? 1 : ONE_WAITING;
		for (const [partition, { length }] of this.#waiting.entries())
			if (length >= least) await this.#write(partition);
	}

	/** Writes all that is left. */
	async finish(): Promise<void> {
		for (const [partition, { length }] of this.#waiting.entries())
			if (length > 0) await this.#write(partition);
	}

	async #write(partition: number): Promise<void> {
		const waiting = this.#waiting[partition];
		this.#total -= waiting.memoryBytes;
		await this.#emit(partition, waiting.view());
		waiting.empty();
	}
}

/** Drafts of a partition that are yet to be written. */
class Waiting {
	/** Bytes of them. */
	length = 0;
	#memory = Buffer.alloc(0);

	get memoryBytes(): number {
		return this.#memory.length;
	}

	add(key: string, draft: Draft): void {
		const { head, textBytes } = headOf(draft);
		// A unit of UTF-16 is three bytes of UTF-8 at most.
		this.#reserve(LENGTHS + 3 * key.length + 3 * head.length + textBytes);
		const memory = this.#memory;
		const start = this.length;
		const keyBytes = memory.write(key, start + LENGTHS);
		let at = start + LENGTHS + keyBytes;
		let headBytes = head.length;
		if (typeof head === "string") headBytes = memory.write(head, at);
		else memory.set(head, at);
		at += headBytes;
		for (const { text } of draft.pieces)
			if (typeof text === "string") at += memory.write(text, at);
			else if (text !== null) {
				memory.set(text.bytes, at);
				at += text.bytes.length;
			}
		memory.writeUInt32LE(keyBytes, start);
		memory.writeUInt32LE(headBytes, start + 4);
		memory.writeUInt32LE(textBytes, start + 8);
		memory[start + 12] = Number(typeof head === "string");
		this.length = at;
	}

	/** All of them: a view, valid until more is added. */
	view(): Uint8Array {
		return this.#memory.subarray(0, this.length);
	}

	/** Drops them, and lets others use the memory: there may be many partitions, of which each has little. */
	empty(): void {
		giveMemory(this.#memory.buffer as ArrayBuffer);
		this.#memory = Buffer.alloc(0);
		this.length = 0;
	}

	#reserve(count: number): void {
		const needed = this.length + count;
		if (needed <= this.#memory.length) return;
		const before = this.#memory;
		const grown = Buffer.from(
			takeMemory(Math.max(needed, 2 * before.length, LEAST)),
		);
		before.copy(grown, 0, 0, this.length);
		this.#memory = grown;
		giveMemory(before.buffer as ArrayBuffer);
	}
}

/** The head of a draft, as JSON where that can hold it, and how many bytes its texts take. */
function headOf({ id, place, pieces }: Draft): {
	head: string | Buffer;
	textBytes: number;
} {
	const known: RecipeRecord[] = [];
	const records: HeadRecord[] = [];
	let textBytes = 0;
	let isJson = true;
	const written = pieces.map(
		({ text, trained, speaker, record, role }): HeadPiece => {
			let of = record === null ? -1 : known.lastIndexOf(record);
			if (record !== null && of === -1) {
				of = known.push(record) - 1;
				const { id, source, position, fields } = record;
				records.push([id, source, position, fields]);
				isJson &&= isExactInJson(fields);
			}
			if (text === null) return [of, -1, trained, speaker, role];
			const bytes =
				typeof text === "string" ? Buffer.byteLength(text) : text.bytes.length;
			textBytes += bytes;
			return [of, bytes, trained, speaker, role];
		},
	);
	const head: Head = [id, place, records, written];
	return { head: isJson ? JSON.stringify(head) : serialize(head), textBytes };
}

/** Whether a value comes out of JSON as it was. */
function isExactInJson(value: unknown): boolean {
	if (typeof value === "string" || typeof value === "boolean") return true;
	if (typeof value === "number")
		return Number.isFinite(value) && !Object.is(value, -0);
	if (value === null) return true;
	if (typeof value !== "object") return false;
	for (const name in value)
		if (!isExactInJson((value as Record<string, unknown>)[name])) return false;
	return true;
}

/** A draft in a block, which becomes objects only once it is read. */
export class SpilledDraft {
	readonly #block: Buffer;
	readonly #at: number;

	constructor(block: Buffer, at: number) {
		this.#block = block;
		this.#at = at;
	}

	get key(): string {
		const start = this.#at + LENGTHS;
		return this.#block.toString("utf8", start, start + this.#length(0));
	}

	get textBytes(): number {
		return this.#length(2);
	}

	/** Where it ends in the block. */
	get end(): number {
		const lengths = this.#length(0) + this.#length(1) + this.#length(2);
		return this.#at + LENGTHS + lengths;
	}

	read(): Draft {
		const block = this.#block;
		const start = this.#at + LENGTHS + this.#length(0);
		let at = start + this.#length(1);
		const [id, place, records, written]: Head =
			block[this.#at + 12] === 1
				? parseJson(block.toString("utf8", start, at))
				: deserialize(block.subarray(start, at));
		const whole = records.map(
			([id, source, position, fields]): RecipeRecord => {
				return { id, source, position, text: null, fields };
			},
		);
		const pieces = written.map(
			([of, length, trained, speaker, role]): Piece => {
				const record = of === -1 ? null : whole[of];
				let text: Utf8Text | null = null;
				if (length !== -1) {
					text = new Utf8Text(block.subarray(at, at + length));
					at += length;
				}
				return { text, trained, speaker, record, role };
			},
		);
		return { id, place, pieces };
	}

	#length(i: number): number {
		return this.#block.readUInt32LE(this.#at + 4 * i);
	}
}

/** The drafts of blocks of spill files. */
export class SpillReader {
	readonly #memory: ArrayBuffer[] = [];

	async *read(
		file: ReadableFile,
		blocks: readonly SpillBlock[],
	): AsyncGenerator<SpilledDraft[]> {
		for (const { position, length } of blocks) {
			const memory = takeMemory(length);
			this.#memory.push(memory);
			const block = await file.read(position, length, memory);
			if (block.length < length)
				throw new Error("what composing wrote aside has changed");
			const drafts: SpilledDraft[] = [];
			for (let at = 0; at < length; ) {
				const draft = new SpilledDraft(block, at);
				drafts.push(draft);
				at = draft.end;
			}
			yield drafts;
		}
	}

	/** Lets others use the memory of all drafts that were read. */
	free(): void {
		for (const memory of this.#memory) giveMemory(memory);
		this.#memory.length = 0;
	}
}
