import { DataError } from "../../core/errors.js";
import type { ExportFile } from "./export-format.js";

/** Bytes that are gathered before they are written. */
const BLOCK = 1 << 20;

type NumberWidth = 1 | 2 | 4 | 8;

/** Writes whole numbers of so many bytes each, the least significant byte first. */
export class NumberFile {
	/** How many numbers there are so far. */
	count = 0;
	readonly #file: ExportFile;
	readonly #width: NumberWidth;
	readonly #bytes = new Uint8Array(BLOCK);
	/** The same memory as numbers; those of eight bytes are two. */
	readonly #numbers: Uint8Array | Uint16Array | Int32Array;
	readonly #room: number;
	#used = 0;

	constructor(file: ExportFile, width: NumberWidth) {
		const { buffer } = this.#bytes;
		this.#file = file;
		this.#width = width;
		this.#numbers =
			width === 1
				? this.#bytes
				: width === 2
					? new Uint16Array(buffer)
					: new Int32Array(buffer);
		this.#room = BLOCK / width;
	}

	/** Adds numbers; where they fit what is gathered there is nothing to wait for. */
	add(values: ArrayLike<number>): Promise<void> | undefined {
		if (this.#used + values.length > this.#room) return this.#addMany(values);
		this.#put(values);
		return undefined;
	}

	async close(): Promise<void> {
		await this.#flush();
		await this.#file.close();
	}

	async #addMany(values: ArrayLike<number>): Promise<void> {
		const all =
			values instanceof Int32Array ? values : Float64Array.from(values);
		for (let at = 0; at < all.length; ) {
			if (this.#used === this.#room) await this.#flush();
			const end = Math.min(all.length, at + this.#room - this.#used);
			this.#put(all.subarray(at, end));
			at = end;
		}
	}

	#put(values: ArrayLike<number>): void {
		const count = values.length;
		if (this.#width === 8) {
			for (let i = 0; i < count; i++) {
				const at = 2 * (this.#used + i);
				this.#numbers[at] = values[i];
				this.#numbers[at + 1] = Math.floor(values[i] / 2 ** 32);
			}
		} else {
			if (this.#width < 4) requireFit(values, this.#width);
			this.#numbers.set(values, this.#used);
		}
		this.#used += count;
		this.count += count;
	}

	async #flush(): Promise<void> {
		const bytes = this.#bytes.subarray(0, this.#used * this.#width);
		this.#used = 0;
		await this.#file.write(bytes);
	}
}

/** @throws DataError `token-out-of-range` */
function requireFit(values: ArrayLike<number>, width: number): void {
	const end = 2 ** (8 * width);
	let bits = 0;
	for (let i = 0; i < values.length; i++) bits |= values[i];
	if (bits < 0 || bits >= end)
		throw new DataError(
			"token-out-of-range",
			`a row has the id ${Array.from(values).find((id) => id < 0 || id >= end)}, which ${width} bytes cannot hold. Check the dataset with seqpack verify.`,
		);
}

/** What waits for both. */
export function both(
	a: Promise<void> | undefined,
	b: Promise<void> | undefined,
): Promise<void> | undefined {
	return a === undefined || b === undefined
		? (a ?? b)
		: Promise.all([a, b]).then(() => {});
}
