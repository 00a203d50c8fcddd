import { spawnSync } from "node:child_process";
import {
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { loadTokenizer, readDocuments } from "seqpack";
import { expect, onTestFinished, test } from "vitest";
import { readRows } from "../build/dataset-rows.js";
import { fixtures, root, tokenizerPath } from "../helpers.js";

const guide = readFileSync(join(root, "docs/guide/library.md"), "utf8");
const [program] = /(?<=```js\n).*?(?=```)/s.exec(guide) ?? [""];

test("the program of the guide has about twenty lines, and writes every token", async () => {
	const lines = program.split("\n").filter((line) => line.trim() !== "");
	expect(lines.length).toBeLessThanOrEqual(22);

	// Inside the project, so that "seqpack" means this package.
	const directory = mkdtempSync(join(root, "node_modules/.guide-"));
	onTestFinished(() => rmSync(directory, { recursive: true }));
	symlinkSync(fixtures, join(directory, "fixtures"));
	symlinkSync(root, join(directory, "seqpack"));
	writeFileSync(join(directory, "program.mjs"), program);
	symlinkSync(directory, join(directory, "node_modules"));
	const { status, stderr, stdout } = spawnSync(
		process.execPath,
		["program.mjs"],
		{ cwd: directory, encoding: "utf8", timeout: 60_000 },
	);
	expect(status, stderr).toBe(0);

	const rows = await readRows(join(directory, "packed.parquet"));
	expect(stdout).toMatch(new RegExp(`^${rows.length} rows`));
	const documents: number[][] = [];
	for (const row of rows) {
		let start = 0;
		row.seq_lengths.forEach((length, i) => {
			const document = Number(row.doc_ids[i]);
			documents[document] ??= [];
			for (let k = 0; k < length; k++)
				documents[document][row.doc_offsets[i] + k] = row.input_ids[start + k];
			start += length;
		});
	}
	const tokenizer = await loadTokenizer(tokenizerPath);
	let document = 0;
	for await (const { texts } of readDocuments([
		join(fixtures, "prose"),
		join(fixtures, "code"),
	]))
		for (const text of texts)
			expect(documents[document++]).toEqual([
				...tokenizer.encode(text),
				tokenizer.eos?.id,
			]);
	expect(documents.length).toBe(document);
});
