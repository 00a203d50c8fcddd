import { sum } from "../core/arithmetic.js";
import type { Assignment } from "./assignment.js";
import { Chunk } from "./chunk.js";
import { ChunkSearch } from "./chunk-search.js";
import { EvenCuts } from "./even-cuts.js";
import { fewestMicroBatches } from "./fewest.js";
import type { Problem, Solution } from "./problem.js";
import { solutionCost, solutionSpread } from "./solution-cost.js";
import { WorkTable } from "./work-table.js";

/** How many numbers of micro-batches are tried, from the fewest that can be. */
const COUNTS_TRIED = 5;
/** In how many of the best cuts into micro-batches items are exchanged. */
const CUTS_EXCHANGED = 3;

/**
 * A plan of groups of powers of two that is near the best: a step is cut into micro-batches in
 * some ways, and the groups of each are searched for. Null where the micro-batches are given and
 * nothing is found.
 */
export function searchedPlan(problem: Problem): Solution | null {
	const { devices, cost, microBatches, slack } = problem;
	const table = new WorkTable(problem);
	const all = Chunk.all(problem, table);
	const cuts = new EvenCuts(all.tokens);
	const leastWork = sum(all.cheapest) / devices;
	const fewest = microBatches ?? fewestMicroBatches(problem, devices);
	const most = microBatches ?? all.items.length;
	const found: Cut[] = [];
	let least = Number.POSITIVE_INFINITY;
	let tries = 0;
	for (let count = fewest; count <= most && tries < COUNTS_TRIED; count++) {
		const enough = least * (1 + slack);
		if (leastWork + count * cost.fixed >= enough) break;
		for (const places of [alike(cuts, count), dealt(all.tokens, count)]) {
			const chunks = places.map((own) => all.part(own, devices));
			const cut = searchedCut(problem, chunks, least * (1 + slack));
			if (cut === null) continue;
			found.push(cut);
			least = Math.min(least, cut.cost);
		}
		if (found.length > 0) tries++;
		// More micro-batches do not make it better, or not by more than the slack.
		if (least <= (leastWork + fewest * cost.fixed) * (1 + slack)) break;
	}
	return chosenPlan(problem, table, found);
}

/** A way of cutting a step into micro-batches. */
interface Cut {
	searches: ChunkSearch[];
	/** What it takes before items are exchanged. */
	cost: number;
}

/** Null where a micro-batch has no plan, or they cannot take less than `enough`. */
function searchedCut(
	problem: Problem,
	chunks: readonly Chunk[],
	enough: number,
): Cut | null {
	const { devices, capacity, cost } = problem;
	const room = devices * capacity;
	if (chunks.some(({ tokens }) => sum(tokens) > room)) return null;
	let atLeast = sum(chunks.map(({ bound }) => bound + cost.fixed));
	const searches: ChunkSearch[] = [];
	for (const chunk of chunks) {
		if (atLeast >= enough) return null;
		const search = new ChunkSearch(problem, chunk);
		atLeast += search.slowest - chunk.bound;
		searches.push(search);
	}
	return atLeast < enough ? { searches, cost: atLeast } : null;
}

/** The fastest, or, within the slack of it, that of the smallest groups. */
function chosenPlan(
	problem: Problem,
	table: WorkTable,
	found: readonly Cut[],
): Solution | null {
	const { slack } = problem;
	const near = found
		.toSorted((a, b) => a.cost - b.cost)
		.slice(0, CUTS_EXCHANGED);
	let best: Solution | null = null;
	let least = Number.POSITIVE_INFINITY;
	const small: Solution[] = [];
	for (const { searches } of near) {
		const plans = searches.map((search) => search.fastest(table));
		const plan = solutionOf(plans);
		const cost = solutionCost(problem, plan);
		if (cost < least) {
			least = cost;
			best = plan;
		}
		if (slack > 0)
			small.push(
				solutionOf(
					searches.map((search, i) => search.smallest(table, plans[i])),
				),
			);
	}
	let spread = best === null ? 0 : solutionSpread(problem, best);
	for (const plan of small) {
		const smaller = solutionSpread(problem, plan);
		if (
			smaller < spread &&
			solutionCost(problem, plan) <= least * (1 + slack)
		) {
			best = plan;
			spread = smaller;
		}
	}
	return best;
}

function solutionOf(plans: readonly Assignment[]): Solution {
	return {
		microBatches: plans.map(({ degrees, members }) =>
			degrees.map((degree, group) => ({ degree, items: members[group] })),
		),
		isExact: false,
	};
}

/** The longest together, as FlexSP has them. */
function alike(cuts: EvenCuts, count: number): Int32Array[] {
	const borders = cuts.into(count);
	return Array.from({ length: count }, (_, i) =>
		Int32Array.from(
			{ length: borders[i + 1] - borders[i] },
			(_, at) => borders[i] + at,
		),
	);
}

/** Long and short ones in each: the longest first, to where there are the fewest tokens. */
function dealt(tokens: Int32Array, count: number): Int32Array[] {
	const sums = new Float64Array(count);
	const parts: number[][] = Array.from({ length: count }, () => []);
	for (let at = 0; at < tokens.length; at++) {
		let least = 0;
		for (let part = 1; part < count; part++)
			if (sums[part] < sums[least]) least = part;
		sums[least] += tokens[at];
		parts[least].push(at);
	}
	return parts.map((part) => Int32Array.from(part));
}
