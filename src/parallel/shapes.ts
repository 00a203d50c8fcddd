import type { Problem } from "./problem.js";
import type { WorkTable } from "./work-table.js";

/**
 * Degrees of groups of powers of two, the largest first, with which best fit holds a chunk's
 * items in `limit`, each in the smallest group that can: the largest needs first, to the
 * fullest group that is done in time. Devices that are left make the slowest groups larger.
 * Null where there are too few.
 */
export function shapeWithin(
	{ items: { tokens }, devices, capacity }: Problem,
	table: WorkTable,
	chunk: Int32Array,
	limit: number,
): number[] | null {
	const degrees: number[] = [];
	const loads: number[] = [];
	const rooms: number[] = [];
	let free = devices;
	for (const item of chunk) {
		let best = -1;
		for (let group = 0; group < degrees.length; group++)
			if (
				rooms[group] >= tokens[item] &&
				loads[group] + table.of(degrees[group])[item] <= limit &&
				(best === -1 || loads[group] > loads[best])
			)
				best = group;
		if (best === -1) {
			let degree = 1;
			while (
				degree * capacity < tokens[item] ||
				table.of(degree)[item] > limit
			) {
				degree *= 2;
				if (degree > devices) return null;
			}
			if (degree > free) return null;
			free -= degree;
			best = degrees.length;
			degrees.push(degree);
			loads.push(0);
			rooms.push(degree * capacity);
		}
		loads[best] += table.of(degrees[best])[item];
		rooms[best] -= tokens[item];
	}
	while (free > 0) {
		let slowest = -1;
		for (let group = 0; group < degrees.length; group++)
			if (
				degrees[group] <= free &&
				(slowest === -1 || loads[group] > loads[slowest])
			)
				slowest = group;
		free -= degrees[slowest];
		degrees[slowest] *= 2;
		loads[slowest] /= 2;
	}
	return degrees.sort((a, b) => b - a);
}

/** The shapes that differ from one by a group that is halved, or two that are joined. */
export function neighbours(degrees: readonly number[]): number[][] {
	const found: number[][] = [];
	for (let at = 0; at < degrees.length; at++) {
		const degree = degrees[at];
		if (degrees[at + 1] === degree && degrees[at - 1] !== degree)
			found.push(replaced(degrees, at, 2, [2 * degree]));
		if (degrees[at - 1] !== degree && degree > 1)
			found.push(replaced(degrees, at, 1, [degree / 2, degree / 2]));
	}
	return found;
}

function replaced(
	degrees: readonly number[],
	at: number,
	count: number,
	by: number[],
): number[] {
	return [...degrees.slice(0, at), ...by, ...degrees.slice(at + count)].sort(
		(a, b) => b - a,
	);
}
