// Tries datasets of all formats with the readers that trainers use. npm run test:interop -- datasets
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, packRecords, planCurriculum } from "seqpack";
import { check } from "./check.mjs";

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
		run("check_tables.py", out);
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
} finally {
	rmSync(directory, { recursive: true, force: true });
}

/** Runs a script of this folder. */
function run(script, ...args) {
	check(python, script, args, { HF_HOME: join(directory, "cache") });
}
