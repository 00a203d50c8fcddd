import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
	directoryWith,
	filesBelow,
	seqpack,
	spawnSeqpack,
	tokenizerPath,
} from "../helpers.js";

/** Stands in every text, id and field of the corpus. */
const CANARY = "CANARY";
const good = `{"text":"${CANARY} a good record","id":"${CANARY}-1"}\n`;

const build = (directory: string, file: string, ...flags: string[]) =>
	seqpack([
		...["build", join(directory, file), "--tokenizer", tokenizerPath],
		...["--seq-len", "64", "--workers", "0", ...flags],
		...["--out", join(directory, "out")],
	]);

/** The reports of a build. */
function reportsIn(directory: string): string[] {
	const state = join(directory, "out", ".seqpack");
	return !existsSync(state)
		? []
		: readdirSync(state)
				.filter((name) => name.startsWith("failure-"))
				.map((name) => readFileSync(join(state, name), "utf8"));
}

/** Files with a record that cannot be used, and the flags with which it cannot. */
const bad: readonly [string, string, ...string[]][] = [
	["a.jsonl", `{"text":"${CANARY} is "cut"\n`],
	["a.jsonl", `{"text":["${CANARY}"]}\n`],
	["a.jsonl", `{"${CANARY}":"${CANARY}"}\n`],
	["a.jsonl", `"${CANARY}"\n`],
	["a.jsonl", `{"text":"x","id":{"${CANARY}":1}}\n`, "--id-field", "id"],
	["a.jsonl", `{"text":"${CANARY}","n":"${CANARY}"}\n`, "--where", "n < 3"],
	["a.jsonl", `{"text":{"${CANARY}":1}}\n`, "--text", "{text}"],
	[
		"a.jsonl",
		`{"messages":[{"role":"${CANARY}","content":{"a":"${CANARY}"}}]}\n`,
		...["--conversations", "messages"],
	],
	["a.json", `[{"text":"${CANARY}"}, {"text":"${CANARY}" "${CANARY}"]`],
	["a.csv", `text,id\n"${CANARY}","a",${CANARY}\n`],
	["a.tsv", `text\tid\n${CANARY}\n`],
];

describe("a build that fails for a record leaves a report without any text of the corpus", () => {
	test.each(bad)("%s: %s %j", async (file, content, ...flags) => {
		const isLines = file.endsWith(".jsonl") && flags.length === 0;
		const directory = directoryWith({
			[file]: isLines ? good + content : content,
		});
		const { code, stderr } = await build(directory, file, ...flags);
		expect(code, stderr).toBe(4);
		expect(stderr).toMatch(/failure-\S+ has the details/);
		const [report, ...others] = reportsIn(directory);
		expect(others).toEqual([]);
		expect(report).not.toContain(CANARY);
		expect(report).toContain(`${directory}/${file}`);
		expect(JSON.parse(report)).toMatchObject({
			command: "build",
			options: { seqLen: 64 },
			error: { exitCode: 4, place: expect.stringContaining(file) },
			failedTask: 0,
			build: { planHash: expect.any(String) },
		});
	});
});

test("the next build that succeeds removes it, and 3 says that records were skipped", async () => {
	const directory = directoryWith({ "a.jsonl": `${good}{\n` });
	expect((await build(directory, "a.jsonl")).code).toBe(4);
	expect(reportsIn(directory)).toHaveLength(1);
	const skip = ["--on-error", "skip"];
	// The same command gives the same code.
	for (let i = 0; i < 2; i++) {
		const { code, stderr } = await build(directory, "a.jsonl", ...skip);
		expect(code, stderr).toBe(3);
		const out = filesBelow(join(directory, "out"));
		expect(out.filter((path) => path.startsWith("."))).toEqual([]);
	}
});

test("wrong use leaves no report", async () => {
	const directory = directoryWith({ "a.jsonl": good });
	const { code, stderr } = await build(directory, "b.jsonl");
	expect(code).toBe(2);
	expect(stderr).not.toContain("failure-");
	expect(existsSync(join(directory, "out"))).toBe(false);
});

test("in parts: tasks are done with 0, and the dataset with 3", async () => {
	const directory = directoryWith({ "a.jsonl": `${good}{\n` });
	const out = join(directory, "out");
	const planned = await seqpack([
		...["plan", join(directory, "a.jsonl"), "--tokenizer", tokenizerPath],
		...["--seq-len", "64", "--on-error", "skip", "--out", out],
	]);
	expect(planned.code).toBe(0);
	expect((await seqpack(["run-tasks", out, "--workers", "0"])).code).toBe(0);
	for (let i = 0; i < 2; i++)
		expect((await seqpack(["finalize", out])).code).toBe(3);
	expect((await seqpack(["verify", out])).code).toBe(0);
});

test("files that are passed over because they cannot be used are told by 3, too", async () => {
	const directory = directoryWith({
		"a.jsonl": good,
		"b.jsonl": "<!DOCTYPE html><html>",
	});
	const { code, stderr } = await build(directory, "", "--on-error", "skip");
	expect(stderr).toMatch(/b\.jsonl/);
	expect(code).toBe(3);
});

test("composing ends with 3 where records were skipped", async () => {
	const directory = directoryWith({
		"a.jsonl": `${good}{\n`,
		"recipe.yaml": "steps:\n  - separator: { text: x }\n",
	});
	const { code, stderr } = await seqpack([
		...["compose", join(directory, "recipe.yaml"), join(directory, "a.jsonl")],
		...["--on-error", "skip", "--out", join(directory, "out.jsonl")],
	]);
	expect(code, stderr).toBe(3);
});

describe("an error that nobody catches", () => {
	test.each([
		["is thrown", 'throw new Error("lost")'],
		["rejects", 'Promise.reject(new Error("lost"))'],
	])("and that %s is a sentence, a report and an exit code", (_, code) => {
		// Once there is somebody to tell.
		const directory = directoryWith({
			"throw.mjs": `const wait = setInterval(() => {
				if (process.listenerCount("uncaughtException") === 0) return;
				clearInterval(wait);
				${code};
			}, 1);`,
		});
		const { code: exitCode, stderr } = spawnSeqpack(["verify", "/nowhere"], {
			env: {
				...process.env,
				TMPDIR: directory,
				NODE_OPTIONS: `--import ${join(directory, "throw.mjs")}`,
			},
		});
		expect(stderr).toMatch(/^seqpack: this should not have happened: lost$/m);
		expect(stderr).not.toMatch(/\n\s+at /);
		expect(exitCode).toBe(1);
	});
});

test("a sentence is no longer than anybody reads", async () => {
	const key = "k".repeat(5e6);
	const directory = directoryWith({ "a.jsonl": `{"${key}":1}\n` });
	const { stderr } = await build(directory, "a.jsonl");
	expect(stderr.length).toBeLessThan(10_000);
});
