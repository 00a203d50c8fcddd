// What a plan of many tasks costs beside its tasks:
//
//   node bench/scale-tasks.mjs [tasks, default 10000]
//
// Plans so many tiny tasks, runs them all, and prints seconds of planning, of a look at all
// records, of making the dataset, and the bytes of plan and records. Takes minutes, most of
// them for the tasks.
import { spawnSync } from "node:child_process";
import {
	mkdtempSync,
	readdirSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const tasks = Number(process.argv[2] ?? 10_000);
const directory = mkdtempSync(join(tmpdir(), "seqpack-scale-"));
try {
	const corpus = join(directory, "corpus.jsonl");
	const line = (i) =>
		`${JSON.stringify({ id: i, text: `Document ${i} is one of many small ones. `.repeat(6) })}\n`;
	const lines = Array.from({ length: 4 * tasks }, (_, i) => line(i));
	const text = lines.join("");
	writeFileSync(corpus, text);
	const out = join(directory, "out");
	const taskSize = Math.floor(text.length / tasks);
	time("plan", [
		...["plan", corpus, "--tokenizer", "fixtures/tokenizer"],
		...["--seq-len", "512", "--task-size", `${taskSize}`, "--out", out],
	]);
	time("status, nothing is done", ["status", out]);
	time("run-tasks", ["run-tasks", out]);
	const [state] = readdirSync(join(out, ".seqpack")).filter(
		(name) => !name.includes("."),
	);
	const records = join(out, ".seqpack", state, "tasks");
	const bytes = readdirSync(records)
		.map((name) => statSync(join(records, name)).size)
		.reduce((sum, size) => sum + size, 0);
	const plan = statSync(join(out, ".seqpack", "plan.json")).size;
	console.log(
		`${readdirSync(records).length} records of ${(bytes / 1e6).toFixed(1)} MB; a plan of ${(plan / 1e6).toFixed(1)} MB`,
	);
	time("status", ["status", out]);
	// On one core, where the system can keep a process there.
	time("status on one core", ["status", out], ["taskset", "-c", "0"]);
	time("finalize on one core", ["finalize", out], ["taskset", "-c", "0"]);
} finally {
	rmSync(directory, { recursive: true, force: true });
}

function time(name, args, before = []) {
	const [program, ...rest] = [
		...before,
		...[process.execPath, "dist/bin/main.js", ...args],
	];
	const began = performance.now();
	const { status, stderr } = spawnSync(program, rest, {
		encoding: "utf8",
		maxBuffer: 2 ** 28,
	});
	if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
	const seconds = (performance.now() - began) / 1000;
	console.log(`${name}: ${seconds.toFixed(1)} s`);
}
