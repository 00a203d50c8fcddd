import type { Chunk, Shape } from "./chunk.js";

/** Which group of a shape takes which item of a chunk; the groups of the highest level come first. */
export interface Schedule {
	readonly shape: Shape;
	/** Of each item of the chunk. */
	readonly groupOf: Int32Array;
	/** What the slowest group takes. */
	readonly slowest: number;
}

/**
 * Each item to the group that is done with it first and has room for it (R. Graham's list
 * scheduling, 1969); then each group that is empty gets the last item that fits, of a group of
 * several. Null where that leaves an item or a group over.
 */
export function listSchedule(
	{ tokens, works, rooms }: Chunk,
	shape: Shape,
): Schedule | null {
	const groups = shape.reduce((all, count) => all + count, 0);
	if (groups > tokens.length) return null;
	const levels = new Int32Array(groups);
	const free = new Float64Array(groups);
	const loads = new Float64Array(groups);
	/** The groups of each level as a heap, the least loaded on top. */
	const heap = new Int32Array(groups);
	const levelCount = shape.length;
	const counts = Int32Array.from(shape);
	const starts = new Int32Array(levelCount);
	for (let level = shape.length - 1, start = 0; level >= 0; level--) {
		starts[level] = start;
		for (let end = start + shape[level]; start < end; start++) {
			levels[start] = level;
			free[start] = rooms[level];
			heap[start] = start;
		}
	}
	const groupOf = new Int32Array(tokens.length);
	const below = new Int32Array(groups + 1);
	for (let at = 0; at < tokens.length; at++) {
		const needed = tokens[at];
		let best = -1;
		let slot = -1;
		let least = Number.POSITIVE_INFINITY;
		for (let level = 0; level < levelCount; level++) {
			const count = counts[level];
			if (count === 0) continue;
			const work = works[level][at];
			const start = starts[level];
			// Below a group that has room none is less loaded.
			let more = 1;
			below[0] = 0;
			while (more > 0) {
				const node = below[--more];
				const group = heap[start + node];
				const done = loads[group] + work;
				if (done > least || (done === least && group > best)) continue;
				if (free[group] >= needed) {
					best = group;
					slot = start + node;
					least = done;
					continue;
				}
				if (2 * node + 1 < count) below[more++] = 2 * node + 1;
				if (2 * node + 2 < count) below[more++] = 2 * node + 2;
			}
		}
		if (best === -1) return null;
		groupOf[at] = best;
		loads[best] = least;
		free[best] -= needed;
		const level = levels[best];
		sink(heap, loads, starts[level], counts[level], slot);
	}
	if (!fillEmpty({ tokens, works }, groupOf, levels, loads, free)) return null;
	let slowest = 0;
	for (const load of loads) slowest = Math.max(slowest, load);
	return { shape, groupOf, slowest };
}

function isBefore(loads: Float64Array, a: number, b: number): boolean {
	return loads[a] < loads[b] || (loads[a] === loads[b] && a < b);
}

/** Lets the group at a place of a heap, whose load grew, sink. */
function sink(
	heap: Int32Array,
	loads: Float64Array,
	start: number,
	count: number,
	slot: number,
): void {
	const group = heap[slot];
	let at = slot - start;
	for (;;) {
		let child = 2 * at + 1;
		if (child >= count) break;
		if (
			child + 1 < count &&
			isBefore(loads, heap[start + child + 1], heap[start + child])
		)
			child++;
		if (!isBefore(loads, heap[start + child], group)) break;
		heap[start + at] = heap[start + child];
		at = child;
	}
	heap[start + at] = group;
}

function fillEmpty(
	{ tokens, works }: Pick<Chunk, "tokens" | "works">,
	groupOf: Int32Array,
	levels: Int32Array,
	loads: Float64Array,
	free: Float64Array,
): boolean {
	const counts = new Int32Array(levels.length);
	for (const group of groupOf) counts[group]++;
	for (let group = 0; group < counts.length; group++) {
		if (counts[group] > 0) continue;
		let at = tokens.length - 1;
		while (at >= 0 && !(counts[groupOf[at]] > 1 && free[group] >= tokens[at]))
			at--;
		if (at < 0) return false;
		const from = groupOf[at];
		counts[from]--;
		loads[from] -= works[levels[from]][at];
		free[from] += tokens[at];
		groupOf[at] = group;
		counts[group]++;
		loads[group] += works[levels[group]][at];
		free[group] -= tokens[at];
	}
	return true;
}
