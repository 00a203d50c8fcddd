// Tries datasets of both formats with the readers that trainers use:
//
//   pip install datasets pyarrow
//   npm run test:python        (PYTHON=... for another interpreter)
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "seqpack";

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
			taskBytes: 500_000,
			shardTokens: 60_000,
			...more,
		});
		console.log(`${format}, ${compression}${withColumns}`);
		const { status } = spawnSync(
			process.env.PYTHON ?? "python3",
			["test/interop/python/check.py", out],
			{
				stdio: "inherit",
				env: {
					...process.env,
					HF_HOME: join(directory, "cache"),
					HF_HUB_OFFLINE: "1",
				},
			},
		);
		if (status !== 0) process.exit(1);
	}
} finally {
	rmSync(directory, { recursive: true, force: true });
}
