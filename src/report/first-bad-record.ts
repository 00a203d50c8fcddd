import type { Plan } from "../build/plan.js";
import type { TaskRecord } from "../build/record.js";
import { readSkipped, type SkippedOfTask } from "../build/skipped-file.js";
import type { Workspace } from "../build/workspace.js";
import { recordReasons } from "../documents/record-reasons.js";
import { sourceFormats } from "../sources/formats.js";
import { columnOf } from "../tables/columns.js";
import { readIndex } from "./read-index.js";
import type { SampleRun } from "./run-sample.js";

/** The records of a sample that cannot be used. */
export interface BadRecords {
	/** By the task's number, those that are bad only since their input is cut short. */
	ofCut: Map<number, SkippedOfTask[]>;
	/** The first of the others, in words; null where there is none. */
	first: { reason: string; sentence: string } | null;
}

export async function badRecordsOf(
	{ workspace, strata, records }: SampleRun,
	plan: Plan,
): Promise<BadRecords> {
	const ofCut: BadRecords["ofCut"] = new Map();
	let first: BadPlace | null = null;
	for (const { parts } of strata)
		for (const { task, cuts } of parts) {
			const record = records.get(task);
			if (record === undefined || record.skipped === null) continue;
			const skipped = await readSkipped(workspace, task, record.skipped);
			const ends =
				cuts.length === 0 ? null : await lastPositions(workspace, record);
			const atCut = cuts.flatMap(({ span }) => {
				const last = skipped.findLast((bad) => bad.span === span);
				const end = ends?.get(last?.source ?? "") ?? -1;
				return last !== undefined && last.position > end ? [last] : [];
			});
			ofCut.set(task, atCut);
			for (const bad of skipped) {
				if (atCut.includes(bad)) continue;
				const place = placeOf(bad, plan, task);
				if (first === null || isBefore(place, first)) first = place;
			}
		}
	return { ofCut, first: first && describe(first, plan) };
}

/** By file, where the last document of a task begins. */
async function lastPositions(
	workspace: Workspace,
	{ index }: TaskRecord,
): Promise<Map<string, number>> {
	const last = new Map<string, number>();
	for await (const batch of readIndex(workspace, index)) {
		const sources = columnOf(batch, "source", "string").values;
		const positions = columnOf(batch, "position", "int64").values;
		for (let i = 0; i < batch.rows; i++)
			last.set(String(sources[i]), Number(positions[i]));
	}
	return last;
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

/** Its place is told without reading what comes before. */
function describe(
	{ bad: { line, position, reason }, input, start }: BadPlace,
	{ inputs }: Plan,
): { reason: string; sentence: string } {
	const { path, format } = inputs[input];
	const place =
		start === 0
			? sourceFormats.find(format).describePlace(path, line)
			: `${path}, at ${position}`;
	const meaning = recordReasons()[reason] ?? reason;
	return { reason, sentence: `${place}: ${meaning}` };
}
