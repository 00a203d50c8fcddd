import {
	existsSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BuildOptions, build, type Manifest } from "seqpack";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { asFlag } from "../../cli/fail.js";
import { datasetFormats, type FormatName } from "../../src/dataset/formats.js";
import { build as buildHere } from "../../src/engines/build.js";
import { localFiles } from "../../src/storage/local.js";
import {
	contentsOf,
	everything,
	filesBelow,
	fixtures,
	seqpack,
	startSeqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { smallCorpus } from "./small-corpus.js";

const usual = {
	inputs: [join(fixtures, "prose"), join(fixtures, "code")],
	tokenizer: tokenizerPath,
	seqLen: 512,
	taskSize: 50_000,
	shardTokens: 10_000,
	workers: 0,
};

/** The command for a build with the usual options. */
function command(out: string, options: Partial<BuildOptions> = {}): string[] {
	const { inputs = [], ...flags } = { ...usual, ...options, out };
	const words = Object.entries(flags).flatMap(([name, value]) => [
		asFlag(name, undefined),
		String(value),
	]);
	return ["build", ...inputs, ...words];
}

/** What an unbroken build writes, in one thread. */
const expected = {} as Record<
	FormatName,
	{ manifest: Manifest; contents: Record<string, string> }
>;

beforeAll(async () => {
	const shared = mkdtempSync(join(tmpdir(), "seqpack-test-"));
	for (const format of datasetFormats.names) {
		const out = join(shared, format);
		const { manifest } = await build({ ...usual, format, out });
		expected[format] = { manifest, contents: contentsOf(out) };
		expect(Object.keys(expected[format].contents).length).toBeGreaterThan(50);
	}
	rmSync(shared, { recursive: true });
});

/** Records by their names alone: a build at work renames files under our eyes. */
function tasksDone(out: string): number {
	const states = existsSync(join(out, ".seqpack"))
		? readdirSync(join(out, ".seqpack")).filter((name) => /^\w{16}$/.test(name))
		: [];
	expect([0, 1]).toContain(states.length);
	const records = join(out, ".seqpack", states[0] ?? "none", "tasks");
	return existsSync(records)
		? readdirSync(records).filter((name) => name.endsWith(".json")).length
		: 0;
}

describe.each(datasetFormats.names)("%s", (format) => {
	test.each(everything ? [2, 4] : [format === "arrow" ? 4 : 2])(
		"%i workers write the same bytes as none",
		async (workers) => {
			const out = join(temporaryDirectory(), "data");
			await build({ ...usual, format, workers, out });
			expect(contentsOf(out)).toEqual(expected[format].contents);
		},
	);

	const isTried = everything || format === "parquet";
	test.runIf(isTried)(
		"killed in the middle, again and again, it ends with the same bytes",
		async () => {
			const out = join(temporaryDirectory(), "data");
			let kills = 0;
			for (const wait of [1, 3, 6]) {
				const { child, exit } = startSeqpack(
					command(out, { format, workers: 2 }),
				);
				while (tasksDone(out) < wait && child.exitCode === null) await sleep(5);
				child.kill("SIGKILL");
				if ((await exit).signal === "SIGKILL") kills++;
				expect(existsSync(join(out, "seqpack.json"))).toBe(false);
				expect(existsSync(join(out, "data"))).toBe(false);
			}
			expect(kills).toBe(3);
			const notices: string[] = [];
			const { status, tasksResumed } = await build({
				...{ ...usual, format, workers: 2, out },
				onNotice: (notice) => notices.push(notice),
			});
			expect(status).toBe("built");
			expect(tasksResumed).toBeGreaterThanOrEqual(6);
			expect(notices).toContainEqual(
				expect.stringMatching(
					/^going on where an earlier run stopped: \d+ of \d+/,
				),
			);
			expect(contentsOf(out)).toEqual(expected[format].contents);
		},
	);
});

test("the two engines of tokenizers make the same shards", async () => {
	const [fast, other] = await Promise.all(
		(["auto", "huggingface"] as const).map(async (tokenizerEngine) => {
			const out = join(temporaryDirectory(), "data");
			const inputs = [smallCorpus()];
			const options = {
				...{ ...usual, inputs, tokenizerEngine, out },
				shardTokens: 2000,
			};
			const { manifest } = await build(options);
			const shards = manifest.shards.map(({ path, ...shard }) => shard);
			return { engine: manifest.tokenizer.engine, shards };
		}),
	);
	expect(other.engine).not.toBe(fast.engine);
	expect(other.shards.length).toBeGreaterThan(10);
	expect(other.shards).toEqual(fast.shards);
});

test("Ctrl-C ends cleanly, and the same command goes on", async () => {
	const out = join(temporaryDirectory(), "data");
	const args = command(out, { workers: 2 });
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
		expect(files.filter((f) => f.includes(".partial"))).toEqual([]);
		expect(files).not.toContain(".seqpack/lock");
		expect(files.every((f) => f.startsWith(".seqpack/"))).toBe(true);
	}
	const { code } = await seqpack(args);
	expect(code).toBe(0);
	expect(contentsOf(out)).toEqual(expected.parquet.contents);
});

