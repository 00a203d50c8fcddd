// The names of a dataset's files. They end in the plan's hash: the files of two builds
// in one directory are never confused, so that an old dataset stays whole beside a new
// one until the new one is.

import { groupName, type RowGroup } from "./row-groups.js";

/** Letters of the plan's hash in the names of files. */
const HASH_LETTERS = 8;

/** The directory of the index, and of the list of records that were passed over. */
export const INDEX = "index";

export function shardPath(
	directory: string,
	group: RowGroup,
	task: number,
	number: number,
	planHash: string,
	extension: string,
): string {
	return `${directory}/${groupName(group)}-${padded(task, 5)}-${padded(number, 4)}-${short(planHash)}${extension}`;
}

/** What matches the shards of a group in a directory, for readers that take patterns: one for each build that wrote some. */
export function shardPatterns(
	directory: string,
	group: RowGroup,
	paths: readonly string[],
): string[] {
	return endingsOf(paths).map(
		(ending) => `${directory}/${groupName(group)}-*-${ending}.*`,
	);
}

export function indexPath(task: number, planHash: string): string {
	return `${INDEX}/${padded(task, 5)}-${short(planHash)}.parquet`;
}

/** What matches the files of the index. @param besideOthers Whether other tables of its format lie there. */
export function indexPatterns(
	paths: readonly string[],
	besideOthers = false,
): string[] {
	const task = besideOthers ? "[0-9]*" : "*";
	return endingsOf(paths).map((ending) => `${INDEX}/${task}-${ending}.parquet`);
}

/** The lengths of the documents of a store's task. */
export function lengthsPath(task: number, planHash: string): string {
	return `${INDEX}/lengths-${padded(task, 5)}-${short(planHash)}.arrow`;
}

/** The list of records that were passed over. */
export function skippedPath(planHash: string): string {
	return `${INDEX}/skipped-${short(planHash)}.jsonl`;
}

/** The list of spans that a recipe has put into documents. */
export function injectedPath(planHash: string): string {
	return `${INDEX}/injected-${short(planHash)}.parquet`;
}

/** Whether a file is named as those of a plan are. */
export function isOfPlan(path: string, planHash: string): boolean {
	return path.includes(`-${short(planHash)}.`);
}

/** What a file's path is where other plans take the place of those that wrote the dataset: theirs by the hashes before. */
export function pathOfOtherPlan(
	path: string,
	plans: ReadonlyMap<string, string>,
): string {
	for (const [before, after] of plans)
		if (isOfPlan(path, before))
			return path.replace(`-${short(before)}.`, `-${short(after)}.`);
	return path;
}

/** The name of the bucket of a length: of its directory, and of its config. */
export function bucketName(length: number): string {
	return `len-${padded(length, 5)}`;
}

export function padded(number: number, width: number): string {
	return String(number).padStart(width, "0");
}

/** What names of files have of the hashes of their plans, in the order of the files. */
function endingsOf(paths: readonly string[]): string[] {
	const found = paths.map((path) => /-([0-9a-f]+)\.[^/]*$/.exec(path)?.[1]);
	return [...new Set(found.filter((ending) => ending !== undefined))];
}

function short(planHash: string): string {
	return planHash.slice(0, HASH_LETTERS);
}
