import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "seqpack";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { randomBelow } from "../../src/core/random.js";
import { shellWord } from "../../src/core/text.js";
import { smallBuild, smallCorpus } from "../build/small-corpus.js";
import { casesOf, randomOf } from "../cases.js";
import {
	contentsOf,
	root,
	seqpack,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const shared = sharedDirectory();
const at = (name: string) => join(shared, name);
let corpus = "";
let whole: Record<string, string> = {};
beforeAll(async () => {
	corpus = smallCorpus(8, shared);
	await build(smallBuild(corpus, at("dataset")));
	whole = contentsOf(at("dataset"));
	const { seqLen: _, ...buckets } = smallBuild(corpus, at("buckets"));
	await build({ ...buckets, layout: "buckets", maxLength: 256 });
	writeFileSync(at("recipe.json"), '{"steps":[{"separator":{"text":" "}}]}');
}, 120_000);

const sizes = ["--task-size", "50000", "--shard-tokens", "8192"];
const buildArgs = (out: string) => [
	...["build", corpus, "--tokenizer", tokenizerPath, "--seq-len", "256"],
	...[...sizes, "--quiet", "--workers", "2", "--out", out],
];

/** Runs the command in a shell that limits it or its streams. */
function under(before: string, args: readonly string[], after = "") {
	const command = [process.execPath, join(root, "dist/bin/main.js"), ...args];
	const line = `${before} ${command.map(shellWord).join(" ")} ${after}`;
	const { status, stderr } = spawnSync("bash", ["-c", line], {
		encoding: "utf8",
		timeout: 120_000,
	});
	return { code: status, stderr };
}

function expectSentence(
	{ code, stderr }: { code: number | null; stderr: string },
	sentence: RegExp,
	what: string,
): void {
	const told = stderr
		.split("\n")
		.filter((line) => line.startsWith("seqpack: "));
	// Besides, what is kept may be told, and where a report is.
	const besides = / are done and kept in | is tried again: | has the details,/;
	const errors = told.filter((line) => !besides.test(line));
	expect({ code, count: errors.length }, `${what}: ${stderr}`).toEqual({
		code: 1,
		count: 1,
	});
	expect(errors[0], what).toMatch(sentence);
	expect(stderr, what).not.toMatch(/\n\s+at |node:internal|should not have/);
}

describe("a build", () => {
	test("that may open too few files ends with one sentence, and goes on to the same bytes", () => {
		for (
			let number = 0;
			number < casesOf({ daily: 1, everything: 4, share: 0.04 });
			number++
		) {
			const files = 20 + randomBelow(randomOf("open files", number), 16);
			const out = join(temporaryDirectory(), "out");
			const what = `case ${number}: ulimit -n ${files}`;
			const ended = under(`ulimit -n ${files};`, buildArgs(out));
			if (ended.code !== 0) {
				expectSentence(
					ended,
					/too many files are open; raise the limit \(ulimit -n\)\.$/,
					what,
				);
				expect(under("", buildArgs(out)).code).toBe(0);
			}
			expect(contentsOf(out), what).toEqual(whole);
		}
	});

	test("that may write too little ends with one sentence, and goes on to the same bytes", () => {
		for (
			let number = 0;
			number < casesOf({ daily: 0, everything: 3, share: 0.03 });
			number++
		) {
			const blocks = 1 + randomBelow(randomOf("file sizes", number), 40);
			const out = join(temporaryDirectory(), "out");
			const what = `case ${number}: ulimit -f ${blocks}`;
			const ended = under(`ulimit -f ${blocks};`, buildArgs(out));
			if (ended.code !== 0) {
				expectSentence(
					ended,
					/larger than the system allows \(ulimit -f\)\.$/,
					what,
				);
				expect(under("", buildArgs(out)).code).toBe(0);
			}
			expect(contentsOf(out), what).toEqual(whole);
		}
	});

	test("on a disk that is full ends with one sentence, and goes on to the same bytes", (context) => {
		const disk = temporaryDirectory();
		const mount = (options: string) =>
			spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", disk])
				.status === 0;
		for (
			let number = 0;
			number < casesOf({ daily: 0, everything: 4, share: 0.05 });
			number++
		) {
			const kilobytes = 4 * (1 + randomBelow(randomOf("disks", number), 120));
			const what = `case ${number}: ${kilobytes} KB`;
			if (!mount(`size=${kilobytes}k`)) {
				context.skip("a disk of its own cannot be mounted here");
				return;
			}
			try {
				const out = join(disk, "out");
				const ended = under("", buildArgs(out));
				if (ended.code !== 0) {
					expectSentence(
						ended,
						/the disk is full; make room and run the same command again\.$/,
						what,
					);
					expect(mount("remount,size=64m"), what).toBe(true);
					expect(under("", buildArgs(out)).code, what).toBe(0);
				}
				expect(contentsOf(out), what).toEqual(whole);
			} finally {
				spawnSync("umount", [disk]);
			}
		}
	});
});

/** The commands, as the help has them. */
async function commands(): Promise<string[]> {
	const { stdout } = await seqpack(["--help"]);
	const [list] = stdout
		.slice(stdout.indexOf("Commands:"))
		.split("\n\nExample:");
	return [...list.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
}

describe("output that cannot be written", () => {
	test("of any command is told in one sentence, or not at all where nobody reads it", async () => {
		const all = await commands();
		expect(all).toContain("batches");
		const some = all.slice(0, casesOf({ daily: 1, everything: 6 }));
		for (const name of some) {
			const full = under("", [name, "--help"], "> /dev/full");
			expectSentence(full, /cannot write stdout: the disk is full/, name);
			const closed = under("set -o pipefail;", [name, "--help"], "| true");
			expect(closed.stderr, name).toBe("");
		}
	});

	/** What these find they tell on stderr. */
	const silent = ["run-tasks", "init", "python"];

	/** Each command, in an order in which they work, with outputs in a directory of their own. */
	function tellings(own: string): Record<string, string[]> {
		const to = (name: string) => ["--out", join(own, name), "--json"];
		const buckets = at("buckets");
		const steps = ["--tokens-per-step", "1024"];
		return {
			build: [...buildArgs(join(own, "dataset")), "--json"],
			plan: [
				...["plan", corpus, "--tokenizer", tokenizerPath, "--seq-len", "256"],
				...to("planned"),
			],
			"run-tasks": ["run-tasks", join(own, "planned")],
			finalize: ["finalize", join(own, "planned"), "--json"],
			status: ["status", at("dataset"), "--json"],
			init: ["init", join(own, "seqpack.yaml")],
			verify: ["verify", at("dataset"), "--json"],
			inspect: ["inspect", at("dataset"), "--json"],
			report: [
				...["report", at("dataset"), "--json"],
				...["--out", join(own, "report.html")],
			],
			trace: ["trace", at("dataset"), "--row", "1", "--json"],
			diff: ["diff", at("dataset"), at("dataset"), "--json"],
			audit: ["audit", at("dataset/data"), "--kind", "parquet", "--json"],
			compose: ["compose", at("recipe.json"), corpus, ...to("composed")],
			curriculum: ["curriculum", buckets, ...steps, ...to("plan")],
			batches: ["batches", join(own, "plan")],
			pack: ["pack", "--compare", at("dataset"), "--seq-len", "256", "--json"],
			export: ["export", at("dataset"), "--to", "megatron", ...to("megatron")],
			convert: ["convert", at("dataset"), "--format", "arrow", ...to("arrow")],
			python: ["python", "--out", join(own, "python")],
			tokenizer: ["tokenizer", "inspect", tokenizerPath, "--json"],
			completion: ["completion", "bash"],
		};
	}

	test("of what a command found is told in one sentence, or not at all where nobody reads it", async () => {
		if (casesOf({ daily: 0, everything: 1 }) === 0) return;
		const [full, closed] = [temporaryDirectory(), temporaryDirectory()];
		const names = (await commands()).filter((name) => name !== "help");
		expect(Object.keys(tellings(full)).sort()).toEqual(names.sort());
		for (const [name, args] of Object.entries(tellings(full))) {
			const { code, stderr } = under("", args, "> /dev/full");
			const told = stderr.match(/cannot write stdout: the disk is full/g) ?? [];
			const isSilent = silent.includes(name);
			expect([code, told.length], `${name}: ${stderr}`).toEqual(
				isSilent ? [0, 0] : [1, 1],
			);
			expect(stderr, name).not.toMatch(/\n\s+at |should not have/);
		}
		for (const [name, args] of Object.entries(tellings(closed))) {
			const ended = under("", args, "| true; exit $PIPESTATUS");
			expect(ended.code, `${name}: ${ended.stderr}`).toBe(0);
			expect(ended.stderr, name).not.toMatch(/cannot write|EPIPE|\n\s+at /);
		}
	});
});

test("a disk that becomes read-only ends a build with one sentence", (context) => {
	const count = casesOf({ daily: 0, everything: 4, share: 0.01 });
	for (let number = 0; number < count; number++) {
		const disk = temporaryDirectory();
		const out = join(disk, "out");
		const wait = secondsOf("gone", number);
		if (spawnSync("mount", ["-t", "tmpfs", "tmpfs", disk]).status !== 0) {
			context.skip("a disk of its own cannot be mounted here");
			return;
		}
		onTestFinished(() => {
			spawnSync("umount", [disk]);
		});
		const what = `case ${number}: read-only after ${wait} s`;
		// From the beginning of the work on: before it the disk is another one to be chosen, which is wrong use.
		const begun = `for i in {1..500}; do ls ${out}/.seqpack/*/tasks >&/dev/null && break; sleep 0.01; done`;
		const before = `(${begun}; sleep ${wait / 10}; mount -o remount,ro ${disk}) &`;
		const ended = under(before, buildArgs(out));
		spawnSync("mount", ["-o", "remount,rw", disk]);
		if (ended.code !== 0) {
			expectSentence(ended, /read-only/, what);
			expect(under("", buildArgs(out)).code, what).toBe(0);
		}
		expect(contentsOf(out), what).toEqual(whole);
	}
});

test("a directory that is removed ends a build with one sentence, or spoils nothing", () => {
	const count = casesOf({ daily: 0, everything: 6, share: 0.02 });
	for (let number = 0; number < count; number++) {
		const directory = temporaryDirectory();
		const [out, removed] = [join(directory, "out"), join(directory, "removed")];
		const wait = secondsOf("removed", number);
		const what = `case ${number}: removed after ${wait} s`;
		const before = `(sleep ${wait}; rm -rf ${out}; touch ${removed}) &`;
		const ended = under(before, buildArgs(out));
		// A build that ends first is not to be looked at while it is being removed.
		spawnSync("sh", ["-c", `until test -e ${removed}; do sleep 0.05; done`]);
		if (ended.code !== 0) {
			expectSentence(ended, /\S/, what);
			expect(under("", buildArgs(out)).code, what).toBe(0);
		}
		// One that was removed after its end is no more.
		if (existsSync(out)) expect(contentsOf(out), what).toEqual(whole);
	}
});

/** How long after its begin something happens to a build, by chance. */
function secondsOf(name: string, number: number): number {
	return 0.3 + randomBelow(randomOf(name, number), 1500) / 1000;
}
