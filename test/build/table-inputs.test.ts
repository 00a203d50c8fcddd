import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	directoryWith,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { arrowTable, parquetTable } from "../sources/tables.js";

const rows = Array.from({ length: 90 }, (_, i) => ({
	text: `Document ${i}: ${"text of some length ".repeat(i % 13)}`,
	id: `doc ${i}`,
}));

test("tables give the rows that JSON Lines give, with any number of workers", async () => {
	const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
	const inputs = directoryWith({
		"a.jsonl": lines,
		"a.parquet": parquetTable(rows, 45),
		"a.arrow": arrowTable(rows, 45),
	});
	const build = async (name: string, ...args: string[]) => {
		const out = join(temporaryDirectory(), "out");
		const built = await seqpack([
			...["build", join(inputs, name), "--tokenizer", tokenizerPath],
			...["--seq-len", "128", "--out", out, ...args],
		]);
		expect(built).toMatchObject({ code: 0 });
		const data = join(out, "data");
		return readdirSync(data)
			.sort()
			.map((shard) => readFileSync(join(data, shard)));
	};
	const whole = await build("a.jsonl", "--workers", "0");
	for (const name of ["a.parquet", "a.arrow"])
		expect(await build(name, "--workers", "0")).toEqual(whole);
	// A task for each row group.
	const cut = await build("a.parquet", "--workers", "0", "--task-size", "1");
	expect(cut.length).toBeGreaterThan(1);
	expect(
		await build("a.parquet", "--workers", "2", "--task-size", "1"),
	).toEqual(cut);
});
