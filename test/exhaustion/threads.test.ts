import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, composeFiles } from "seqpack";
import { describe, expect, test } from "vitest";
import { randomBelow } from "../../src/core/random.js";
import { smallBuild, smallCorpus } from "../build/small-corpus.js";
import { casesOf, randomOf } from "../cases.js";
import {
	contentsOf,
	directoryWith,
	root,
	temporaryDirectory,
} from "../helpers.js";

interface Bad {
	deed: "exit" | "hang" | "heap" | "throw" | "reject" | "buffers" | "loop";
	/** The number of the task or unit. */
	job: number;
	times: number;
	/** Milliseconds after its begin; left out: instead of it. */
	late?: number;
	marks: string;
}

interface Case {
	work: "build" | "compose";
	options: Record<string, unknown>;
	bad: Bad;
	limits?: object;
	stopAfter?: number;
}

interface Came {
	bytes: number;
	documents: number;
	tokens: number;
	again: string[];
	failure: { code: string; exitCode: number; message: string } | null;
	milliseconds: number;
}

/** What a thread's end is called. */
const sentences: Record<Bad["deed"], RegExp> = {
	exit: /a thread ended before its work did, with exit code 7\./,
	heap: /a thread ran out of memory: give fewer workers, a smaller window or taskSize, or shorter documents\./,
	hang: /a thread gave no sign of life for \d+ seconds\./,
	throw: /TypeError: this is not what it should be\. It may be a defect/,
	reject: /Error: nobody waits for this\. It may be a defect/,
	buffers: /a thread ran out of memory: give fewer workers/,
	loop: /a thread gave no sign of life for \d+ seconds\./,
};
const deeds = Object.keys(sentences) as Bad["deed"][];
/** Threads of a machine that has much else to do begin late. */
const limits = { silence: 6_000, grace: 300, pause: 10, heap: 100 };

/** Does all cases in one process, whose threads misbehave. */
function come(cases: readonly Case[]): Promise<Came[]> {
	const list = join(temporaryDirectory(), "cases.json");
	writeFileSync(list, JSON.stringify(cases));
	const child = spawn(
		process.execPath,
		[
			`--import=${join(root, "test/exhaustion/bad-threads.mjs")}`,
			join(root, "test/exhaustion/run-with-bad-threads.mjs"),
			list,
		],
		{ stdio: ["ignore", "pipe", "inherit"] },
	);
	let out = "";
	child.stdout.on("data", (part) => {
		out += part;
	});
	return new Promise((resolve) =>
		child.on("close", () =>
			resolve(
				out
					.trim()
					.split("\n")
					.map((line) => JSON.parse(line)),
			),
		),
	);
}

/** A build whose threads misbehave, and where to. */
function badBuild(bad: Omit<Bad, "marks">, more: Partial<Case> = {}): Case {
	const directory = temporaryDirectory();
	const marks = join(directory, "marks");
	mkdirSync(marks);
	const isSilent = bad.deed === "hang" || bad.deed === "loop";
	return {
		work: "build",
		options: {
			...smallBuild(smallCorpus(8, directory), join(directory, "out")),
			workers: 2,
		},
		bad: { ...bad, marks },
		limits: isSilent ? limits : { ...limits, silence: 600_000 },
		...more,
	};
}

const outOf = ({ options }: Case) => options.out as string;

async function expected(): Promise<Record<string, string>> {
	const directory = temporaryDirectory();
	const out = join(directory, "out");
	await build(smallBuild(smallCorpus(8, directory), out));
	return contentsOf(out);
}

