import fc from "fast-check";
import { expect, test } from "vitest";
import { Workspace } from "../../src/build/workspace.js";
import { GroupLog, logName, logPath } from "../../src/engines/group-logs.js";
import {
	formatLine,
	type LogEvent,
	type LogLine,
	parseLine,
} from "../../src/engines/log-line.js";
import { readLog } from "../../src/engines/read-log.js";
import { memoryStorage } from "../../src/storage/memory.js";

const task = fc.nat(99_999);
const sentence = fc.string({ unit: "grapheme" });
const event: fc.Arbitrary<LogEvent> = fc.oneof(
	fc.record({ kind: fc.constant("begin" as const), workers: fc.nat(99) }),
	fc.record({ kind: fc.constant("task-begun" as const), task }),
	fc.record({ kind: fc.constant("task-done" as const), task }),
	fc.record({ kind: fc.constant("task-failed" as const), task, sentence }),
	fc.record({ kind: fc.constant("at-work" as const), done: task, tasks: task }),
	fc.record({ kind: fc.constant("stopping" as const) }),
	fc.record({
		kind: fc.constant("end" as const),
		sentence: fc.option(sentence),
	}),
);
const line: fc.Arbitrary<LogLine> = fc.record({
	time: fc
		.date({
			min: new Date(0),
			max: new Date("2200-01-01"),
			noInvalidDate: true,
		})
		.map((date) => date.toISOString()),
	host: fc.constantFrom("node3", "pod-17.cluster.local"),
	job: fc.constantFrom(null, "81_4", "a:b"),
	attempt: fc.integer({ min: 1, max: 1000 }),
	event,
});

test("a line is read as it was written, but for control characters", () => {
	fc.assert(
		fc.property(line, (line) => {
			const written = formatLine(line);
			expect(written).not.toMatch(/\n/);
			const read = parseLine(written);
			expect(read && formatLine(read)).toBe(written);
			expect(read?.event.kind).toBe(line.event.kind);
			expect(read && { ...read, event: 0 }).toEqual({ ...line, event: 0 });
		}),
	);
});

test("any text is a log, or none", () => {
	fc.assert(fc.property(fc.string(), (text) => void readLog(text)));
	expect(readLog("")).toBeNull();
	expect(readLog("something else\n")).toBeNull();
});

/** A log of events, one a second, an attempt beginning with each `begin`. */
function logOf(...events: LogEvent[]): string {
	let attempt = 0;
	return events
		.map((event, second) => {
			if (event.kind === "begin") attempt++;
			const time = new Date(1000 * second).toISOString();
			return `${formatLine({ time, host: "h", job: null, attempt, event })}\n`;
		})
		.join("");
}

const begin: LogEvent = { kind: "begin", workers: 2 };
const begun = (task: number): LogEvent => ({ kind: "task-begun", task });
const done = (task: number): LogEvent => ({ kind: "task-done", task });
const failed = (task: number): LogEvent => ({
	kind: "task-failed",
	task,
	sentence: "no",
});
const end = (sentence: string | null = null): LogEvent => ({
	kind: "end",
	sentence,
});

test("a task that has failed or fell silent is counted, and forgotten once it is done", () => {
	const log = readLog(
		logOf(
			...[begin, begun(0), begun(1), failed(0), end("no")],
			// Killed while task 0 was at work.
			...[begin, begun(0), begun(1), done(1)],
			...[begin, begun(0)],
		),
	);
	expect(log?.attempts).toBe(3);
	expect(log?.state).toBe("open");
	expect([...(log?.failures ?? [])]).toEqual([
		[0, { times: 2, sentence: null }],
	]);
	expect(log?.seconds).toEqual([1]);
	const mended = readLog(
		logOf(
			begin,
			begun(0),
			failed(0),
			end("no"),
			begin,
			begun(0),
			done(0),
			end(),
		),
	);
	expect(mended).toMatchObject({ state: "done", failures: new Map() });
});

test("what is asked to stop has not failed", () => {
	const log = readLog(
		logOf(
			begin,
			begun(0),
			{ kind: "stopping" },
			end("stopped"),
			begin,
			begun(0),
		),
	);
	expect(log?.failures).toEqual(new Map());
	const stopped = readLog(logOf(begin, begun(0), { kind: "stopping" }));
	expect(stopped?.state).toBe("stopped");
	expect(readLog(logOf(begin, begun(0), failed(0), end("no")))?.state).toBe(
		"failed",
	);
});

test("a log is kept by a storage that can neither append nor rename", async () => {
	const plan = Buffer.from("{}");
	const storage = memoryStorage({ "out/.seqpack/plan.json": plan });
	const workspace = new Workspace("out", "0".repeat(64), storage);
	const path = logPath(workspace, 3, 64);
	const text = async () => {
		const file = await storage.open(path);
		return (await file.read(0, 10_000)).toString();
	};
	const troubles: unknown[] = [];
	const open = () =>
		GroupLog.open(workspace, path, (error) => troubles.push(error));
	for (let attempt = 1; attempt <= 2; attempt++) {
		const log = await open();
		expect(log.earlier?.attempts ?? 0).toBe(attempt - 1);
		log.note(begin);
		log.note(begun(7));
		await log.write({ kind: "at-work", done: 0, tasks: 64 });
		expect(await text()).toMatch(/at work, 0 of 64 tasks are done\n$/);
		log.note(done(7));
		log.note(end());
		// What was said until then is gone, and two writes come in their order.
		await Promise.all([log.write(), log.write()]);
		expect(await text()).not.toMatch(/at work/);
		expect(readLog(await text())).toMatchObject({
			attempts: attempt,
			state: "done",
		});
	}
	expect(logName(path.split("/").at(-1) ?? "")).toEqual({
		group: 3,
		tasksPerJob: 64,
	});
	// A build that was finished meanwhile gets no state back.
	await storage.remove("out");
	const late = await open();
	late.note(begin);
	await late.write();
	expect(await storage.stat("out")).toBeNull();
	expect(troubles).toEqual([]);
});
