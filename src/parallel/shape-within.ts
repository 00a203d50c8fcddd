import type { Chunk, Shape } from "./chunk.js";

/**
 * Groups with which best fit holds a chunk's items in `limit`, each in the smallest group that
 * can: the largest first, to the fullest group that is done in time. Devices that are left make
 * the slowest groups larger. Null where there are too few.
 */
export function shapeWithin(
	{ tokens, works, rooms }: Chunk,
	devices: number,
	limit: number,
): Shape | null {
	const levels: number[] = [];
	const loads: number[] = [];
	const free: number[] = [];
	/** Groups that may have room. */
	const open: number[] = [];
	const last = tokens.length - 1;
	let left = devices;
	for (let at = 0; at <= last; at++) {
		let best = -1;
		for (let i = 0; i < open.length; i++) {
			const group = open[i];
			if (
				free[group] >= tokens[at] &&
				loads[group] + works[levels[group]][at] <= limit &&
				(best === -1 || loads[group] > loads[best])
			)
				best = group;
		}
		if (best === -1) {
			let level = 0;
			while (rooms[level] < tokens[at] || works[level][at] > limit)
				if (++level === rooms.length) return null;
			left -= 2 ** level;
			if (left < 0) return null;
			best = levels.length;
			levels.push(level);
			loads.push(0);
			free.push(rooms[level]);
			open.push(best);
		}
		const level = levels[best];
		loads[best] += works[level][at];
		free[best] -= tokens[at];
		if (loads[best] + works[level][last] > limit || free[best] < tokens[last])
			open.splice(open.indexOf(best), 1);
	}
	while (left > 0) {
		let slowest = -1;
		for (let group = 0; group < levels.length; group++)
			if (
				2 ** levels[group] <= left &&
				(slowest === -1 || loads[group] > loads[slowest])
			)
				slowest = group;
		left -= 2 ** levels[slowest];
		levels[slowest]++;
		loads[slowest] /= 2;
	}
	const shape = new Array(rooms.length).fill(0);
	for (const level of levels) shape[level]++;
	return shape;
}
