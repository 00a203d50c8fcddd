import { sum } from "../core/arithmetic.js";
import type { PlannedGroup } from "./group-plan.js";

/** What ranks may differ by: the busiest from the mean. */
const LEVEL = 1.01;

/** Items that change hands: `give` goes from the busiest rank, `take` comes back; -1: nothing does. */
interface Exchange {
	from: number[];
	to: number[];
	give: number;
	take: number;
	/** Work that the busiest rank is rid of. */
	moved: number;
}

/**
 * Lets ranks exchange items within micro-batches until the busiest has at most 1 % more than the
 * mean in all micro-batches together: what levels each micro-batch by itself may add up to more.
 * @param groups Of one rank each.
 * @param works What each item takes, and `tokens`, what it has.
 * @returns The items of each group; null where they are level already, or cannot be had so.
 */
export function levelRanks(
	groups: readonly PlannedGroup[],
	ranks: number,
	works: Float64Array,
	tokens: Int32Array,
	capacity: number,
): number[][] | null {
	const totals = new Float64Array(ranks);
	for (const { firstRank, cost } of groups) totals[firstRank] += cost;
	const most = LEVEL * (sum(totals) / ranks);
	const members = groups.map(({ items }) => [...items]);
	const ofRank = Array.from({ length: ranks }, (_, rank) =>
		[...groups.keys()]
			.filter((group) => groups[group].firstRank === rank)
			.sort((a, b) => groups[a].microBatch - groups[b].microBatch),
	);
	let isSame = true;
	for (let tries = 0; tries < works.length; tries++) {
		const busiest = totals.indexOf(totals.reduce((a, b) => Math.max(a, b)));
		if (totals[busiest] <= most) return isSame ? null : members;
		const others = [...ofRank.keys()].sort((a, b) => totals[a] - totals[b]);
		const found = others.some((other) => {
			const exchange = bestExchange(
				ofRank[busiest].map((group) => members[group]),
				ofRank[other].map((group) => members[group]),
				totals[busiest] - totals[other],
				works,
				tokens,
				capacity,
			);
			if (exchange === null) return false;
			const { from, to, give, take, moved } = exchange;
			from.splice(from.indexOf(give), 1);
			to.push(give);
			if (take !== -1) {
				to.splice(to.indexOf(take), 1);
				from.push(take);
			}
			totals[busiest] -= moved;
			totals[other] += moved;
			return true;
		});
		if (!found) return null;
		isSame = false;
	}
	return null;
}

/** What brings two ranks nearest to each other, of what makes neither as busy as the busier one is. */
function bestExchange(
	busier: readonly number[][],
	idler: readonly number[][],
	difference: number,
	works: Float64Array,
	tokens: Int32Array,
	capacity: number,
): Exchange | null {
	let best: Exchange | null = null;
	let least = difference / 2;
	for (const [microBatch, from] of busier.entries()) {
		const to = idler[microBatch];
		const has = (items: readonly number[]) =>
			items.reduce((total, item) => total + tokens[item], 0);
		const roomFrom = capacity - has(from);
		const roomTo = capacity - has(to);
		for (const give of from)
			for (let i = from.length > 1 ? -1 : 0; i < to.length; i++) {
				const take = i === -1 ? -1 : to[i];
				const moved = works[give] - (take === -1 ? 0 : works[take]);
				const off = Math.abs(difference / 2 - moved);
				if (moved <= 0 || off >= least) continue;
				const more = tokens[give] - (take === -1 ? 0 : tokens[take]);
				if (more > roomTo || -more > roomFrom) continue;
				least = off;
				best = { from, to, give, take, moved };
			}
	}
	return best;
}
