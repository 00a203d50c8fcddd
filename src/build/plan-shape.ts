import {
	anyObject,
	count,
	digest,
	listOf,
	nullable,
	object,
	oneOf,
	optional,
	type Shape,
	text,
	tuple,
	wholeNumber,
} from "../core/shape.js";
import { FORMAT_VERSION } from "../dataset/manifest.js";
import { settingsShape } from "../dataset/settings-shape.js";

const MOST_TASKS = 2 ** 31 - 1;
const taskNumber = wholeNumber(0, MOST_TASKS);

const span = object({ input: count });

/** What all tasks have; the rest is covered by the hash of the plan. */
const task = object({
	kind: oneOf(["read", "pack", "repack", "hash", "repeats", "threshold"]),
	from: optional(taskNumber),
	to: optional(taskNumber),
	source: optional(count),
	spans: optional(listOf(span)),
	after: optional(taskNumber),
	threshold: optional(taskNumber),
	hashed: optional(taskNumber),
	repeats: optional(object({ from: taskNumber, to: taskNumber, list: count })),
});

const input = object({
	of: count,
	split: text,
	source: text,
	path: text,
	bytes: count,
	version: text,
	format: text,
	fingerprint: text,
});

const ofThisVersion = object({
	seqpackVersion: text,
	planHash: digest,
	settings: settingsShape,
	tokenizer: object({
		path: text,
		asked: text,
		fingerprint: text,
		engine: text,
		vocabSize: wholeNumber(0, 2 ** 32),
	}),
	inputs: listOf(input),
	grows: optional(object({ planHash: digest, tasks: taskNumber })),
	store: optional(object({ path: text, planHash: digest })),
	composed: optional(listOf(anyObject)),
	chat: nullable(anyObject),
	leftOut: optional(listOf(anyObject)),
	onError: oneOf(["stop", "skip"]),
	tasks: listOf(task),
	parts: optional(
		object({
			files: wholeNumber(0, MOST_TASKS),
			inputs: wholeNumber(0, MOST_TASKS),
			bytes: count,
		}),
	),
});

/** Of another version the hash is all that is looked at. */
const ofAnyVersion = object({ inputs: listOf(anyObject) });

/** What `Plan` says of a file of a version. */
export function planShapeOf({
	formatVersion,
}: {
	formatVersion: number;
}): Shape {
	return formatVersion === FORMAT_VERSION ? ofThisVersion : ofAnyVersion;
}

/** What some tasks read, in a file of their own. */
export const partShape = object({
	spans: listOf(tuple(taskNumber, listOf(span))),
	inputs: listOf(tuple(wholeNumber(0, MOST_TASKS), input)),
});
