import { sum } from "../../../core/arithmetic.js";
import { shareOfCycle } from "../../../curriculum/cycles.js";
import { drawingWeights } from "../../../curriculum/drawn.js";
import type { ScheduleOptions } from "../../../curriculum/schedule.js";
import { schedules } from "../../../curriculum/schedules.js";
import type { PlanStage } from "../../../plan/curriculum-plan.js";
import type { PlanStep } from "../../../plan/steps-file.js";
import type { PlanFigures } from "../figures.js";

/** Buckets of a stage that odds are told of, at most: those with most steps. */
export const MOST_LENGTHS = 64;

/**
 * The odds of the steps of a stage, as they come: those of a bucket that has no step left in a cycle
 * go to the others.
 */
export class OddsOverSteps {
	readonly #stage: number;
	readonly #planned: PlanStage;
	readonly #odds: readonly number[] | null;
	readonly #cycles: number;
	readonly #shown: readonly number[];
	#cycle = -1;
	#weights: number[] = [];
	#left: number[] = [];
	/** Steps that are left of the cycle, and steps before. */
	#ofCycle = 0;
	#before = 0;

	/** @param isWhole Whether its steps are those that its schedule has drawn, and not a part of them. */
	constructor(stage: number, planned: PlanStage, isWhole: boolean) {
		this.#stage = stage;
		this.#planned = planned;
		const { buckets, asked } = planned;
		this.#cycles = Math.max(1, Math.floor(asked.cycles ?? 1));
		this.#odds =
			isWhole && planned.pools === null ? oddsOf(asked, buckets.length) : null;
		this.#shown = [...buckets.keys()]
			.sort((a, b) => buckets[b].steps - buckets[a].steps || a - b)
			.slice(0, MOST_LENGTHS)
			.sort((a, b) => a - b);
	}

	/** Whether its schedule draws by odds; else there are none to show. */
	get hasOdds(): boolean {
		return this.#odds !== null;
	}

	/** Whether there are more buckets than are told of. */
	get isPart(): boolean {
		return this.#shown.length < this.#planned.buckets.length;
	}

	/** The odds with which the next step is drawn. */
	now(): PlanFigures["odds"] {
		if (this.#odds === null) return [];
		this.#begin(this.#odds);
		const open = this.#weights.map((weight, b) =>
			this.#left[b] > 0 ? weight : 0,
		);
		const total = sum(open);
		const { buckets, steps } = this.#planned;
		return this.#shown.map((b) => ({
			stage: this.#stage,
			progress: this.#before / Math.max(1, steps),
			length: buckets[b].length,
			odds: total === 0 ? 0 : open[b] / total,
		}));
	}

	add({ bucket }: PlanStep): void {
		if (this.#odds === null) return;
		this.#begin(this.#odds);
		this.#left[bucket]--;
		this.#ofCycle--;
		this.#before++;
	}

	/** Goes on to the next cycle once all steps of one have come. */
	#begin(odds: readonly number[]): void {
		while (this.#ofCycle === 0 && this.#cycle + 1 < this.#cycles) {
			this.#cycle++;
			this.#left = this.#planned.buckets.map(({ steps }) =>
				shareOfCycle(steps, this.#cycles, this.#cycle),
			);
			this.#ofCycle = sum(this.#left);
			this.#weights = drawingWeights(this.#left, odds);
		}
	}
}

/** What a stage was asked for may be an older version's. */
function oddsOf(
	asked: PlanStage["asked"],
	buckets: number,
): readonly number[] | null {
	const { schedule, cycles = 1 } = asked;
	if (schedule === undefined || !schedules.has(schedule)) return null;
	const options = { ...asked, cycles } as ScheduleOptions;
	const odds = schedules.find(schedule).oddsOf?.(buckets, options) ?? null;
	return odds?.length === buckets ? odds : null;
}
