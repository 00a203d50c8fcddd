import { Assignment } from "./assignment.js";
import type { Problem } from "./problem.js";
import type { WorkTable } from "./work-table.js";

/**
 * Each item to the group that is done with it first and has room for it, then whatever empty
 * groups need (R. Graham's list scheduling, 1969). Null where that leaves an item or a group over.
 * @param chunk Items, those of most work first.
 * @param degrees Of each group, the largest first.
 */
export function assignInOrder(
	problem: Problem,
	table: WorkTable,
	chunk: Int32Array,
	degrees: readonly number[],
): Assignment | null {
	if (degrees.length > chunk.length) return null;
	const { tokens } = problem.items;
	const assigned = new Assignment(problem, table, degrees);
	const { loads, works } = assigned;
	for (const item of chunk) {
		let best = -1;
		let least = Number.POSITIVE_INFINITY;
		for (let group = 0; group < loads.length; group++) {
			const done = loads[group] + works[group][item];
			// Of equals the last, which is the smallest.
			if (done <= least && assigned.holds(group, tokens[item])) {
				best = group;
				least = done;
			}
		}
		if (best === -1) return null;
		assigned.add(item, best);
	}
	return fillEmpty(assigned, tokens) ? assigned : null;
}

/** Gives each group without items the last that fits of one that keeps some. */
function fillEmpty(assigned: Assignment, tokens: Int32Array): boolean {
	for (let group = 0; group < assigned.degrees.length; group++) {
		if (assigned.members[group].length > 0) continue;
		let from = -1;
		let at = -1;
		for (let other = 0; other < assigned.degrees.length; other++) {
			const members = assigned.members[other];
			if (members.length < 2) continue;
			if (from !== -1 && assigned.loads[other] <= assigned.loads[from])
				continue;
			const fits = members.findLastIndex((item) =>
				assigned.holds(group, tokens[item]),
			);
			if (fits === -1) continue;
			from = other;
			at = fits;
		}
		if (from === -1) return false;
		assigned.add(assigned.remove(at, from), group);
	}
	return true;
}
