// Builds by a real Slurm, with jobs that are killed, requeued and cancelled, make what one
// process makes, on a disk and in a bucket of gofakes3:
//
//   npm run test:slurm        (installs Debian's packages where they are not; needs root)
//
// Other schedulers: ../schedulers. Kubernetes is not run: manifest.mjs looks at what is written for it.
import assert from "node:assert/strict";
import {
	appendFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { buildStatus } from "seqpack";
import { start as startStore } from "../s3/servers.mjs";
import {
	blocksOfGuide,
	common,
	contentsOf,
	contentsOfBucket,
	runningTasks,
	Setting,
	test,
} from "../schedulers/setting.mjs";
import { installSlurm, startCluster } from "./cluster.mjs";

try {
	installSlurm();
} catch (error) {
	console.error(`builds by Slurm are not tested: ${error.message}`);
	process.exit(1);
}
/** A job takes seconds: about 250 tasks, in groups of 64. */
const setting = new Setting("slurm", 8);
const { directory, cwd, packed } = setting;
const seqpack = (...args) => setting.seqpack(...args);
const local = (options) => setting.local(options);
const cluster = join(directory, "cluster");
mkdirSync(cluster);
const { env, stop } = await startCluster(cluster, { maxArraySize: 6 });
Object.assign(setting.env, { SLURM_CONF: env.SLURM_CONF });
try {
	await test("jobs that are killed, requeued and cancelled", interrupted);
	await test("a build in a bucket", inBucket);
	await test("waves of groups", waves);
	await test("arrays larger than the cluster allows", largeArrays);
	await test("a task that fails every time", failing);
	await test("what Slurm refuses", refused);
	await test("the script of the guide", scriptOfGuide);
	await test("a batch script", batchScript);
	await test("a cluster that does not answer", unanswered);
} finally {
	await stop();
	setting.remove();
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
	await runAgain(`${array}_1`);
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

/** A build whose plan, records and dataset are in a bucket; its inputs are on a disk, of which one is away for a while. */
async function inBucket() {
	const expected = local(packed);
	const store = await startStore("gofakes3", join(directory, "store"));
	const settings = { ...store.environment, AWS_ENDPOINT_URL_S3: store.url };
	Object.assign(setting.env, settings);
	Object.assign(process.env, settings);
	const out = "s3://bucket/of/data";
	const status = () => JSON.parse(seqpack("status", out, "--json").stdout);
	const becomes = (rank, ...due) =>
		until(`rank ${rank} is ${due.join(" or ")}`, async () => {
			const { groups } = await buildStatus(out);
			return due.some((state) => numbersIn(groups[state]).includes(rank));
		});
	try {
		const held = submit(packed, out, ["--slurm-args", "--hold"]);
		assert.deepEqual(held.submitted, [0, 1, 2, 3]);
		const [array, finalize] = held.jobs;
		assert.deepEqual(status().groups.missing, "0-3");
		// Of group 2; group 3 has little to do.
		const file = join(setting.corpus, "6/prose/chapter-010.txt");
		renameSync(file, `${file}.away`);
		slurm("scontrol", "release", array);
		await Promise.all([becomes(0, "running"), becomes(1, "running")]);
		const [killed] = runningTasks(out, "SLURM_ARRAY_TASK_ID=0");
		process.kill(killed, "SIGKILL");
		slurm("scontrol", "requeue", `${array}_1`);
		await becomes(2, "failed");
		await becomes(3, "done");
		await runAgain(`${array}_1`);
		await becomes(1, "running", "done");

		const midway = status();
		// A job that was killed without a word is taken to be at work for five minutes. The one that was
		// requeued is at work, or has just ended.
		assert.equal(midway.groups.failed, "2");
		const { done, running } = midway.groups;
		assert.match(`${done} and ${running}`, /^(3 and 0-1|1,3 and 0)$/);
		assert.ok(midway.tasks.done > 0 && midway.tasks.done < midway.tasks.total);
		assert.ok(midway.secondsLeft > 0);
		const [{ group, log, lastLine }] = midway.failed;
		assert.equal(group, 2);
		assert.ok(log.startsWith(`${out}/.seqpack/`), log);
		assert.match(lastLine, /attempt 1: ends: .*chapter-010\.txt/);
		const text = seqpack("status", out).stdout;
		for (const line of [
			/^s3:\/\/bucket\/of\/data$/m,
			/^ {2}tasks +\d+ of \d+ are done \(\d+\.\d+ %\)$/m,
			/^ {4}done +(1,)?3$/m,
			/^ {4}running +0(-1)?$/m,
			/^ {4}failed +2$/m,
			/^ {2}time left +about .*\d+/m,
			/^group 2 \(attempt 1; s3:\/\/bucket\/of\/data\/.*00002-of-64\.log\):\n.* ends: .*chapter-010/m,
		])
			assert.match(text, line);

		slurm("scancel", finalize);
		const early = seqpack("finalize", out);
		assert.equal(early.code, 2);
		assert.match(early.stderr, /tasks of s3:.* are not done \(.*\): run them/);
		renameSync(`${file}.away`, file);
		await becomes(1, "done");
		await until("nothing is queued", () => slurm("squeue", "-h") === "");
		assert.deepEqual(submit(packed, out).submitted, [0, 2]);
		await until("the dataset is there", () => status().isBuilt);
		assert.match(seqpack("status", out).stdout, /is built/);
		await until("nothing is queued", () => slurm("squeue", "-h") === "");
		const again = seqpack("finalize", out);
		assert.equal(again.code, 0, again.stderr);
		assert.deepEqual(await contentsOfBucket(out), expected);
		assert.equal(submit(packed, out).status, "already-built");
	} finally {
		store.stop();
		for (const name of Object.keys(settings)) delete setting.env[name];
	}
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

async function scriptOfGuide() {
	assert.equal(seqpack("plan", ...packed, "--out", "data").code, 0);
	const [script] = blocksOfGuide("srun and MPI", "sh");
	assert.match(script, /^srun /);
	const { code, stderr } = setting.run("bash", "-e", "-c", script);
	assert.equal(code, 0, stderr);
	assert.deepEqual(contentsOf(join(cwd, "data")), local(packed));
	for (const rank of [0, 1])
		assert.match(
			stderr,
			new RegExp(`rank ${rank} of 2, from SLURM_PROCID and SLURM_STEP_NUM`),
		);
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

/** The last of the tests: it ends the controller. */
async function unanswered() {
	await stop();
	// Commands ask for so many seconds.
	appendFileSync(env.SLURM_CONF, "MessageTimeout=1\n");
	const out = join(directory, "unanswered");
	const args = ["build", ...packed, "--out", out, "--executor", "slurm"];
	const { code, stderr } = seqpack(...args);
	assert.equal(code, 1);
	assert.match(
		stderr,
		/sbatch could not submit: .*(contact|connect).*\. .*nothing was submitted/i,
	);
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

/** What a command of Slurm prints. */
function slurm(name, ...args) {
	const { code, stdout, stderr } = setting.run(name, ...args);
	assert.equal(code, 0, `${name} ${args.join(" ")}: ${stderr}`);
	return stdout + stderr;
}

/** Lets a job that was requeued run at once: it would wait for two minutes. */
async function runAgain(job) {
	await until("the job is requeued", () =>
		/JobState=PENDING.*Restarts=1/s.test(slurm("scontrol", "show", "job", job)),
	);
	slurm("scontrol", "update", `JobId=${job}`, "StartTime=now");
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

function until(what, isSo) {
	return setting.until(what, isSo, () => slurm("squeue"));
}

/** The numbers of ranges: `0-2,5`. */
function numbersIn(ranges) {
	return ranges.split(",").flatMap((range) => {
		if (range === "") return [];
		const [first, last = first] = range.split("-").map(Number);
		return Array.from({ length: last - first + 1 }, (_, i) => first + i);
	});
}
