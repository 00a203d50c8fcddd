/** Bytes of a block, and of all blocks that are kept. */
export const BLOCK = 32 << 10;
const MOST_KEPT = 64 << 20;

/** A part of an object: which, and which of its blocks. */
export interface BlockOwner {
	/** A small number that no other object has. */
	readonly number: number;
}

/** Blocks of objects, of which those that were used last are kept. */
export class BlockCache {
	/** The one used last comes last. */
	readonly #kept = new Map<number, Uint8Array>();
	readonly #underWay = new Map<number, Promise<Uint8Array>>();
	readonly #most: number;

	constructor(mostBytes = MOST_KEPT) {
		this.#most = Math.max(1, Math.floor(mostBytes / BLOCK));
	}

	get(key: number): Uint8Array | undefined {
		const block = this.#kept.get(key);
		if (block === undefined) return undefined;
		this.#kept.delete(key);
		this.#kept.set(key, block);
		return block;
	}

	/** A block that is being fetched. */
	underWay(key: number): Promise<Uint8Array> | undefined {
		return this.#underWay.get(key);
	}

	/** Keeps a block once it is there. */
	keep(key: number, fetched: Promise<Uint8Array>): void {
		this.#underWay.set(key, fetched);
		fetched
			.then(
				(block) => {
					this.#kept.delete(key);
					this.#kept.set(key, block);
					for (const oldest of this.#kept.keys()) {
						if (this.#kept.size <= this.#most) break;
						this.#kept.delete(oldest);
					}
				},
				// Whoever asked for it is told.
				() => {},
			)
			.finally(() => this.#underWay.delete(key));
	}

	/** Blocks that are kept. */
	get size(): number {
		return this.#kept.size;
	}
}

/** The key of a block: objects have fewer than 2^28. */
export function blockKey({ number }: BlockOwner, block: number): number {
	return number * 2 ** 28 + block;
}
