import { sum } from "../core/arithmetic.js";
import { BucketPlaces } from "../curriculum/bucket-places.js";
import type { StageBucket } from "../curriculum/plan-stage.js";
import type { PlanStage } from "./curriculum-plan.js";
import type { PlanStep } from "./steps-file.js";

/** What a plan's steps have taken of one bucket of a stage. */
interface TakenOfBucket {
	/** Before it nothing is left. */
	end: number;
	/** From where to where its steps are, each range after the one before. */
	ranges: [from: number, end: number][];
}

interface TakenOfSources {
	stage: number;
	bucket: StageBucket;
	rows: number[];
	ends: number[];
}

/** Rows of each dataset, by length. */
export type RowsByLength = Map<number, number>[];

/** The places of a step in its bucket, from one to before another; of sequences those of their pool. */
export function placesOfStep(
	stage: Pick<PlanStage, "buckets" | "pools"> | undefined,
	{ bucket, batchSize, offset }: PlanStep,
): [from: number, end: number] {
	if (!stage?.pools) return [offset, offset + batchSize];
	const all = sum(stage.buckets[bucket].sources.map(({ rows }) => rows));
	return [offset, Math.min(all, offset + stage.pools.rows)];
}

/** Counts what steps take of the places of stages' buckets, and of which datasets' rows these are. */
export class TakenPlaces {
	readonly #stages = new Map<number, Map<number, TakenOfBucket>>();

	/** Places of a step; those of a bucket come in their order, or again. */
	take(stage: number, bucket: number, from: number, end: number): void {
		const of = this.#of(stage, bucket);
		const last = of.ranges.at(-1);
		if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], end);
		else of.ranges.push([from, end]);
		of.end = Math.max(of.end, end);
	}

	/** Leaves out what is before a place. */
	pass(stage: number, bucket: number, end: number): void {
		const of = this.#of(stage, bucket);
		of.end = Math.max(of.end, end);
	}

	/**
	 * @returns Of each dataset and length: the first place of its rows that is free, and how many
	 * rows are in steps.
	 */
	rows(
		stages: readonly Pick<PlanStage, "buckets">[],
		datasets: number,
	): { used: RowsByLength; inSteps: RowsByLength } {
		const used: RowsByLength = Array.from(
			{ length: datasets },
			() => new Map(),
		);
		const inSteps = used.map(() => new Map<number, number>());
		for (const { bucket, rows, ends } of this.ofBuckets(stages))
			for (const [i, { dataset, first }] of bucket.sources.entries()) {
				const { length } = bucket;
				const known = used[dataset].get(length) ?? 0;
				used[dataset].set(length, Math.max(known, first + ends[i]));
				const before = inSteps[dataset].get(length) ?? 0;
				inSteps[dataset].set(length, before + rows[i]);
			}
		return { used, inSteps };
	}

	/** Of each bucket of a stage: the rows of each of its sources that are in steps, and where those that are free begin. */
	*ofBuckets(
		stages: readonly Pick<PlanStage, "buckets">[],
	): Generator<TakenOfSources> {
		for (const [stage, buckets] of this.#stages)
			for (const [number, { end, ranges }] of buckets) {
				const bucket = stages[stage].buckets[number];
				const places = new BucketPlaces(bucket);
				const rows = bucket.sources.map(() => 0);
				for (const [from, to] of ranges) {
					const before = places.before(from);
					places.before(to).forEach((count, source) => {
						rows[source] += count - before[source];
					});
				}
				yield { stage, bucket, rows, ends: places.before(end) };
			}
	}

	#of(stage: number, bucket: number): TakenOfBucket {
		const buckets = this.#stages.get(stage) ?? new Map();
		this.#stages.set(stage, buckets);
		const of = buckets.get(bucket) ?? { end: 0, ranges: [] };
		buckets.set(bucket, of);
		return of;
	}
}
