// Every command that takes long tells how far it is, in the same way.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createProgram } from "../../cli/program.js";
import {
	fixtures,
	root,
	seqpack,
	sharedDirectory,
	tokenizerPath,
} from "../helpers.js";
import { Screen } from "./screen.js";

const shared = sharedDirectory();
const at = (name: string) => join(shared, name);

const usual = ["--tokenizer", tokenizerPath, "--workers", "0"];
const building = [join(fixtures, "prose"), ...usual, "--seq-len", "512"];

async function done(...args: string[]): Promise<void> {
	const { code, stderr } = await seqpack([...args, "--quiet"]);
	if (code !== 0) throw new Error(stderr);
}

/** What `run-tasks` has told of the tasks that `finalize` needs. */
let ranTasks: Awaited<ReturnType<typeof seqpack>>;

beforeAll(async () => {
	await done("build", ...building, "--out", at("rows"));
	await done("build", ...building, "--format", "arrow", "--out", at("arrow"));
	const store = ["--layout", "documents", "--format", "arrow"];
	await done(
		"build",
		join(fixtures, "prose"),
		...usual,
		...store,
		"--out",
		at("store"),
	);
	await done("plan", ...building, "--out", at("planned"));
	ranTasks = await seqpack([
		...["run-tasks", at("planned"), "--workers", "0", "--json"],
	]);
	writeFileSync(at("recipe.json"), '{"steps":[{"separator":{"text":" "}}]}');
}, 120_000);

/** What each is given, and the stages that it tells of. */
const commands: Readonly<Record<string, [string[], string[]][]>> = {
	build: [
		[
			["build", ...building, "--dedupe", "exact", "--out", at("built")],
			["choosing", "reading", "finishing"],
		],
	],
	plan: [[["plan", ...building, "--out", at("other")], ["planning"]]],
	finalize: [[["finalize", at("planned")], ["finishing"]]],
	verify: [[["verify", at("rows")], ["verifying"]]],
	audit: [[["audit", at("rows/data"), "--kind", "parquet"], ["auditing"]]],
	export: [
		[
			["export", at("rows"), "--to", "jsonl", "--out", at("exported")],
			["exporting"],
		],
	],
	convert: [
		[
			["convert", at("rows"), "--format", "arrow", "--out", at("converted")],
			["converting"],
		],
	],
	compose: [
		[
			[
				"compose",
				at("recipe.json"),
				join(fixtures, "prose"),
				"--workers",
				"0",
				"--out",
				at("c.jsonl"),
			],
			["composing"],
		],
	],
	inspect: [
		[["inspect", at("rows")], ["reading"]],
		[["inspect", join(fixtures, "prose")], ["reading"]],
	],
	report: [[["report", at("rows"), "--out", at("report.html")], ["reading"]]],
	diff: [[["diff", at("rows"), at("arrow")], ["comparing"]]],
	pack: [
		[
			[
				"pack",
				at("store"),
				"--seq-len",
				"512",
				"--workers",
				"0",
				"--out",
				at("packed"),
			],
			["packing", "finishing"],
		],
		[["pack", "--compare", at("store"), "--seq-len", "512"], ["comparing"]],
	],
	curriculum: [
		[
			[
				"curriculum",
				at("arrow"),
				"--tokens-per-step",
				"4096",
				"--out",
				at("curriculum"),
			],
			["planning"],
		],
	],
};

/** Those that are short, or that tell of what others do; `run-tasks` has a test of its own. */
const others = [
	...["run-tasks", "status", "init", "trace", "batches", "python"],
	...["tokenizer", "completion"],
];

test("every command is among those that tell how far they are, or is short", () => {
	const named = createProgram().commands.map((command) => command.name());
	for (const name of named)
		expect([...Object.keys(commands), ...others]).toContain(name);
});

const cases = Object.values(commands).flat();

