import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { type Random, randomBelow } from "../../src/core/random.js";
import { casesOf, isDaily, randomOf } from "../cases.js";
import { contentsOf, root, seqpack, sharedDirectory } from "../helpers.js";
import {
	type Inputs,
	isAsDue,
	successOf,
	type Writing,
	writeInputs,
	writeSources,
	writings,
} from "./commands.js";

/** Of all kills so many are of processes. */
const CASES = casesOf({ daily: 3, share: 0.1 });

const directory = sharedDirectory();
let inputs: Inputs;
let all: Writing[];
beforeAll(async () => {
	inputs = isDaily ? writeSources(directory) : await writeInputs(directory);
	all = writings(inputs);
	// Every day one build, which reads no datasets.
	if (isDaily) all = [all[randomBelow(randomOf("processes", -1), 4)]];
});

const dies = join(root, "test/crash/dies.mjs");
const command = join(root, "dist/bin/main.js");

interface Ended {
	code: number | null;
	signal: string | null;
	stderr: string;
}

/** Runs the command in a process group of its own. @param during Told of the process. */
async function runApart(
	args: string[],
	env: Record<string, string>,
	during: (pid: number) => Promise<void> = async () => {},
): Promise<Ended> {
	const child = spawn(process.execPath, ["--import", dies, command, ...args], {
		stdio: ["ignore", "ignore", "pipe"],
		env: { ...process.env, ...env },
		detached: true,
	});
	let stderr = "";
	child.stderr.setEncoding("utf8").on("data", (text) => {
		stderr += text;
	});
	const ended = new Promise<Ended>((resolve) => {
		child.on("close", (code, signal) => resolve({ code, signal, stderr }));
	});
	await during(child.pid as number);
	return ended;
}

/** With threads where a command may have some. */
const withThreads = (args: readonly string[]) =>
	args.map((word, i) => (args[i - 1] === "--workers" ? "2" : word));

interface Unbroken {
	contents: Record<string, string>;
	code: number;
	milliseconds: number;
	/** Changes of files by the main thread, and by each of the others. */
	changes: { main: number; worker: number };
}

/** A command, and a directory for its attempts. */
class Trial {
	readonly #writing: Writing;
	readonly #place: string;
	readonly #work: string;
	readonly #out: string;
	#unbroken: Unbroken | null = null;

	constructor(writing: Writing, place: string) {
		this.#writing = writing;
		this.#place = place;
		this.#work = join(place, "work");
		this.#out = join(this.#work, writing.out ?? "out");
	}

	get #args(): string[] {
		const args = this.#writing.args(this.#out);
		return isDaily ? args : withThreads(args);
	}

	async #unbrokenRun(): Promise<Unbroken> {
		if (this.#unbroken !== null) return this.#unbroken;
		mkdirSync(this.#work, { recursive: true });
		for (const args of this.#writing.before?.(this.#out) ?? [])
			successOf(args, await seqpack(args));
		cpSync(this.#work, join(this.#place, "before"), { recursive: true });
		const counts = join(this.#place, "counts");
		const began = performance.now();
		const code = successOf(
			this.#args,
			await runApart(this.#args, {
				SEQPACK_DIES: "count",
				SEQPACK_COUNTS: counts,
			}),
		);
		const milliseconds = performance.now() - began;
		await this.#finish();
		const changes = { main: 0, worker: 0 };
		for (const line of readFileSync(counts, "utf8").trim().split("\n")) {
			const [who, count] = line.split(" ") as [keyof typeof changes, string];
			changes[who] = Math.max(changes[who], Number(count));
		}
		const contents = contentsOf(this.#work);
		this.#unbroken = { contents, code, milliseconds, changes };
		return this.#unbroken;
	}

	async #finish(): Promise<void> {
		for (const args of this.#writing.after?.(this.#out) ?? [])
			successOf(args, await seqpack(args));
	}

	/** Ends the command one to three times, and runs it again; null where all is right. */
	async run(random: Random): Promise<string | null> {
		const unbroken = await this.#unbrokenRun();
		rmSync(this.#work, { recursive: true });
		cpSync(join(this.#place, "before"), this.#work, { recursive: true });
		const told: string[] = [];
		const most = isDaily ? 1 : 3;
		for (let kills = 1 + randomBelow(random, most); kills > 0; kills--) {
			const attempt = this.#ending(random, unbroken);
			const { code, signal, stderr } = await attempt.run();
			told.push(`${attempt.what} (${signal ?? code}): ${stderr}`);
			if (!attempt.mayThrow && /should not have happened|\n\s+at /.test(stderr))
				return `${told.join(", ")}: not a sentence`;
		}
		const { code, stderr } = await runApart(this.#args, {});
		if (!isAsDue(this.#writing, { code, stderr }, unbroken.code))
			return `${told.join(", ")}, then ${code}: ${stderr}`;
		await this.#finish();
		const found = contentsOf(this.#work);
		const { contents } = unbroken;
		const other = [...Object.keys(contents), ...Object.keys(found)].filter(
			(path) => contents[path] !== found[path],
		);
		if (other.length > 0)
			return `${told.join(", ")}, then ${code} ${stderr}: other ${[...new Set(other)].join(", ")}`;
		return null;
	}

	/** How an attempt ends, by chance. */
	#ending(random: Random, { milliseconds, changes }: Unbroken) {
		const pick = <T>(items: readonly T[]) =>
			items[randomBelow(random, items.length)];
		const signal = pick(["SIGKILL", "SIGTERM", "SIGINT"] as const);
		if (randomBelow(random, 2) === 0) {
			const isGroup = randomBelow(random, 2) === 0;
			const after = randomBelow(random, Math.ceil(1.1 * milliseconds));
			const during = async (pid: number) => {
				await sleep(after);
				try {
					process.kill(isGroup ? -pid : pid, signal);
				} catch {
					// It has ended.
				}
			};
			return {
				what: `${signal} to the ${isGroup ? "group" : "process"} after ${after} ms`,
				mayThrow: false,
				run: () => runApart(this.#args, {}, during),
			};
		}
		const who = changes.worker > 0 ? pick(["main", "worker"] as const) : "main";
		const how = who === "worker" ? pick([signal, "exit", "throw"]) : signal;
		const at = randomBelow(random, changes[who]);
		const dies = `${who}:${at}:${how}`;
		return {
			what: dies,
			mayThrow: !how.startsWith("SIG"),
			run: () => runApart(this.#args, { SEQPACK_DIES: dies }),
		};
	}
}

test.runIf(CASES > 0)(
	`killed ${CASES} times as a process, a command that is run again writes the same bytes`,
	async () => {
		const trials = new Map<Writing, Trial>();
		const wrong: string[] = [];
		for (let number = 0; number < CASES; number++) {
			const random = randomOf("processes", number);
			const own = all[randomBelow(random, all.length)];
			const place = join(directory, "outputs", `process-${trials.size}`);
			const trial = trials.get(own) ?? new Trial(own, place);
			trials.set(own, trial);
			const problem = await trial.run(random).catch(String);
			if (problem !== null)
				wrong.push(`processes ${number}, ${own.name}, ${problem}`);
		}
		expect(wrong).toEqual([]);
	},
);

test.skipIf(isDaily)("the preload ends what it is to end", async () => {
	const out = join(directory, "ended", "out");
	const args = withThreads(all[0].args(out));
	const { signal } = await runApart(args, { SEQPACK_DIES: "worker:3:SIGKILL" });
	expect(signal).toBe("SIGKILL");
	expect(existsSync(dirname(out))).toBe(true);
});
