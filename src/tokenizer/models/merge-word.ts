import type { Int32Buffer } from "../../core/buffers.js";
import type { Merges } from "./merges.js";

/** A text has fewer places than this. */
const PLACES = 2 ** 30;
const GONE = -1;

/**
 * Merges symbols, ids of tokens, and appends what is left: again and again the pair with the lowest
 * rank, the leftmost of equals first. In time n log n.
 */
export function mergeWord(
	symbols: Int32Array,
	merges: Merges,
	out: Int32Buffer,
): void {
	const { ranks } = merges;
	const count = symbols.length;
	const next = Int32Array.from({ length: count }, (_, at) => at + 1);
	const previous = Int32Array.from({ length: count }, (_, at) => at - 1);
	/** Ranks and the places of pairs, the lowest first. */
	const heap = new Heap();
	const offer = (at: number, right: number) => {
		const place = merges.find(symbols[at], symbols[right]);
		if (place !== -1) heap.push((ranks?.[place] ?? place) * PLACES + at);
	};
	for (let at = 0; at + 1 < count; at++) offer(at, at + 1);
	while (heap.length > 0) {
		const top = heap.pop();
		const at = top % PLACES;
		const rank = (top - at) / PLACES;
		const right = next[at];
		if (symbols[at] === GONE || right >= count) continue;
		// As in the Rust library: what the pair at this place makes now counts, not its rank.
		const place = merges.find(symbols[at], symbols[right]);
		if (place === -1) continue;
		const made = merges.made[place];
		if (ranks === null ? made !== merges.made[rank] : ranks[place] !== rank)
			continue;
		symbols[at] = made;
		symbols[right] = GONE;
		next[at] = next[right];
		if (next[at] < count) previous[next[at]] = at;
		if (previous[at] >= 0) offer(previous[at], at);
		if (next[at] < count) offer(at, next[at]);
	}
	for (let at = 0; at < count; at = next[at]) out.push(symbols[at]);
}

/** A binary heap of numbers, the least on top. */
class Heap {
	readonly #entries: number[] = [];

	get length(): number {
		return this.#entries.length;
	}

	push(entry: number): void {
		const entries = this.#entries;
		let i = entries.push(entry) - 1;
		while (i > 0) {
			const parent = (i - 1) >> 1;
			if (entries[parent] <= entry) break;
			entries[i] = entries[parent];
			i = parent;
		}
		entries[i] = entry;
	}

	pop(): number {
		const entries = this.#entries;
		const top = entries[0];
		const entry = entries.pop() as number;
		const size = entries.length;
		if (size === 0) return top;
		let i = 0;
		while (true) {
			let child = 2 * i + 1;
			if (child >= size) break;
			if (child + 1 < size && entries[child + 1] < entries[child]) child++;
			if (entry <= entries[child]) break;
			entries[i] = entries[child];
			i = child;
		}
		entries[i] = entry;
		return top;
	}
}
