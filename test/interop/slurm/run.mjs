// Builds by a real Slurm, with jobs that are killed, requeued and cancelled, make what one
// process makes:
//
//   npm run test:slurm        (installs Debian's packages where they are not; needs root)
//
// So do the scripts of docs/guide/clusters.md. Kubernetes is not run: manifest.mjs looks at
// what is written for it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installSlurm, startCluster } from "./cluster.mjs";

const command = resolve("dist/bin/main.js");
const common = ["--tokenizer", resolve("fixtures/tokenizer"), "--quiet"];

try {
	installSlurm();
} catch (error) {
	console.error(`builds by Slurm are not tested: ${error.message}`);
	process.exit(1);
}
const directory = mkdtempSync(join(tmpdir(), "seqpack-slurm-"));
// munged refuses a socket that others cannot reach.
chmodSync(directory, 0o755);
/** Where commands run, and Slurm writes what jobs print. */
const cwd = join(directory, "here");
mkdirSync(cwd);
/** So many copies of the fixtures that a job takes seconds: about 250 tasks, in groups of 64. */
const corpus = join(directory, "corpus");
for (let copy = 0; copy < 8; copy++)
	for (const name of ["prose", "code", "scripts"])
		cpSync(join("fixtures", name), join(corpus, `${copy}`, name), {
			recursive: true,
		});
const packed = [
	...[corpus, ...common],
	...["--seq-len", "2048", "--task-size", "60K"],
];
/** The command `seqpack`. */
const programs = join(directory, "programs");
mkdirSync(programs);
const program = join(programs, "seqpack");
writeFileSync(program, `#!/bin/sh\nexec ${process.execPath} ${command} "$@"\n`);
chmodSync(program, 0o755);
process.env.PATH = `${programs}:${process.env.PATH}`;
const { env, stop } = await startCluster(join(directory, "cluster"), {
	maxArraySize: 6,
});
try {
	await test("jobs that are killed, requeued and cancelled", interrupted);
	await test("waves of groups", waves);
	await test("arrays larger than the cluster allows", largeArrays);
	await test("a task that fails every time", failing);
	await test("what Slurm refuses", refused);
	await test("scripts of the guide", scriptsOfGuide);
	await test("a batch script", batchScript);
} finally {
	await stop();
	rmSync(directory, { recursive: true, force: true });
}

async function interrupted() {
	const expected = local(packed);
	const out = join(directory, "interrupted");
	const node = dirname(process.execPath);
	const more = ["--slurm-setup", `export PATH=${node}:$PATH`];
	const first = submit(packed, out, more);
	assert.deepEqual(first.submitted, [0, 1, 2, 3]);
	const [array, finalize] = first.jobs;
	// A job that is queued is not submitted again.
	const again = submit(packed, out, more);
	assert.deepEqual([again.submitted, again.jobs], [[], []]);
	for (const rank of [0, 1, 2])
		await until(`rank ${rank} is at work`, () =>
			logOf(out, rank).includes("at work"),
		);
	slurm("scancel", "--signal=KILL", "--full", `${array}_0`);
	slurm("scontrol", "requeue", `${array}_1`);
	slurm("scancel", `${array}_2`);
	// A job that is requeued waits for two minutes, unless it is told otherwise.
	await until("the job is requeued", () =>
		/JobState=PENDING.*Restarts=1/s.test(
			slurm("scontrol", "show", "job", `${array}_1`),
		),
	);
	slurm("scontrol", "update", `JobId=${array}_1`, "StartTime=now");
	// It runs after all others, however these ended, and trusts their records alone.
	await until("the last job runs", () =>
		slurm("squeue", "-h", "-j", finalize, "-o", "%T").startsWith("RUNNING"),
	);
	const { code, stderr } = seqpack("finalize", out);
	assert.equal(code, 2);
	assert.match(stderr, /tasks of .* are not done \(.*\): run them first/);
	assert.match(logOf(out, 2), /attempt 1: is asked to stop/);
	assert.match(logOf(out, 1), /attempt 2: ends, all is done/);
	const status = JSON.parse(seqpack("status", out, "--json").stdout);
	assert.equal(status.groups.done, "1,3");
	const second = submit(packed, out, more);
	assert.deepEqual(second.submitted, [0, 2]);
	// The last job of before waits for a minute, in which these may end.
	await until("the dataset is there", () => isBuilt(out));
	assert.deepEqual(contentsOf(out), expected);
	assert.equal(submit(packed, out, more).status, "already-built");
}

