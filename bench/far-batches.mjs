// How fast batches come out of a bucket, where each answer comes 30 ms after its request:
//
//   node bench/far-batches.mjs [DELAY]
//
// Takes 70 MB of text (bench/corpora.mjs), a token a byte, so that rows of a step seldom lie
// near one another: as rows of 8192, 2048 and 512 tokens that one document fills, and as packed
// rows of 8192. Plans steps of 512 Ki tokens over many epochs, and serves all of it as
// S3 does, from a process of its own on another core (bench/slow-s3.mjs). One rank reads on one
// core, with the thread that reads ahead. What comes first is compared with what the disk
// gives, byte for byte. Rates by processor time say what one core can do where others use it too.
// With PYTHON, an interpreter with numpy and pyarrow, the Python reader does the same after it.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, openBatches, planCurriculum } from "seqpack";
import { corpus, kinds } from "./corpora.mjs";

const TOKENS_PER_STEP = 2 ** 19;
const SECONDS = 6;
const LENGTHS = [8192, 2048, 512];
const PACKED = 8192;
const plans = [
	...LENGTHS.map((length) => `rows-${length}`),
	`packed-${PACKED}`,
];

const [mode = "30", ...rest] = process.argv.slice(2);
if (mode === "measure") await measure(rest[0]);
else if (mode === "first") await first(rest[0], Number(rest[1]));
else await prepare(mode);

async function prepare(delay) {
	const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
	let server;
	try {
		await make(directory);
		const script = join(import.meta.dirname, "slow-s3.mjs");
		server = spawn(
			"taskset",
			["-c", "1", process.execPath, script, directory, delay],
			{
				stdio: ["ignore", "pipe", "inherit"],
			},
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
		const { PYTHON } = process.env;
		const readers = [
			[process.execPath, import.meta.filename, "measure", directory],
		];
		if (PYTHON !== undefined) {
			const script = join(import.meta.dirname, "far_reader.py");
			readers.push([PYTHON, script, directory, String(SECONDS), ...plans]);
		}
		for (const reader of readers) {
			const child = spawn("taskset", ["-c", "0", ...reader], {
				stdio: "inherit",
				env: { ...process.env, ...environment },
			});
			const code = await new Promise((resolve) => child.on("close", resolve));
			if (code !== 0) throw new Error(`it ended with ${code}`);
		}
	} finally {
		server?.kill();
		rmSync(directory, { recursive: true, force: true });
	}
}

async function make(directory) {
	const input = join(directory, "corpus.jsonl");
	const texts = [];
	for (const kind of kinds)
		for (const part of Object.values(await corpus(kind))) texts.push(...part);
	writeFileSync(
		input,
		texts.map((text) => `${JSON.stringify({ text })}\n`).join(""),
	);
	const options = { inputs: [input], tokenizer: "bytes", format: "arrow" };
	for (const length of LENGTHS)
		await build({
			...options,
			layout: "buckets",
			minLength: length,
			maxLength: length,
			out: join(directory, `data-of-rows-${length}`),
		});
	const packed = join(directory, `data-of-packed-${PACKED}`);
	await build({ ...options, seqLen: PACKED, out: packed });
	for (const name of plans)
		await planCurriculum({
			datasets: [join(directory, `data-of-${name}`)],
			out: join(directory, name),
			tokensPerStep: TOKENS_PER_STEP,
			epochs: 100,
			seed: 1,
		});
}

async function measure(directory) {
	for (const name of plans) {
		await checkSame(directory, name);
		const { totals } = JSON.parse(
			readFileSync(join(directory, name, "curriculum.json"), "utf8"),
		);
		const resumed = resume(name, totals.steps - 10);
		const { tokens, rows, seconds, busy, requests } = await read(name);
		const millions = (rate) =>
			`${(rate / 1e6).toFixed(1).padStart(5)} million tokens`;
		console.log(
			`${name.padEnd(12)} ${millions(tokens / seconds)}/s; ${millions(tokens / busy)} and ${(rows / busy).toFixed(0)} rows a second of a core; ${(requests / rows).toFixed(2)} requests a row; first batch at a late step after ${resumed.toFixed(2)} s`,
		);
	}
	const { maxRSS } = process.resourceUsage();
	console.log(`most memory: ${(maxRSS / 1024).toFixed(0)} MB`);
}

/** How many requests the server has had. */
async function requestsSoFar() {
	const answer = await fetch(`${process.env.AWS_ENDPOINT_URL_S3}/counts`);
	return (await answer.json()).requests;
}

/** Seconds that a new process takes, once it has started, to the first batch of the plan's last ten. */
function resume(name, fromStep) {
	const { stdout } = spawnSync(
		process.execPath,
		[import.meta.filename, "first", name, String(fromStep)],
		{ encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
	);
	return Number(stdout) / 1000;
}

async function first(name, fromStep) {
	const began = performance.now();
	for await (const _ of await openBatches(`s3://bucket/${name}`, {
		fromStep,
	})) {
		console.log(performance.now() - began);
		process.exit(0);
	}
}

async function read(name) {
	let tokens = 0;
	let rows = 0;
	// What comes before the lanes are full is not counted.
	let began = 0;
	let used = process.cpuUsage();
	let before = 0;
	let seen = 0;
	for await (const { columns, rows: own } of await openBatches(
		`s3://bucket/${name}`,
	)) {
		if (++seen === 30) {
			before = await requestsSoFar();
			began = performance.now();
			used = process.cpuUsage();
		}
		if (seen <= 30) continue;
		tokens += columns.input_ids.values.length;
		rows += own;
		if (performance.now() - began > SECONDS * 1000) break;
	}
	const seconds = (performance.now() - began) / 1000;
	const { user, system } = process.cpuUsage(used);
	const requests = (await requestsSoFar()) - before;
	return { tokens, rows, seconds, requests, busy: (user + system) / 1e6 };
}

async function checkSame(directory, name) {
	const bytes = async (plan) => {
		const all = [];
		for await (const { columns } of await openBatches(plan, { steps: 5 }))
			for (const { values, offsets } of Object.values(columns)) {
				all.push(
					Buffer.from(values.buffer, values.byteOffset, values.byteLength),
				);
				if (offsets !== undefined)
					all.push(
						Buffer.from(offsets.buffer, offsets.byteOffset, offsets.byteLength),
					);
			}
		return Buffer.concat(all);
	};
	const far = await bytes(`s3://bucket/${name}`);
	if (!far.equals(await bytes(join(directory, name))))
		throw new Error(`${name} differs`);
}