describe("with --json", () => {
	test.each(cases)("%j tells of %j", async (args, stages) => {
		expectTold(await seqpack([...args, "--json"]), stages);
	});

	test("run-tasks tells of reading, and what came of it", async () => {
		const result = expectTold(ranTasks, ["reading"]);
		expect(result).toMatchObject({
			...{ version: 1, command: "run-tasks", out: at("planned") },
			...{ status: "run", tasksResumed: 0, tasks: expect.any(Number) },
		});
	});

	function expectTold(
		{ code, stdout, stderr }: typeof ranTasks,
		stages: string[],
	): unknown {
		expect(code, stderr).toBe(0);
		const result = JSON.parse(stdout);
		expect(result).toEqual(expect.any(Object));
		const events = stderr
			.split("\n")
			.filter((line) => line.startsWith("{"))
			.map((line) => JSON.parse(line))
			.filter(({ event }) => event === "progress");
		const told = events.map(({ stage }) => stage);
		expect(told).toEqual(expect.arrayContaining(stages));
		for (const event of events)
			expect(event).toMatchObject({
				...{ version: 1, done: expect.any(Number), unit: expect.any(String) },
				...{ bytes: expect.any(Number), tokens: expect.any(Number) },
				...{ memory: expect.any(Number), seconds: expect.any(Number) },
			});
		return result;
	}
});

/** `script` of util-linux runs a command in a terminal. */
const hasScript = spawnSync("script", ["--version"]).status === 0;
const quoted = (word: string) => `'${word}'`;

describe.skipIf(!hasScript)("in a terminal", () => {
	/** What a command has written there, and what then is on the screen. */
	async function shown(args: string[], stop?: NodeJS.Signals) {
		const log = at(`typescript-${Math.random()}`);
		const pid = `${log}.pid`;
		const words = [process.execPath, join(root, "dist/bin/main.js"), ...args];
		const line = `stty cols 70 rows 24; echo $$ > ${pid}; exec ${words.map(quoted).join(" ")}`;
		const { CI: _, NO_COLOR: __, ...env } = process.env;
		const child = spawn("script", ["-qefc", line, log], {
			stdio: "ignore",
			env: { ...env, TERM: "xterm", SHELL: "/bin/sh" },
		});
		const ended = new Promise<number | null>((resolve) =>
			child.on("exit", resolve),
		);
		if (stop !== undefined) {
			for (let i = 0; i < 600; i++) {
				const text = spawnSync("cat", [log], { encoding: "utf8" }).stdout;
				if (text.includes("█")) break;
				await new Promise((resolve) => setTimeout(resolve, 50));
			}
			process.kill(Number(readFileSync(pid, "utf8")), stop);
		}
		const code = await ended;
		const text = readFileSync(log, "utf8")
			.replace(/^Script started[^\n]*\n/, "")
			.replace(/\n*Script done[^\n]*\n$/, "");
		const screen = new Screen(70);
		screen.write(text);
		return { code, text, screen };
	}

	/** A corpus that takes some seconds. */
	function large(): string {
		const corpus = at("large.jsonl");
		const prose = readFileSync(join(fixtures, "prose/chapter-039.txt"), "utf8");
		const record = `${JSON.stringify({ text: prose })}\n`;
		writeFileSync(corpus, record.repeat(Math.ceil(3e7 / record.length)));
		return corpus;
	}

	test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
		"a build that %s stops leaves the cursor, and a whole screen",
		async (signal) => {
			const out = at(`stopped-${signal}`);
			const args = ["build", large(), ...usual, "--seq-len", "512"];
			const { code, text, screen } = await shown(
				[...args, "--task-size", "1M", "--out", out],
				signal,
			);
			expect(code).toBe({ SIGINT: 130, SIGTERM: 143, SIGKILL: 137 }[signal]);
			expect(text).toContain("█");
			expect(text).not.toContain("\x1b[?25l");
			expect(text.split("\x1b[?2026h").length).toBe(
				text.split("\x1b[?2026l").length,
			);
			if (signal !== "SIGKILL") {
				expect(screen.lines.join("\n")).not.toMatch(/[█░]| of \d+ tasks ·/);
				expect(screen.lines.join("\n")).toContain("seqpack: ");
			}
		},
	);

	test("verify says what came of it, and nothing else is left", async () => {
		const { code, screen } = await shown(["verify", at("rows")]);
		expect(code).toBe(0);
		expect(screen.lines[0]).toMatch(/^\/.*/);
		expect(screen.lines.join("")).toMatch(/rows is sound: .* checked\.$/);
	});
});
