import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	type BuildOptions,
	build,
	buildStatus,
	finalizeBuild,
	groupsOf,
	planBuild,
	runGroups,
} from "seqpack";
import { expect, test } from "vitest";
import { smallBuild, smallCorpus } from "../build/small-corpus.js";
import {
	contentsOf,
	seqpack,
	startSeqpack,
	temporaryDirectory,
} from "../helpers.js";

async function planned(more: Partial<BuildOptions> = {}, documents = 8) {
	const corpus = smallCorpus(documents);
	const out = join(temporaryDirectory(), "out");
	const options = smallBuild(corpus, out, more);
	return { corpus, out, options, at: await planBuild(options) };
}

async function builtAlone(options: BuildOptions) {
	const out = join(temporaryDirectory(), "alone");
	await build({ ...options, out });
	return contentsOf(out);
}

/** A store has no tasks that pack what others leave: its groups can be of any size. */
const store = { layout: "documents", seqLen: undefined } as const;

test("groups in any order, and twice, make what one process makes", async () => {
	const { out, options, at } = await planned(store);
	const tasksPerJob = 1;
	const groups = groupsOf(at.plan, tasksPerJob);
	expect(groups.length).toBeGreaterThan(2);
	const numbers = [...groups.keys()].reverse();
	await runGroups(at, [numbers[0]], { workers: 0, tasksPerJob });
	const status = await buildStatus(out);
	expect(status.groups).toMatchObject({
		tasksPerJob,
		total: groups.length,
		done: `${groups.length - 1}`,
		missing: `0-${groups.length - 2}`,
	});
	const ran = await Promise.all(
		[numbers, numbers.slice(1)].map((some) =>
			runGroups(at, some, { workers: 0, tasksPerJob }),
		),
	);
	expect(ran[0].tasks).toBe(at.plan.tasks.length);
	expect((await buildStatus(out)).tasks.missing).toBe("");
	await finalizeBuild(at);
	expect(contentsOf(out)).toEqual(await builtAlone(options));
	expect((await buildStatus(out)).isBuilt).toBe(true);
});

test("a group of a later wave waits for what it needs, and else says what to run", async () => {
	const { out, options, at } = await planned({
		dedupe: "exact",
		validation: 2,
	});
	const groups = groupsOf(at.plan);
	expect(groups.map(({ wave }) => wave)).toEqual([0, 1, 2]);
	await expect(runGroups(at, [2], { workers: 0 })).rejects.toMatchObject({
		code: "tasks-missing",
		exitCode: 1,
		message: expect.stringMatching(/run the groups 1 first/),
	});
	const notices: string[] = [];
	await Promise.all([
		runGroups(at, [2], {
			workers: 0,
			wait: 30,
			onNotice: (notice) => notices.push(notice),
		}),
		runGroups(at, [0, 1], { workers: 0 }),
	]);
	expect(notices).toEqual([
		expect.stringMatching(/^waiting for 2 tasks, of the groups 1$/),
	]);
	await finalizeBuild(at);
	expect(contentsOf(out)).toEqual(await builtAlone(options));
});

test("a limit makes its tasks follow one another, in one group", async () => {
	const { options, out, at } = await planned({ ...store, limit: 6 });
	expect(groupsOf(at.plan, 1)).toHaveLength(1);
	await runGroups(at, [0], { workers: 2, tasksPerJob: 1 });
	await finalizeBuild(at);
	expect(contentsOf(out)).toEqual(await builtAlone(options));
});

test("what waits for tasks that do not come says which, and can be stopped", async () => {
	const { at, out } = await planned();
	await expect(finalizeBuild(at, { wait: 0.05 })).rejects.toMatchObject({
		code: "not-ready",
		message: expect.stringMatching(/are not done \(0-\d\): run them first/),
	});
	const stop = new AbortController();
	setTimeout(() => stop.abort(), 50);
	await expect(
		finalizeBuild(at, { wait: 60, signal: stop.signal }),
	).rejects.toMatchObject({ code: "interrupted" });
	await expect(runGroups(at, [9])).rejects.toMatchObject({ code: "no-group" });
	await expect(buildStatus(`${out}-none`)).rejects.toMatchObject({
		code: "no-plan",
	});
});

test("a task that fails each time is named, with its log, and not tried for ever", async () => {
	const corpus = smallCorpus(8);
	const text = readFileSync(corpus, "utf8");
	writeFileSync(corpus, `${text}{"text": \n`);
	const out = join(temporaryDirectory(), "out");
	const at = await planBuild(smallBuild(corpus, out));
	const bad = at.plan.tasks.filter(({ kind }) => kind === "read").length - 1;
	for (let attempt = 1; attempt <= 3; attempt++) {
		const run = runGroups(at, [0], { workers: 0, tries: 2 });
		await expect(run).rejects.toMatchObject(
			attempt < 3
				? { code: "not-json", exitCode: 4 }
				: {
						code: "failed-before",
						exitCode: 2,
						message: expect.stringMatching(
							RegExp(
								`^task ${bad} has failed 2 times .*corpus.jsonl.*Its log is .*00000-of-64.log: fix .* give tries: 3 or more`,
							),
						),
					},
		);
	}
	const { groups, failed, tasks } = await buildStatus(out);
	expect(tasks.done).toBe(bad);
	expect(groups).toMatchObject({ failed: "0", missing: "", running: "" });
	expect(failed).toEqual([
		{
			group: 0,
			attempts: 2,
			log: expect.stringMatching(/00000-of-64\.log$/),
			lastLine: expect.stringMatching(/attempt 2: ends: .*corpus\.jsonl/),
		},
	]);
	// It is what the log says that counts: with more tries it is tried again.
	await expect(
		runGroups(at, [0], { workers: 0, tries: 3 }),
	).rejects.toMatchObject({ code: "not-json" });
});

