// Tries datasets of both formats with the readers that trainers use:
//
//   pip install -r test/interop/python/requirements.txt
//   npm run test:python        (PYTHON=... for another interpreter)
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, packRecords, planCurriculum } from "seqpack";
import { writeCases } from "./reader-plans.mjs";

const python = process.env.PYTHON ?? "python3";
const directory = mkdtempSync(join(tmpdir(), "seqpack-python-"));
try {
	const columns = [
		"position_ids",
		"segment_ids",
		"loss_mask",
		"labels",
		"seq_start_id",
		"cu_seqlens",
	];
	for (const [format, compression, more] of [
		["parquet", "snappy", {}],
		["parquet", "zstd", { columns, lossWeight: "token" }],
		["arrow", "none", {}],
		["arrow", "none", { columns, lossWeight: "token" }],
	]) {
		const withColumns = "columns" in more ? ", all columns" : "";
		const out = join(directory, `${format}-${compression}${withColumns}`);
		await build({
			inputs: ["fixtures/prose", "fixtures/code", "fixtures/scripts"],
			tokenizer: "fixtures/tokenizer",
			seqLen: 512,
			out,
			format,
			compression,
			taskSize: 500_000,
			shardTokens: 60_000,
			...more,
		});
		console.log(`${format}, ${compression}${withColumns}`);
		run("check.py", out);
	}
	for (const [format, more] of [
		["parquet", { seqLen: 512 }],
		["arrow", { seqLen: 512 }],
		["arrow", { layout: "buckets", maxLength: 512 }],
	]) {
		const out = join(directory, `splits-${format}-${more.layout ?? "packed"}`);
		await build({
			inputs: ["fixtures/prose", "fixtures/code"],
			tokenizer: "fixtures/tokenizer",
			out,
			format,
			validation: 0.2,
			...more,
		});
		console.log(
			`${format}, ${more.layout ?? "packed"}, with a validation split`,
		);
		run("check_splits.py", out);
	}
	const buckets = join(directory, "buckets");
	const plan = join(directory, "plan");
	await build({
		inputs: ["fixtures/prose", "fixtures/code"],
		tokenizer: "fixtures/tokenizer",
		layout: "buckets",
		decomposer: "binary-random",
		maxLength: 1024,
		out: buckets,
		taskSize: 500_000,
		shardTokens: 60_000,
	});
	await planCurriculum({
		datasets: [buckets],
		schedule: "grow-p2",
		tokensPerStep: 4096,
		out: plan,
	});
	console.log("buckets, and batches of them");
	run("check_batches.py", buckets, plan);
	const records = join(directory, "records");
	mkdirSync(records);
	run("make_records.py", records);
	for (const [names, more] of [
		[["types.parquet"], { passThrough: true, costColumn: "cost" }],
		[["types.parquet"], { passThrough: true, format: "arrow" }],
		[["types.parquet"], { order: "balanced", ranks: 4 }],
		[
			["file.arrow", "lz4.arrow", "stream.arrow", "zstd.arrow"],
			{ passThrough: true, window: 20_000, compression: "zstd" },
		],
		[
			["file.arrow", "lz4.arrow", "stream.arrow", "zstd.arrow"],
			{ passThrough: true, windowBytes: 50_000, format: "arrow" },
		],
		[["images.parquet"], { passThrough: true }],
	]) {
		const inputs = names.map((name) => join(records, name));
		const out = join(directory, "packed-records");
		await packRecords({
			inputs,
			lengthColumn: "n",
			seqLen: 1024,
			out,
			overwrite: true,
			...more,
		});
		console.log(`records of ${names.join(", ")}, ${JSON.stringify(more)}`);
		run("check_records.py", out, ...inputs);
	}
	console.log("the Python reader");
	const reader = join(directory, "reader");
	mkdirSync(reader);
	await writeCases(reader);
	run("check_vectors.py", "fixtures/plan/vectors.json");
	run("check_reader.py", reader);
	run("check_errors.py", reader);
	// Where these are installed, which is not asked for; the last one's ranks are started by hand.
	for (const [module, script] of [
		["torchdata", "check_torch.py"],
		["transformers", "check_trainers.py"],
	])
		if (isInstalled(module)) run(script, reader);
} finally {
	rmSync(directory, { recursive: true, force: true });
}

function isInstalled(module) {
	const { status } = spawnSync(python, ["-c", `import ${module}`]);
	return status === 0;
}

/** Runs a script of this folder; ends with its failure. */
function run(script, ...args) {
	const { status } = spawnSync(
		python,
		[`test/interop/python/${script}`, ...args],
		{
			stdio: "inherit",
			env: {
				...process.env,
				HF_HOME: join(directory, "cache"),
				HF_HUB_OFFLINE: "1",
				PYTHONPATH: "python",
				PYTHONDONTWRITEBYTECODE: "1",
				NODE: process.execPath,
			},
		},
	);
	if (status !== 0) process.exit(1);
}
