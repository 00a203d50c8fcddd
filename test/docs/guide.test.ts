import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as seqpack from "seqpack";
import { readTokens } from "seqpack";
import { expect, test } from "vitest";
import { readRows } from "../build/dataset-rows.js";
import { fixtures, root, tokenizerPath } from "../helpers.js";
import { programsOf, runPrograms } from "./programs.js";

const page = "docs/guide/library.md";
const [program, ...others] = programsOf(page);

test("the program of the guide has about twenty lines, and writes every token", async () => {
	const lines = program.split("\n").filter((line) => line.trim() !== "");
	expect(lines.length).toBeLessThanOrEqual(22);

	const { directory, outputs } = runPrograms([program]);
	const rows = await readRows(join(directory, "packed.parquet"));
	expect(outputs[0]).toMatch(new RegExp(`^${rows.length} rows`));
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
	let document = 0;
	for await (const { tokens } of readTokens(
		[join(fixtures, "prose"), join(fixtures, "code")],
		{ tokenizer: tokenizerPath },
	))
		for (let i = 0; i + 1 < tokens.offsets.length; i++)
			expect(documents[document++]).toEqual([
				...tokens.ids.subarray(tokens.offsets[i], tokens.offsets[i + 1]),
			]);
	expect(documents.length).toBe(document);
});

test("the other programs of the guide run, one after the other", () => {
	expect(others.length).toBeGreaterThan(1);
	runPrograms(others);
});

test("what the guide calls is exported", () => {
	const text = readFileSync(join(root, page), "utf8");
	const [, steps] = /## The steps\n(.*?)\n## /s.exec(text) ?? [];
	const methods = ["encode", "find", "entries"];
	const called = [...steps.matchAll(/`(?:await )?(\w+)\(/g)]
		.map(([, name]) => name)
		.filter((name) => !methods.includes(name));
	expect(called.length).toBeGreaterThan(10);
	for (const name of called) expect(Object.keys(seqpack)).toContain(name);
});

test("the functions that the page about masks names are exported", () => {
	const masks = readFileSync(join(root, "docs/guide/masks.md"), "utf8");
	const [table] = /^\| function \| gives \|.*?\n\n/ms.exec(masks) ?? [""];
	const functions = [...table.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell]) =>
		[...cell.matchAll(/`(\w+)/g)].map(([, name]) => name),
	);
	expect(functions.length).toBeGreaterThan(18);
	for (const name of functions)
		expect(Object.keys(seqpack), name).toContain(name);
});