test("a group that is not heard of is not taken to be at work", async () => {
	const { at, out } = await planned(store);
	const tasksPerJob = 2;
	await runGroups(at, [0], { workers: 0, tasksPerJob });
	const [state] = readdirSync(join(out, ".seqpack")).filter(
		(name) => !name.includes("."),
	);
	const logs = join(out, ".seqpack", state, "logs");
	const log = readFileSync(join(logs, "00000-of-2.log"), "utf8").split("\n");
	// As if it were killed in another group, a minute and an hour ago.
	writeFileSync(
		join(logs, "00001-of-2.log"),
		`${log.slice(0, 2).join("\n")}\n`,
	);
	const now = Date.parse(log[1].split(" ")[0]);
	const near = await buildStatus(out, { now: now + 60_000 });
	expect(near.groups).toMatchObject({ running: "1", failed: "" });
	expect(near.secondsLeft).toBeGreaterThan(0);
	const far = await buildStatus(out, { now: now + 3_600_000 });
	expect(far.groups).toMatchObject({ running: "", failed: "1" });
	expect(far.secondsLeft).toBeNull();
	expect(far.failed[0].lastLine).toBe(log[1]);
});

test("logs are no part of the dataset, and a log that cannot be written stops nothing", async () => {
	const { at, out, options } = await planned();
	const [state] = readdirSync(join(out, ".seqpack"));
	const where = join(out, ".seqpack", at.plan.planHash.slice(0, 16));
	expect(state).toBeDefined();
	// A file is where the directory of logs should be.
	const notices: string[] = [];
	const { mkdirSync } = await import("node:fs");
	mkdirSync(where, { recursive: true });
	writeFileSync(join(where, "logs"), "");
	await runGroups(at, [0], {
		workers: 0,
		onNotice: (notice) => notices.push(notice),
	});
	expect(notices).toEqual([
		expect.stringMatching(/^the log cannot be written, and the work goes on/),
	]);
	await finalizeBuild(at);
	expect(contentsOf(out)).toEqual(await builtAlone(options));
});

test("the commands do the same as build", async () => {
	const corpus = smallCorpus(8);
	const out = join(temporaryDirectory(), "out");
	const options = smallBuild(corpus, out);
	const flags = [
		...[corpus, "--tokenizer", options.tokenizer as string],
		...["--seq-len", "256", "--task-size", "50000", "--shard-tokens", "8192"],
	];
	const plan = await seqpack(["plan", ...flags, "--out", out]);
	expect(plan.code, plan.stderr).toBe(0);
	expect(plan.stderr).toMatch(
		/jobs +1 group, .*\n +memory +567 MB .*\n +next +seqpack run-tasks .* --rank N, for N from 0 to 0/,
	);
	const early = await seqpack(["finalize", out]);
	expect([early.code, early.stderr]).toEqual([
		2,
		expect.stringMatching(/tasks of .* are not done \(0-\d\)/),
	]);
	const beyond = await seqpack(["run-tasks", `${out}/`, "--rank", "7"]);
	expect([beyond.code, beyond.stderr]).toEqual([
		0,
		expect.stringMatching(/rank 7, from --rank: there is nothing .* 1 group$/m),
	]);
	const ran = await seqpack(["run-tasks", out, "--workers", "0"]);
	expect([ran.code, ran.stderr]).toEqual([
		0,
		expect.stringMatching(/no rank is given: .*\n\d tasks done, 0 of them/),
	]);
	const status = await seqpack(["status", out]);
	expect(status.stdout).toMatch(/next +seqpack finalize/);
	const { tasks } = JSON.parse(
		(await seqpack(["status", out, "--json"])).stdout,
	);
	expect(tasks.done).toBe(tasks.total);
	const finalize = await seqpack(["finalize", out]);
	expect([finalize.code, finalize.stderr]).toEqual([
		0,
		expect.stringMatching(/^Built /),
	]);
	expect(contentsOf(out)).toEqual(await builtAlone(options));
	for (const [command, sentence] of [
		["finalize", /is built already/],
		["run-tasks", /is built already: there is nothing to run/],
	] as const) {
		const again = await seqpack([command, out]);
		expect([again.code, again.stderr]).toEqual([
			0,
			expect.stringMatching(sentence),
		]);
	}
	const none = await seqpack(["run-tasks", `${out}-none`]);
	expect([none.code, none.stderr]).toEqual([
		2,
		expect.stringMatching(/no build is planned in/),
	]);
});

test("what is asked to stop says so in its log, and ends with 143", async () => {
	const corpus = smallCorpus(45);
	const out = join(temporaryDirectory(), "out");
	const at = await planBuild(smallBuild(corpus, out, { taskSize: 20_000 }));
	const { child, exit } = startSeqpack(["run-tasks", out, "--workers", "1"]);
	const logs = join(
		out,
		".seqpack",
		at.plan.planHash.slice(0, 16),
		"logs/00000-of-64.log",
	);
	const log = () => {
		try {
			return readFileSync(logs, "utf8");
		} catch {
			return "";
		}
	};
	while (!log().includes("at work"))
		await new Promise((resolve) => setTimeout(resolve, 5));
	child.kill("SIGTERM");
	const { code } = await exit;
	expect(code).toBe(143);
	expect(log()).toMatch(/is asked to stop\n.*ends: the build was/);
	const { groups, tasks } = await buildStatus(out);
	expect(groups).toMatchObject({ missing: "0", failed: "" });
	expect(tasks.done).toBeLessThan(tasks.total);
});
