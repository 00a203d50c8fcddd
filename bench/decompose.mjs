// How fast documents are cut into buckets, on lengths alone:
//
//   node bench/decompose.mjs
//
// Two million lengths as those of web documents (log-normal), every decomposer, medians of
// five. Where there is Python, the authors' loop over the same lengths is timed in the same
// run (bench/decompose-peer.py), and the counts of each bucket must agree with `binary`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, decomposers } from "seqpack";

const DOCUMENTS = 2_000_000;
const ROUNDS = 5;
const options = {
	minLength: 256,
	maxLength: 8192,
	plusOne: false,
	overlap: 0,
};

const lengths = logNormal(DOCUMENTS, 600, 1.2);
const tokens = lengths.reduce((sum, length) => sum + length, 0);
console.log(`${DOCUMENTS} documents, ${tokens} tokens`);
const times = {};
let ofBinary = {};
for (let round = 0; round < ROUNDS; round++)
	for (const name of decomposers.names) {
		const began = performance.now();
		const cut = decomposers.find(name);
		const pieces = cut.cut(lengths, options, createRandom(round));
		times[name] = [...(times[name] ?? []), performance.now() - began];
		if (name === "binary") ofBinary = countsOf(pieces.length);
	}
for (const [name, all] of Object.entries(times)) {
	const ms = median(all);
	console.log(
		`${name.padEnd(16)}${ms.toFixed(0).padStart(6)} ms  ${(DOCUMENTS / ms / 1000).toFixed(1)} million documents/s`,
	);
}
comparePython(median(times.binary));

function comparePython(milliseconds) {
	const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
	try {
		const file = join(directory, "lengths");
		writeFileSync(file, lengths);
		const script = join(import.meta.dirname, "decompose-peer.py");
		const { status, stdout } = spawnSync("python3", [script, file, "8", "13"], {
			encoding: "utf8",
		});
		if (status !== 0) return console.log("no Python here: no peer");
		const peer = JSON.parse(stdout);
		if (JSON.stringify(peer.counts) !== JSON.stringify(ofBinary))
			throw new Error(
				`counts differ: ${JSON.stringify(peer.counts)} and ${JSON.stringify(ofBinary)}`,
			);
		console.log(
			`the authors' loop in Python: ${peer.milliseconds.toFixed(0)} ms, ${(peer.milliseconds / milliseconds).toFixed(1)} times as long as binary; the counts agree`,
		);
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

/** How many pieces there are of each length, by its log2. */
function countsOf(list) {
	const counts = {};
	for (const length of list) {
		const k = Math.log2(length);
		counts[k] = (counts[k] ?? 0) + 1;
	}
	return counts;
}

function logNormal(count, middle, sigma) {
	const random = createRandom(1);
	const uniform = () => (random() + 0.5) / 2 ** 32;
	return Int32Array.from({ length: count }, () => {
		const normal =
			Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
		return Math.max(1, Math.round(middle * Math.exp(sigma * normal)));
	});
}

function median(numbers) {
	return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}
