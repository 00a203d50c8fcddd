import { spawnSync } from "node:child_process";
import {
	closeSync,
	openSync,
	readFileSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import {
	everything,
	root,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const onLinux = test.runIf(process.platform === "linux");
const MEGABYTE = 1e6;
const prose = readFileSync(
	join(root, "fixtures/prose/chapter-001.txt"),
	"utf8",
);

/** Builds by the command with two workers; gives the most megabytes of memory that the process had. */
function build(input: string, ...options: string[]): number {
	const directory = temporaryDirectory();
	const told = join(directory, "told");
	const preload = `
		import { readFileSync, writeFileSync } from "node:fs";
		import { isMainThread } from "node:worker_threads";
		if (isMainThread)
			process.on("exit", () =>
				writeFileSync(${JSON.stringify(told)}, readFileSync("/proc/self/status")),
			);`;
	const { status, stderr } = spawnSync(
		process.execPath,
		[
			...["--import", `data:text/javascript,${encodeURIComponent(preload)}`],
			...[join(root, "dist/bin/main.js"), "build", input],
			...["--tokenizer", tokenizerPath, "--out", join(directory, "out")],
			...["--workers", "2", "--quiet", ...options],
		],
		{ encoding: "utf8" },
	);
	expect(stderr).toBe("");
	expect(status).toBe(0);
	const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(told, "utf8"));
	return (Number(found?.[1]) * 1024) / MEGABYTE;
}

/** A file of one document of so many megabytes. */
function longDocument(megabytes: number): string {
	const path = join(temporaryDirectory(), "long.jsonl");
	const file = openSync(path, "w");
	const text = JSON.stringify(prose).slice(1, -1);
	writeSync(file, '{"text":"');
	for (let written = 0; written < megabytes * MEGABYTE; )
		written += writeSync(file, text);
	writeSync(file, '"}\n');
	closeSync(file);
	return path;
}

/** A file of documents of a chapter each, which come to so many megabytes. */
function chapters(megabytes: number): string {
	const path = join(temporaryDirectory(), "chapters.jsonl");
	const file = openSync(path, "w");
	let written = 0;
	for (let id = 0; written < megabytes * MEGABYTE; id++)
		written += writeSync(
			file,
			`${JSON.stringify({ text: `${id} ${prose}` })}\n`,
		);
	closeSync(file);
	return path;
}

onLinux(
	"a document takes memory for its text twice, and for its tokens",
	() => {
		const megabytes = build(longDocument(40), "--seq-len", "2048");
		// It was about 320.
		expect(megabytes).toBeLessThan(375);
	},
);

if (everything) {
	/** What memory may grow by, for 200 MB more of input: what is collected late, but not the input. */
	const MOST_MORE = 130;

	onLinux.each([
		["rows", ["--seq-len", "2048"]],
		["buckets", ["--layout", "buckets"]],
		["a store", ["--layout", "documents"]],
	])("%s take no more memory for more input", (_, layout) => {
		const options = [...layout, "--task-size", "8M"];
		const once = build(chapters(50), ...options);
		const often = build(chapters(250), ...options);
		expect(often - once).toBeLessThan(MOST_MORE);
	});

	onLinux("documents of a token take no memory each", () => {
		const path = join(temporaryDirectory(), "tiny.jsonl.gz");
		const lines = gzipSync('{"text":"a"}\n'.repeat(100_000));
		writeFileSync(path, Buffer.concat(Array(32).fill(lines)));
		// Four times as many take as much: a window of them is full.
		expect(build(path, "--seq-len", "2048")).toBeLessThan(600);
	});
}
