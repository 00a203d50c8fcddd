import type { PlanStep } from "../../../plan/steps-file.js";
import type { PlanPoint } from "../figures.js";

/** Points of a plan, at most. */
export const MOST_POINTS = 1000;

/** Sums up the steps of a plan, in their order, as points that are of as many steps each. */
export class StepPoints {
	readonly stepsPerPoint: number;
	readonly #points: PlanPoint[] = [];
	/** Steps of the last point. */
	#steps = 0;
	#number = 0;

	/** @param steps How many there will be. */
	constructor(steps: number) {
		this.stepsPerPoint = Math.max(1, Math.ceil(steps / MOST_POINTS));
	}

	/** @returns Whether a point begins with the step. */
	add({ stage, length, batchSize }: PlanStep): boolean {
		const tokens = length * batchSize;
		const step = this.#number++;
		const isFirst = step % this.stepsPerPoint === 0;
		if (isFirst) {
			this.#points.push({ step, stage, length, batchSize, tokens });
			this.#steps = 1;
			return true;
		}
		const point = this.#points[this.#points.length - 1];
		const before = this.#steps++;
		point.length += (length - point.length) / (before + 1);
		point.batchSize += (batchSize - point.batchSize) / (before + 1);
		point.tokens += tokens;
		return false;
	}

	get points(): PlanPoint[] {
		return this.#points;
	}
}