describe("a thread that", () => {
	test("dies, throws, hangs or runs out of memory is replaced, and its task tried again", async () => {
		const some = Array.from(
			{ length: casesOf({ daily: 0, everything: 6, share: 0.05 }) },
			(_, number) => {
				const random = randomOf("bad threads", number);
				const late =
					randomBelow(random, 2) === 0 ? 1 + randomBelow(random, 60) : 0;
				return badBuild({
					deed: deeds[randomBelow(random, deeds.length)],
					job: randomBelow(random, 3),
					times: 1 + randomBelow(random, 2),
					...(late > 0 && { late }),
				});
			},
		);
		const cases = [
			...deeds
				.slice(0, casesOf({ daily: 2, everything: deeds.length }))
				.map((deed, i) => badBuild({ deed, job: i % 3, times: 1 })),
			...some,
		];
		const whole = await expected();
		for (const [i, came] of (await come(cases)).entries()) {
			const name = `case ${i}: ${JSON.stringify(cases[i].bad)}`;
			expect(came.failure, name).toBeNull();
			// One that does harm after its task is done spoils nothing.
			if (cases[i].bad.late === undefined)
				expect(came.again.length, name).toBe(cases[i].bad.times);
			expect(contentsOf(outOf(cases[i])), name).toEqual(whole);
			expect(came, name).toMatchObject({ documents: 8, tokens: 50_803 });
		}
	});

	test("is lost every time fails in one sentence, and a second run ends with the same bytes", async () => {
		const cases = deeds
			.slice(0, casesOf({ daily: 1, everything: deeds.length }))
			.map((deed, i) => badBuild({ deed, job: i % 3, times: 3 }));
		const failed = await come(cases);
		for (const [i, { failure, again }] of failed.entries()) {
			const { deed, job } = cases[i].bad;
			expect(failure?.exitCode, deed).toBe(1);
			expect(failure?.message).toMatch(sentences[deed]);
			expect(failure?.message).toMatch(
				new RegExp(
					`^task ${job}, which reads \\S+corpus\\.jsonl.*failed 3 times`,
				),
			);
			expect(again.length).toBe(2);
		}
		const whole = await expected();
		for (const [i, { failure }] of (await come(cases)).entries()) {
			expect(failure).toBeNull();
			expect(contentsOf(outOf(cases[i]))).toEqual(whole);
		}
	});

	test("does not stop when asked to is ended", async () => {
		const one = badBuild(
			{ deed: "loop", job: 0, times: 1 },
			{ stopAfter: 400 },
		);
		const [{ failure, milliseconds }] = await come([
			{ ...one, limits: { ...limits, silence: 600_000 } },
		]);
		expect(failure).toMatchObject({ code: "interrupted", exitCode: 130 });
		expect(milliseconds).toBeLessThan(20_000);
	});

	test("is lost while it composes is replaced, and what it wrote is not written twice", async () => {
		const lines = Array.from({ length: 900 }, (_, i) => ({
			id: `r${i}`,
			repo: `repo-${(i * 7919) % 131}`,
			text: `${i} `.repeat(400 + (i % 900)),
		}));
		const part = (from: number, to: number) =>
			lines
				.slice(from, to)
				.map((line) => `${JSON.stringify(line)}\n`)
				.join("");
		const inputs = directoryWith({
			"a.jsonl": part(0, 300),
			"b.jsonl": part(300, 600),
			"c.jsonl": part(600, 900),
		});
		const recipe = join(temporaryDirectory(), "recipe.json");
		writeFileSync(
			recipe,
			JSON.stringify({
				steps: [
					{ group: { by: "key", field: "repo" } },
					{ separator: { text: "\n" } },
				],
			}),
		);
		const options = {
			recipe,
			inputs: [inputs],
			groupMemory: 65_536,
			taskSize: 100_000,
		};
		const directory = temporaryDirectory();
		const whole = join(directory, "whole");
		await composeFiles({ ...options, out: whole, workers: 1 });
		const cases = (["exit", "throw", "reject"] as const).map(
			(deed, i): Case => {
				const marks = join(directory, `marks-${i}`);
				mkdirSync(marks);
				const out = join(directory, `out-${i}`);
				return {
					work: "compose",
					options: { ...options, out, workers: 2 },
					bad: { deed, job: i, times: 1, late: 5 + 15 * i, marks },
				};
			},
		);
		for (const [i, { failure }] of (await come(cases)).entries()) {
			expect(failure).toBeNull();
			expect(contentsOf(outOf(cases[i]))).toEqual(contentsOf(whole));
		}
	});
});
