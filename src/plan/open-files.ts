/** Files open at a time, of all buckets together. */
const MOST_OPEN = 512;

/** Files that are open, of all buckets: the one opened first is closed first. */
export class OpenFiles {
	readonly #closers: (() => void)[] = [];

	add(close: () => void): void {
		if (this.#closers.length >= MOST_OPEN) this.#closers.shift()?.();
		this.#closers.push(close);
	}

	close(): void {
		for (const close of this.#closers.splice(0)) close();
	}
}
