import type { Packing } from "./packing.js";

/** A pack with less room than this share of a row is full. */
const LEAST_ROOM = 1 / 1024;
/** Packs of a window, of which one may stay open. */
const PACKS_PER_OPEN_ONE = 4;

/**
 * The packs of a window that become rows. The others, the emptiest, stay open: what is in
 * them is packed once more, with the window that follows. At least one is closed.
 * @param rooms Room that each sequence takes.
 * @param capacity Room of a pack.
 * @param options.repacks Whether packing the emptiest once more saves rows.
 * @param options.ranks Rows of a step: so many are closed that all make whole steps,
 * where there are enough.
 * @returns Their numbers, in order.
 */
export function closedPacks(
	rooms: Int32Array,
	{ order, packOffsets }: Packing,
	capacity: number,
	{ repacks, ranks }: { repacks: boolean; ranks: number },
): Int32Array {
	const packs = packOffsets.length - 1;
	const free = new Float64Array(packs).fill(capacity);
	for (let pack = 0; pack < packs; pack++)
		for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++)
			free[pack] -= rooms[order[at]];
	const emptiest = Array.from(free.keys()).sort(
		(a, b) => free[b] - free[a] || a - b,
	);
	const most = repacks ? Math.floor(packs / PACKS_PER_OPEN_ONE) : 0;
	let open = 0;
	while (open < most && free[emptiest[open]] > capacity * LEAST_ROOM) open++;
	const closed = packs - open;
	if (closed >= ranks) open += closed % ranks;
	return Int32Array.from(emptiest.slice(open)).sort();
}
