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

/** Takes the best of the moves and exchanges that it looks at; false where there is none. */
function relieve(
	assigned: Assignment,
	slowest: number,
	tokens: Int32Array,
): boolean {
	const { degrees, loads, members, works } = assigned;
	const own = works[slowest];
	const mine = members[slowest];
	let least = loads[slowest] * (1 - 1e-9);
	let item = -1;
	let to = -1;
	let back = -1;
	for (let group = 0; group < degrees.length; group++) {
		if (group === slowest || loads[group] >= least) continue;
		const theirs = works[group];
		const others = members[group];
		let meet = 0;
		for (let at = 0; at < mine.length; at++) {
			const left = loads[slowest] - own[mine[at]];
			const joined = loads[group] + theirs[mine[at]];
			if (left >= least) break;
			if (
				mine.length > 1 &&
				joined < least &&
				assigned.holds(group, tokens[mine[at]])
			) {
				least = Math.max(left, joined);
				item = at;
				to = group;
				back = -1;
			}
			// The larger the item that comes back, the later the one is done and the sooner the
			// other. Both are done together at a place that moves on as what goes is smaller.
			while (
				meet < others.length &&
				joined - theirs[others[meet]] < left + own[others[meet]]
			)
				meet++;
			for (let place = Math.max(0, meet - 1); place <= meet; place++) {
				if (place === others.length) break;
				const other = others[place];
				const most = Math.max(left + own[other], joined - theirs[other]);
				if (most >= least) continue;
				const moved = tokens[mine[at]] - tokens[other];
				if (!assigned.holds(group, moved) || !assigned.holds(slowest, -moved))
					continue;
				least = most;
				item = at;
				to = group;
				back = place;
			}
		}
	}
	if (item === -1) return false;
	const moved = assigned.remove(item, slowest);
	if (back !== -1) assigned.add(assigned.remove(back, to), slowest);
	assigned.add(moved, to);
	return true;
}
