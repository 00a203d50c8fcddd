/** A row of an automaton while it is made: see split-automaton.ts. */
export interface AutomatonRow {
	/** Whether a match ended before the character that led here. */
	matched: boolean;
	/** For each symbol the next row, or a number where nothing more can match. */
	entries: (AutomatonRow | number)[];
}

/** More groups of rows than this are not looked through. */
const MOST_GROUPS = 64;

/**
 * Whether searches one after the other surely take a time that is linear in the length of the text.
 *
 * A search may read on after its match, by rows that lead to each other in circles without a match. That
 * takes long only where the next search begins among what was read so, and gets into such a circle
 * by the same characters. False where that is possible.
 */
export function isLinear(
	rows: readonly AutomatonRow[],
	start: AutomatonRow,
): boolean {
	const groups = circles(rows.filter((row) => !row.matched));
	if (groups.length > MOST_GROUPS) return false;
	return groups.every((group) => {
		const among = new Set<unknown>(group);
		const symbols = start.entries
			.map((_, symbol) => symbol)
			.filter((symbol) => group.some((row) => among.has(row.entries[symbol])));
		const reached = new Set([start]);
		for (const row of reached)
			for (const symbol of symbols) {
				const next = row.entries[symbol];
				if (typeof next !== "number") reached.add(next);
			}
		const unmatched = [...reached].filter((row) => !row.matched);
		return circles(unmatched, symbols).length === 0;
	});
}

/** Groups of rows of which each leads to all others, and to itself, by the others alone (Tarjan). */
function circles(
	rows: readonly AutomatonRow[],
	symbols?: readonly number[],
): AutomatonRow[][] {
	const among = new Set<AutomatonRow | number>(rows);
	const nextOf = (row: AutomatonRow) => {
		const entries = symbols?.map((symbol) => row.entries[symbol]);
		return [...new Set(entries ?? row.entries)].filter((next) =>
			among.has(next),
		) as AutomatonRow[];
	};
	const order = new Map<AutomatonRow, number>();
	const lowest = new Map<AutomatonRow, number>();
	const stack: AutomatonRow[] = [];
	const onStack = new Set<AutomatonRow>();
	const groups: AutomatonRow[][] = [];
	for (const root of rows) {
		if (order.has(root)) continue;
		const path: { row: AutomatonRow; nexts: AutomatonRow[]; at: number }[] = [];
		const enter = (row: AutomatonRow) => {
			lowest.set(row, order.size);
			order.set(row, order.size);
			stack.push(row);
			onStack.add(row);
			path.push({ row, nexts: nextOf(row), at: 0 });
		};
		const lower = (row: AutomatonRow, to: number | undefined) =>
			lowest.set(row, Math.min(lowest.get(row) as number, to as number));
		enter(root);
		while (path.length > 0) {
			const here = path[path.length - 1];
			if (here.at < here.nexts.length) {
				const next = here.nexts[here.at++];
				if (!order.has(next)) enter(next);
				else if (onStack.has(next)) lower(here.row, order.get(next));
				continue;
			}
			path.pop();
			const { row } = here;
			if (path.length > 0) lower(path[path.length - 1].row, lowest.get(row));
			if (lowest.get(row) !== order.get(row)) continue;
			const group = stack.splice(stack.indexOf(row));
			for (const member of group) onStack.delete(member);
			if (group.length > 1 || here.nexts.includes(row)) groups.push(group);
		}
	}
	return groups;
}
