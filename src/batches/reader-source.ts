import type { CurriculumPlan } from "../plan/curriculum-plan.js";
import type { DatasetBuckets } from "../plan/dataset-buckets.js";
import { BatchReader } from "./batch-reader.js";
import type { BatchSettings } from "./batch-settings.js";

/** What a reader is made of, on this thread or another. */
export interface ReaderSource {
	directory: string;
	plan: CurriculumPlan;
	datasets: DatasetBuckets[];
	settings: BatchSettings;
}

export function createReader(source: ReaderSource): BatchReader {
	const { directory, plan, datasets, settings } = source;
	return new BatchReader(directory, plan, datasets, settings);
}
