import { sum } from "../../../core/arithmetic.js";
import { linesOf } from "../../../curriculum/moving-weights.js";
import type { WeightLines } from "../../../curriculum/weight-lines.js";
import type {
	CurriculumPlan,
	PlanStage,
} from "../../../plan/curriculum-plan.js";
import type { PlanStep } from "../../../plan/steps-file.js";
import type { PlanFigures } from "../figures.js";
import { OddsOverSteps } from "./odds-over-steps.js";

/** Of a stage, places at which odds and weights are told, at most. */
const MOST_PLACES = 100;
/** Datasets whose weights are told, at most: the first ones. */
const MOST_DATASETS = 64;

/** Odds of the buckets and weights of the datasets, over the steps of each stage. */
export class SharesOverSteps {
	readonly odds: PlanFigures["odds"] = [];
	readonly weights: {
		stage: number;
		progress: number;
		dataset: number;
		weight: number;
	}[] = [];
	/** Whether the odds are those of all buckets. */
	areAllLengths = true;
	readonly #plan: CurriculumPlan;
	readonly #stepsPerPoint: number;
	#stage = -1;
	/** Steps of the stage between two places, and those before. */
	#apart = 1;
	#before = 0;
	#odds: OddsOverSteps | null = null;
	#lines: WeightLines | null = null;

	/** @param stepsPerPoint Steps that are not told apart. */
	constructor(plan: CurriculumPlan, stepsPerPoint: number) {
		this.#plan = plan;
		this.#stepsPerPoint = stepsPerPoint;
	}

	add(step: PlanStep): void {
		if (step.stage !== this.#stage) this.#begin(step.stage);
		if (this.#before % this.#apart === 0) this.#tell();
		this.#odds?.add(step);
		this.#before++;
	}

	#begin(stage: number): void {
		const planned = this.#plan.stages[stage];
		this.#stage = stage;
		this.#before = 0;
		this.#apart = Math.max(
			this.#stepsPerPoint,
			Math.ceil(planned.steps / MOST_PLACES),
		);
		const odds = new OddsOverSteps(stage, planned, isWhole(planned));
		this.#odds = odds.hasOdds ? odds : null;
		if (odds.hasOdds && odds.isPart) this.areAllLengths = false;
		this.#lines = linesOfStage(this.#plan, planned);
	}

	#tell(): void {
		this.odds.push(...(this.#odds?.now() ?? []));
		if (this.#lines === null) return;
		const stage = this.#stage;
		const { steps } = this.#plan.stages[stage];
		const progress = this.#before / Math.max(1, steps);
		this.#lines
			.at(this.#before)
			.slice(0, MOST_DATASETS)
			.forEach((weight, dataset) => {
				this.weights.push({ stage, progress, dataset, weight });
			});
	}
}

/** Whether the steps of a stage are all that its schedule has drawn: none was left out, or cut anew. */
function isWhole({ buckets }: PlanStage): boolean {
	return buckets.every(
		({ batchRows, steps, sources }) =>
			sum(sources.map(({ rows }) => rows)) === batchRows * steps,
	);
}

/** The weights of a stage whose weights change; null of others. */
function linesOfStage(
	{ tokensPerStep, datasets }: CurriculumPlan,
	{ asked, ...stage }: PlanStage,
): WeightLines | null {
	const { weightsAt, weightsBy } = asked;
	if (weightsAt?.[0]?.[1].length !== datasets.length) return null;
	const lines = linesOf(
		{ weightsAt, weightsBy },
		stage.tokensPerStep ?? tokensPerStep,
	);
	return lines.areLevel ? null : lines;
}
