import type { Manifest } from "../manifest.js";
import { bucketName } from "../names.js";
import { bucketsOfGroup } from "../row-groups.js";
import type { BucketSettings, Settings } from "../settings.js";

/** Where a dataset is, in lines that load it. */
export const PLACE = "path/to/this/directory";

/** The longest of the buckets with rows to train on. */
export function longestOfTraining({
	buckets,
}: Pick<Settings, "buckets">): BucketSettings {
	const all = bucketsOfGroup(buckets);
	return all[all.length - 1];
}

/** The line that loads the rows to train on with `datasets`: of several buckets, the longest. */
export function loadDatasetLine({
	settings,
}: Pick<Manifest, "settings">): string {
	const isOne = bucketsOfGroup(settings.buckets).length === 1;
	const config = isOne
		? ""
		: `, "${bucketName(longestOfTraining(settings).length)}"`;
	return `rows = load_dataset("${PLACE}"${config}, split="train")`;
}

/** The directory of the shards with the rows to train on, below that of the dataset. */
export function shardsDirectory({
	settings,
}: Pick<Manifest, "settings">): string {
	return `${PLACE}/${longestOfTraining(settings).directory}`;
}
