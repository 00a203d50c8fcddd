import type { CurriculumPlan } from "../plan/curriculum-plan.js";
import type { DatasetBuckets } from "../plan/dataset-buckets.js";
import { whenRead } from "../storage/when-read.js";
import type { Batch } from "./batch.js";
import { BatchReader } from "./batch-reader.js";
import type { BatchSettings } from "./batch-settings.js";
import { stepsAhead, stepsAtATime } from "./steps-ahead.js";

/** What a reader is made of, on this thread or another. */
export interface ReaderSource {
	directory: string;
	plan: CurriculumPlan;
	datasets: DatasetBuckets[];
	settings: BatchSettings;
}

export async function createReader(source: ReaderSource): Promise<BatchReader> {
	const { directory, plan, datasets, settings } = source;
	return whenRead(() => new BatchReader(directory, plan, datasets, settings));
}

/**
 * The batches of steps, those of a step read when the first is asked for; where they are not on this machine,
 * those after it as well.
 * @param isAhead Whether any may be read before they are asked for.
 */
export async function* readBatches(
	source: ReaderSource,
	from: number,
	end: number,
	isAhead: boolean,
): AsyncGenerator<Batch> {
	const { plan, settings } = source;
	const reader = await createReader(source);
	const ofSteps = plan.stages.map((stage) => stage.tokensPerStep ?? 0);
	const tokens = Math.max(plan.tokensPerStep, ...ofSteps);
	const most = isAhead
		? stepsAtATime(tokens / settings.worldSize, settings.readAhead)
		: 1;
	try {
		const steps = stepsAhead(from, end, most, (step) =>
			whenRead(() => reader.read(step)),
		);
		for await (const batches of steps) yield* batches;
	} finally {
		reader.close();
	}
}
