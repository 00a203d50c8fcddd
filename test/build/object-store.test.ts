import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
	build,
	exportDataset,
	finalizeBuild,
	openDataset,
	packStore,
	planBuild,
	runGroups,
	runTasks,
	verify,
} from "../../src/index.js";
import { PATIENCE } from "../../src/storage/http/persist.js";
import { filesBelow, root, seqpack, temporaryDirectory } from "../helpers.js";
import { FakeS3, type FakeS3Options } from "../storage/s3/fake-s3.js";

PATIENCE.firstWait = 1;
PATIENCE.longestWait = 5;

const corpus = ["prose", "code"].map((name) => join(root, "fixtures", name));
const tokenizer = join(root, "fixtures/tokenizer");

/** A server that has the corpus and the tokenizer. */
async function withCorpus(options: FakeS3Options = {}): Promise<FakeS3> {
	const fake = await FakeS3.start(options);
	for (const name of ["prose", "code", "tokenizer"])
		for (const path of filesBelow(join(root, "fixtures", name)))
			fake.put(
				`in/${name}/${path}`,
				readFileSync(join(root, "fixtures", name, path)),
			);
	return fake;
}

const far = {
	inputs: ["s3://bucket/in/prose", "s3://bucket/in/code/"],
	tokenizer: "s3://bucket/in/tokenizer",
	out: "s3://bucket/out/data",
	workers: 0,
};

const kinds = {
	packed: { seqLen: 1024, taskSize: 300_000 },
	buckets: {
		layout: "buckets",
		maxLength: 1024,
		format: "arrow",
		taskSize: 300_000,
	},
	store: { layout: "documents", validation: 5, taskSize: 300_000 },
} as const;

function contentsOf(fake: FakeS3, prefix: string): Record<string, Buffer> {
	return Object.fromEntries(
		Object.entries(fake.contents())
			.filter(([key]) => key.startsWith(prefix))
			.map(([key, bytes]) => [key.slice(prefix.length), bytes]),
	);
}

function localBytes(directory: string): Record<string, Buffer> {
	return Object.fromEntries(
		filesBelow(directory).map((path) => [
			path,
			readFileSync(join(directory, path)),
		]),
	);
}

describe.each(Object.entries(kinds))("%s", (_, options) => {
	test("a build in a bucket is that on a disk, byte for byte, though one request of seven fails", async () => {
		const out = join(temporaryDirectory(), "data");
		await build({ inputs: corpus, tokenizer, out, workers: 0, ...options });
		const due = localBytes(out);
		let count = 0;
		const faults = ["busy", "reset", "lost", "cut"] as const;
		const fake = await withCorpus({
			fault: () => (++count % 7 === 0 ? faults[(count / 7) % 4] : "none"),
		});
		// What a disk tells of files is a sample.
		await build({ ...far, ...options, fingerprint: "sample" });
		const got = contentsOf(fake, "out/data/");
		expect(Object.keys(got).sort()).toEqual(Object.keys(due).sort());
		for (const [path, bytes] of Object.entries(due))
			expect(got[path].equals(bytes), path).toBe(true);
		expect((await verify(far.out)).problems).toEqual([]);
	});
});

