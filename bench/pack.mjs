// How near the optimum packers come, and how fast, beside those that people use:
//
//   node bench/pack.mjs [--quick] [--python python3]
//
// Lengths are drawn like those of web text (log-normal, median 500, sigma 1.2, cut at
// the row) from a fixed seed. `over` is packs over the lower bound that no packing
// beats. With --python the same lengths go through the packers of that Python which
// it can import: LightBinPack, seqpacker, TRL, OLMo-core.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");
console.log("\nBest-fit-decreasing, capacity 8192: time and memory by number");
row("", "ms", "ns a length", "bytes a length", "over");
for (const count of [1, 2, 4, 10].map((n) => n * million)) {
	const lengths = draw(count, 8192);
	collectGarbage();
	const before = process.memoryUsage().arrayBuffers;
	const began = performance.now();
	const packing = pack(lengths, 8192);
	const milliseconds = performance.now() - began;
	const bytes = process.memoryUsage().arrayBuffers - before;
	row(
		`${count / 1e6} million`,
		milliseconds.toFixed(0),
		((1e6 * milliseconds) / count).toFixed(0),
		(bytes / count).toFixed(1),
		over(packsOf(packing), lowerBound(lengths, 8192)),
	);
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
	const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
	const file = join(directory, "lengths");
	writeFileSync(file, lengths);
	const script = new URL("pack-peers.py", import.meta.url).pathname;
	const { stdout, stderr, status } = spawnSync(
		values.python,
		[script, file, String(capacity)],
		{ encoding: "utf8" },
	);
	rmSync(directory, { recursive: true });
	if (status !== 0) throw new Error(stderr);
	for (const { name, packs, seconds, missing } of JSON.parse(stdout))
		if (missing) row(name, "not there");
		else report(name, packs, bound, 1000 * seconds, lengths.length);
}
