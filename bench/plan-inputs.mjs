// How long it takes to plan a build of many small files, and how fast one large file is read from a bucket:
//
//   node bench/plan-inputs.mjs [FILES, default 100000] [DELAY, default 30]
//
// Writes so many files of a line each below a hundred directories, and plans a build of them: listing,
// fingerprints, tasks, writing the plan to a disk. Once they are on a disk; once they are in a bucket whose server
// answers so many milliseconds late, in a process of its own on another core (bench/slow-s3.mjs). Each in a new process on one
// core. Both plans must have the same tasks of the same files. Then 400 MiB are read from that
// server as one input, four times; the SHA-256 of what comes, which other runs take, must be that of the file.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
	createReadStream,
	mkdirSync,
	mkdtempSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupsOf, planBuild } from "seqpack";
import { readBytes } from "../dist/src/sources/bytes/bytes.js";
import { storageAt } from "../dist/src/storage/storages.js";

const DIRECTORIES = 100;
const MIB = 2 ** 20;
const STREAM = 400 * MIB;

const [mode = "100000", ...rest] = process.argv.slice(2);
if (mode === "plan") await plan(rest[0], rest[1]);
else if (mode === "stream") await stream(rest[0], rest[1]);
else await prepare(Number(mode), rest[0] ?? "30");

async function prepare(count, delay) {
	const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
	let server;
	try {
		makeFiles(join(directory, "small"), count);
		const large = join(directory, "large.bin");
		makeStream(large);
		const script = join(import.meta.dirname, "slow-s3.mjs");
		server = spawn(
			"taskset",
			["-c", "1", process.execPath, script, directory, delay],
			{ stdio: ["ignore", "pipe", "inherit"] },
		);
		const port = await new Promise((resolve) =>
			server.stdout.once("data", (text) => resolve(String(text).trim())),
		);
		const url = `http://127.0.0.1:${port}`;
		const environment = {
			AWS_ENDPOINT_URL_S3: url,
			AWS_ACCESS_KEY_ID: "key",
			AWS_SECRET_ACCESS_KEY: "secret",
			AWS_REGION: "here-1",
		};
		const run = (...args) => child(args, environment);
		// The server looks at its files when it is first asked for them, as no store does.
		await fetch(`${url}/bucket?list-type=2&prefix=&max-keys=1`);
		const here = await run("plan", join(directory, "small"), directory);
		const before = await requestsOf(url);
		const far = await run("plan", "s3://bucket/small", directory);
		const requests = (await requestsOf(url)) - before;
		tell(`${count} files on a disk`, here);
		tell(`the same in a bucket, ${requests} requests`, far);
		if (here.digest !== far.digest) throw new Error("the plans differ");
		console.log(
			`both plans have the same ${here.tasks} tasks in ${here.groups} groups, of the same files`,
		);
		const due = await hashOf(createReadStream(large));
		for (let i = 0; i < 3; i++) {
			const { seconds, busy } = await run("stream", "s3://bucket/large.bin");
			console.log(
				`one input: ${(STREAM / 1e6 / seconds).toFixed(0)} MB a second, ${(STREAM / 1e6 / busy).toFixed(0)} of a core's time`,
			);
		}
		const { hash } = await run("stream", "s3://bucket/large.bin", "hash");
		if (hash !== due) throw new Error("other bytes were read");
	} finally {
		server?.kill();
		rmSync(directory, { recursive: true, force: true });
	}
}

function tell(what, { seconds, busy, memory, bytes }) {
	console.log(
		`${what}: ${seconds.toFixed(1)} s, ${busy.toFixed(1)} s of processor time, ${memory.toFixed(0)} MB of memory; plan.json has ${(bytes / 1e6).toFixed(1)} MB`,
	);
}

function makeFiles(directory, count) {
	for (let i = 0; i < DIRECTORIES; i++)
		mkdirSync(join(directory, `part-${i}`), { recursive: true });
	for (let i = 0; i < count; i++) {
		const path = join(
			...[directory, `part-${i % DIRECTORIES}`],
			`${String(i).padStart(6, "0")}.jsonl`,
		);
		const text = `Document ${i} is one of many small ones. `;
		writeFileSync(path, `${JSON.stringify({ id: i, text })}\n`);
	}
}

/** Bytes without a pattern, so that each place is told from others. */
function makeStream(path) {
	const block = Buffer.alloc(MIB);
	let state = 1;
	for (let i = 0; i < STREAM / MIB; i++) {
		for (let at = 0; at < MIB; at += 4) {
			state = (Math.imul(state, 1664525) + 1013904223) | 0;
			block.writeInt32LE(state, at);
		}
		writeFileSync(path, block, { flag: "a" });
	}
}

async function child(args, environment) {
	const running = spawn(
		"taskset",
		[
			"-c",
			"0",
			process.execPath,
			...process.execArgv,
			import.meta.filename,
			...args,
		],
		{
			stdio: ["ignore", "pipe", "inherit"],
			env: { ...process.env, ...environment },
		},
	);
	let said = "";
	running.stdout.on("data", (text) => {
		said += text;
	});
	const code = await new Promise((resolve) => running.on("close", resolve));
	if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
	return JSON.parse(said);
}

async function requestsOf(url) {
	const answer = await fetch(`${url}/counts`);
	return (await answer.json()).requests;
}

async function plan(inputs, directory) {
	const out = mkdtempSync(join(directory, "out-"));
	const began = performance.now();
	const planned = await planBuild({
		...{ inputs: [inputs], tokenizer: "bytes", seqLen: 2048, out },
		// As many tasks as a large corpus would have.
		taskSize: 4096,
	});
	const seconds = (performance.now() - began) / 1000;
	const { user, system } = process.cpuUsage();
	const { tasks, inputs: files } = planned.plan;
	const digest = await hashOf([
		JSON.stringify(tasks),
		...files.map(({ source, bytes, format, compression }) =>
			JSON.stringify([source, bytes, format, compression]),
		),
	]);
	console.log(
		JSON.stringify({
			...{ seconds, busy: (user + system) / 1e6, digest },
			memory: process.resourceUsage().maxRSS / 1024,
			tasks: tasks.length,
			groups: groupsOf(planned.plan).length,
			bytes: statSync(join(out, ".seqpack", "plan.json")).size,
		}),
	);
}

async function stream(path, wanted) {
	const storage = storageAt(path);
	const { size } = await storage.stat(path);
	const began = performance.now();
	const used = process.cpuUsage();
	const pieces = readBytes(storage, { path, size, compression: null });
	const result = {};
	if (wanted === "hash") result.hash = await hashOf(pieces);
	else for await (const _ of pieces);
	result.seconds = (performance.now() - began) / 1000;
	const { user, system } = process.cpuUsage(used);
	result.busy = (user + system) / 1e6;
	console.log(JSON.stringify(result));
}

async function hashOf(pieces) {
	const hash = createHash("sha256");
	for await (const piece of pieces) hash.update(piece);
	return hash.digest("hex");
}
