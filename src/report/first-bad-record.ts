import type { Plan } from "../build/plan.js";
import type { TaskRecord } from "../build/record.js";
import { readSkipped, type SkippedOfTask } from "../build/skipped-file.js";
import { addCounts } from "../core/counts.js";
import { sourceFormats } from "../sources/formats.js";
import { badRecordReasons } from "../sources/read-records.js";
import type { SampleRun } from "./run-sample.js";

/** The records of a sample that cannot be used. */
export interface BadRecords {
	/**
	 * Those that only the sample has, by the task's number and by reason: where an input
	 * is cut short, its last record may be.
	 */
	ofCut: Map<number, Record<string, number>>;
	/** A sentence about the first of the others; null where there is none. */
	first: string | null;
}

export async function badRecordsOf(
	{ workspace, strata, records }: SampleRun,
	plan: Plan,
): Promise<BadRecords> {
	const ofCut: BadRecords["ofCut"] = new Map();
	let first: BadPlace | null = null;
	for (const { parts } of strata)
		for (const { task, cutShort } of parts) {
			const record = records.get(task);
			if (record === undefined || record.skipped === null) continue;
			const counts = {};
			for (const bad of await readSkipped(workspace, task)) {
				if (cutShort.has(bad.span) && isLast(bad, record))
					addCounts(counts, { [bad.reason]: 1 });
				else {
					const place = placeOf(bad, plan, task);
					if (first === null || isBefore(place, first)) first = place;
				}
			}
			ofCut.set(task, counts);
		}
	return { ofCut, first: first && describe(first, plan) };
}

/** A bad record, and the span that it is in. */
interface BadPlace {
	bad: SkippedOfTask;
	input: number;
	start: number;
}

function placeOf(bad: SkippedOfTask, plan: Plan, number: number): BadPlace {
	const task = plan.tasks[number];
	if (task.kind !== "read") throw new Error(`task ${number} reads nothing`);
	return { bad, ...task.spans[bad.span] };
}

function isBefore(a: BadPlace, b: BadPlace): boolean {
	const order = a.input - b.input || a.start - b.start;
	return order < 0 || (order === 0 && a.bad.position < b.bad.position);
}

function isLast({ span, line }: SkippedOfTask, { lines }: TaskRecord): boolean {
	return line >= lines[span];
}

/** Its place is told without reading what comes before. */
function describe(
	{ bad: { line, position, reason }, input, start }: BadPlace,
	{ inputs }: Plan,
): string {
	const { path, format } = inputs[input];
	const place =
		start === 0
			? sourceFormats.find(format).describePlace(path, line)
			: `${path}, at ${position}`;
	return `${place}: ${badRecordReasons()[reason] ?? reason}`;
}
