import {
	count,
	digest,
	listOf,
	nullable,
	object,
	text,
	tuple,
} from "../core/shape.js";
import {
	indexOfTask,
	lengthsOfTask,
	shardOfTask,
	totalsShape,
} from "../dataset/manifest-shape.js";

/** A file of the state, which is found by the task's number. */
const stateFile = { path: text, bytes: count, sha256: digest };
const stateRows = object({ ...stateFile, rows: count });

/** What `TaskRecord` says of a file. */
export const recordShape = object({
	task: count,
	planHash: digest,
	totals: totalsShape,
	bytes: count,
	lines: listOf(count),
	rooms: listOf(listOf(tuple(count, count))),
	shards: listOf(shardOfTask),
	index: nullable(indexOfTask),
	lengths: nullable(lengthsOfTask),
	skipped: nullable(stateRows),
	injected: nullable(stateRows),
	leftovers: nullable(object(stateFile)),
	findings: nullable(object(stateFile)),
	documentsBefore: count,
});
