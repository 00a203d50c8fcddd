import type { SkippedSteps } from "./curriculum-plan.js";

/** What is left out of a plan, by it and by those before it. */
export class SkippedList {
	readonly all: SkippedSteps[] = [];
	/** What the plan before has left out, and is not in the list yet. */
	readonly #earlier: readonly SkippedSteps[];
	readonly #stageOf: (stage: number) => number;
	#taken = 0;
	#current: SkippedSteps | null = null;

	/** @param stageOf The number that a stage of the plan before has now. */
	constructor(
		earlier: readonly SkippedSteps[],
		stageOf: (stage: number) => number,
	) {
		this.#earlier = earlier;
		this.#stageOf = stageOf;
	}

	/** Takes over what was left out before a step of the plan before, which is to be the step `now`. */
	carry(step: number, now: number): void {
		for (; this.#earlier[this.#taken]?.step <= step; this.#taken++) {
			const known = this.#earlier[this.#taken];
			const places = known.places.map((place) => ({
				...place,
				stage: this.#stageOf(place.stage),
			}));
			this.all.push({ ...known, step: now, places });
		}
	}

	/** Begins a range, before the step `now`. */
	begin(now: number): void {
		this.#current = { step: now, steps: 0, rows: 0, tokens: 0, places: [] };
		this.all.push(this.#current);
	}

	/** Adds a step to the range. @param end The place in its bucket before which nothing is left. */
	add(
		step: { stage: number; bucket: number; batchSize: number },
		end: number,
		tokens: number,
	): void {
		const of = this.#current;
		if (of === null) throw new Error("no range of steps has begun");
		const stage = this.#stageOf(step.stage);
		const { bucket, batchSize } = step;
		of.steps++;
		of.rows += batchSize;
		of.tokens += tokens;
		const known = of.places.find(
			(place) => place.stage === stage && place.bucket === bucket,
		);
		if (known === undefined) of.places.push({ stage, bucket, end });
		else known.end = Math.max(known.end, end);
	}
}
