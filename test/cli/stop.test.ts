import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { fixtures, root, sharedDirectory } from "../helpers.js";

const directory = sharedDirectory();
const path = (name: string) => join(directory, name);

/** Words of one document, which is worked on for much longer than the test waits. */
const WORDS = 3e7;

beforeAll(() => {
	const text = "some words, which are here: ".repeat(WORDS / 5);
	const line = (record: object) => `${JSON.stringify(record)}\n`;
	writeFileSync(path("text.jsonl"), line({ text }));
	const content = text.slice(0, 1e7);
	const messages = [
		{ role: "user", content },
		{ role: "assistant", content: "yes" },
	];
	// One template alone comes to the end of its steps in some seconds.
	writeFileSync(path("chat.jsonl"), line({ messages }).repeat(20));
	writeFileSync(
		path("loop.jinja"),
		"{% for m in messages %}{% for i in range(99999) %}{% if (m.content | upper | lower | replace('a', 'b') | length) == i %}x{% endif %}{% endfor %}{% endfor %}",
	);
	mkdirSync(path("splits"));
	const tokenizer = JSON.parse(
		readFileSync(join(fixtures, "tokenizer/tokenizer.json"), "utf8"),
	);
	const split = {
		type: "Split",
		pattern: { Regex: "(?=(\\p{L}+[ ,:]*)+z)\\p{L}+|[^z]" },
		behavior: "Isolated",
		invert: false,
	};
	const others = tokenizer.pre_tokenizer.pretokenizers ?? [
		tokenizer.pre_tokenizer,
	];
	tokenizer.pre_tokenizer = {
		type: "Sequence",
		pretokenizers: [split, ...others],
	};
	writeFileSync(path("splits/tokenizer.json"), JSON.stringify(tokenizer));
});

const tokenizer = join(fixtures, "tokenizer");
const where =
	'matches(text, "(a|b|w)*z") or matches(text, "[^:]*:[^:]*q") or matches(text, "(o|m)+e+q")';
const rows = ["--seq-len", "2048", "--workers", "2"];

/** What a thread is in the middle of, and cannot be asked to end. */
const busy: Record<string, (out: string) => string[]> = {
	"a condition": (out) => [
		...["build", path("text.jsonl"), "--tokenizer", tokenizer],
		...["--where", where, ...rows, "--out", out],
	],
	"a chat template": (out) => [
		...["build", path("chat.jsonl"), "--tokenizer", tokenizer],
		...["--conversations", "messages", "--loss", "assistant"],
		...["--on-error", "skip"],
		...["--chat-template", path("loop.jinja"), ...rows, "--out", out],
	],
	"a pattern that splits": (out) => [
		...["build", path("text.jsonl"), "--tokenizer", path("splits")],
		...[...rows, "--out", out],
	],
};

const signals = { SIGINT: 130, SIGTERM: 143 } as const;

test.each(
	Object.keys(busy).flatMap((what) =>
		Object.entries(signals).map(([signal, code]) => ({ what, signal, code })),
	),
)(
	"$signal ends a build in the middle of $what",
	async ({ what, signal, code }) => {
		const args = busy[what](path(`out ${what} ${signal}`));
		const child = spawn(
			process.execPath,
			[join(root, "dist/bin/main.js"), ...args],
			{ stdio: ["ignore", "ignore", "pipe"] },
		);
		let stderr = "";
		child.stderr.setEncoding("utf8").on("data", (text) => {
			stderr += text;
		});
		const ended = new Promise<number | null>((resolve) => {
			child.on("close", resolve);
		});
		await sleep(4_000);
		expect(child.exitCode, stderr).toBe(null);
		const began = performance.now();
		child.kill(signal as NodeJS.Signals);
		expect(await ended, stderr).toBe(code);
		// A thread has three seconds; the machine is busy.
		expect((performance.now() - began) / 1000).toBeLessThan(8);
		expect(stderr).not.toMatch(/\n\s+at /);
	},
);
