import { sum } from "../core/arithmetic.js";
import { imbalance as imbalanceOf } from "../pack/imbalance.js";
import type { GroupPlan } from "../parallel/group-plan.js";
import { EVEN, type GroupsSummary } from "./groups-file.js";

/** Sums up how good the groups of steps are. */
export class GroupsSum {
	readonly #degrees = new Set<number>();
	readonly #ranks: number;
	#steps = 0;
	#gaps = 0;
	#imbalances = 0;
	readonly #summary: GroupsSummary = {
		microBatches: 0,
		predicted: 0,
		bound: 0,
		exactSteps: 0,
		meanGap: 1,
		worstGap: 1,
		meanImbalance: 1,
		worstImbalance: 1,
		unevenSteps: 0,
		leastImbalance: 1,
	};

	constructor(ranks: number) {
		this.#ranks = ranks;
	}

	add({ microBatches, groups, cost, bound, isExact }: GroupPlan): void {
		const busy = new Float64Array(this.#ranks);
		for (const { firstRank, degree, cost } of groups) {
			for (let of = firstRank; of < firstRank + degree; of++) busy[of] += cost;
			this.#degrees.add(degree);
		}
		const mean = sum(busy) / this.#ranks;
		const gap = over(cost, bound);
		const imbalance = imbalanceOf(busy);
		const summary = this.#summary;
		this.#steps++;
		this.#gaps += gap;
		this.#imbalances += imbalance;
		summary.microBatches += microBatches;
		summary.predicted += cost;
		summary.bound += bound;
		summary.exactSteps += Number(isExact);
		summary.worstGap = Math.max(summary.worstGap, gap);
		if (imbalance > EVEN) summary.unevenSteps++;
		if (imbalance <= summary.worstImbalance) return;
		summary.worstImbalance = imbalance;
		summary.leastImbalance = Math.max(1, over(bound, mean));
	}

	get degrees(): number[] {
		return [...this.#degrees].sort((a, b) => a - b);
	}

	get summary(): GroupsSummary {
		const steps = Math.max(1, this.#steps);
		return {
			...this.#summary,
			meanGap: this.#steps === 0 ? 1 : this.#gaps / steps,
			meanImbalance: this.#steps === 0 ? 1 : this.#imbalances / steps,
		};
	}
}

/** How many times the one is the other; 1 where both are nothing. */
const over = (cost: number, least: number) => (least > 0 ? cost / least : 1);
