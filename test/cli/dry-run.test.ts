import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { smallCorpus } from "../build/small-corpus.js";
import { directoryWith, seqpack, tokenizerPath } from "../helpers.js";

const usual = ["--tokenizer", tokenizerPath, "--seq-len", "256", "--dry-run"];

test("a dry run prints what the build would come to, and writes nothing", async () => {
	const corpus = smallCorpus();
	const out = join(corpus, "../data");
	const dry = await seqpack(["build", corpus, ...usual, "--out", out]);
	expect(dry.stderr).toBe("");
	expect(dry.code).toBe(0);
	expect(existsSync(out)).toBe(false);
	const args = ["build", corpus, ...usual.slice(0, 4), "--out", out];
	const built = await seqpack([...args, "--json", "--quiet"]);
	const { documents, rows, textTokens, specialTokens } = JSON.parse(
		built.stdout,
	);
	const number = (n: number) => n.toLocaleString("en-US");
	expect(dry.stdout).toMatch(/the counts are exact/);
	expect(dry.stdout).toContain(`documents  ${number(documents)} (`);
	expect(dry.stdout).toContain(
		`tokens     ${number(textTokens + specialTokens)}, `,
	);
	expect(dry.stdout).toContain(`packs      ${number(rows)} rows of 256, `);
	const again = await seqpack([...args, "--dry-run"]);
	expect(again.stdout).toMatch(/is built already: nothing would be done/);
});

test("--json has the same as JSON; what stops a build is told with flags", async () => {
	const directory = directoryWith({
		"a.jsonl": '{"text":"good"}\n{"text":1}\n',
		"b.unknown": "",
		"data.txt": "",
	});
	const out = join(directory, "data.txt");
	const { code, stdout } = await seqpack([
		...["build", directory, ...usual, "--out", out, "--json"],
	]);
	expect(code).toBe(0);
	const { status, inputs, output, stops, counts } = JSON.parse(stdout);
	expect(status).toBe("estimated");
	expect(counts.documents).toEqual({ value: 1, error: 0 });
	expect(inputs.leftOut).toEqual([
		{ why: "unknown-kind", count: 1, example: join(directory, "b.unknown") },
	]);
	expect(output).toMatchObject({
		state: "in-use",
		fault: { code: "output-in-use" },
	});
	expect(output.fault.message).toMatch(/choose another directory \(--out\)/);
	expect(stops.message).toMatch(/a\.jsonl:2: .*\(--on-error skip passes/);
});

test("a wrong option is refused as in a build", async () => {
	const corpus = smallCorpus();
	const out = join(corpus, "../data");
	const { code, stdout, stderr } = await seqpack([
		...["build", corpus, ...usual, "--out", out],
		...["--pad-to-multiple", "512"],
	]);
	expect(code).toBe(2);
	expect(stdout).toBe("");
	expect(stderr).toMatch(/^seqpack: --pad-to-multiple is 512, more than/);
});
