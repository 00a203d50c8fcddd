import { execFile } from "node:child_process";
import {
	cpSync,
	existsSync,
	mkdirSync,
	readFileSync,
	renameSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
	type BuildOptions,
	build,
	finalizeBuild,
	openBuild,
	type PlannedBuild,
	planBuild,
	runTasks,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { smallBuild, smallCorpus } from "../build/small-corpus.js";
import {
	contentsOf,
	root,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

/** Does work on a planned build in a process of its own, which is in another directory. */
function inAnother(
	out: string,
	work: number[] | "finalize",
): Promise<{ code: number; stderr: string }> {
	const script = join(root, "test/engines/run-tasks.mjs");
	const given = typeof work === "string" ? work : JSON.stringify(work);
	return new Promise((resolve) => {
		const child = execFile(
			process.execPath,
			[script, out, given],
			{ cwd: temporaryDirectory() },
			(_, __, stderr) => resolve({ code: child.exitCode ?? -1, stderr }),
		);
	});
}

const done = { code: 0, stderr: "" };

const packed = {};
const buckets = {
	layout: "buckets",
	seqLen: undefined,
	maxLength: 256,
} as const;
/** What `build` makes with these options. */
const built = new Map<object, Record<string, string>>();
const shared = sharedDirectory();
beforeAll(async () => {
	for (const options of [packed, buckets]) {
		const out = join(shared, `${built.size}`);
		const corpus = smallCorpus(8, shared);
		await build(smallBuild(corpus, out, options as Partial<BuildOptions>));
		built.set(options, contentsOf(out));
	}
});

/** A planned build, and what `build` makes of the same. */
async function planned(layout: object = packed, tokenizer = tokenizerPath) {
	const corpus = smallCorpus();
	const more = { ...layout, tokenizer } as Partial<BuildOptions>;
	const out = join(temporaryDirectory(), "out");
	const options = smallBuild(corpus, out, more);
	const at = await planBuild(options);
	const kinds = (kind: string) =>
		[...at.plan.tasks.keys()].filter((i) => at.plan.tasks[i].kind === kind);
	return {
		...{ corpus, out, options, at, expected: built.get(layout) },
		reads: kinds("read"),
		repacks: kinds("repack"),
	};
}

describe.each([
	["packed", packed],
	["buckets", buckets],
] as const)("layout %s", (_, layout) => {
	test("tasks dealt out to processes, in any order and twice, make what one process does", async () => {
		const { out, reads, repacks, expected } = await planned(layout);
		expect(reads.length).toBeGreaterThan(2);
		const [odd, even] = [1, 0].map((rest) =>
			reads.filter((task) => task % 2 === rest).reverse(),
		);
		expect(
			await Promise.all([
				inAnother(out, odd),
				inAnother(out, [...even, odd[0]]),
			]),
		).toEqual([done, done]);
		expect(existsSync(join(out, "seqpack.json"))).toBe(false);
		expect(await inAnother(out, repacks)).toEqual(done);
		expect(await inAnother(out, "finalize")).toEqual(done);
		expect(contentsOf(out)).toEqual(expected);
	});
});

test("what is not ready says so, and disturbs nothing", async () => {
	const { out, at, reads, repacks, expected } = await planned();
	expect(repacks.length).toBeGreaterThan(0);
	await expect(runTasks(at, repacks)).rejects.toMatchObject({
		code: "not-ready",
		message: expect.stringMatching(/task 0 is not done: run that one first/),
	});
	await runTasks(at, [reads[1]], { workers: 0 });
	const before = contentsOf(out);
	await expect(finalizeBuild(at)).rejects.toMatchObject({
		code: "not-ready",
		message: expect.stringMatching(/^\d of \d tasks .* are not done \(0-?/),
	});
	expect(contentsOf(out)).toEqual(before);
	await expect(runTasks(at, [99])).rejects.toMatchObject({
		code: "no-task",
		message: expect.stringMatching(/has no task 99/),
	});
	// A repack among what is asked for waits for the tasks that it needs.
	await runTasks(at, [...repacks, ...reads], { workers: 2 });
	const manifest = await finalizeBuild(at);
	expect(await finalizeBuild(at)).toEqual(manifest);
	expect(contentsOf(out)).toEqual(expected);
	await expect(runTasks(at, reads)).rejects.toMatchObject({ code: "no-plan" });
	await expect(openBuild(out)).rejects.toMatchObject({ code: "no-plan" });
});

test("a build goes on with what tasks elsewhere have done", async () => {
	const { out, options, at, reads, expected } = await planned();
	expect(await inAnother(out, [reads[0], reads[2]])).toEqual(done);
	const { status, tasksResumed } = await build(options);
	expect([status, tasksResumed]).toEqual(["built", 2]);
	expect(contentsOf(out)).toEqual(expected);
	await expect(planBuild(options)).rejects.toMatchObject({
		code: "already-built",
	});
	// Another build has taken the place of the plan: it is not replaced by the old one.
	await build({ ...options, seed: 9, overwrite: true });
	const replaced = contentsOf(out);
	await expect(finalizeBuild(at)).rejects.toMatchObject({ code: "no-plan" });
	expect(contentsOf(out)).toEqual(replaced);
});

test("a task that fails leaves what others have written", async () => {
	const tokenizer = join(temporaryDirectory(), "tokenizer");
	cpSync(tokenizerPath, tokenizer, { recursive: true });
	const { out, options, reads, repacks, expected } = await planned(
		packed,
		tokenizer,
	);
	expect(await inAnother(out, [reads[0]])).toEqual(done);
	const before = contentsOf(out);
	const path = join(tokenizer, "tokenizer.json");
	const content = readFileSync(path, "utf8");
	writeFileSync(path, `${content} `);
	const { code, stderr } = await inAnother(out, [reads[1]]);
	expect(code).toBe(4);
	expect(stderr).toMatch(/^tokenizer-changed: .*tokenizer\.json is not the/);
	expect(contentsOf(out)).toEqual(before);
	writeFileSync(path, content);

	// A build that stops before it has done anything keeps a plan that was there.
	const stop = new AbortController();
	stop.abort();
	await expect(build({ ...options, signal: stop.signal })).rejects.toThrow();
	expect(contentsOf(out)).toEqual(before);
	expect(await inAnother(out, [...reads, ...repacks])).toEqual(done);
	expect(await inAnother(out, "finalize")).toEqual(done);
	expect(contentsOf(out)).toEqual(expected);
});

test("a build that is planned again where its inputs have moved to is run there", async () => {
	const { corpus, out, options, expected } = await planned();
	const moved = join(temporaryDirectory(), "elsewhere");
	mkdirSync(moved);
	renameSync(corpus, join(moved, "corpus.jsonl"));
	const again: PlannedBuild = await planBuild({
		...options,
		inputs: [join(moved, "corpus.jsonl")],
	});
	const opened = await openBuild(out);
	expect(opened.plan.planHash).toBe(again.plan.planHash);
	await runTasks(opened, [...opened.plan.tasks.keys()]);
	await finalizeBuild(opened);
	expect(contentsOf(out)).toEqual(expected);
});

test("a build that stops at once leaves no directory", async () => {
	const out = join(temporaryDirectory(), "out");
	const stop = new AbortController();
	stop.abort();
	const options = smallBuild(smallCorpus(), out, { signal: stop.signal });
	await expect(build(options)).rejects.toMatchObject({ code: "interrupted" });
	expect(existsSync(out)).toBe(false);
});
