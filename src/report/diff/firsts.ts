import type { Listed } from "./result.js";

/** The first of some by a number of each, and how many there were. */
export class Firsts<T> {
	#count = 0;
	readonly #most: number;
	readonly #kept: { order: number; value: T }[] = [];
	/** From here on nothing can be among the first. */
	#end = Number.POSITIVE_INFINITY;

	constructor(most: number) {
		this.#most = most;
		if (most === 0) this.#end = Number.NEGATIVE_INFINITY;
	}

	add(order: number, value: T): void {
		this.#count++;
		if (order >= this.#end) return;
		this.#kept.push({ order, value });
		if (this.#kept.length >= 2 * this.#most + 16) this.#cut();
	}

	get listed(): Listed<T> {
		this.#cut();
		return {
			count: this.#count,
			list: this.#kept.map(({ value }) => value),
		};
	}

	#cut(): void {
		this.#kept.sort((a, b) => a.order - b.order);
		if (this.#kept.length < this.#most || this.#most === 0) return;
		this.#kept.length = this.#most;
		this.#end = this.#kept[this.#most - 1].order;
	}
}
