// How near the optimum packers come, and how fast, beside those that people use:
//
//   node bench/pack.mjs [--quick] [--python python3]
//
// Lengths are drawn like those of web text (log-normal, median 500, sigma 1.2, cut at
// the row) from a fixed seed. `over` is packs over the lower bound that no packing
// beats. With --python the same lengths go through the packers of that Python which
// it can import: LightBinPack, seqpacker, TRL, OLMo-core. The
// last sections run each packer in a process of its own, and need Linux for its memory.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
	createRandom,
	lowerBound,
	pack,
	packers,
	patternBound,
	planHistogram,
} from "seqpack";

const { values } = parseArgs({
	options: {
		quick: { type: "boolean", default: false },
		python: { type: "string" },
	},
});
const million = values.quick ? 1e5 : 1e6;
const [cpu] = cpus();
console.log(`${cpu.model}, Node ${process.version}, one core`);

function draw(count, capacity, seed = 1) {
	const random = createRandom(seed);
	const uniform = () => (random() + 0.5) / 2 ** 32;
	return Int32Array.from({ length: count }, () => {
		const normal =
			Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
		const length = Math.round(500 * Math.exp(1.2 * normal));
		return Math.max(1, Math.min(capacity, length));
	});
}

/** The shortest of three runs, and what the last one gave. */
function timed(run) {
	let best = Number.POSITIVE_INFINITY;
	let result;
	for (let i = 0; i < 3; i++) {
		const began = performance.now();
		result = run();
		best = Math.min(best, performance.now() - began);
	}
	return { result, milliseconds: best };
}

function row(...cells) {
	const [name, ...rest] = cells.map(String);
	console.log(
		`  ${name.padEnd(26)}${rest.map((c) => c.padStart(13)).join("")}`,
	);
}

const over = (packs, bound) => `${(100 * (packs / bound - 1)).toFixed(3)} %`;
const packsOf = ({ packOffsets }) => packOffsets.length - 1;

for (const capacity of [2048, 8192, 131_072]) {
	const lengths = draw(million, capacity);
	const bound = lowerBound(lengths, capacity);
	console.log(
		`\n${lengths.length} lengths, capacity ${capacity}: at least ${bound} packs`,
	);
	row("", "packs", "over", "ms", "million/s");
	for (const packer of packers.where(({ cuts }) => cuts === undefined)) {
		const { result, milliseconds } = timed(() =>
			pack(lengths, capacity, { packer }),
		);
		report(packer, packsOf(result), bound, milliseconds, lengths.length);
	}
	const counts = new Float64Array(capacity + 1);
	for (const length of lengths) counts[length]++;
	const plan = timed(() => planHistogram(counts, "fullest"));
	report(
		"plan on the histogram",
		plan.result.packs,
		bound,
		plan.milliseconds,
		lengths.length,
	);
	if (values.python) peers(lengths, capacity, bound);
}

console.log("\nAt most K sequences a pack: median 150, capacity 8192");
row("", "packs", "over", "ms");
const many = draw(million / 5, 8192).map((length) =>
	Math.max(1, Math.round(0.3 * length)),
);
for (const maxSequences of [16, 32, 64])
	for (const packer of ["capped", "best-fit-decreasing"]) {
		const bound = lowerBound(many, 8192, { maxSequences });
		const { result, milliseconds } = timed(() =>
			pack(many, 8192, { packer, maxSequences }),
		);
		row(
			`K = ${maxSequences}, ${packer}`,
			packsOf(result),
			over(packsOf(result), bound),
			milliseconds.toFixed(0),
		);
	}

console.log(
	"\nHard lengths, as parts of a row of 8192: packs over the pattern bound",
);
row("", "best fit", "columns", "sum and L2", "patterns", "ms");
const random = createRandom(3);
const uniform = () => (random() + 0.5) / 2 ** 32;
const normal = () =>
	Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
for (const [name, part] of [
	["normal(0.35, 0.03)", () => 0.35 + 0.03 * normal()],
	["normal(0.45, 0.05)", () => 0.45 + 0.05 * normal()],
	["normal(0.55, 0.05)", () => 0.55 + 0.05 * normal()],
	["uniform(0.2, 0.7)", () => 0.2 + 0.5 * uniform()],
]) {
	const lengths = Int32Array.from({ length: million / 5 }, () =>
		Math.max(1, Math.min(8192, Math.round(8192 * part()))),
	);
	const greedy = packsOf(pack(lengths, 8192));
	const began = performance.now();
	const columns = packsOf(pack(lengths, 8192, { packer: "column-generation" }));
	const milliseconds = performance.now() - began;
	const bound = patternBound(lengths, 8192);
	row(
		name,
		over(greedy, bound),
		over(columns, bound),
		lowerBound(lengths, 8192),
		bound,
		milliseconds.toFixed(0),
	);
}

console.log("\nBest-fit-decreasing, capacity 8192: time and memory by number");
row("", "ms", "ns a length", "bytes a length", "over");
let lengths;
for (const count of [1, 2, 4, 10].map((n) => n * million)) {
	lengths = draw(count, 8192);
	const [{ packs, seconds, bytes }] = packOnce(lengths, 8192);
	row(
		`${count / 1e6} million`,
		(1000 * seconds).toFixed(0),
		((1e9 * seconds) / count).toFixed(0),
		(bytes / count).toFixed(1),
		over(packs, lowerBound(lengths, 8192)),
	);
}

if (values.python) {
	console.log("\nThe last of these in turn with others: medians of five");
	row("", "ms", "processor ms", "bytes a length", "packs");
	const rounds = Array.from({ length: 5 }, () => [
		...packOnce(lengths, 8192),
		...packByPeers(lengths, 8192, ["LightBinPack (obfd)", "seqpacker (obfd)"]),
	]);
	for (const [i, { name, packs, missing }] of rounds[0].entries())
		if (missing) row(name, "not there");
		else {
			const median = (fact) =>
				rounds.map((round) => round[i][fact]).sort((a, b) => a - b)[2];
			row(
				name,
				(1000 * median("seconds")).toFixed(0),
				(1000 * median("processor")).toFixed(0),
				(median("bytes") / lengths.length).toFixed(1),
				packs,
			);
		}
}

function report(name, packs, bound, milliseconds, count) {
	row(
		name,
		packs,
		over(packs, bound),
		milliseconds.toFixed(0),
		(count / milliseconds / 1000).toFixed(1),
	);
}

function peers(lengths, capacity, bound) {
	for (const { name, packs, seconds, missing } of packByPeers(
		lengths,
		capacity,
	))
		if (missing) row(name, "not there");
		else report(name, packs, bound, 1000 * seconds, lengths.length);
}

/** What `pack-peers.py` measures of the packers of these names, or of all. */
function packByPeers(lengths, capacity, names = []) {
	return inProcess(values.python, "pack-peers.py", lengths, capacity, names);
}

/** Best-fit-decreasing in a process of its own, as the others are. */
function packOnce(lengths, capacity) {
	return inProcess(process.execPath, "pack-once.mjs", lengths, capacity);
}

function inProcess(program, script, lengths, capacity, names = []) {
	const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
	const file = join(directory, "lengths");
	writeFileSync(file, lengths);
	const path = new URL(script, import.meta.url).pathname;
	const { stdout, stderr, status } = spawnSync(
		program,
		[path, file, String(capacity), ...names],
		{ encoding: "utf8" },
	);
	rmSync(directory, { recursive: true });
	if (status !== 0) throw new Error(stderr);
	return JSON.parse(stdout);
}
