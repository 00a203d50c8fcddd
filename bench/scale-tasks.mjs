// What a plan of many tasks costs beside its tasks:
//
//   node bench/scale-tasks.mjs [tasks, default 10000]
//
// Plans so many tiny tasks, runs them all, and prints the seconds of planning, of a look at
// all records and of making the dataset, and the bytes of plan and records: seconds on the
// clock, and of processors, which a busy machine changes less. Takes minutes, most of them
// for the tasks.
import {
	mkdtempSync,
	readdirSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	buildStatus,
	finalizeBuild,
	groupsOf,
	planBuild,
	runGroups,
} from "seqpack";

const tasks = Number(process.argv[2] ?? 10_000);
const directory = mkdtempSync(join(tmpdir(), "seqpack-scale-"));
try {
	const corpus = join(directory, "corpus.jsonl");
	const line = (id) =>
		`${JSON.stringify({ id, text: `Document ${id} is one of many small ones. `.repeat(6) })}\n`;
	const text = Array.from({ length: 4 * tasks }, (_, i) => line(i)).join("");
	writeFileSync(corpus, text);
	const out = join(directory, "out");
	const planned = await time("plan", () =>
		planBuild({
			inputs: [corpus],
			tokenizer: "fixtures/tokenizer",
			seqLen: 512,
			taskSize: Math.floor(text.length / tasks),
			out,
		}),
	);
	const groups = groupsOf(planned.plan);
	await time("status, nothing is done", () => buildStatus(out));
	await time("all tasks", () => runGroups(planned, [...groups.keys()]));
	const records = join(
		...[out, ".seqpack", planned.plan.planHash.slice(0, 16), "tasks"],
	);
	const names = readdirSync(records);
	const bytes = names.reduce(
		(sum, name) => sum + statSync(join(records, name)).size,
		0,
	);
	const plan = statSync(join(out, ".seqpack", "plan.json")).size;
	console.log(
		`${names.length} records of ${(bytes / 1e6).toFixed(1)} MB in ${groups.length} groups; a plan of ${(plan / 1e6).toFixed(1)} MB`,
	);
	await time("status, all is done", () => buildStatus(out));
	await time("finalize", () => finalizeBuild(planned));
} finally {
	rmSync(directory, { recursive: true, force: true });
}

async function time(name, work) {
	const began = performance.now();
	const before = process.cpuUsage();
	const result = await work();
	const { user, system } = process.cpuUsage(before);
	const seconds = ((performance.now() - began) / 1000).toFixed(1);
	const processor = ((user + system) / 1e6).toFixed(1);
	console.log(`${name}: ${seconds} s, ${processor} s of processors`);
	return result;
}
