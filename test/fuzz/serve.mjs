// Runs cases for outcome.ts in a process of its own: `node serve.mjs MODULE`, whose `run` takes a case.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { SeqpackError } from "../../dist/src/core/errors.js";

/** An error longer than this is nothing that a person reads. */
const LONGEST_MESSAGE = 3000;

const { run } = await import(pathToFileURL(process.argv[2]).href);
let stray = null;
process.on("unhandledRejection", (error) => {
	stray ??= `unhandled rejection: ${error?.stack ?? error}`;
});
process.on("uncaughtException", (error) => {
	stray ??= `uncaught: ${error?.stack ?? error}`;
});

const shared = [Object, Array, Function, String, Number, Promise, RegExp, Map];
const holders = shared.flatMap((each) => [each, each.prototype]);
const keysOf = () => holders.map((each) => Reflect.ownKeys(each).length);
const clean = keysOf();

process.on("message", async ({ number, input }) => {
	let outcome;
	resetPeak();
	try {
		outcome = { kind: "result", result: await run(input) };
	} catch (error) {
		outcome = outcomeOf(error);
	}
	// Rejections that nobody waits for are told after the turn.
	await new Promise(setImmediate);
	if (stray !== null) outcome = { kind: "fault", what: stray };
	stray = null;
	if (keysOf().some((count, i) => count !== clean[i]))
		outcome = { kind: "fault", what: "a prototype was changed" };
	process.send({ number, outcome, peak: peak() });
});
process.on("disconnect", () => process.exit());
process.send({ number: -1 });

function outcomeOf(error) {
	if (!(error instanceof SeqpackError))
		return { kind: "fault", what: `untyped: ${error?.stack ?? error}` };
	const { code, message, exitCode } = error;
	if (message.length > LONGEST_MESSAGE)
		return {
			kind: "fault",
			what: `a message of ${message.length} characters: ${message.slice(0, 300)}`,
		};
	if (/\n {4}at /.test(message))
		return { kind: "fault", what: `a stack trace in a message: ${message}` };
	return { kind: "error", code, message, exitCode };
}

/** Makes the kernel count the most memory from here on. */
function resetPeak() {
	try {
		writeFileSync("/proc/self/clear_refs", "5");
	} catch {}
}

/** The most memory held since, in MB; 0 where the system does not tell. */
function peak() {
	try {
		const status = readFileSync("/proc/self/status", "utf8");
		return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) / 1024;
	} catch {
		return 0;
	}
}
