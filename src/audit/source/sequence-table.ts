/** Sequences by a key, with the row that each is in: at most 96 bytes a sequence, while it grows. */
export class SequenceTable {
	/** 0: the place is free. Sequences with one key are entries of their own. */
	#keys = new Float64Array(1024);
	#lengths = new Int32Array(1024);
	/** The file of each; one more than it, and 0 once the sequence is taken. */
	#shards = new Uint32Array(1024);
	#numbers = new Uint32Array(1024);
	#count = 0;
	#left = 0;

	/** Sequences that were not taken. */
	get left(): number {
		return this.#left;
	}

	/** @param number Of the row in its file. */
	add(key: number, length: number, shard: number, number: number): void {
		if (this.#count * 3 >= this.#keys.length * 2) this.#grow();
		this.#insert(key, length, shard + 1, number);
		this.#count++;
		this.#left++;
	}

	/** Takes a sequence that was not taken before, where there is one. */
	take(key: number, length: number): boolean {
		const last = this.#keys.length - 1;
		for (
			let at = placeOf(key, last);
			this.#keys[at] !== 0;
			at = (at + 1) & last
		) {
			if (this.#keys[at] !== key || this.#lengths[at] !== length) continue;
			if (this.#shards[at] === 0) continue;
			this.#shards[at] = 0;
			this.#left--;
			return true;
		}
		return false;
	}

	/** The first of those that were not taken, by file and row. */
	firstLeft(count: number): { shard: number; number: number }[] {
		let found: { shard: number; number: number }[] = [];
		const cut = () => {
			found.sort((a, b) => a.shard - b.shard || a.number - b.number);
			found = found.slice(0, count);
		};
		for (let at = 0; at < this.#keys.length; at++) {
			if (this.#shards[at] === 0) continue;
			found.push({ shard: this.#shards[at] - 1, number: this.#numbers[at] });
			if (found.length > 1024) cut();
		}
		cut();
		return found;
	}

	#insert(key: number, length: number, shard: number, number: number): void {
		const last = this.#keys.length - 1;
		let at = placeOf(key, last);
		while (this.#keys[at] !== 0) at = (at + 1) & last;
		this.#keys[at] = key;
		this.#lengths[at] = length;
		this.#shards[at] = shard;
		this.#numbers[at] = number;
	}

	#grow(): void {
		const before = [this.#keys, this.#lengths, this.#shards, this.#numbers];
		const [keys, lengths, shards, numbers] = before;
		const size = 2 * keys.length;
		this.#keys = new Float64Array(size);
		this.#lengths = new Int32Array(size);
		this.#shards = new Uint32Array(size);
		this.#numbers = new Uint32Array(size);
		for (let at = 0; at < keys.length; at++)
			if (keys[at] !== 0)
				this.#insert(keys[at], lengths[at], shards[at], numbers[at]);
	}
}

/** @param last One less than a power of two. */
function placeOf(key: number, last: number): number {
	return Math.floor(key / 2 ** 21) & last;
}
