import { parseLine } from "./log-line.js";

/** What the log of a group comes to. */
export interface LogSummary {
	/** How often the group was begun. */
	attempts: number;
	/** Of the last attempt: when it was last heard of, as milliseconds since 1970. */
	heard: number;
	/** How many tasks it may do at once. */
	workers: number;
	/** How it is: it has not said that it ends; it is done, was asked to stop, or failed. */
	state: "open" | "done" | "stopped" | "failed";
	/** The last line of the log. */
	lastLine: string;
	/** How often each task has failed, or was at work when an attempt fell silent; only those that have not been done since. */
	failures: Map<number, { times: number; sentence: string | null }>;
	/** Seconds that each task took that was done. */
	seconds: number[];
}

/** @returns Null where no line is of a log. */
export function readLog(text: string): LogSummary | null {
	const lines = text.split("\n").flatMap((line) => parseLine(line) ?? []);
	const last = lines.at(-1);
	if (last === undefined) return null;
	const failures: LogSummary["failures"] = new Map();
	const seconds: number[] = [];
	const fail = (task: number, sentence: string | null) => {
		const times = (failures.get(task)?.times ?? 0) + 1;
		failures.set(task, { times, sentence });
	};
	let attempt: Attempt = newAttempt();
	for (const line of lines) {
		const { event } = line;
		if (event.kind === "begin") {
			// It has ended without a word: it was killed, or its machine was lost.
			for (const task of attempt.atWork.keys()) fail(task, null);
			attempt = { ...newAttempt(), workers: event.workers };
		} else if (event.kind === "task-begun")
			attempt.atWork.set(event.task, Date.parse(line.time));
		else if (event.kind === "task-done") {
			const began = attempt.atWork.get(event.task);
			if (began !== undefined)
				seconds.push((Date.parse(line.time) - began) / 1000);
			attempt.atWork.delete(event.task);
			failures.delete(event.task);
		} else if (event.kind === "task-failed") {
			attempt.atWork.delete(event.task);
			fail(event.task, event.sentence);
		} else if (event.kind === "stopping") attempt.isAsked = true;
		else if (event.kind === "end")
			attempt.state =
				event.sentence === null
					? "done"
					: attempt.isAsked
						? "stopped"
						: "failed";
		// What is asked to stop leaves its tasks, and so does what has ended.
		if (attempt.isAsked || attempt.state !== "open") attempt.atWork.clear();
	}
	return {
		attempts: last.attempt,
		heard: Date.parse(last.time),
		workers: attempt.workers,
		state: attempt.isAsked ? "stopped" : attempt.state,
		lastLine: lastOf(text),
		failures,
		seconds,
	};
}

interface Attempt {
	/** Tasks at work, and when each began. */
	atWork: Map<number, number>;
	isAsked: boolean;
	state: LogSummary["state"];
	workers: number;
}

function newAttempt(): Attempt {
	return { atWork: new Map(), isAsked: false, state: "open", workers: 0 };
}

function lastOf(text: string): string {
	return text.trimEnd().split("\n").at(-1) ?? "";
}
