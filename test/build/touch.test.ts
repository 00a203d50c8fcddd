import { spawnSync } from "node:child_process";
import {
	cpSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import {
	type BuildOptions,
	build,
	finalizeBuild,
	openDataset,
	planBuild,
	runTasks,
	verify,
} from "seqpack";
import { describe, expect, test } from "vitest";
import { build as buildHere } from "../../src/engines/build.js";
import { localFiles } from "../../src/storage/local.js";
import {
	contentsOf,
	seqpack,
	startSeqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { registered } from "../storage/registered.js";
import { smallBuild, smallCorpus } from "./small-corpus.js";

/** A directory with a dataset in `out`, and beside it what nobody may touch. */
async function setting() {
	const directory = temporaryDirectory();
	const out = join(directory, "out");
	const outside = join(directory, "outside");
	mkdirSync(join(outside, "data"), { recursive: true });
	for (const name of ["canary", "data/canary", "data/train-00000-0000.parquet"])
		writeFileSync(join(outside, name), `years of work, ${name}`);
	const untouched = contentsOf(outside);
	const options = smallBuild(smallCorpus(3), out);
	return {
		...{ directory, out, outside, options },
		expectUntouched: () => expect(contentsOf(outside)).toEqual(untouched),
	};
}

const known = new Map<number, Record<string, string>>();

/** What `build` makes of options, somewhere else. */
async function expectedOf(options: BuildOptions) {
	const seed = options.seed ?? 0;
	const out = join(temporaryDirectory(), "out");
	const found = known.get(seed);
	if (found !== undefined) return found;
	await build({ ...options, out, overwrite: false });
	known.set(seed, contentsOf(out));
	return contentsOf(out);
}

interface Fields {
	[name: string]: Fields & Fields[] & { path: string };
}

const edit = (path: string, change: (value: Fields) => void) => {
	const value = JSON.parse(readFileSync(path, "utf8"));
	change(value);
	writeFileSync(path, JSON.stringify(value));
};

const stateOf = (out: string) => {
	const name = readdirSync(join(out, ".seqpack")).find((each) =>
		/^[0-9a-f]{16}$/.test(each),
	);
	return join(out, ".seqpack", String(name));
};

describe("somebody else's directory", () => {
	test.each([
		["with an empty .seqpack", () => {}],
		[
			"with a plan that is not ours",
			(out: string) =>
				writeFileSync(join(out, ".seqpack/plan.json"), '{"planHash":"x"}'),
		],
		[
			"with a manifest that is not ours",
			(out: string) => writeFileSync(join(out, "seqpack.json"), "{}"),
		],
	])("%s is left alone", async (_, prepare) => {
		const { out, options } = await setting();
		for (const name of ["data", "index", ".seqpack"])
			mkdirSync(join(out, name), { recursive: true });
		for (const name of ["data/mine.parquet", "index/mine", "README.md"])
			writeFileSync(join(out, name), "mine");
		prepare(out);
		const before = contentsOf(out);
		for (const overwrite of [false, true])
			await expect(build({ ...options, overwrite })).rejects.toMatchObject({
				code: "output-in-use",
				message: expect.stringMatching(/already holds something else \(README/),
			});
		expect(contentsOf(out)).toEqual(before);
		expect(existsSync(join(out, ".seqpack"))).toBe(true);
	});
});

describe("links", () => {
	test.each(["data", "index"])(
		"%s that leads out is neither followed nor replaced",
		async (name) => {
			const { out, outside, options } = await setting();
			await build(options);
			cpSync(join(out, name), join(outside, name), { recursive: true });
			const there = contentsOf(outside);
			rmSync(join(out, name), { recursive: true });
			symlinkSync(join(outside, name), join(out, name));
			for (const seed of [0, 7])
				await expect(
					build({ ...options, seed, overwrite: true }),
				).rejects.toMatchObject({
					code: "outside",
					message: expect.stringContaining(
						`${join(out, name)} is a link to ${join(outside, name)}`,
					),
				});
			expect(contentsOf(outside)).toEqual(there);
			rmSync(join(out, name));
			const { tasksResumed } = await build({
				...options,
				seed: 7,
				overwrite: true,
			});
			expect(tasksResumed).toBeGreaterThan(0);
			expect(contentsOf(out)).toEqual(
				await expectedOf({ ...options, seed: 7 }),
			);
			for (const path of ["canary", "data/canary"])
				expect(readFileSync(join(outside, path), "utf8")).toContain("years");
		},
	);

	test(".seqpack that leads out is not written through", async () => {
		const { out, outside, options, expectUntouched } = await setting();
		mkdirSync(out);
		symlinkSync(outside, join(out, ".seqpack"));
		await expect(build(options)).rejects.toMatchObject({ code: "outside" });
		expectUntouched();
		expect(lstatSync(join(out, ".seqpack")).isSymbolicLink()).toBe(true);
	});

	test("the state of a plan that leads out is not written through", async () => {
		const { out, outside, options, expectUntouched } = await setting();
		const planned = await planBuild(options);
		const { planHash } = planned.plan;
		const state = join(out, ".seqpack", planHash.slice(0, 16));
		rmSync(state, { recursive: true });
		symlinkSync(outside, state);
		await expect(runTasks(planned, [0], { workers: 0 })).rejects.toMatchObject({
			code: "outside",
		});
		await expect(build(options)).rejects.toMatchObject({ code: "outside" });
		expectUntouched();
	});

	test("files of the state that are links are replaced, not written through", async () => {
		const { out, outside, options, expectUntouched } = await setting();
		mkdirSync(join(out, ".seqpack"), { recursive: true });
		for (const name of ["plan.json", "plan.json.partial"])
			symlinkSync(join(outside, "canary"), join(out, ".seqpack", name));
		await build(options);
		expectUntouched();
		const { ".seqpack/plan.json.partial": _, ...files } = contentsOf(out);
		expect(files).toEqual(await expectedOf(options));
	});

	test("the output directory itself may be one", async () => {
		const { directory, out, options } = await setting();
		const real = join(directory, "real");
		mkdirSync(real);
		symlinkSync(real, out);
		await build(options);
		expect(contentsOf(real)).toEqual(await expectedOf(options));
		expect(lstatSync(out).isSymbolicLink()).toBe(true);
	});
});

const climbing = ["../outside/canary", "data/../../outside/canary"];

describe("paths that climb", () => {
	test("of records: the task is done again", async () => {
		const { out, outside, options, expectUntouched } = await setting();
		const planned = await planBuild(options);
		const all = [...planned.plan.tasks.keys()];
		await runTasks(planned, all, { workers: 0 });
		const record = join(stateOf(out), "tasks/00000.json");
		for (const path of [...climbing, join(outside, "canary")]) {
			const bytes = readFileSync(join(outside, "canary")).length;
			for (const part of ["shards", "index"])
				edit(record, (value) => {
					const file = part === "index" ? value.index : value.shards[0];
					Object.assign(file, { path, bytes });
				});
			await expect(finalizeBuild(planned)).rejects.toMatchObject({
				code: "not-ready",
			});
			await runTasks(planned, [0], { workers: 0 });
		}
		edit(record, (value) => {
			for (const file of [value.leftovers, value.skipped])
				if (file) file.path = climbing[0];
		});
		await build(options);
		expectUntouched();
		expect(contentsOf(out)).toEqual(await expectedOf(options));
	});

	test.each([...climbing, "/etc/hostname"])(
		"of a manifest: %s is neither read nor removed",
		async (path) => {
			const { out, outside, options, expectUntouched } = await setting();
			await build(options);
			const bytes = readFileSync(join(outside, "canary")).length;
			edit(join(out, "seqpack.json"), (value) => {
				Object.assign(value.shards[0], { path, bytes });
			});
			const bad = {
				code: "bad-manifest",
				message: expect.stringMatching(
					/its shards\[0\]\.path is not a path below/,
				),
			};
			await expect(verify(out)).rejects.toMatchObject(bad);
			await expect(openDataset(out)).rejects.toMatchObject(bad);
			await expect(build(options)).rejects.toMatchObject({
				code: "output-in-use",
			});
			await build({ ...options, seed: 7, overwrite: true });
			expectUntouched();
			expect(existsSync(join(out, ".seqpack"))).toBe(false);
		},
	);

	test("of the list of replaced files: only what is in no manifest goes", async () => {
		const { out, outside, options, expectUntouched } = await setting();
		const { manifest } = await build(options);
		const expected = contentsOf(out);
		const state = join(out, ".seqpack", manifest.planHash.slice(0, 16));
		mkdirSync(state, { recursive: true });
		const listed = [
			...[...climbing, join(outside, "canary"), 5, null],
			...["seqpack.json", "README.md", manifest.shards[0].path, "data/old"],
		];
		writeFileSync(join(state, "replaced.json"), JSON.stringify(listed));
		writeFileSync(join(out, "data/old"), "of the dataset before");
		expect((await build(options)).status).toBe("already-built");
		expectUntouched();
		expect(contentsOf(out)).toEqual(expected);
	});
});

describe("what a build that was killed after its manifest has left", () => {
	test.each([
		["with its plan", true, false],
		["without its plan", false, false],
		["with files of the dataset before", true, true],
		["without its plan, by finalize", false, true],
	])("%s is put away by the next call", async (_, hasPlan, hasReplaced) => {
		const { directory, out, options } = await setting();
		const expected = await expectedOf(options);
		const planned = await planBuild(options);
		await runTasks(planned, [...planned.plan.tasks.keys()], { workers: 0 });
		const aside = join(directory, "aside");
		cpSync(join(out, ".seqpack"), aside, { recursive: true });
		await finalizeBuild(planned);
		renameSync(aside, join(out, ".seqpack"));
		const state = stateOf(out);
		if (!hasPlan) rmSync(join(out, ".seqpack/plan.json"));
		if (hasReplaced) {
			const old = ["data/len-00016/train-00000-0000-01234567.arrow"];
			mkdirSync(join(out, "data/len-00016"));
			writeFileSync(join(out, old[0]), "");
			writeFileSync(join(state, "replaced.json"), JSON.stringify(old));
		}
		if (!hasPlan && hasReplaced)
			expect((await seqpack(["finalize", out, "--quiet"])).code).toBe(0);
		else expect((await build(options)).status).toBe("already-built");
		expect(contentsOf(out)).toEqual(expected);
		expect(readdirSync(out).sort()).toEqual(
			["README.md", "data", "index", "seqpack.json"].sort(),
		);
		expect(existsSync(join(out, "data/len-00016"))).toBe(false);
	});

	test("the command, killed as soon as its manifest is there", async () => {
		const { out, options } = await setting();
		const args = [
			...["build", ...(options.inputs ?? []), "--tokenizer", tokenizerPath],
			...["--seq-len", "256", "--task-size", "50000", "--workers", "1"],
			...["--shard-tokens", "8192", "--out", out],
		];
		const { child, exit } = startSeqpack(args);
		const manifest = join(out, "seqpack.json");
		while (!existsSync(manifest) && child.exitCode === null)
			await new Promise(setImmediate);
		child.kill("SIGKILL");
		await exit;
		expect((await build(options)).status).toBe("already-built");
		expect(contentsOf(out)).toEqual(await expectedOf(options));
		expect(existsSync(join(out, ".seqpack"))).toBe(false);
	});
});

describe("two builds", () => {
	test("in one process: one is refused, the other ends right", async () => {
		const { out, options } = await setting();
		const [a, b] = await Promise.allSettled([build(options), build(options)]);
		const [won, lost] = a.status === "fulfilled" ? [a, b] : [b, a];
		expect(won.status).toBe("fulfilled");
		expect(lost).toMatchObject({
			reason: {
				code: "in-use",
				message: expect.stringMatching(/in use by this very process/),
			},
		});
		expect(contentsOf(out)).toEqual(await expectedOf(options));
	});

	/** Local files, with something done around a change of the lock. */
	function around(when: {
		beforeTaking?: () => Promise<unknown>;
		afterGiving?: () => Promise<unknown>;
	}) {
		const path = (url: string) => url.replace(/^slow:/, "");
		const { move, moveAll, linkAt } = localFiles;
		let isFirst = true;
		registered("slow", {
			...localFiles,
			stat: (url) => localFiles.stat(path(url)),
			list: (url) => localFiles.list(path(url)),
			open: (url) => localFiles.open(path(url)),
			create: (url, { partialsIn } = {}) =>
				localFiles.create(path(url), {
					partialsIn: partialsIn && path(partialsIn),
				}),
			linkAt: async (url) => (await linkAt?.(path(url))) ?? null,
			move: async (from, to) => move?.(path(from), path(to)),
			moveAll: async (files) =>
				moveAll?.(
					files.map(({ from, to }) => ({ from: path(from), to: path(to) })),
				),
			removeEmpty: (url) => localFiles.removeEmpty(path(url)),
			async createExclusive(url, content) {
				if (isFirst) await when.beforeTaking?.();
				isFirst = false;
				return localFiles.createExclusive(path(url), content);
			},
			async remove(url) {
				await localFiles.remove(path(url));
				if (url.endsWith("/lock")) await when.afterGiving?.();
			},
		});
	}

	test("a dataset that another one ends in between is not replaced", async () => {
		const { out, options } = await setting();
		around({ beforeTaking: () => build({ ...options, seed: 7 }) });
		await expect(
			buildHere({ ...options, out: `slow:${out}` }),
		).rejects.toMatchObject({
			code: "output-in-use",
			message: expect.stringMatching(/seed was 7 and is 0/),
		});
		expect(contentsOf(out)).toEqual(await expectedOf({ ...options, seed: 7 }));
	});

	test.each(["ends", "is stopped"])(
		"one that %s removes nothing of the one that follows",
		async (end) => {
			const { out, options } = await setting();
			const other = { ...options, seed: 7, overwrite: true };
			let begun: Record<string, string> = {};
			around({
				async afterGiving() {
					const planned = await planBuild(other);
					await runTasks(planned, [0], { workers: 0 });
					begun = contentsOf(out);
				},
			});
			const stop = new AbortController();
			if (end === "is stopped") stop.abort();
			const { signal } = stop;
			await buildHere({ ...options, out: `slow:${out}`, signal }).catch(
				(error) => expect(error.code).toBe("interrupted"),
			);
			expect(Object.keys(begun).length).toBeGreaterThan(3);
			expect(contentsOf(out)).toEqual(begun);
			const { tasksResumed } = await build(other);
			expect(tasksResumed).toBe(1);
			expect(contentsOf(out)).toEqual(await expectedOf(other));
		},
	);

	test("of which one is on another host: refused, by host and process", async () => {
		const { out, options } = await setting();
		await planBuild(options);
		const { pid } = spawnSync(process.execPath, ["--version"]);
		for (const [host, boot, named] of [
			["node17", null, `process ${pid} on host node17`],
			[hostname(), "another", `process ${pid} on host ${hostname()}`],
		]) {
			const since = "2026-01-02T03:04:05.678Z";
			const rest = { started: 1, boot, namespace: null, since, word: "w1" };
			writeFileSync(
				join(out, ".seqpack/lock"),
				JSON.stringify({ host, pid, ...rest }),
			);
			const before = contentsOf(out);
			for (const overwrite of [false, true])
				await expect(build({ ...options, overwrite })).rejects.toMatchObject({
					code: "in-use",
					message: expect.stringContaining(`${named}`),
				});
			expect(contentsOf(out)).toEqual(before);
		}
	});
});

test("a file in the way of the dataset is named, and the build goes on once it is gone", async () => {
	const { out, options } = await setting();
	const planned = await planBuild(options);
	await runTasks(planned, [...planned.plan.tasks.keys()], { workers: 0 });
	writeFileSync(join(out, "index"), "in the way");
	await expect(build(options)).rejects.toMatchObject({
		code: "cannot-write",
		message: expect.stringContaining(join(out, "index")),
	});
	expect(existsSync(join(out, "seqpack.json"))).toBe(false);
	rmSync(join(out, "index"));
	const { tasksResumed } = await build(options);
	expect(tasksResumed).toBe(planned.plan.tasks.length);
	expect(contentsOf(out)).toEqual(await expectedOf(options));
});
