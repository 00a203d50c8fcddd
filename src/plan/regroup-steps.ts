import type { PlanStage } from "./curriculum-plan.js";
import type { PlanStep } from "./steps-file.js";

/** Rows of a bucket that wait for a step. */
interface WaitingRows {
	from: number;
	end: number;
}

/**
 * Cuts the steps of stages anew, into steps of another number of tokens: the rows keep their order,
 * and a step of a bucket comes as soon as there are rows for it.
 */
export class RegroupedSteps {
	/** The stages that come of it, with their numbers, steps and rows that fill none. */
	readonly stages: PlanStage[] = [];
	readonly #before: readonly PlanStage[];
	readonly #kept: number;
	readonly #tokensPerStep: number;
	/** The new number of each stage. */
	readonly #numbers = new Map<number, number>();
	/** Of each new stage and bucket. */
	readonly #waiting: (WaitingRows | undefined)[][] = [];
	readonly #step: PlanStep = {
		stage: 0,
		stageStep: 0,
		bucket: 0,
		length: 0,
		batchSize: 0,
		offset: 0,
		part: 0,
		labels: 0,
	};

	/** @param kept How many of the stages stay: the new ones come after those. */
	constructor(
		before: readonly PlanStage[],
		kept: number,
		tokensPerStep: number,
	) {
		this.#before = before;
		this.#kept = kept;
		this.#tokensPerStep = tokensPerStep;
	}

	/** The number of a stage among those that are kept and those that come of it. */
	numberOf(stage: number): number {
		return stage < this.#kept ? stage : this.#newNumber(stage);
	}

	/** The steps that can be made once a step of the plan before has come; each is the same object, written anew. */
	*add({ stage, bucket, length, batchSize, offset }: PlanStep) {
		const number = this.#newNumber(stage);
		const own = this.stages[number - this.#kept];
		const of = own.buckets[bucket];
		const ofStage = this.#waiting[number - this.#kept];
		ofStage[bucket] ??= { from: offset, end: offset };
		const waiting = ofStage[bucket];
		// Rows that were left out part those before from those after.
		if (waiting.end !== offset) {
			of.leftRows += waiting.end - waiting.from;
			waiting.from = offset;
		}
		waiting.end = offset + batchSize;
		of.batchRows = this.#tokensPerStep / length;
		const step = this.#step;
		while (waiting.end - waiting.from >= of.batchRows) {
			step.stage = number;
			step.stageStep = own.steps++;
			step.bucket = bucket;
			step.length = length;
			step.batchSize = of.batchRows;
			step.offset = waiting.from;
			waiting.from += of.batchRows;
			yield step;
		}
	}

	/** Counts the rows that fill no step. */
	finish(): void {
		for (const [i, ofStage] of this.#waiting.entries())
			for (const [bucket, waiting] of ofStage.entries())
				if (waiting !== undefined)
					this.stages[i].buckets[bucket].leftRows += waiting.end - waiting.from;
	}

	#newNumber(stage: number): number {
		const known = this.#numbers.get(stage);
		if (known !== undefined) return known;
		const number = this.#kept + this.stages.length;
		this.#numbers.set(stage, number);
		const { tokensPerStep, worldSize, ...before } = this.#before[stage];
		const isKept = stage < this.#kept;
		this.#waiting.push([]);
		this.stages.push({
			...before,
			...{ firstStep: 0, steps: 0, tokens: 0 },
			buckets: before.buckets.map((bucket) => ({
				...bucket,
				...{ batchRows: 0, steps: 0 },
				leftRows: isKept ? 0 : bucket.leftRows,
			})),
		});
		return number;
	}
}
