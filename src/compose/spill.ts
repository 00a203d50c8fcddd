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

// A block is the length of its heads, whether they are JSON, the heads of its drafts, and
// the texts of their pieces.
const HEADER = 5;
/** Bytes of all partitions that wait to be written, and of one, about. */
const ALL_WAITING = 1 << 26;
const ONE_WAITING = 1 << 20;
/** What a head takes beside its texts, about. */
const HEAD = 128;

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
	#total = 0;

	constructor(partitions: number, emit: Emit) {
		this.#waiting = Array.from(
			{ length: partitions },
			() => new WaitingDrafts(),
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
		await this.#emit(partition, waiting.take());
	}
}

/** Drafts of a partition that are yet to be written. */
class WaitingDrafts {
	/** Bytes of them, about. */
	size = 0;
	#heads: Head[] = [];
	#areJson = true;
	#texts = Buffer.alloc(0);
	#length = 0;

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

	/** All of them as a block; none are left. */
	take(): Uint8Array {
		const heads = this.#areJson
			? Buffer.from(JSON.stringify(this.#heads))
			: serialize(this.#heads);
		const header = Buffer.alloc(HEADER);
		header.writeUInt32LE(heads.length);
		header[4] = Number(this.#areJson);
		const texts = this.#texts.subarray(0, this.#length);
		const block = Buffer.concat([header, heads, texts]);
		this.#heads = [];
		this.#areJson = true;
		// There may be many partitions, and little is to wait in all of them together.
		this.#texts = Buffer.alloc(0);
		this.#length = this.size = 0;
		return block;
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
			this.#texts.set(bytes, this.#length);
			this.#length += bytes.length;
			return bytes.length;
		}
		const length = Buffer.byteLength(text);
		this.#reserve(length);
		this.#length += this.#texts.write(text, this.#length);
		return length;
	}

	#reserve(count: number): void {
		const needed = this.#length + count;
		if (needed <= this.#texts.length) return;
		const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#texts.length));
		this.#texts.copy(grown, 0, 0, this.#length);
		this.#texts = grown;
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
		const texts = HEADER + bytes.readUInt32LE(0);
		const heads: Head[] =
			bytes[4] === 1
				? JSON.parse(bytes.toString("utf8", HEADER, texts))
				: deserialize(bytes.subarray(HEADER, texts));
		yield draftsOf(heads, bytes, texts);
	}
}

/** @param at Where the texts of their pieces begin. */
function draftsOf(
	heads: readonly Head[],
	bytes: Buffer,
	at: number,
): { key: string; draft: Draft }[] {
	let from = at;
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