describe("in a bucket", () => {
	const options = { ...far, seqLen: 1024, taskSize: 100_000 };
	/** Its groups can be of any size: no task packs what others leave. */
	const store = { ...far, ...kinds.store, taskSize: 100_000 };

	test("two processes that do the same tasks at once write the same, once", async () => {
		const fake = await withCorpus();
		const planned = await planBuild(options);
		const all = [...planned.plan.tasks.keys()];
		const attempts = [1, 2].map(() => runTasks(planned, all, { workers: 0 }));
		await Promise.all(attempts);
		const before = contentsOf(fake, "out/data/");
		await runTasks(planned, all, { workers: 0 });
		expect(contentsOf(fake, "out/data/")).toEqual(before);
		await finalizeBuild(planned);
		expect((await verify(far.out)).problems).toEqual([]);
		expect(Object.keys(contentsOf(fake, "out/data/.seqpack/"))).toEqual([]);
	});

	test("how far a build is stands there as well", async () => {
		const fake = await withCorpus();
		const planned = await planBuild({ ...store, out: far.out });
		const tasksPerJob = 1;
		await runGroups(planned, [0], { workers: 0, tasksPerJob });
		const state = `${far.out}/.seqpack/${planned.plan.planHash.slice(0, 16)}`;
		const [key] = Object.keys(fake.contents()).filter((key) =>
			key.endsWith("/00000-of-1.log"),
		);
		const log = fake.contents()[key].toString().split("\n");
		// As if the second were at work, and the third had failed.
		const other = (group: number) => key.replace("00000-", `0000${group}-`);
		fake.put(other(1), `${log.slice(0, 2).join("\n")}\n`);
		const bad = "ends: s3://bucket/in/x: line 7 is not JSON.";
		fake.put(
			other(2),
			`${log[0]}\n${log[1].replace(/attempt 1: .*/, `attempt 1: ${bad}`)}\n`,
		);
		const last = planned.plan.tasks.length - 1;
		const status = JSON.parse(
			(await seqpack(["status", far.out, "--json"])).stdout,
		);
		expect(status).toMatchObject({
			out: far.out,
			isBuilt: false,
			tasks: { total: last + 1, done: 1 },
			groups: { done: "0", running: "1", failed: "2", missing: `3-${last}` },
			failed: [
				{
					group: 2,
					attempts: 1,
					log: `${state}/logs/00002-of-1.log`,
					lastLine: expect.stringMatching(/line 7 is not JSON\.$/),
				},
			],
		});
		expect(status.secondsLeft).toBeGreaterThan(0);
		const { stdout } = await seqpack(["status", `${far.out}/`]);
		expect(stdout).toMatch(
			RegExp(
				`^${far.out}\n  tasks +1 of ${last + 1} are done .*\n  groups +${last + 1}, of up to 1 task\n    done +0\n    running +1\n    failed +2\n    missing +3-${last}\n  time left +about .*\ngroup 2 \\(attempt 1; ${state}/logs/00002-of-1.log\\):\n  .*${bad}\n$`,
			),
		);
		await runTasks(planned, [...planned.plan.tasks.keys()], { workers: 0 });
		await finalizeBuild(planned);
		expect((await seqpack(["status", far.out])).stdout).toBe(
			`${far.out} is built\n`,
		);
	});

	test("what was stopped goes on, and what was built is not built again", async () => {
		const fake = await withCorpus();
		const stop = new AbortController();
		await expect(
			build({
				...options,
				signal: stop.signal,
				onProgress: ({ unit, done }) =>
					unit === "task" && done > 1 && stop.abort(),
			}),
		).rejects.toThrow("the build was stopped.");
		const notices: string[] = [];
		const onNotice = (notice: string) => notices.push(notice);
		const result = await build({ ...options, onNotice });
		expect(result.tasksResumed).toBeGreaterThan(0);
		expect(notices.join()).toMatch(/going on where an earlier run stopped/);
		const requests = fake.requests.length;
		expect((await build(options)).status).toBe("already-built");
		const puts = fake.requests
			.slice(requests)
			.filter(({ method }) => method === "PUT");
		// The lock alone.
		expect(puts.map(({ path }) => path)).toEqual([
			"bucket/out/data/.seqpack/lock",
		]);
	});

	test("a task of an older plan writes nothing that another one reads", async () => {
		const fake = await withCorpus();
		const older = await planBuild({ ...options, seqLen: 512 });
		const newer = await planBuild({ ...options, overwrite: true });
		await expect(runTasks(older, [0], { workers: 0 })).rejects.toThrow(
			"the plan of this build is no longer in s3://bucket/out/data",
		);
		const all = [...newer.plan.tasks.keys()];
		await runTasks(newer, all, { workers: 0 });
		await finalizeBuild(newer);
		expect((await verify(far.out)).problems).toEqual([]);
		expect(fake.uploads.size).toBe(0);
	});

	test("a dataset that is replaced is whole until the new one is, and then gone", async () => {
		const fake = await withCorpus();
		await build(options);
		const first = Object.keys(contentsOf(fake, "out/data/"));
		await expect(build({ ...options, seqLen: 512 })).rejects.toThrow(
			"holds a dataset that was made from something else",
		);
		await build({ ...options, seqLen: 512, overwrite: true });
		const second = Object.keys(contentsOf(fake, "out/data/"));
		expect(second.filter((name) => first.includes(name))).toEqual([
			"README.md",
			"seqpack.json",
		]);
		expect((await verify(far.out)).problems).toEqual([]);
	});

	test("a bucket in which something else lies is left as it is", async () => {
		const fake = await withCorpus();
		fake.put("out/data/thesis.tex", "years of work");
		await expect(build({ ...options, overwrite: true })).rejects.toThrow(
			/s3:\/\/bucket\/out\/data .*choose another directory/,
		);
		expect(Object.keys(contentsOf(fake, "out/"))).toEqual(["data/thesis.tex"]);
	});

	test("a store grows, is packed by index, and its packing is read", async () => {
		const fake = await withCorpus();
		const store = {
			...options,
			layout: "documents",
			seqLen: undefined,
		} as const;
		await build({ ...store, inputs: [far.inputs[0]] });
		await build({ ...store, inputs: far.inputs, append: true });
		const packing = "s3://bucket/out/packing";
		await packStore({ store: far.out, seqLen: 2048, out: packing, workers: 0 });
		expect((await verify(packing)).problems).toEqual([]);
		const dataset = await openDataset(packing);
		const { seq_lengths } = await dataset.row(3);
		expect(Array.from(seq_lengths as Int32Array).every((n) => n > 0)).toBe(
			true,
		);
		expect(fake.uploads.size).toBe(0);
	});
});

test("what a dataset in a bucket is exported to is what one on a disk is", async () => {
	const fake = await withCorpus();
	const out = temporaryDirectory();
	await build({ ...far, seqLen: 1024 });
	for (const to of ["megatron", "mds", "load-from-disk"] as const) {
		await exportDataset({ source: far.out, to, out: `s3://bucket/${to}` });
		await exportDataset({ source: far.out, to, out: join(out, to) });
		const due = localBytes(join(out, to));
		const got = contentsOf(fake, `${to}/`);
		expect(Object.keys(got).sort()).toEqual(Object.keys(due).sort());
		// The lines that read it say where it is.
		for (const [path, bytes] of Object.entries(due))
			if (path !== "seqpack-export.json")
				expect(got[path].equals(bytes), path).toBe(true);
	}
	await expect(
		exportDataset({ source: far.out, to: "mds", out: far.out }),
	).rejects.toMatchObject({ exitCode: 2 });
});
