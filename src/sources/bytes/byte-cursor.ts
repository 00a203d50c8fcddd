import { BadInput, type InputFile, type ReadableStorage } from "../source.js";
import { readBytes } from "./bytes.js";

/** What is skipped is read all the same, unless it is longer than this. */
const JUMP = 1 << 20;

/** Goes through the uncompressed bytes of a file, as many at a time as are asked for. */
export class ByteCursor {
	readonly #storage: ReadableStorage;
	readonly #file: InputFile;
	#pieces: AsyncGenerator<Buffer>;
	#bytes: Buffer = Buffer.alloc(0);
	#at = 0;
	#position: number;
	#damage: Promise<BadInput | null> | null = null;

	constructor(storage: ReadableStorage, file: InputFile, start = 0) {
		this.#storage = storage;
		this.#file = file;
		this.#position = start;
		this.#pieces = readBytes(storage, file, start);
	}

	/** Offset of the next byte in the uncompressed file. */
	get position(): number {
		return this.#position;
	}

	/** How many bytes follow; Infinity where the file is compressed and does not tell. */
	get left(): number {
		return this.#file.compression === null
			? this.#file.size - this.#position
			: Infinity;
	}

	/** How many bytes are held, for `take`. */
	get held(): number {
		return this.#bytes.length - this.#at;
	}

	/**
	 * Holds `count` bytes, or as many as there are; tells whether there are so many.
	 * @throws BadInput when a compressed file is cut short or damaged
	 */
	async fill(count: number): Promise<boolean> {
		if (this.held >= count) return true;
		const pieces: Buffer[] =
			this.held > 0 ? [this.#bytes.subarray(this.#at)] : [];
		let length = this.held;
		while (length < count) {
			const { value, done } = await this.#pieces.next();
			if (done) break;
			pieces.push(value);
			length += value.length;
		}
		this.#bytes = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
		this.#at = 0;
		return length >= count;
	}

	/** The next bytes, all of which are held. */
	take(count: number): Buffer {
		const taken = this.#bytes.subarray(this.#at, this.#at + count);
		this.#at += count;
		this.#position += count;
		return taken;
	}

	/**
	 * Passes over bytes without holding them; returns how many there were.
	 * @throws BadInput when a compressed file is cut short or damaged
	 */
	async skip(count: number): Promise<number> {
		const last = Math.min(count, this.left);
		let rest = last;
		for (;;) {
			const now = Math.min(rest, this.held);
			this.take(now);
			rest -= now;
			if (rest === 0) return last;
			if (rest > JUMP && this.#file.compression === null) {
				await this.close();
				this.#position += rest;
				this.#pieces = readBytes(this.#storage, this.#file, this.#position);
				return last;
			}
			if (!(await this.fill(1))) return last - rest;
		}
	}

	/**
	 * Why bytes are not what they should be: a compressed file may be damaged before
	 * the place where its end or its checksum tells. The first fault is worth reading
	 * it through once more.
	 * @param fault What is wrong with the bytes.
	 */
	async causeOf(fault: BadInput): Promise<BadInput> {
		if (this.#file.compression === null) return fault;
		this.#damage ??= damageOf(this.#storage, this.#file);
		return (await this.#damage) ?? fault;
	}

	async close(): Promise<void> {
		await this.#pieces.return(undefined);
	}
}

/** What is wrong with a file as it is compressed; null: nothing is. */
async function damageOf(
	storage: ReadableStorage,
	file: InputFile,
): Promise<BadInput | null> {
	try {
		for await (const _ of readBytes(storage, file));
		return null;
	} catch (error) {
		if (error instanceof BadInput) return error;
		throw error;
	}
}
