// What packing by index costs:
//
//   node bench/pack-store.mjs [documents]
//
// Lengths of 100 million documents (log-normal, 500 tokens on average; written by the
// library, no text is tokenized) are packed by index into rows of 8192, in one thread, and
// how long that takes and how much memory at most; and so is a plan of the same documents in
// order, in chunks of 2048 and 256 lanes. Then 100 MB of English, code and 34
// languages are built as a store, documents as they are and cut to 2000 characters: batches
// are read from an index over it, and from the same rows written out, in turn, on one core;
// medians of five. Files are in the page cache.
import { spawnSync } from "node:child_process";
import {
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	build,
	exportRows,
	openBatches,
	packStore,
	planCurriculum,
} from "seqpack";
import {
	lengthsBatch,
	lengthsSchema,
	lengthsTable,
} from "../dist/src/dataset/lengths.js";
import { storageAt } from "../dist/src/storage/storages.js";
import { corpus, kinds } from "./corpora.mjs";

const TASKS = 100;
const ROUNDS = 5;
const TOKENIZER = "fixtures/tokenizer";

const [, , mode, ...rest] = process.argv;
if (mode === "pack") await measurePacking(...rest);
else if (mode === "plan") await measurePlanning(...rest);
else if (mode === "batches") await measureBatches(...rest);
else await prepare(Number(mode ?? 100e6));

async function prepare(documents) {
	const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
	const measured = (...args) => {
		const { stdout, status, stderr } = spawnSync(
			"taskset",
			["-c", "0", process.execPath, import.meta.filename, ...args],
			{ encoding: "utf8" },
		);
		if (status !== 0) throw new Error(stderr);
		return JSON.parse(stdout);
	};
	try {
		const lengths = join(directory, "lengths");
		const tokens = await storeOfLengths(lengths, documents);
		console.log(
			`${documents} documents, ${tokens} tokens: ${(4 * documents) / 1e6} MB of lengths`,
		);
		for (const options of [{ seqLen: 8192 }, { layout: "buckets" }]) {
			const out = join(directory, "packing");
			const found = measured("pack", lengths, out, JSON.stringify(options));
			console.log(
				`pack ${JSON.stringify(options)}: ${found.seconds.toFixed(1)} s, ${(found.bytes / 1e9).toFixed(2)} GB of memory; ${found.rows} rows, ${(100 * found.fill).toFixed(3)} % full, an index of ${(found.written / 1e9).toFixed(2)} GB`,
			);
			rmSync(out, { recursive: true });
		}
		const found = measured("plan", lengths, join(directory, "plan"));
		console.log(
			`plan in order: ${found.seconds.toFixed(1)} s, ${(found.bytes / 1e9).toFixed(2)} GB of memory; ${found.steps} steps, ${found.steps - found.least} more than the least, ${(100 * found.idle).toFixed(4)} % idle, lanes of ${(found.written / 1e9).toFixed(2)} GB`,
		);
		rmSync(lengths, { recursive: true });
		for (const characters of [Infinity, 2000]) {
			const place = join(directory, `of-${characters}`);
			await prepareBatches(place, characters);
			const rates = { rows: [], packing: [] };
			for (let round = 0; round < ROUNDS; round++)
				for (const [name, list] of Object.entries(rates))
					list.push(measured("batches", join(place, `plan-${name}`)).rate);
			const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
			const [rows, packing] = [median(rates.rows), median(rates.packing)];
			console.log(
				`batches: ${(rows / 1e6).toFixed(0)} million tokens a second from rows, ${(packing / 1e6).toFixed(0)} from the index (${(packing / rows).toFixed(2)})`,
			);
		}
	} finally {
		rmSync(directory, { recursive: true });
	}
}

