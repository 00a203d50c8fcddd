/** Numbers that grow at the end. */
export class Float32Buffer {
	length = 0;
	#array = new Float32Array(1 << 10);

	/** Adds a value some times. */
	push(value: number, times: number): void {
		const end = this.length + times;
		if (end > this.#array.length) {
			const grown = new Float32Array(Math.max(end, 2 * this.#array.length));
			grown.set(this.#array.subarray(0, this.length));
			this.#array = grown;
		}
		this.#array.fill(value, this.length, end);
		this.length = end;
	}

	/** What it holds, until it is written to again. */
	view(): Float32Array {
		return this.#array.subarray(0, this.length);
	}
}
