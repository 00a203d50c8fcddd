/** The bytes of pieces, taken in portions of any size. */
export class ByteQueue {
	readonly #pieces: AsyncIterator<Buffer>;
	#held: Buffer = Buffer.alloc(0);
	#ended = false;

	constructor(pieces: AsyncIterable<Buffer>) {
		this.#pieces = pieces[Symbol.asyncIterator]();
	}

	/** What is there already. */
	get held(): Buffer {
		return this.#held;
	}

	/** Sees to it that at least so many bytes are held; false where the end comes first. */
	async fill(length: number): Promise<boolean> {
		if (this.#held.length >= length) return true;
		const parts = [this.#held];
		let total = this.#held.length;
		while (total < length && !this.#ended) {
			const { value, done } = await this.#pieces.next();
			if (done) this.#ended = true;
			else {
				parts.push(value);
				total += value.length;
			}
		}
		const filled = parts.filter((part) => part.length > 0);
		this.#held = filled.length === 1 ? filled[0] : Buffer.concat(filled, total);
		return total >= length;
	}

	/** Drops bytes that are held. */
	skip(length: number): void {
		this.#held = this.#held.subarray(length);
	}

	/** Takes bytes that are held. */
	take(length: number): Buffer {
		const taken = this.#held.subarray(0, length);
		this.skip(length);
		return taken;
	}

	/** Drops bytes that need not be held at once; false where the end comes first. */
	async discard(length: number): Promise<boolean> {
		let left = length;
		while (left > this.#held.length) {
			left -= this.#held.length;
			this.#held = Buffer.alloc(0);
			if (!(await this.fill(1))) return false;
		}
		this.skip(left);
		return true;
	}

	/** Whether all bytes to the end are zero; takes them. */
	async isZeroToEnd(): Promise<boolean> {
		while (await this.fill(1)) {
			if (this.#held.some((byte) => byte !== 0)) return false;
			this.skip(this.#held.length);
		}
		return true;
	}

	/** Closes what the pieces come from. */
	async close(): Promise<void> {
		await this.#pieces.return?.();
	}
}