/** A store of documents of which there are lengths alone. */
async function storeOfLengths(out, documents) {
	const text = `${out}.jsonl`;
	writeFileSync(text, `${JSON.stringify({ text: "A document." })}\n`);
	const { manifest } = await build({
		inputs: [text],
		tokenizer: TOKENIZER,
		layout: "documents",
		out,
		workers: 0,
	});
	const storage = storageAt(out);
	let state = 1;
	const random = () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return (state + 1) / 2 ** 32;
	};
	const of = [];
	let all = 0;
	mkdirSync(join(out, "index"), { recursive: true });
	for (let task = 0; task < TASKS; task++) {
		const lengths = new Int32Array(Math.round(documents / TASKS));
		let tokens = 0;
		for (let i = 0; i < lengths.length; i++) {
			const normal =
				Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
			lengths[i] = Math.max(1, Math.round(Math.exp(5.7 + normal)));
			tokens += lengths[i];
		}
		const path = `index/lengths-${task}.arrow`;
		const file = await storage.create(join(out, path));
		const schema = lengthsSchema(manifest.settings);
		const writer = lengthsTable.write(file, schema, {
			compression: "none",
			batchRows: 1 << 18,
			metadata: new Map(),
		});
		for (let at = 0; at < lengths.length; at += 1 << 18)
			await writer.write(
				lengthsBatch({
					lengths: lengths.subarray(at, at + (1 << 18)),
					splits: null,
					trained: null,
					cuts: null,
				}),
			);
		await writer.close();
		of.push({
			path,
			task,
			rows: lengths.length,
			...(await file.commit()),
			documents: lengths.length,
			textBytes: 4 * tokens,
			textTokens: tokens,
			specialTokens: 0,
			noted: {},
			source: null,
		});
		all += tokens;
	}
	const written = {
		...manifest,
		lengths: of,
		// Which are not there: no tokens are read.
		shards: of.map(({ task, rows }) => ({
			...manifest.shards[0],
			task,
			rows,
		})),
		tasks: { read: TASKS, repack: 0 },
	};
	writeFileSync(join(out, "seqpack.json"), JSON.stringify(written));
	return all;
}

async function measurePacking(store, out, options) {
	const began = performance.now();
	const { manifest } = await packStore({
		store,
		out,
		workers: 0,
		...JSON.parse(options),
	});
	const seconds = (performance.now() - began) / 1000;
	console.log(
		JSON.stringify({
			seconds,
			bytes: 1024 * process.resourceUsage().maxRSS,
			rows: manifest.summary.rows,
			fill: manifest.summary.fill,
			written: manifest.shards.reduce((sum, { bytes }) => sum + bytes, 0),
		}),
	);
}

async function measurePlanning(store, out) {
	const began = performance.now();
	const { lanes, totals } = await planCurriculum({
		datasets: [store],
		order: "documents",
		chunk: 2048,
		tokensPerStep: 256 * 2048,
		out,
	});
	const seconds = (performance.now() - began) / 1000;
	console.log(
		JSON.stringify({
			seconds,
			bytes: 1024 * process.resourceUsage().maxRSS,
			steps: totals.steps,
			least: lanes.leastSteps,
			idle: lanes.idle / (totals.steps * lanes.count),
			written: lanes.bytes,
		}),
	);
}

/** @param characters Of a document, at most. */
async function prepareBatches(directory, characters) {
	mkdirSync(directory);
	const input = join(directory, "corpus.jsonl");
	const texts = [];
	for (const kind of kinds)
		for (const part of Object.values(await corpus(kind))) texts.push(...part);
	writeFileSync(
		input,
		texts
			.flatMap((text) => cut(text, characters))
			.map((text) => `${JSON.stringify({ text })}\n`)
			.join(""),
	);
	const at = (name) => join(directory, name);
	const { manifest } = await build({
		inputs: [input],
		tokenizer: TOKENIZER,
		layout: "documents",
		out: at("store"),
	});
	const { documents } = manifest.totals;
	await packStore({ store: at("store"), seqLen: 8192, out: at("packing") });
	await exportRows({
		packing: at("packing"),
		format: "arrow",
		out: at("rows"),
	});
	for (const name of ["packing", "rows"])
		await planCurriculum({
			datasets: [at(name)],
			tokensPerStep: 2 ** 19,
			epochs: 8,
			seed: 1,
			out: at(`plan-${name}`),
		});
	const { summary } = JSON.parse(readFileSync(at("packing/seqpack.json")));
	console.log(
		`${manifest.summary.tokens} tokens of ${documents} documents, ${summary.sequencesPerRow.toFixed(1)} a row of 8192`,
	);
}

function cut(text, characters) {
	if (text.length <= characters) return [text];
	const count = Math.ceil(text.length / characters);
	return Array.from({ length: count }, (_, i) =>
		text.slice(i * characters, (i + 1) * characters),
	);
}

async function measureBatches(plan) {
	const batches = await openBatches(plan, { readAhead: 0 });
	let tokens = 0;
	let began = 0;
	let first = true;
	for await (const { columns } of batches) {
		// The first step opens files.
		if (first) began = performance.now();
		else tokens += columns.input_ids.values.length;
		first = false;
		if (tokens > 300e6) break;
	}
	const rate = tokens / ((performance.now() - began) / 1000);
	console.log(JSON.stringify({ rate, tokens }));
}
