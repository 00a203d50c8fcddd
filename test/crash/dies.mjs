// Loaded before the command by tests: ends a thread or the process at one of its changes of files.
//
//   SEQPACK_DIES=worker:17:SIGKILL node --import ./test/crash/dies.mjs dist/bin/main.js build ...
//
// `main` or `worker` says whose changes are counted, the number which one is not done any more, and the last
// word how it ends: by a signal to the process, `exit` of the thread, or `throw`. With `count` in place of
// all that, each thread adds a line to the file SEQPACK_COUNTS: who it is, and its changes.
import { appendFileSync, promises } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { isMainThread } from "node:worker_threads";

const [who, at, how] = (process.env.SEQPACK_DIES ?? "").split(":");
const self = isMainThread ? "main" : "worker";
const isCounted = who === "count";
let changes = 0;

async function change(deed, tear) {
	if (!isCounted && changes++ === Number(at)) {
		if (how === "SIGKILL") await tear?.();
		if (how === "throw") throw new Error("the test ends this thread");
		if (how === "exit") process.exit(1);
		process.kill(process.pid, how);
		// A signal that can be handled leaves the thread at work.
	} else if (isCounted) changes++;
	return deed();
}

function wrap(object, name, isChange = () => true, tearing = () => undefined) {
	const original = object[name];
	object[name] = function (...args) {
		const deed = () => original.apply(this, args);
		if (!isChange(...args)) return deed();
		return change(deed, tearing.call(this, original, args));
	};
}

if (isCounted || who === self) {
	for (const name of ["rename", "rm", "rmdir", "mkdir", "link"])
		wrap(promises, name);
	const { open } = promises;
	wrap(promises, "open", (_, flags) => /[wa+]/.test(String(flags)));
	const handle = await open(new URL(import.meta.url), "r");
	const prototype = Object.getPrototypeOf(handle);
	await handle.close();
	wrap(prototype, "sync");
	wrap(
		prototype,
		"write",
		() => true,
		function tear(write, [bytes, from = 0, length = bytes.length - from]) {
			return () => write.call(this, bytes, from, Math.floor(length / 2));
		},
	);
	syncBuiltinESMExports();
}
if (isCounted)
	process.on("exit", () =>
		appendFileSync(process.env.SEQPACK_COUNTS, `${self} ${changes}\n`),
	);
