// Reads exports with the readers of the trainers. npm run test:interop -- exports, and of what needs
// megatron-core and OLMo-core npm run test:interop:heavy -- exports
//
// PYTHON, PYTHON_STREAMING and PYTHON_TRAINERS are the interpreters that have what is in light.txt,
// streaming.txt and trainers.txt of ../requirements; what is for those that are given is tried.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, exportDataset } from "seqpack";
import { check } from "./check.mjs";

const SEQ_LEN = 256;
const VOCAB = 5000;
const EOS = VOCAB - 1;

const directory = mkdtempSync(join(tmpdir(), "seqpack-exports-"));
const path = (name) => join(directory, name);
try {
	// Documents of up to 900 ids, of which the first third is not trained on.
	const lines = Array.from({ length: 400 }, (_, d) => {
		const length = 1 + ((d * 97) % 900);
		const ids = Array.from({ length }, (_, i) => (d * 31 + i * 7) % EOS);
		ids[length - 1] = EOS;
		return JSON.stringify({ ids, mask: ids.map((_, i) => +(3 * i > length)) });
	});
	writeFileSync(path("documents.jsonl"), `${lines.join("\n")}\n`);
	writeFileSync(
		path("facts.json"),
		JSON.stringify({ seqLen: SEQ_LEN, eos: EOS }),
	);
	const make = (name, options) =>
		build({
			inputs: [path("documents.jsonl")],
			tokensField: "ids",
			vocabSize: VOCAB,
			...options,
			out: path(name),
		});
	const maskField = "mask";
	await make("masked", { seqLen: SEQ_LEN, format: "arrow", maskField });
	await make("store", { layout: "documents", maskField });
	await make("buckets", {
		layout: "buckets",
		minLength: 64,
		maxLength: SEQ_LEN,
		validation: 0.2,
	});
	const padded = { shortRows: "pad", padId: EOS };
	for (const [name, to, { as = `${name}-${to}`, ...options } = {}] of [
		["masked", "megatron", padded],
		["masked", "olmo"],
		["masked", "mds"],
		["masked", "mds", { mdsColumns: "prolong", as: "masked-mds-prolong" }],
		["masked", "litdata", padded],
		["masked", "datatrove", padded],
		["masked", "nanogpt"],
		["masked", "llm-c", { shardTokens: 50_000 }],
		["masked", "load-from-disk", { shardTokens: 50_000 }],
		["masked", "webdataset", { shardTokens: 50_000 }],
		["masked", "jsonl", { shardTokens: 50_000 }],
		["store", "megatron"],
		["store", "olmo"],
		["store", "mds", { shardTokens: 30_000 }],
		["buckets", "load-from-disk"],
		["buckets", "nanogpt"],
	])
		await exportDataset({
			source: path(name),
			to,
			...options,
			out: path(as),
		});
	const interpreters = {
		others: process.env.PYTHON,
		streaming: process.env.PYTHON_STREAMING,
		trainers: process.env.PYTHON_TRAINERS,
	};
	const given = Object.entries(interpreters).filter(([, python]) => python);
	if (given.length === 0)
		throw new Error("there is nothing to try with: give PYTHON");
	for (const [group, python] of given)
		check(python, "check_exports.py", [directory, group], {
			HF_HOME: path("cache"),
		});
} finally {
	rmSync(directory, { recursive: true, force: true });
}
