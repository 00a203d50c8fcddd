// How fast shards are written, against parquetjs-lite on the same rows:
//
//   node bench/shards.mjs
//
// Reads every file back and compares the sum of its tokens before it prints.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import parquetjs from "parquetjs-lite";
import { createRandom, createShard } from "seqpack";

const ROWS = 512;
const SEQ_LEN = 2048;
const RUNS = 3;
const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));

// Token ids are skewed: the small ones are the frequent ones.
const random = createRandom(1);
const tokens = Int32Array.from({ length: ROWS * SEQ_LEN }, () =>
	Math.floor((random() / 2 ** 32) ** 3 * 100_000),
);
const sum = tokens.reduce((total, token) => total + token, 0);
const megabytes = (4 * tokens.length) / 1e6;
const offsets = Int32Array.from({ length: ROWS + 1 }, (_, i) => i * SEQ_LEN);
const schema = [{ name: "input_ids", type: "list<int32>" }];
const batch = {
	rows: ROWS,
	columns: { input_ids: { type: "list<int32>", values: tokens, offsets } },
};

const BATCHES = 8;
async function ours(path, options) {
	const shard = await createShard(path, { schema, ...options });
	for (let i = 0; i < BATCHES; i++) await shard.write(batch);
	await shard.close();
	return BATCHES;
}

async function parquetjsLite(path) {
	const writer = await parquetjs.ParquetWriter.openFile(
		new parquetjs.ParquetSchema({
			input_ids: { type: "INT32", repeated: true, compression: "SNAPPY" },
		}),
		path,
	);
	for (let row = 0; row < ROWS; row++)
		await writer.appendRow({
			input_ids: Array.from(tokens.subarray(offsets[row], offsets[row + 1])),
		});
	await writer.close();
	return 1;
}

const writers = {
	"seqpack parquet none": (path) => ours(path, { compression: "none" }),
	"seqpack parquet snappy": (path) => ours(path, { compression: "snappy" }),
	"seqpack parquet zstd": (path) => ours(path, { compression: "zstd" }),
	"seqpack arrow": (path) => ours(path, {}),
	"parquetjs-lite snappy": parquetjsLite,
};

console.log(`MB/s of int32 tokens, medians of ${RUNS} runs; size of the file`);
try {
	for (const [name, write] of Object.entries(writers)) {
		const path = join(
			directory,
			name.includes("arrow") ? "f.arrow" : "f.parquet",
		);
		const rates = [];
		for (let run = 0; run < RUNS; run++) {
			const began = performance.now();
			const copies = await write(path);
			rates.push((copies * megabytes * 1000) / (performance.now() - began));
			const found = await sumOf(path);
			if (found !== copies * sum) throw new Error(`${name} lost tokens`);
			rates.share = statSync(path).size / (copies * 4 * tokens.length);
		}
		rates.sort((a, b) => a - b);
		console.log(
			`${name.padEnd(24)}${rates[1].toFixed(1).padStart(8)} MB/s${(100 * rates.share).toFixed(0).padStart(6)} %`,
		);
	}
} finally {
	rmSync(directory, { recursive: true });
}

async function sumOf(path) {
	let total = 0;
	const add = (ids) => {
		for (const id of ids) total += id;
	};
	if (path.endsWith(".arrow")) {
		for (const row of tableFromIPC(readFileSync(path))) add(row.input_ids);
	} else {
		const file = await asyncBufferFromFile(path);
		const { compressors } = await import("hyparquet-compressors");
		for (const row of await parquetReadObjects({ file, compressors }))
			add(row.input_ids);
	}
	return total;
}