describe("stopped while it is finalized, it ends with the same bytes", () => {
	/** Makes the renaming of many files end after some. */
	function moveSome(count: number) {
		const { moveAll } = localFiles;
		return vi.spyOn(localFiles, "moveAll").mockImplementation(async (files) => {
			await moveAll?.(files.slice(0, count));
			throw new Error("the machine went down");
		});
	}

	/** Makes the n-th call that concerns a path fail. */
	function failAt(operation: "create" | "remove", path: RegExp, at: number) {
		const before = localFiles[operation] as (...args: string[]) => unknown;
		let calls = 0;
		return vi
			.spyOn(localFiles, operation)
			.mockImplementation(((...args: string[]) =>
				path.test(args[0]) && calls++ === at
					? Promise.reject(new Error("the machine went down"))
					: before(...args)) as never);
	}

	test.each([
		["some files have their names", () => moveSome(5)],
		["the manifest is begun", () => failAt("create", /\/seqpack\.json$/, 0)],
	])("when %s", async (_, fail) => {
		const out = join(temporaryDirectory(), "data");
		const failing = fail();
		await expect(buildHere({ ...usual, out })).rejects.toThrow("went down");
		failing.mockRestore();
		expect(existsSync(join(out, "seqpack.json"))).toBe(false);
		const { status, tasksResumed } = await build({ ...usual, out });
		expect(status).toBe("built");
		const { read, repack } = expected.parquet.manifest.tasks;
		expect(tasksResumed).toBe(read + repack);
		expect(contentsOf(out)).toEqual(expected.parquet.contents);
	});

	test("once the manifest is there, what is left is put away", async () => {
		const out = join(temporaryDirectory(), "data");
		const failing = failAt("remove", /\/\.seqpack\/\w{16}$/, 0);
		await expect(buildHere({ ...usual, out })).rejects.toThrow("went down");
		failing.mockRestore();
		expect(filesBelow(out).some((f) => f.startsWith(".seqpack/"))).toBe(true);
		const { status } = await build({ ...usual, out });
		expect(status).toBe("already-built");
		expect(contentsOf(out)).toEqual(expected.parquet.contents);
	});
});

test("a build that is done is not done again, unless it is to be", async () => {
	const out = join(temporaryDirectory(), "data");
	const { manifest } = await build({ ...usual, out });
	const again = await build({ ...usual, out });
	expect(again.status).toBe("already-built");
	expect(again.manifest).toEqual(manifest);
	const [{ path }] = manifest.shards;
	writeFileSync(join(out, path), "damaged");
	await expect(build({ ...usual, out })).rejects.toMatchObject({
		code: "output-in-use",
		message: expect.stringContaining(
			`${path} is missing or damaged: build it again with overwrite: true`,
		),
	});
	const anew = await build({ ...usual, out, overwrite: true });
	expect(anew.status).toBe("built");
	expect(contentsOf(out)).toEqual(expected.parquet.contents);
});

test("other settings or inputs are told apart, and replace only when asked", async () => {
	const out = join(temporaryDirectory(), "data");
	await build({
		...{ ...usual, seed: 5, format: "arrow", out },
		...{ order: "balanced", ranks: 2 },
	});
	const before = contentsOf(out);
	const error = await build({ ...usual, out }).catch((reason) => reason);
	expect(error).toMatchObject({ code: "output-in-use", exitCode: 2 });
	expect(error.message).toMatch(/seed was 5 and is 0/);
	expect(error.message).toMatch(/order\.ranks was 2 and is not set/);
	expect(error.message).toMatch(/format was "arrow" and is "parquet"/);
	expect(error.message).toMatch(/overwrite: true/);
	expect(contentsOf(out)).toEqual(before);
	await build({ ...usual, out, overwrite: true });
	expect(contentsOf(out)).toEqual(expected.parquet.contents);
});

test("a directory with something else in it is left alone, even with overwrite", async () => {
	const out = temporaryDirectory();
	writeFileSync(join(out, "thesis.tex"), "years of work");
	for (const overwrite of [false, true]) {
		await expect(build({ ...usual, out, overwrite })).rejects.toMatchObject({
			code: "output-in-use",
			exitCode: 2,
			message: expect.stringMatching(
				/already holds something else \(thesis\.tex\)/,
			),
		});
		expect(filesBelow(out)).toEqual(["thesis.tex"]);
	}
});

test("two builds do not write to one directory; one that was killed is followed", async () => {
	const out = join(temporaryDirectory(), "data");
	const { child, exit } = startSeqpack(command(out, { workers: 1 }));
	const lock = join(out, ".seqpack/lock");
	while (!existsSync(lock)) await sleep(5);
	await expect(build({ ...usual, out })).rejects.toMatchObject({
		code: "in-use",
		exitCode: 2,
		message: expect.stringMatching(/process \d+/),
	});
	child.kill("SIGKILL");
	await exit;
	await build({ ...usual, out });
	expect(contentsOf(out)).toEqual(expected.parquet.contents);
});
