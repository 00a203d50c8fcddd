import type { Assignment } from "./assignment.js";

/** How often an item may move. */
const MOST_MOVES = 200;

/**
 * Moves an item out of the slowest group, or exchanges one for an item of another group, while
 * the two are done sooner than the slowest was, and that takes more than `enough`.
 */
export function exchangeItems(
	assigned: Assignment,
	tokens: Int32Array,
	enough = 0,
): void {
	for (let move = 0; move < MOST_MOVES; move++) {
		const slowest = assigned.slowest();
		if (assigned.loads[slowest] <= enough) return;
		if (!relieve(assigned, slowest, tokens)) return;
	}
}

function relieve(
	assigned: Assignment,
	slowest: number,
	itemTokens: Int32Array,
): boolean {
	const { degrees, loads, members, works } = assigned;
	const own = works[slowest];
	let least = loads[slowest] * (1 - 1e-9);
	let bestAt = -1;
	let bestGroup = -1;
	let bestOther = -1;
	for (let group = 0; group < degrees.length; group++) {
		if (group === slowest) continue;
		const theirs = works[group];
		for (let at = 0; at < members[slowest].length; at++) {
			const item = members[slowest][at];
			const left = loads[slowest] - own[item];
			if (left >= least) continue;
			const joined = loads[group] + theirs[item];
			if (
				members[slowest].length > 1 &&
				Math.max(left, joined) < least &&
				assigned.holds(group, itemTokens[item])
			) {
				least = Math.max(left, joined);
				bestAt = at;
				bestGroup = group;
				bestOther = -1;
			}
			for (let other = 0; other < members[group].length; other++) {
				const back = members[group][other];
				const most = Math.max(left + own[back], joined - theirs[back]);
				if (most >= least) continue;
				const moved = itemTokens[item] - itemTokens[back];
				if (!assigned.holds(group, moved) || !assigned.holds(slowest, -moved))
					continue;
				least = most;
				bestAt = at;
				bestGroup = group;
				bestOther = other;
			}
		}
	}
	if (bestAt === -1) return false;
	const item = assigned.remove(bestAt, slowest);
	if (bestOther !== -1)
		assigned.add(assigned.remove(bestOther, bestGroup), slowest);
	assigned.add(item, bestGroup);
	return true;
}
