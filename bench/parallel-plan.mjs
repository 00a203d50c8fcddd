// How fast plans of unequal groups of ranks are made, and how good they are:
//
//   node bench/parallel-plan.mjs [steps] [rules]
//
// Builds 51,200 sequences of log-normal lengths (a mean of about 960 tokens, as the Wikipedia
// file of FlexSP has, cut at 32,768), a sequence a row, and plans steps of 512 of them for 64
// devices of 6,484 tokens, epoch after epoch, by each rule on one core: lengths read from the
// dataset, groups found and written. `measured` is flexsp with what FlexSP has measured for a model
// of 7 billion parameters; `none` is micro-batches of 32,768 tokens for 64 ranks. Default: 10,000
// steps of each.
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { build, planCurriculum } from "seqpack";

const [
	steps = "10000",
	rules = "flexsp,measured,hybrid-cp,hbp,bytescale,none",
] = process.argv.slice(2);
const DOCUMENTS = 51_200;
const STEP = 512;
const LONGEST = 32_768;
const SEVEN_BILLION = {
	perSquare: 5.128e-6,
	perToken: 0.18396,
	fixed: 629.36,
	communication: {
		perToken: 2,
		bandwidth: { 2: 119.54, 4: 104.07, 8: 96.5, 16: 10.33, 32: 5.94, 64: 4.87 },
	},
};

/** Park and Miller's generator: the same lengths on every machine. */
let state = 42;
const random = () => {
	state = (state * 48271) % 2147483647;
	return state / 2147483647;
};
const normal = () =>
	Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
const lengths = Array.from({ length: DOCUMENTS }, () =>
	Math.min(LONGEST, Math.max(16, Math.round(420 * Math.exp(1.3 * normal())))),
);

const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
try {
	const input = join(directory, "documents.jsonl");
	const file = createWriteStream(input);
	for (const length of lengths) {
		const ids = Array.from({ length }, (_, i) => i % 10);
		if (!file.write(`{"ids":[${ids}]}\n`))
			await new Promise((resolve) => file.once("drain", resolve));
	}
	file.end();
	await finished(file);
	const data = join(directory, "data");
	await build({
		inputs: [input],
		tokensField: "ids",
		vocabSize: 10,
		seqLen: LONGEST,
		packer: "padded",
		format: "arrow",
		out: data,
	});
	const tokens = lengths.reduce((sum, n) => sum + n, 0);
	console.log(
		`${DOCUMENTS} sequences of ${Math.round(tokens / DOCUMENTS)} tokens on average, ${Math.max(...lengths)} at most`,
	);
	for (const rule of rules.split(",")) {
		const began = performance.now();
		const cpu = process.cpuUsage();
		const { totals, groups } = await planCurriculum({
			datasets: [data],
			batches: "flat",
			tokensPerStep: STEP * LONGEST,
			tokens: Number(steps) * STEP * LONGEST,
			epochs: Math.ceil((Number(steps) * STEP) / DOCUMENTS),
			...(rule === "none"
				? { worldSize: 64, maxTokensPerMicroBatch: LONGEST }
				: {
						parallelPlan: rule === "measured" ? "flexsp" : rule,
						...(rule === "measured" && { cost: SEVEN_BILLION }),
						devices: 64,
						tokensPerDevice: 6484,
					}),
			overwrite: true,
			out: join(directory, "plan"),
		});
		const { user, system } = process.cpuUsage(cpu);
		const { summary, bytes } = groups;
		console.log(
			`${rule}: ${totals.steps} steps in ${((performance.now() - began) / 1000).toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of CPU), ${summary.microBatches} micro-batches, ${(bytes / 1e6).toFixed(1)} MB; over the bound ${(100 * (summary.meanGap - 1)).toFixed(2)} %, at worst ${(100 * (summary.worstGap - 1)).toFixed(2)} %; imbalance ${summary.meanImbalance.toFixed(4)}, at worst ${summary.worstImbalance.toFixed(4)}; ${summary.exactSteps} exact`,
		);
	}
} finally {
	rmSync(directory, { recursive: true, force: true });
}