async function waves() {
	const options = [...packed, ...["--dedupe", "exact", "--validation", "10"]];
	const expected = local(options);
	const out = join(directory, "waves");
	const { jobs, groups } = submit(options, out);
	// The hashes (2 groups), then what repeats, then the rows (2), then the dataset.
	assert.deepEqual([jobs.length, groups], [4, 5]);
	await until("the dataset is there", () => isBuilt(out));
	assert.deepEqual(contentsOf(out), expected);
}

async function largeArrays() {
	const out = join(directory, "large");
	const few = ["--executor", "slurm", "--tasks-per-job", "32", "--out", out];
	// A group has 64 tasks at least, where these leave something to be packed.
	const finer = packed.with(-1, "20K");
	const { code, stderr } = seqpack("build", ...finer, ...few);
	assert.equal(code, 2);
	assert.match(
		stderr,
		/the plan has \d+ jobs, and the cluster allows arrays of 6 at most: give --tasks-per-job 128/,
	);
	const { groups, tasksPerJob } = submit(finer, out);
	assert.deepEqual([groups <= 6, tasksPerJob], [true, 128]);
	await until("the dataset is there", () => isBuilt(out));
	assert.deepEqual(contentsOf(out), local(finer));
}

async function failing() {
	const bad = join(directory, "bad.jsonl");
	writeFileSync(bad, '{"text": "good"}\n{"text": \n');
	const options = [bad, ...common, "--seq-len", "64"];
	const out = join(directory, "failing");
	const more = ["--tries", "2"];
	for (let attempt = 1; attempt <= 2; attempt++) {
		const { submitted, jobs } = submit(options, out, more);
		assert.deepEqual(submitted, [0]);
		await until(`attempt ${attempt} has failed`, () =>
			logOf(out, 0).includes(`attempt ${attempt}: ends: `),
		);
		// It would wait for the tasks for a minute.
		slurm("scancel", jobs[1]);
		await until("nothing is queued", () => slurm("squeue", "-h") === "");
	}
	const status = JSON.parse(seqpack("status", out, "--json").stdout);
	assert.equal(status.groups.failed, "0");
	assert.match(status.failed[0].lastLine, /attempt 2: ends: .*bad\.jsonl/);
	const third = submit(options, out, more);
	assert.deepEqual([third.submitted, third.jobs], [[], []]);
	assert.match(
		third.notices[0],
		/group 0 is left out: task 0 has failed 2 times and is not tried again; the last time: .*bad\.jsonl.*Its log is .*\.log/,
	);
	const { code, stderr } = seqpack("run-tasks", out, "--rank", "0", ...more);
	assert.equal(code, 2);
	assert.match(stderr, /task 0 has failed 2 times .* give --tries 3 or more/);
}

async function refused() {
	const out = join(directory, "refused");
	const to = (args) =>
		seqpack(
			...["build", ...packed, "--out", out],
			...["--executor", "slurm", "--slurm-args", args],
		);
	const partition = to("--partition=none");
	assert.equal(partition.code, 2);
	assert.match(
		partition.stderr,
		/sbatch refused a job: .*invalid partition.*nothing was submitted/i,
	);
	const array = to("--array 0-3");
	assert.match(array.stderr, /--slurm-args has --array, which is set/);
	const unclosed = to("--comment='a");
	assert.match(unclosed.stderr, /quotation mark that is not closed/);
}

