// The scripts of docs/guide/clusters.md, as they stand there, make what one process makes (srun: ../slurm;
// the shell loop: test/docs):
//
//   npm run build && node test/interop/schedulers/run.mjs [PART]
//
// Installs Debian's packages where they are not (needs root), and Ray and botocore for Python. What cannot be
// had is a failure that says why; the other parts are done all the same.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../environments.mjs";
import { start as startStore } from "../s3/servers.mjs";
import { installPackages } from "./debian.mjs";
import {
	blocksOfGuide,
	common,
	contentsOf,
	contentsOfBucket,
	runningTasks,
	Setting,
	test,
} from "./setting.mjs";

/** Three groups. */
const setting = new Setting("schedulers", 6);
const { cwd, packed } = setting;
const data = join(cwd, "data");
const python = environment("schedulers");
// Whoever waits for it is told.
python.catch(() => {});
let failures = 0;
try {
	await part("GNU parallel", parallel);
	await part("Open MPI", openMpi);
	await part("AWS Batch", awsBatch);
	await part("Ray", ray);
} finally {
	setting.remove();
}
if (failures > 0) process.exitCode = 1;

async function part(name, work) {
	try {
		rmSync(data, { recursive: true, force: true });
		await test(name, work);
	} catch (error) {
		console.error(`${name} failed: ${error.stack}`);
		failures++;
	}
}

function plan(out, options = packed) {
	const planned = setting.seqpack("plan", ...options, "--out", out);
	assert.equal(planned.code, 0, planned.stderr);
	return JSON.parse(setting.seqpack("status", out, "--json").stdout).groups
		.total;
}

function requireBuilt() {
	assert.deepEqual(contentsOf(data), setting.local(packed));
}

/** Half of the work is done before: it is left out. */
function parallel() {
	installPackages(["parallel"], ["parallel"]);
	plan("data");
	const before = setting.seqpack("run-tasks", "data", "--rank", "1");
	assert.equal(before.code, 0, before.stderr);
	const [script] = blocksOfGuide("GNU parallel", "sh");
	const { code, stderr } = setting.run("bash", "-e", "-c", script);
	assert.equal(code, 0, stderr);
	const jobs = readFileSync(join(cwd, "jobs.log"), "utf8");
	const ranks = [...jobs.matchAll(/--rank (\d+)$/gm)].map(([, rank]) => rank);
	assert.deepEqual(ranks.sort(), ["0", "2"]);
	requireBuilt();
}

/** One of the processes is killed, which ends all; then the same again. */
async function openMpi() {
	installPackages(["openmpi-bin"], ["mpirun"]);
	Object.assign(setting.env, {
		OMPI_ALLOW_RUN_AS_ROOT: "1",
		OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
		// A machine may have one core.
		OMPI_MCA_rmaps_base_oversubscribe: "1",
	});
	plan("data");
	const [, script] = blocksOfGuide("srun and MPI", "sh");
	assert.match(script, /^mpirun /);
	const killed = start("bash", "-e", "-c", script);
	await setting.until(
		"two processes are at work",
		() => runningTasks("data/").length >= 2,
		killed.output,
	);
	process.kill(runningTasks("data/", "OMPI_COMM_WORLD_RANK=1")[0], "SIGKILL");
	assert.notEqual(await killed.ended, 0);
	const { code, stderr } = setting.run("bash", "-e", "-c", script);
	assert.equal(code, 0, stderr);
	for (const rank of [0, 1])
		assert.match(
			stderr,
			new RegExp(`rank ${rank} of 2, from OMPI_COMM_WORLD_RANK`),
		);
	requireBuilt();
}

async function awsBatch() {
	const [definition, job] = blocksOfGuide("AWS Batch", "json");
	check("RegisterJobDefinition", definition, await python);
	check("SubmitJob", job, await python);
	// What checks it knows what is wrong.
	for (const [right, wrong] of [
		["onExitCode", "onExit"],
		["VCPU", "CPUS"],
		['"attempts": 5', '"attempts": "5"'],
		["jobDefinitionName", "name"],
	])
		check(
			"RegisterJobDefinition",
			definition.replace(right, wrong),
			await python,
			1,
		);

	const store = await startStore("gofakes3", join(setting.directory, "store"));
	const settings = { ...store.environment, AWS_ENDPOINT_URL_S3: store.url };
	Object.assign(setting.env, settings);
	Object.assign(process.env, settings);
	try {
		const { out } = JSON.parse(job).parameters;
		assert.equal(plan(out), JSON.parse(job).arrayProperties.size);
		const attempts = await runArray(definition, job, (index, attempt) =>
			index === 0 && attempt === 1 ? "kill" : "",
		);
		assert.deepEqual(attempts, [[137, 0], [0], [0]]);
		const finalized = setting.seqpack("finalize", out, "--quiet");
		assert.equal(finalized.code, 0, finalized.stderr);
		assert.deepEqual(await contentsOfBucket(out), setting.local(packed));
		// Nothing is planned there: wrong use.
		const none = job.replace(out, "s3://bucket/none");
		assert.deepEqual(await runArray(definition, none), [[2], [2], [2]]);
		// Bad data; the children beyond the last group have nothing to do.
		const bad = join(setting.directory, "bad.jsonl");
		writeFileSync(bad, '{"text": "good"}\n{"text": \n');
		const badOut = "s3://bucket/bad";
		assert.equal(plan(badOut, [bad, ...common, "--seq-len", "64"]), 1);
		const ofBad = await runArray(definition, job.replace(out, badOut));
		assert.deepEqual(ofBad, [[4], [0], [0]]);
	} finally {
		store.stop();
		for (const name of Object.keys(settings)) delete setting.env[name];
	}
}

