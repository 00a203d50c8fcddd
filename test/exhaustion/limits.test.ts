import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
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
	const besides = / are done and kept in | is tried again: | tells more of it,/;
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
			number < casesOf({ daily: 1, everything: 12, share: 0.04 });
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
			number < casesOf({ daily: 0, everything: 8, share: 0.03 });
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
			number < casesOf({ daily: 0, everything: 10, share: 0.05 });
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
	const list = stdout.slice(stdout.indexOf("Commands:"));
	return [...list.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
}

describe("output that cannot be written", () => {
	test("of any command is told in one sentence, or not at all where nobody reads it", async () => {
		const all = await commands();
		expect(all).toContain("batches");
		const some = all.slice(0, casesOf({ daily: 1, everything: all.length }));
		for (const name of some) {
			const full = under("", [name, "--help"], "> /dev/full");
			expectSentence(full, /cannot write stdout: the disk is full/, name);
			const closed = under("set -o pipefail;", [name, "--help"], "| true");
			expect(closed.stderr, name).toBe("");
		}
	});

	test("of what a command found is told in one sentence", () => {
		const told: string[][] = [
			["batches", at("plan")],
			["verify", at("dataset"), "--json"],
			["status", at("dataset"), "--json"],
			["build", corpus, ...buildArgs(at("dataset")).slice(2), "--json"],
			["pack", "--compare", at("dataset"), "--seq-len", "256", "--json"],
			[
				"export",
				at("dataset"),
				"--to",
				"megatron",
				"--out",
				at("megatron"),
				"--json",
			],
			[
				"convert",
				at("dataset"),
				"--format",
				"arrow",
				"--out",
				at("arrow"),
				"--json",
			],
		];
		const plan = [
			"curriculum",
			at("buckets"),
			"--tokens-per-step",
			"1024",
			"--out",
			at("plan"),
			"--json",
		];
		const some = casesOf({ daily: 0, everything: told.length + 1 });
		for (const args of [plan, ...told].slice(0, some)) {
			const ended = under("", args, "> /dev/full");
			expect(ended.code, args.join(" ")).toBe(1);
			expect(
				ended.stderr.match(/cannot write stdout: the disk is full/g)?.length,
				args.join(" "),
			).toBe(1);
			expect(ended.stderr).not.toMatch(/\n\s+at |should not have/);
		}
	});
});

test("a directory that becomes read-only, or is removed, ends a build with one sentence", () => {
	for (
		let number = 0;
		number < casesOf({ daily: 0, everything: 4, share: 0.01 });
		number++
	) {
		const directory = temporaryDirectory();
		mkdirSync(join(directory, "disk"));
		const disk = join(directory, "disk");
		const out = join(disk, "out");
		const wait = 0.3 + randomBelow(randomOf("gone", number), 1500) / 1000;
		const isMounted =
			spawnSync("mount", ["-t", "tmpfs", "tmpfs", disk]).status === 0;
		onTestFinished(() => {
			if (isMounted) spawnSync("umount", [disk]);
		});
		if (!isMounted) return;
		const what = `case ${number}: read-only after ${wait} s`;
		const before = `(sleep ${wait}; mount -o remount,ro ${disk}) &`;
		const ended = under(before, buildArgs(out));
		spawnSync("mount", ["-o", "remount,rw", disk]);
		if (ended.code !== 0) {
			expect(ended.stderr, what).toMatch(/^seqpack: .*read-only/m);
			expect(ended.stderr, what).not.toMatch(/\n\s+at |should not have/);
			expect(under("", buildArgs(out)).code, what).toBe(0);
		}
		expect(contentsOf(out), what).toEqual(whole);
		rmSync(out, { recursive: true });
	}
});
