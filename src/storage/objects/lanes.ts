/** Lets so many actions go at a time; the others wait, in the order in which they came. */
export class Lanes {
	#free: number;
	readonly #waiting: (() => void)[] = [];
	/** The first that waits. */
	#next = 0;

	constructor(width: number) {
		this.#free = width;
	}

	async run<T>(action: () => Promise<T>): Promise<T> {
		if (this.#free > 0) this.#free--;
		else await new Promise<void>((resolve) => this.#waiting.push(resolve));
		try {
			return await action();
		} finally {
			this.#leave();
		}
	}

	#leave(): void {
		if (this.#next === this.#waiting.length) {
			this.#free++;
			return;
		}
		this.#waiting[this.#next++]();
		if (this.#next < 1024) return;
		this.#waiting.splice(0, this.#next);
		this.#next = 0;
	}
}