function check(operation, text, interpreter, expected = 0) {
	const file = join(setting.directory, `${operation}.json`);
	writeFileSync(file, text);
	const script = join(process.cwd(), "test/interop/schedulers/check_batch.py");
	const { code, stderr } = setting.run(interpreter, script, operation, file);
	assert.equal(code, expected, stderr);
}

/**
 * Runs the children of an array job one after the other, each as often as its retry strategy says.
 * @param fate Asked before an attempt, from 1; "kill" kills it once it is at work.
 * @returns The exit codes of the attempts of each child, as Batch has them.
 */
async function runArray(definition, job, fate = () => "") {
	const { containerProperties, retryStrategy } = JSON.parse(definition);
	const { arrayProperties, parameters } = JSON.parse(job);
	const [program, ...args] = containerProperties.command.map((word) =>
		word.replace(/^Ref::(.*)$/, (_, name) => parameters[name]),
	);
	const codes = [];
	for (let index = 0; index < arrayProperties.size; index++) {
		const own = [];
		codes.push(own);
		let action = "RETRY";
		while (action === "RETRY" && own.length < retryStrategy.attempts) {
			const child = start(program, ...args, {
				AWS_BATCH_JOB_ID: `ce6d6c4e-0000-4000-8000-000000000000:${index}`,
				AWS_BATCH_JOB_ARRAY_INDEX: String(index),
				AWS_BATCH_JOB_ARRAY_SIZE: String(arrayProperties.size),
				AWS_BATCH_JOB_ATTEMPT: String(own.length + 1),
				AWS_BATCH_JQ_NAME: "queue",
			});
			if (fate(index, own.length + 1) === "kill") {
				await setting.until(
					"the child is at work",
					() => /running group/.test(child.output()),
					child.output,
				);
				for (const pid of runningTasks(parameters.out))
					process.kill(pid, "SIGKILL");
			}
			const code = await child.ended;
			own.push(code);
			if (code === 0) break;
			// The first that is met counts; "*" at the end stands for anything.
			({ action } = retryStrategy.evaluateOnExit.find(({ onExitCode }) =>
				onExitCode.endsWith("*")
					? String(code).startsWith(onExitCode.slice(0, -1))
					: String(code) === onExitCode,
			) ?? { action: "RETRY" });
		}
	}
	return codes;
}

/** On a local cluster of two workers, of which one is killed with its work under way. */
async function ray() {
	const interpreter = await python;
	// Sockets have short names.
	const temporary = mkdtempSync(join(tmpdir(), "ray-"));
	const port = 20_000 + Math.floor(Math.random() * 10_000);
	Object.assign(setting.env, {
		RAY_AUTH_MODE: "disabled",
		RAY_ADDRESS: `127.0.0.1:${port}`,
	});
	const head = start(
		...[interpreter, "-m", "ray.scripts.scripts", "start", "--head", "--block"],
		...["--num-cpus=2", "--include-dashboard=false", "--disable-usage-stats"],
		...["--node-ip-address=127.0.0.1", `--port=${port}`],
		...["--object-store-memory=100000000", `--temp-dir=${temporary}`],
	);
	try {
		await setting.until(
			"Ray is up",
			() => /Ray runtime started/.test(head.output()),
			head.output,
		);
		plan(data);
		const [text] = blocksOfGuide("Ray", "python");
		const script = join(setting.directory, "run_on_ray.py");
		writeFileSync(script, text);
		const driver = start(interpreter, script, data);
		await setting.until(
			"two workers are at work",
			() => runningTasks(data).length >= 2,
			() => driver.output() + head.output(),
		);
		const [child] = runningTasks(data);
		// The worker, and then what it began.
		const [, parent] = /^PPid:\s*(\d+)/m.exec(
			readFileSync(`/proc/${child}/status`, "utf8"),
		);
		assert.match(readFileSync(`/proc/${parent}/cmdline`, "utf8"), /^ray::run/);
		process.kill(Number(parent), "SIGKILL");
		process.kill(child, "SIGKILL");
		assert.equal(await driver.ended, 0, driver.output());
		assert.match(driver.output(), /Task run failed.* will be retried/);
		requireBuilt();
	} finally {
		head.child.kill("SIGTERM");
		await head.ended;
		rmSync(temporary, { recursive: true, force: true });
	}
}

/** Starts a program; an object at the end is added to its environment. */
function start(program, ...args) {
	const more = typeof args.at(-1) === "object" ? args.pop() : {};
	const child = spawn(program, args, {
		...{ cwd, env: { ...setting.env, ...more } },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let output = "";
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding("utf8").on("data", (text) => {
			output += text;
		});
	const ended = new Promise((resolve, reject) => {
		child.on("error", reject);
		// As shells tell it.
		child.on("close", (code, signal) => resolve(code ?? (signal ? 137 : 1)));
	});
	return { child, ended, output: () => output };
}
