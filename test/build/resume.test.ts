import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import {
	contentsOf,
	filesBelow,
	fixtures,
	seqpack,
	startSeqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const buildArgs = (out: string, ...more: string[]) => [
	...["build", fixtures, "--tokenizer", tokenizerPath, "--seq-len", "512"],
	...["--task-size", "150K", "--shard-tokens", "40K", "--out", out],
	// The slow engine, to leave time to stop a build in its middle.
	...["--tokenizer-engine", "huggingface"],
	...more,
];

/** What an unbroken build on one worker writes, state and all. */
const expected: Record<string, Record<string, string>> = {};

beforeAll(() => {
	const shared = mkdtempSync(join(tmpdir(), "seqpack-test-"));
	for (const format of ["parquet", "arrow"]) {
		const out = join(shared, format);
		const { code, stderr } = seqpack(
			buildArgs(out, "--workers", "1", "--format", format),
		);
		expect(code, stderr).toBe(0);
		expected[format] = contentsOf(out);
	}
	rmSync(shared, { recursive: true });
});

/** Records by their names alone: a build at work renames files under our eyes. */
const tasksDone = (out: string) => {
	const records = join(out, ".seqpack/tasks");
	return existsSync(records)
		? readdirSync(records).filter((name) => name.endsWith(".json")).length
		: 0;
};

describe.each(["parquet", "arrow"])("%s", (format) => {
	test.each([2, 4])("%i workers write the same bytes as one", (workers) => {
		const out = join(temporaryDirectory(), "data");
		const args = ["--workers", String(workers), "--format", format];
		const { code, stderr } = seqpack(buildArgs(out, ...args));
		expect(code, stderr).toBe(0);
		expect(Object.keys(expected[format]).length).toBeGreaterThan(30);
		expect(contentsOf(out)).toEqual(expected[format]);
	});

	test("killed in the middle, again and again, it ends with the same bytes", async () => {
		const out = join(temporaryDirectory(), "data");
		const args = buildArgs(out, "--workers", "2", "--format", format);
		let kills = 0;
		for (const wait of [1, 4, 7]) {
			const { child, exit } = startSeqpack(args);
			while (tasksDone(out) < wait && child.exitCode === null) await sleep(5);
			child.kill("SIGKILL");
			if ((await exit).signal === "SIGKILL") kills++;
			expect(existsSync(join(out, "seqpack.json"))).toBe(false);
			expect(existsSync(join(out, "data"))).toBe(false);
		}
		expect(kills).toBe(3);
		const { code, stderr } = seqpack(args);
		expect(code, stderr).toBe(0);
		expect(stderr).toMatch(/going on where an earlier run stopped: \d+ of \d+/);
		expect(contentsOf(out)).toEqual(expected[format]);
	});
});

test("the default engine, too, writes the same bytes on one worker and on four", () => {
	const [one, four] = ["1", "4"].map((workers) => {
		const out = join(temporaryDirectory(), "data");
		const args = ["--tokenizer-engine", "auto", "--workers", workers];
		const { code, stderr } = seqpack(buildArgs(out, ...args));
		expect(code, stderr).toBe(0);
		return contentsOf(out);
	});
	expect(four).toEqual(one);
	// The two engines give the same tokens: the shards are the same as well.
	const shards = Object.entries(one).filter(([path]) => /^data/.test(path));
	expect(shards.length).toBeGreaterThan(10);
	for (const [path, hash] of shards) expect(expected.parquet[path]).toBe(hash);
});

test("Ctrl-C ends cleanly, and the same command goes on", async () => {
	const out = join(temporaryDirectory(), "data");
	const args = buildArgs(out, "--workers", "2");
	for (const [signal, exitCode] of [
		["SIGINT", 130],
		["SIGTERM", 143],
	] as const) {
		const before = tasksDone(out);
		const { child, exit } = startSeqpack(args);
		while (tasksDone(out) < before + 2 && child.exitCode === null)
			await sleep(5);
		child.kill(signal);
		const { code, stderr } = await exit;
		expect(code, stderr).toBe(exitCode);
		expect(stderr).toMatch(/tasks are done and kept/);
		expect(stderr).not.toMatch(/\n\s+at /);
		const files = filesBelow(out);
		expect(files.filter((f) => f.endsWith(".partial"))).toEqual([]);
		expect(files).not.toContain(".seqpack/lock");
		expect(files.every((f) => f.startsWith(".seqpack/"))).toBe(true);
	}
	const { code } = seqpack(args);
	expect(code).toBe(0);
	expect(contentsOf(out)).toEqual(expected.parquet);
});

test("killed while files are put in their places, it ends with the same bytes", () => {
	const out = join(temporaryDirectory(), "data");
	expect(seqpack(buildArgs(out)).code).toBe(0);
	rmSync(join(out, "seqpack.json"));
	rmSync(join(out, "README.md"));
	const shards = filesBelow(join(out, "data"));
	mkdirSync(join(out, ".seqpack/staged/data"), { recursive: true });
	for (const name of shards.slice(3))
		renameSync(
			join(out, "data", name),
			join(out, ".seqpack/staged/data", name),
		);
	const { code, stderr } = seqpack(buildArgs(out));
	expect(code, stderr).toBe(0);
	expect(contentsOf(out)).toEqual(expected.parquet);
});

test("a build that is done is not done again, unless it is to be", () => {
	const out = join(temporaryDirectory(), "data");
	expect(seqpack(buildArgs(out)).code).toBe(0);
	const again = seqpack(buildArgs(out, "--json"));
	expect(again.code).toBe(0);
	expect(JSON.parse(again.stdout).status).toBe("already-built");
	writeFileSync(join(out, "data/train-00000-0000.parquet"), "damaged");
	const damaged = seqpack(buildArgs(out));
	expect(damaged.code).toBe(2);
	expect(damaged.stderr).toMatch(
		/train-00000-0000\.parquet is missing or damaged: pass --overwrite/,
	);
	const anew = seqpack(buildArgs(out, "--overwrite", "--json"));
	expect(JSON.parse(anew.stdout).status).toBe("built");
	expect(contentsOf(out)).toEqual(expected.parquet);
});

test("other settings or inputs are told apart, and replace only when asked", () => {
	const out = join(temporaryDirectory(), "data");
	expect(seqpack(buildArgs(out, "--seed", "5", "--format", "arrow")).code).toBe(
		0,
	);
	const other = seqpack(buildArgs(out));
	expect(other.code).toBe(2);
	expect(other.stderr).toMatch(/seed was 5 and is 0/);
	expect(other.stderr).toMatch(/format was "arrow" and is "parquet"/);
	const replaced = seqpack(buildArgs(out, "--overwrite"));
	expect(replaced.code, replaced.stderr).toBe(0);
	expect(contentsOf(out)).toEqual(expected.parquet);
});

test("a directory with something else in it is left alone, even with --overwrite", () => {
	const out = temporaryDirectory();
	writeFileSync(join(out, "thesis.tex"), "years of work");
	for (const more of [[], ["--overwrite"]]) {
		const { code, stderr } = seqpack(buildArgs(out, ...more));
		expect(code).toBe(2);
		expect(stderr).toMatch(/already holds something else \(thesis\.tex\)/);
		expect(filesBelow(out)).toEqual(["thesis.tex"]);
	}
});

test("two builds do not write to one directory", async () => {
	const out = join(temporaryDirectory(), "data");
	const { child, exit } = startSeqpack(buildArgs(out, "--workers", "1"));
	const lock = join(out, ".seqpack/lock");
	while (!existsSync(lock) || readFileSync(lock, "utf8") === "") await sleep(5);
	const second = seqpack(buildArgs(out));
	expect(second.code).toBe(2);
	expect(second.stderr).toMatch(/another build \(process \d+\)/);
	child.kill("SIGKILL");
	await exit;
	expect(seqpack(buildArgs(out)).code).toBe(0);
	expect(contentsOf(out)).toEqual(expected.parquet);
});
