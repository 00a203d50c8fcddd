import { escapeControls } from "../core/text.js";

/** What a log tells of. */
export type LogEvent =
	| { kind: "begin"; workers: number }
	| { kind: "task-begun"; task: number }
	| { kind: "task-done"; task: number }
	| { kind: "task-failed"; task: number; sentence: string }
	/** It failed, and the same attempt tries it again. */
	| { kind: "task-again"; task: number; sentence: string }
	/** Written from time to time, in the place of the one before. */
	| { kind: "at-work"; done: number; tasks: number }
	| { kind: "stopping" }
	/** All is done, or a sentence says why not. */
	| { kind: "end"; sentence: string | null };

/** A line of the log of a group. */
export interface LogLine {
	/** ISO 8601. */
	time: string;
	host: string;
	/** What the scheduler calls the job; null where there is none. */
	job: string | null;
	/** From 1: how often the group has been begun. */
	attempt: number;
	event: LogEvent;
}

/** `2026-11-27T10:15:58.123Z node3 81_4 attempt 2: task 17 begins` */
export function formatLine({
	time,
	host,
	job,
	attempt,
	event,
}: LogLine): string {
	const word = (text: string) => escapeControls(text).replaceAll(/\s/g, "_");
	return `${time} ${word(host) || "-"} ${word(job ?? "") || "-"} attempt ${attempt}: ${textOf(event)}`;
}

function textOf(event: LogEvent): string {
	switch (event.kind) {
		case "begin":
			return `begins with ${event.workers} workers`;
		case "task-begun":
			return `task ${event.task} begins`;
		case "task-done":
			return `task ${event.task} is done`;
		case "task-failed":
			return `task ${event.task} failed: ${escapeControls(event.sentence)}`;
		case "task-again":
			return `task ${event.task} is tried again: ${escapeControls(event.sentence)}`;
		case "at-work":
			return `at work, ${event.done} of ${event.tasks} tasks are done`;
		case "stopping":
			return "is asked to stop";
		case "end":
			return event.sentence === null
				? "ends, all is done"
				: `ends: ${escapeControls(event.sentence)}`;
	}
}

/** A line as `formatLine` writes it; null for any other. */
export function parseLine(line: string): LogLine | null {
	const found =
		/^(\d{4}-\d\d-\d\dT[\d:.]+Z) (\S+) (\S+) attempt (\d{1,9}): (.*)$/.exec(
			line,
		);
	if (found === null) return null;
	const [, time, host, job, attempt, text] = found;
	const event = eventOf(text);
	return (
		event && {
			...{ time, host, event },
			job: job === "-" ? null : job,
			attempt: Number(attempt),
		}
	);
}

function eventOf(text: string): LogEvent | null {
	const [, task, what, trouble, sentence = ""] =
		/^task (\d{1,9}) (begins|is done|(failed|is tried again): (.*))$/.exec(
			text,
		) ?? [];
	if (what === "begins") return { kind: "task-begun", task: Number(task) };
	if (what === "is done") return { kind: "task-done", task: Number(task) };
	if (trouble === "failed")
		return { kind: "task-failed", task: Number(task), sentence };
	if (trouble !== undefined)
		return { kind: "task-again", task: Number(task), sentence };
	const [, workers] = /^begins with (\d{1,9}) workers$/.exec(text) ?? [];
	if (workers !== undefined) return { kind: "begin", workers: Number(workers) };
	const [, done, tasks] =
		/^at work, (\d{1,9}) of (\d{1,9}) tasks are done$/.exec(text) ?? [];
	if (done !== undefined)
		return { kind: "at-work", done: Number(done), tasks: Number(tasks) };
	if (text === "is asked to stop") return { kind: "stopping" };
	if (text === "ends, all is done") return { kind: "end", sentence: null };
	const [, why] = /^ends: (.*)$/.exec(text) ?? [];
	return why === undefined ? null : { kind: "end", sentence: why };
}
