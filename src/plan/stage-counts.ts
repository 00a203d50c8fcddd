import { sum } from "../core/arithmetic.js";
import type { PlanStage } from "./curriculum-plan.js";
import type { LeftSequences } from "./left-sequences.js";
import type { PlanStep } from "./steps-file.js";

interface CountsOfStage {
	steps: number;
	/** With padding. */
	tokens: number;
	ofBuckets: number[];
}

/** Counts the steps of stages. */
export class StageCounts {
	readonly #stages: CountsOfStage[] = [];

	add({ stage, bucket, length, batchSize }: PlanStep): void {
		this.#stages[stage] ??= { steps: 0, tokens: 0, ofBuckets: [] };
		const of = this.#stages[stage];
		of.steps++;
		of.tokens += length * batchSize;
		of.ofBuckets[bucket] = (of.ofBuckets[bucket] ?? 0) + 1;
	}

	/**
	 * The stages with what they have now.
	 * @param left What they have no more, of batches of sequences; else null.
	 */
	applyTo(
		stages: readonly PlanStage[],
		left: LeftSequences | null,
	): PlanStage[] {
		const none: CountsOfStage = { steps: 0, tokens: 0, ofBuckets: [] };
		const all = stages.map((_, i) => this.#stages[i] ?? none);
		return stages.map((stage, i) => {
			const { steps, tokens, ofBuckets } = all[i];
			return {
				...stage,
				firstStep: sum(all.slice(0, i).map((before) => before.steps)),
				steps,
				tokens: left === null ? tokens : stage.tokens - left.tokens(i),
				buckets: stage.buckets.map((bucket, b) => ({
					...bucket,
					steps: ofBuckets[b] ?? 0,
				})),
				pools: stage.pools && {
					...stage.pools,
					paddedTokens: tokens,
					leftSequences: stage.pools.leftSequences - (left?.left(i) ?? 0),
				},
			};
		});
	}
}
