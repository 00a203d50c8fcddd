import type { StageBucket } from "../curriculum/plan-stage.js";
import { bucketOfLength, type DatasetBuckets } from "./dataset-buckets.js";
import type { OpenFiles } from "./open-files.js";
import { RowFinder } from "./row-finder.js";
import { RowReader } from "./row-reader.js";
import type { StoreReaders } from "./store-reader.js";

/** What finds the rows of a stage's bucket, and reads them. */
export function openFinder(
	bucket: StageBucket,
	datasets: readonly DatasetBuckets[],
	seed: number,
	files: OpenFiles,
	stores: StoreReaders,
): RowFinder {
	const rows = bucket.sources.map(
		({ dataset }) =>
			new RowReader(
				datasets[dataset],
				bucketOfLength(datasets[dataset], bucket.length),
				files,
				stores,
			),
	);
	return new RowFinder(bucket, rows, seed);
}
