import { deserialize, serialize } from "node:v8";
import { isObject } from "../core/values.js";
import type { Draft, Piece, RecipeRecord } from "../recipes/draft.js";
import { Utf8Text } from "../recipes/utf8-text.js";
import type { ReadableFile } from "../storage/storage.js";

/** A run of a spill file that has drafts of one partition. */
export interface SpillBlock {
	partition: number;
	position: number;
	length: number;
}

// A block is the texts of its drafts' pieces, the heads of the drafts, then how many bytes these
// take, and whether they are JSON.
const TRAILER = 5;
/** Bytes of all partitions that wait to be written, and of one, about. */
const ALL_WAITING = 1 << 26;
const ONE_WAITING = 1 << 20;
/** What a head takes beside its texts, about. */
const HEAD = 128;
/** Bytes of a buffer, at least. */
const LEAST = 1 << 14;
const NOTHING = Buffer.alloc(0);
/** Buffers that were written and wait to be filled again. */
const SPARE = 4;

/** What is written of a draft beside the texts of its pieces: key, id, place, records, pieces. */
type Head = [string, string, string, HeadRecord[], HeadPiece[]];
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
	readonly #waiting: WaitingDrafts[];
	readonly #emit: Emit;
	readonly #spare: Buffer[] = [];
	#total = 0;

	constructor(partitions: number, emit: Emit) {
		this.#waiting = Array.from(
			{ length: partitions },
			() => new WaitingDrafts(this.#spare),
		);
		this.#emit = emit;
	}

	/** @returns Whether `write` must be called, before anything else is added. */
	add(partition: number, key: string, draft: Draft): boolean {
		const waiting = this.#waiting[partition];
		const before = waiting.size;
		waiting.add(key, draft);
		this.#total += waiting.size - before;
		return waiting.size >= ONE_WAITING || this.#total >= ALL_WAITING;
	}

	/** Writes what there is much of. */
	async write(): Promise<void> {
		const least = this.#total >= ALL_WAITING ? 1 : ONE_WAITING;
		for (const [partition, { size }] of this.#waiting.entries())
			if (size >= least) await this.#write(partition);
	}

	/** Writes all that is left. */
	async finish(): Promise<void> {
		for (const partition of this.#waiting.keys()) await this.#write(partition);
	}

	async #write(partition: number): Promise<void> {
		const waiting = this.#waiting[partition];
		if (waiting.size === 0) return;
		this.#total -= waiting.size;
		const { block, memory } = waiting.take();
		await this.#emit(partition, block);
		if (memory.length <= 2 * ONE_WAITING && this.#spare.length < SPARE)
			this.#spare.push(memory);
	}
}

/** Drafts of a partition that are yet to be written. */
class WaitingDrafts {
	/** Bytes of them, about. */
	size = 0;
	#heads: Head[] = [];
	#areJson = true;
	#memory: Buffer = NOTHING;
	#length = 0;
	readonly #spare: Buffer[];

	/** @param spare Memory that may be taken. */
	constructor(spare: Buffer[]) {
		this.#spare = spare;
	}

	add(key: string, { id, place, pieces }: Draft): void {
		const before = this.#length;
		const known: RecipeRecord[] = [];
		const records: HeadRecord[] = [];
		let size = HEAD + key.length + id.length + place.length;
		const written = pieces.map(
			({ text, trained, speaker, record, role }): HeadPiece => {
				let at = record === null ? -1 : known.lastIndexOf(record);
				if (record !== null && at === -1) {
					at = known.push(record) - 1;
					const { id, source, position, fields } = record;
					records.push([id, source, position, fields]);
					for (const name in fields) size += this.#sizeOf(fields[name]);
				}
				const bytes = text === null ? -1 : this.#addText(text);
				return [at, bytes, trained, speaker, role];
			},
		);
		this.#heads.push([key, id, place, records, written]);
		this.size += size + this.#length - before;
	}

	/** All of them as a block, and the memory that it is in; none are left. */
	take(): { block: Buffer; memory: Buffer } {
		const heads = this.#areJson
			? Buffer.from(JSON.stringify(this.#heads))
			: serialize(this.#heads);
		this.#reserve(heads.length + TRAILER);
		const memory = this.#memory;
		let at = this.#length;
		memory.set(heads, at);
		at = memory.writeUInt32LE(heads.length, at + heads.length);
		at = memory.writeUInt8(Number(this.#areJson), at);
		this.#heads = [];
		this.#areJson = true;
		// There may be many partitions, of which each has little.
		this.#memory = NOTHING;
		this.#length = this.size = 0;
		return { block: memory.subarray(0, at), memory };
	}

	/** How much a value takes, about; also notes whether JSON can hold it. */
	#sizeOf(value: unknown): number {
		if (typeof value === "string") return value.length;
		if (Array.isArray(value) || isObject(value)) {
			let size = 0;
			for (const part of Object.values(value))
				size += HEAD / 8 + this.#sizeOf(part);
			return size;
		}
		this.#areJson &&=
			value === null ||
			typeof value === "boolean" ||
			(typeof value === "number" &&
				Number.isFinite(value) &&
				!Object.is(value, -0));
		return 8;
	}

	#addText(text: string | Utf8Text): number {
		if (typeof text !== "string") {
			const { bytes } = text;
			this.#reserve(bytes.length);
			this.#memory.set(bytes, this.#length);
			this.#length += bytes.length;
			return bytes.length;
		}
		const length = Buffer.byteLength(text);
		this.#reserve(length);
		this.#length += this.#memory.write(text, this.#length);
		return length;
	}

	#reserve(count: number): void {
		const needed = this.#length + count;
		if (needed <= this.#memory.length) return;
		const spare = this.#memory === NOTHING ? this.#spare.pop() : undefined;
		const grown =
			spare !== undefined && spare.length >= needed
				? spare
				: Buffer.allocUnsafe(Math.max(needed, 2 * this.#memory.length, LEAST));
		this.#memory.copy(grown, 0, 0, this.#length);
		this.#memory = grown;
	}
}

/** The drafts of blocks of a spill file, with their keys. */
export async function* readSpill(
	file: ReadableFile,
	blocks: readonly SpillBlock[],
): AsyncGenerator<{ key: string; draft: Draft }[]> {
	for (const { position, length } of blocks) {
		const bytes = await file.read(position, length);
		if (bytes.length < length)
			throw new Error("what composing wrote aside has changed");
		const end = length - TRAILER;
		const start = end - bytes.readUInt32LE(end);
		const heads: Head[] =
			bytes[length - 1] === 1
				? JSON.parse(bytes.toString("utf8", start, end))
				: deserialize(bytes.subarray(start, end));
		yield draftsOf(heads, bytes);
	}
}

/** @param bytes Begin with the texts of their pieces. */
function draftsOf(
	heads: readonly Head[],
	bytes: Buffer,
): { key: string; draft: Draft }[] {
	let from = 0;
	return heads.map(([key, id, place, records, written]) => {
		const whole = records.map(
			([id, source, position, fields]): RecipeRecord => ({
				...{ id, source, position, fields },
				text: null,
			}),
		);
		const pieces = written.map(
			([of, length, trained, speaker, role]): Piece => {
				const record = of === -1 ? null : whole[of];
				if (length === -1)
					return { text: null, trained, speaker, record, role };
				const text = new Utf8Text(bytes.subarray(from, from + length));
				from += length;
				return { text, trained, speaker, record, role };
			},
		);
		return { key, draft: { id, place, pieces } };
	});
}
