/** Pages, or folders of them, whose commands another test runs. */
export const elsewhere: Readonly<Record<string, string>> = {
	"docs/recipes/prolong.md": "test/docs/prolong.test.ts",
	"docs/recipes/": "test/docs/papers.test.ts",
	"docs/guide/strata.md": "test/docs/strata.test.ts",
	"docs/guide/parallel-plans.md": "test/docs/parallel-plans.test.ts",
	"docs/guide/object-stores.md": "test/interop/s3/run.mjs",
	"docs/guide/clusters.md": "test/interop/slurm/run.mjs",
	// Of entries that the page adds, and that the package does not have.
	"docs/architecture.md": "test/docs/architecture.test.ts",
};

const gate = "what this test runs in, or a part of the gate that takes minutes";
const network = "needs a network";
const slurm = "needs Slurm: test/interop/slurm/run.mjs";

/** Commands that a page shows and that are not run here, and why. */
export const notRun: Readonly<Record<string, string>> = {
	"npm ci && npm run build": gate,
	"npm ci && npm run demo": gate,
	"npm ci && npm test": gate,
	"npm run bench": gate,
	"npm run playground": gate,
	"npm run nightly": gate,
	"npm run nightly -- fuzz --seed 7 --cases 500": gate,
	"pip install -r bench/requirements.txt": network,
	"pip install --no-deps -r bench/requirements-alone.txt": network,
	"pip install ./reader": network,
	"npm install @vscode/tree-sitter-wasm@0.3.1 @repomix/tree-sitter-wasms@0.1.17":
		network,
	"npx seqpack build s3://corpus/ --tokenizer hf://models/OWNER/NAME --seq-len 8192 --out s3://data/packed":
		"needs an object store: test/interop/s3/run.mjs",
	"npx seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --seq-len 8192 --out data/ --executor slurm":
		slurm,
	"seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --seq-len 8192 --out data/ --executor slurm":
		slurm,
	'seqpack build --config seqpack.yaml --executor slurm --slurm-args "--partition=cpu --time=4:00:00"':
		slurm,
	"seqpack audit tokens/ --kind olmo --tokenizer tokenizer.json --source corpus/":
		"of files that are not at hand: test/audit/audit.test.ts",
	"npx seqpack build fixtures/prose fixtures/code fixtures/scripts --tokenizer fixtures/tokenizer --seq-len 2048 --out demo-data --overwrite":
		"test/docs/readme.test.ts runs it, and compares what it prints",
	"npx seqpack verify demo-data":
		"test/docs/readme.test.ts runs it, and compares what it prints",
};
