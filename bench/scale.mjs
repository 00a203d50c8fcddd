// A build of many tasks on a cluster whose machines fail, on an object store whose requests do:
//
//   node bench/scale.mjs [TASKS, default 10000] [SEED, default 1]
//
// The tasks are small, and run: they read and write gofakes3 (built from its Go module) through a proxy that
// refuses or cuts one request of a hundred. When each job runs, how long its tasks take on a machine, and
// which jobs are preempted, fail or straggle is drawn by the seed, on a clock that is simulated. In the end the
// dataset is compared with that of one process on a disk.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, finalizeBuild, groupsOf, planBuild, runTasks } from "seqpack";
import { faultyProxy, start } from "../test/interop/s3/servers.mjs";

const tasks = Number(process.argv[2] ?? 10_000);
const random = generator(Number(process.argv[3] ?? 1));
/** When it was last told how far this is. */
let shown = 0;

/** What is drawn: hours on a clock that is simulated. */
const cluster = {
	slots: 32,
	/** Of a task that reads 256 MB: text to tokens at 8 MB a second on one CPU, half as long again now and then. */
	taskHours: () => (256 / 8 / 3600) * (1 + 0.5 * random()),
	/** One job in fifty is on a machine that is five times as slow. */
	slowness: () => (random() < 0.02 ? 5 : 1),
	/** A machine is taken away once in ten hours of work. */
	hoursToPreemption: () => -10 * Math.log(1 - random()),
	/** Until a job that was taken away runs again. */
	hoursToRequeue: 120 / 3600,
};

const directory = mkdtempSync(join(tmpdir(), "seqpack-scale-"));
try {
	const corpus = join(directory, "corpus.jsonl");
	const line = (id) =>
		`${JSON.stringify({ id, text: `Document ${id} is one of many small ones. `.repeat(6) })}\n`;
	const text = Array.from({ length: 4 * tasks }, (_, i) => line(i)).join("");
	writeFileSync(corpus, text);
	const options = {
		inputs: [corpus],
		tokenizer: "fixtures/tokenizer",
		seqLen: 512,
		taskSize: Math.floor(text.length / tasks),
		workers: 0,
	};
	const local = join(directory, "local");
	await build({ ...options, out: local });

	const server = await start("gofakes3", join(directory, "server"));
	const proxy = await faultyProxy(server.port, 100, ["refused", "cut"]);
	Object.assign(process.env, server.environment, {
		AWS_ENDPOINT_URL_S3: proxy.url,
	});
	try {
		const out = "s3://bucket/out";
		const planned = await planBuild({ ...options, out });
		const jobs = await simulate(planned);
		await finalizeBuild(planned);
		const manifest = await (
			await fetch(`${server.url}/bucket/out/seqpack.json`)
		).text();
		assert.equal(
			manifest,
			readFileSync(join(local, "seqpack.json"), "utf8"),
			"the dataset is not that of one process",
		);
		report(planned, jobs, proxy);
	} finally {
		proxy.stop();
		server.stop();
	}
} finally {
	rmSync(directory, { recursive: true, force: true });
}

/** Runs all groups in the order in which machines would; what a job has done when it is taken away is done. */
async function simulate(planned) {
	const queue = groupsOf(planned.plan).map(({ tasks }, group) => ({
		group,
		tasks,
		ready: 0,
		done: 0,
	}));
	const free = new Float64Array(cluster.slots);
	const jobs = {
		attempts: 0,
		preempted: 0,
		slow: 0,
		worked: 0,
		lost: 0,
		end: 0,
	};
	const hours = new Map();
	while (queue.length > 0) {
		const slot = free.indexOf(Math.min(...free));
		queue.sort((a, b) => a.ready - b.ready || a.group - b.group);
		const job = queue.shift();
		const began = Math.max(free[slot], job.ready);
		const slowness = cluster.slowness();
		const until = began + cluster.hoursToPreemption();
		jobs.attempts++;
		if (slowness > 1) jobs.slow++;
		let now = began;
		const done = [];
		for (const task of job.tasks.slice(job.done)) {
			if (!hours.has(task)) hours.set(task, cluster.taskHours());
			const end = now + hours.get(task) * slowness;
			if (end > until) break;
			now = end;
			done.push(task);
		}
		if (done.length > 0) await runTasks(planned, done, { workers: 0 });
		job.done += done.length;
		if (job.done < job.tasks.length) {
			jobs.preempted++;
			jobs.lost += until - now;
			// What it was at is begun, and comes to nothing.
			await stopped(planned, job.tasks[job.done]);
			free[slot] = until;
			job.ready = until + cluster.hoursToRequeue;
			queue.push(job);
		} else free[slot] = now;
		jobs.end = Math.max(jobs.end, free[slot]);
		show(planned, queue.length);
	}
	jobs.worked = [...hours.values()].reduce((sum, n) => sum + n, 0);
	return jobs;
}

async function stopped(planned, task) {
	const stop = new AbortController();
	const ran = runTasks(planned, [task], {
		workers: 0,
		signal: stop.signal,
		onProgress: () => stop.abort(),
	});
	await ran.catch((error) => {
		if (error.code !== "interrupted") throw error;
	});
}

function show(planned, left) {
	if (performance.now() - shown < 20_000) return;
	shown = performance.now();
	console.error(`${left} of ${groupsOf(planned.plan).length} jobs are left`);
}

function report({ plan }, jobs, { wrong, counts }) {
	const all = Object.values(counts.requests).reduce((sum, n) => sum + n, 0);
	const each = (n) => (n / plan.tasks.length).toFixed(1);
	const failed = Object.values(wrong).reduce((sum, n) => sum + n, 0);
	console.log(`${plan.tasks.length} tasks in ${groupsOf(plan).length} jobs`);
	for (const [method, n] of Object.entries(counts.requests))
		console.log(`  ${method}: ${n} requests, ${each(n)} a task`);
	console.log(
		`  ${(counts.sent / 1e6).toFixed(1)} MB to the store, ${(counts.received / 1e6).toFixed(1)} MB from it; of ${all} requests ${failed} failed and were made again`,
	);
	const ideal = jobs.worked / cluster.slots;
	console.log(
		`  ${jobs.attempts} attempts at jobs, ${jobs.preempted} of them taken away and ${jobs.slow} on slow machines; ${jobs.lost.toFixed(1)} hours of work lost of ${jobs.worked.toFixed(0)}`,
	);
	console.log(
		`  ${jobs.end.toFixed(2)} hours on ${cluster.slots} machines, ${(jobs.end / ideal).toFixed(2)} times the ideal of ${ideal.toFixed(2)}`,
	);
	console.log("  the dataset is that of one process on a disk, byte for byte");
}

/** Numbers in [0, 1), by mulberry32. */
function generator(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}