async function scriptsOfGuide() {
	const expected = local(packed);
	const page = readFileSync("docs/guide/clusters.md", "utf8");
	for (const heading of ["GNU parallel", "srun and MPI"]) {
		rmSync(join(cwd, "data"), { recursive: true, force: true });
		assert.equal(seqpack("plan", ...packed, "--out", "data").code, 0);
		const section = page.slice(page.indexOf(`\n## ${heading}\n`));
		const [, script] = /```sh\n(.*?)```/s.exec(section);
		const ran = spawnSync("bash", ["-e", "-c", script], {
			...{ cwd, env, encoding: "utf8" },
		});
		assert.equal(ran.status, 0, `${heading}: ${ran.stderr}`);
		assert.deepEqual(contentsOf(join(cwd, "data")), expected, heading);
		if (heading.startsWith("srun"))
			for (const rank of [0, 1])
				assert.match(
					ran.stderr,
					new RegExp(`rank ${rank} of 2, from SLURM_PROCID and SLURM_STEP_NUM`),
				);
	}
}

/** A batch script that is no array has one process, which is no rank and runs all. */
async function batchScript() {
	const out = join(directory, "batch");
	assert.equal(seqpack("plan", ...packed, "--out", out).code, 0);
	writeFileSync(join(cwd, "all.sh"), `#!/bin/sh\nseqpack run-tasks ${out}\n`);
	const [, job] = /(\d+)\s*$/.exec(slurm("sbatch", "--mem=2G", "all.sh"));
	await until("all is done", () => / done, /.test(outputOf(job)));
	assert.match(outputOf(job), /no rank is given/);
	assert.equal(seqpack("finalize", out, "--quiet").code, 0);
	assert.deepEqual(contentsOf(out), local(packed));
}

async function test(name, work) {
	const began = performance.now();
	await work();
	const seconds = ((performance.now() - began) / 1000).toFixed(1);
	console.log(`${name}: ${seconds} s`);
}

/** The files of a build in one process. */
function local(options) {
	const out = join(directory, "local");
	const { code, stderr } = seqpack(
		"build",
		...options,
		"--overwrite",
		"--out",
		out,
	);
	assert.equal(code, 0, stderr);
	return contentsOf(out);
}

/** Gives a build to Slurm; what it says of it. */
function submit(options, out, more = []) {
	const { code, stdout, stderr } = seqpack(
		...["build", ...options, "--out", out],
		...["--executor", "slurm", ...more, "--json"],
	);
	assert.equal(code, 0, stderr);
	return JSON.parse(stdout);
}

function seqpack(...args) {
	const ran = spawnSync(process.execPath, [command, ...args], {
		...{ cwd, env, encoding: "utf8" },
	});
	return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

/** What a command of Slurm prints. */
function slurm(name, ...args) {
	const ran = spawnSync(name, args, { cwd, env, encoding: "utf8" });
	assert.equal(ran.status, 0, `${name} ${args.join(" ")}: ${ran.stderr}`);
	return ran.stdout + ran.stderr;
}

/** The log of a group. */
function logOf(out, rank) {
	const state = join(out, ".seqpack");
	if (!existsSync(state)) return "";
	for (const name of readdirSync(state)) {
		const logs = join(state, name, "logs");
		if (!existsSync(logs)) continue;
		const of = readdirSync(logs).find((log) =>
			log.startsWith(`0000${rank}-of`),
		);
		if (of?.endsWith(".log")) return readFileSync(join(logs, of), "utf8");
	}
	return "";
}

function outputOf(job) {
	const path = join(cwd, `slurm-${job}.out`);
	return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function isBuilt(out) {
	return (
		existsSync(join(out, "seqpack.json")) && !existsSync(join(out, ".seqpack"))
	);
}

async function until(what, isSo) {
	const due = Date.now() + 180_000;
	while (!isSo()) {
		if (Date.now() > due)
			throw new Error(
				`waited in vain until ${what}:\n${slurm("squeue")}\n${readdirSync(cwd)
					.map((name) => `${name}: ${readFileSync(join(cwd, name), "utf8")}`)
					.join("\n")}`,
			);
		await sleep(50);
	}
}

function contentsOf(out) {
	const names = readdirSync(out, { recursive: true, encoding: "utf8" }).sort();
	return Object.fromEntries(
		names
			.filter((name) => statSync(join(out, name)).isFile())
			.map((name) => [
				name,
				createHash("sha256")
					.update(readFileSync(join(out, name)))
					.digest("hex"),
			]),
	);
}
