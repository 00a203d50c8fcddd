import {
	cpSync,
	existsSync,
	readdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BuildOptions, build, openDataset, verify } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import {
	contentsOf,
	sharedDirectory,
	startSeqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { smallBuild, smallCorpus } from "./small-corpus.js";

const isSound = async (out: string) => {
	expect((await verify(out)).problems).toEqual([]);
};

/** The rows of a dataset, read back. */
async function rowsOf(out: string): Promise<number[][]> {
	const rows: number[][] = [];
	for await (const { rows: count, columns } of (
		await openDataset(out)
	).rows()) {
		const { values, offsets } = columns.input_ids as {
			values: Int32Array;
			offsets: Int32Array;
		};
		for (let i = 0; i < count; i++)
			rows.push([...values.subarray(offsets[i], offsets[i + 1])]);
	}
	return rows;
}

const same = {};
const others = { seed: 7, seqLen: 128 };
/** The datasets of these settings. */
const datasets = new Map<object, string>();
const shared = sharedDirectory();
beforeAll(async () => {
	for (const options of [same, others]) {
		const out = join(shared, `${datasets.size}`);
		await build(smallBuild(smallCorpus(8, shared), out, options));
		datasets.set(options, out);
	}
});
const datasetOf = (options: object) => datasets.get(options) as string;

/** A dataset, and what its build and a build in its place are asked for. */
async function built(other: Partial<BuildOptions>) {
	const corpus = smallCorpus();
	const out = join(temporaryDirectory(), "out");
	const before = smallBuild(corpus, out);
	const after = { ...before, ...other, overwrite: true };
	cpSync(datasetOf(same), out, { recursive: true });
	const expected = datasetOf(other);
	return {
		...{ corpus, out, before, after },
		old: contentsOf(out),
		oldRows: await rowsOf(out),
		expected: contentsOf(expected),
	};
}

describe.each([
	["the same settings", same],
	["other settings", others],
] as const)("over a dataset of %s", (_, other) => {
	const isSame = other === same;

	/** What a build that was stopped leaves: the old dataset, and nothing lost of the new one. */
	async function check({
		out,
		before,
		after,
		old,
		oldRows,
		expected,
	}: Awaited<ReturnType<typeof built>>) {
		await isSound(out);
		expect(await rowsOf(out)).toEqual(oldRows);
		const files = contentsOf(out);
		for (const [path, hash] of Object.entries(old))
			expect(files[path]).toBe(hash);
		const again = await build(before);
		expect(again.status).toBe("already-built");
		if (!isSame)
			await expect(build({ ...after, overwrite: false })).rejects.toThrow(
				/holds a dataset that was made from something else.*overwrite: true/,
			);
		const replaced = await build(after);
		expect(replaced.status).toBe("built");
		expect(contentsOf(out)).toEqual(expected);
		return replaced;
	}

	test("aborted at its first progress", async () => {
		const all = await built(other);
		const stop = new AbortController();
		const stopped = build({
			...all.after,
			signal: stop.signal,
			onProgress: () => stop.abort(),
		});
		await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
		expect(contentsOf(all.out)).toEqual(all.old);
		await check(all);
	});

	test("stopped by a task that fails", async () => {
		const all = await built(other);
		const whole = readFileSync(all.corpus);
		// Neither the size nor the ends of the file tell of it.
		const damaged = Buffer.from(whole);
		damaged[Math.floor(whole.length / 2)] = 0x0a;
		writeFileSync(all.corpus, damaged);
		await expect(build(all.after)).rejects.toMatchObject({ exitCode: 4 });
		writeFileSync(all.corpus, whole);
		const { tasksResumed } = await check(all);
		// The time of the input is another one: what was done of the damaged one is not taken.
		expect(tasksResumed).toBe(0);
	});

	test("killed in its middle", async () => {
		const all = await built(other);
		const { out } = all;
		const args = [
			...["build", all.corpus, "--tokenizer", tokenizerPath, "--workers", "1"],
			...["--seq-len", isSame ? "256" : "128", "--seed", isSame ? "0" : "7"],
			...["--task-size", "50000", "--shard-tokens", "8192", "--out", out],
			"--overwrite",
		];
		const records = () => {
			const state = join(out, ".seqpack");
			const own = existsSync(state)
				? readdirSync(state).find((name) => /^[0-9a-f]{16}$/.test(name))
				: undefined;
			const tasks = join(state, own ?? "-", "tasks");
			return existsSync(tasks) ? readdirSync(tasks).length : 0;
		};
		const { child, exit } = startSeqpack(args);
		while (records() < 2 && child.exitCode === null) await sleep(1);
		child.kill("SIGKILL");
		expect((await exit).signal).toBe("SIGKILL");
		expect(existsSync(join(out, ".seqpack"))).toBe(true);
		await check(all);
	});
});

test("a damaged dataset whose mending was stopped goes on being mended", async () => {
	const { out, before, after, old } = await built(same);
	const shard = Object.keys(old).find((path) => path.startsWith("data/"));
	writeFileSync(join(out, String(shard)), "damaged");
	await expect(build(before)).rejects.toThrow(
		/is missing or damaged.*overwrite: true/,
	);
	const stop = new AbortController();
	const stopped = build({
		...after,
		signal: stop.signal,
		onProgress: ({ unit, done }) => unit === "task" && done > 0 && stop.abort(),
	});
	await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
	const mended = await build(before);
	expect(mended.status).toBe("built");
	expect(mended.tasksResumed).toBeGreaterThan(0);
	expect(contentsOf(out)).toEqual(old);
});

test("a call that has nothing to do leaves another build that is under way alone", async () => {
	const { out, before, after, expected } = await built(others);
	const stop = new AbortController();
	const stopped = build({
		...after,
		signal: stop.signal,
		onProgress: ({ unit, done }) => unit === "task" && done > 1 && stop.abort(),
	});
	await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
	expect((await build(before)).status).toBe("already-built");
	const { status, tasksResumed } = await build(after);
	expect(status).toBe("built");
	expect(tasksResumed).toBeGreaterThan(0);
	expect(contentsOf(out)).toEqual(expected);
});
