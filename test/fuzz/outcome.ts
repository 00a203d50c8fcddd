import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import type { Random } from "../../src/core/random.js";
import { randomOf, seed } from "../cases.js";
import { root } from "../helpers.js";

/** How a case ended: with a result, with an error for people, or in a way that nothing may end. */
export type Outcome<R> =
	| { kind: "result"; result: R }
	| { kind: "error"; code: string; message: string; exitCode: number }
	| { kind: "fault"; what: string };

interface Answer<R> {
	number: number;
	outcome: Outcome<R>;
	/** MB of memory, at most. */
	peak: number;
}

/** Seconds of processor time that a case may take, and of any time. */
const LIMIT = 5;
const LIMIT_WAITING = 60;
/** MB of memory that a case may take. */
const MOST_MEMORY = 1024;
/** Jiffies in a second, on every Linux that there is. */
const JIFFIES = 100;

/**
 * A process that cases run in, one after the other: it is ended, and another begun, where one does
 * not come to an end.
 */
export class Cases<I, R> {
	readonly #module: string;
	#child: ChildProcess | null = null;
	#stderr = "";
	#next = 0;

	/** @param module Of this folder; it exports `run`, which takes what cases are, and gives what they come to. */
	constructor(module: string) {
		this.#module = join(root, "test/fuzz", module);
		afterAll(() => this.#end());
	}

	async run(input: I): Promise<Outcome<R>> {
		const child = await this.#started();
		const number = this.#next++;
		const answer = new Promise<Answer<R> | string>((resolve) => {
			const begun = { cpu: secondsOf(child), at: performance.now() };
			const watch = setInterval(() => {
				const waited = (performance.now() - begun.at) / 1000;
				const took = secondsOf(child) - begun.cpu;
				if (took > LIMIT || waited > LIMIT_WAITING)
					done(`no end after ${took} s of processor time`);
			}, 250);
			const onMessage = (message: unknown) => done(message as Answer<R>);
			const onExit = (code: number | null, signal: string | null) =>
				done(`the process ended with ${code ?? signal}: ${this.#stderr}`);
			const done = (what: Answer<R> | string) => {
				clearInterval(watch);
				child.off("message", onMessage).off("exit", onExit);
				resolve(what);
			};
			child.on("message", onMessage).on("exit", onExit);
			child.send({ number, input });
		});
		const told = await answer;
		if (typeof told === "string") {
			this.#end();
			return { kind: "fault", what: told };
		}
		if (told.peak <= MOST_MEMORY) return told.outcome;
		this.#end();
		return { kind: "fault", what: `${told.peak} MB of memory` };
	}

	async #started(): Promise<ChildProcess> {
		if (this.#child !== null) return this.#child;
		const child = fork(join(root, "test/fuzz/serve.mjs"), [this.#module], {
			serialization: "advanced",
			stdio: ["ignore", "ignore", "pipe", "ipc"],
		});
		this.#child = child;
		this.#stderr = "";
		child.stderr?.setEncoding("utf8").on("data", (text: string) => {
			this.#stderr = (this.#stderr + text).slice(-2000);
		});
		const [begun] = await Promise.race([
			once(child, "message"),
			once(child, "exit").then(() => [null]),
		]);
		if (begun === null) throw new Error(`serve.mjs ended: ${this.#stderr}`);
		return child;
	}

	#end(): void {
		this.#child?.kill("SIGKILL");
		this.#child = null;
	}
}

/** Processor time of a process in seconds; 0 where the system does not tell. */
function secondsOf({ pid }: ChildProcess): number {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return (Number(fields[11]) + Number(fields[12])) / JIFFIES;
	} catch {
		return 0;
	}
}

/** How cases ended, by what was tried: printed where many are. */
export class Tally {
	readonly #counts = new Map<string, Record<string, number>>();

	add(what: string, { kind }: Outcome<unknown>): void {
		const counts = this.#counts.get(what) ?? { result: 0, error: 0, fault: 0 };
		counts[kind]++;
		this.#counts.set(what, counts);
	}

	print(): void {
		if (process.env.SEQPACK_CASES !== undefined) console.log(`${this}`);
	}

	toString(): string {
		return [...this.#counts]
			.map(
				([what, { result, error, fault }]) =>
					`${what}: ${result} results, ${error} errors${fault > 0 ? `, ${fault} FAULTS` : ""}`,
			)
			.join("\n");
	}
}

/**
 * Tries some cases, and fails with those that went wrong, at most ten of them, by name and number.
 * @param attempt Tries one, and says what is wrong with its end; null: nothing.
 */
export async function tryCases(
	name: string,
	count: number,
	attempt: (random: Random, tally: Tally) => Promise<string | null>,
): Promise<void> {
	const tally = new Tally();
	const only = process.env.SEQPACK_CASE;
	const wrong: string[] = [];
	const numbers =
		only === undefined
			? Array.from({ length: count }, (_, i) => i)
			: only.split(",").map(Number);
	for (const number of numbers) {
		const problem = await attempt(randomOf(name, number), tally);
		if (problem !== null)
			wrong.push(`${name}, case ${number}, seed ${seed}: ${problem}`);
		if (wrong.length >= 10) break;
	}
	tally.print();
	expect(wrong.join("\n\n")).toBe("");
}
