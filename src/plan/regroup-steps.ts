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
	readonly #waiting = new Map<string, WaitingRows>();

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

	/** The steps that can be made once a step of the plan before has come. */
	*add({ stage, bucket, length, batchSize, offset }: PlanStep) {
		const number = this.#newNumber(stage);
		const own = this.stages[number - this.#kept];
		const of = own.buckets[bucket];
		const key = `${number} ${bucket}`;
		const waiting = this.#waiting.get(key) ?? { from: offset, end: offset };
		this.#waiting.set(key, waiting);
		// Rows that were left out part those before from those after.
		if (waiting.end !== offset) {
			of.leftRows += waiting.end - waiting.from;
			waiting.from = offset;
		}
		waiting.end = offset + batchSize;
		of.batchRows = this.#tokensPerStep / length;
		while (waiting.end - waiting.from >= of.batchRows) {
			const step: PlanStep = {
				...{ stage: number, stageStep: own.steps++, bucket, length },
				...{ batchSize: of.batchRows, offset: waiting.from },
				...{ part: 0, labels: 0 },
			};
			waiting.from += of.batchRows;
			yield step;
		}
	}

	/** Counts the rows that fill no step. */
	finish(): void {
		for (const [key, { from, end }] of this.#waiting) {
			const [number, bucket] = key.split(" ").map(Number);
			this.stages[number - this.#kept].buckets[bucket].leftRows += end - from;
		}
	}

	#newNumber(stage: number): number {
		const known = this.#numbers.get(stage);
		if (known !== undefined) return known;
		const number = this.#kept + this.stages.length;
		this.#numbers.set(stage, number);
		const before = this.#before[stage];
		const isKept = stage < this.#kept;
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
