// Command lines, and options of functions, with values that they cannot have: each ends with an exit code that
// is documented, and a sentence.
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import {
	cpSync,
	mkdirSync,
	readdirSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { build, packStore, planBuild, planCurriculum } from "seqpack";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditTable } from "../../src/audit/options.js";
import { exitCodes } from "../../src/core/exit-codes.js";
import { type Random, randomBelow } from "../../src/core/random.js";
import { batchesTable } from "../../src/options/batches.js";
import { buildTable } from "../../src/options/build.js";
import { convertTable } from "../../src/options/convert.js";
import { curriculumTable } from "../../src/options/curriculum.js";
import { diffTable } from "../../src/options/diff.js";
import { exportToTable } from "../../src/options/export.js";
import { packRecordsTable } from "../../src/options/pack-records.js";
import { packStoreTable } from "../../src/options/pack-store.js";
import { traceTable } from "../../src/options/trace.js";
import { casesOf, randomOf, seed } from "../cases.js";
import { root, sharedDirectory } from "../helpers.js";
import { mutateJson, mutateText, pick } from "./mutate.js";

const cases = casesOf({ daily: 100, share: 0.15 });
const HANGS_AFTER = 60;
const MOST_SECONDS = 10;

const directory = sharedDirectory();
const template = join(directory, "template");
const outside = join(directory, "outside");
const work = join(directory, "outside", "work");
/** What a line may name as its output: `../outside`. */
const asked = join(directory, "outside", "outside");

interface Outcome {
	code: number | null;
	printed: string;
	stray?: string;
	isPolluted: boolean;
	seconds: number;
}

interface CommandOptions {
	names: string[];
	options: { long?: string; takes: boolean }[];
}

/** A line of each command that does something, from the directory of the template. */
const lines: Record<string, string> = {
	build:
		"in.jsonl --tokens-field ids --vocab-size 1000 --seq-len 64 --workers 0 --out out",
	plan: "in.jsonl --tokens-field ids --vocab-size 1000 --seq-len 64 --out out",
	"run-tasks": "begun --workers 0",
	status: "begun",
	finalize: "begun",
	init: "new.yaml",
	verify: "rows",
	trace: "rows --row 1",
	diff: "rows store",
	inspect: "rows",
	report: "rows --out report.html",
	audit: "rows",
	compose: "recipe.yaml in.jsonl --out composed.jsonl",
	curriculum: "rows --tokens-per-step 256 --out out",
	batches: "plan --steps 2 --read-ahead 0",
	pack: "store --seq-len 64 --workers 0 --out out",
	export: "rows --to nanogpt --out out",
	convert: "rows --format parquet --out out",
	python: "--out reader",
	completion: "bash",
	"tokenizer inspect": "tokenizer.json",
};

const VALUES = [
	...["", " ", "\0", "-", "--", "-1", "0", "1", "0.5", "1e9", "1e400", "NaN"],
	...["9007199254740993", "4294967296", "2K", "true", "null", "[]", "{}"],
	...['{"__proto__":{"polluted":1}}', "a,b,,c", "__proto__", "constructor"],
	...["é\u202e", "\ud800", "x".repeat(5000), "..", ".", "../outside", "rows"],
	...["plan", "store", "begun", "in.jsonl", "missing/file", "config.json"],
	...["../fifo", "/dev/null", "/dev/full", "rows/seqpack.json", "file:///x"],
	...["*", "[", "@in.jsonl", "@missing", "packed", "buckets", "arrow", "none"],
];

/** Numbers of these are seconds to wait, or where others answer. */
const WAITS = /wait|every|endpoint|executor|time|retries/;

let child: ChildProcess | null = null;
let commands: CommandOptions[] = [];

async function ask<T>(task: unknown): Promise<T> {
	child ??= fork(join(root, "test/fuzz/command-line-runs.mjs"), [], {
		execArgv: ["--max-old-space-size=512"],
		stdio: ["ignore", "ignore", "pipe", "ipc"],
		env: { PATH: process.env.PATH, HOME: directory, TMPDIR: directory },
	});
	const worker = child;
	return new Promise((resolve, reject) => {
		const ends = (what: string) => {
			child = null;
			worker.removeAllListeners();
			worker.kill("SIGKILL");
			reject(new Error(what));
		};
		const timer = setTimeout(
			() => ends(`no end within ${HANGS_AFTER} s`),
			HANGS_AFTER * 1000,
		);
		worker.once("exit", (code, signal) => {
			clearTimeout(timer);
			ends(`the process ended with ${code ?? signal}`);
		});
		worker.once("message", (answer) => {
			clearTimeout(timer);
			worker.removeAllListeners();
			resolve(answer as T);
		});
		worker.send(task as object);
	});
}

beforeAll(async () => {
	mkdirSync(template);
	mkdirSync(outside);
	const at = (name: string) => join(template, name);
	const documents = Array.from({ length: 12 }, (_, d) => ({
		id: `${d}`,
		text: `Document ${d}.`,
		ids: Array.from({ length: 20 + d }, (_, i) => (d * 31 + i) % 999),
	}));
	writeFileSync(
		at("in.jsonl"),
		documents.map((document) => `${JSON.stringify(document)}\n`).join(""),
	);
	const from = { inputs: [at("in.jsonl")], tokensField: "ids", workers: 0 };
	const made = { ...from, vocabSize: 1000 };
	await build({ ...made, seqLen: 64, format: "arrow", out: at("rows") });
	await build({ ...made, layout: "documents", out: at("store") });
	await packStore({
		store: at("store"),
		seqLen: 64,
		workers: 0,
		out: at("packing"),
	});
	await planCurriculum({
		datasets: [at("rows")],
		tokensPerStep: 128,
		out: at("plan"),
	});
	await planBuild({ ...made, seqLen: 64, out: at("begun") });
	writeFileSync(at("recipe.yaml"), "steps:\n  - sample: { documents: 5 }\n");
	writeFileSync(
		at("tokenizer.json"),
		'{"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}',
	);
	writeFileSync(
		at("config.json"),
		JSON.stringify({
			inputs: ["in.jsonl"],
			"tokens-field": "ids",
			vocabSize: 1000,
			seqLen: 64,
			workers: 0,
			out: "out",
		}),
	);
	execFileSync("mkfifo", [join(outside, "fifo")]);
	commands = await ask<CommandOptions[]>("commands");
}, 120_000);

afterAll(() => child?.kill("SIGKILL"));

test("every command has a line here", () => {
	expect(commands.map(({ names }) => names.join(" ")).sort()).toEqual(
		Object.keys(lines).sort(),
	);
});

function drawnLine(random: Random): string[] {
	const { names, options } = pick(commands, random);
	let args = lines[names.join(" ")].split(" ");
	const value = () => pick(VALUES, random);
	const option = () => {
		if (options.length === 0) return ["--x"];
		const { long = "--x", takes } = pick(options, random);
		if (WAITS.test(long)) return ["--quiet"];
		return takes ? [long, value()] : [long];
	};
	if (names[0] === "build" && randomBelow(random, 4) === 0)
		args = ["--config", "config.json"];
	for (let i = randomBelow(random, 4); i >= 0; i--) {
		const at = randomBelow(random, args.length + 1);
		const change = randomBelow(random, 8);
		if (change === 0) args.splice(at, 1);
		else if (change === 1) args.splice(at, 1, value());
		else if (change === 2) args.splice(at, 0, value());
		else if (change === 3)
			args.splice(at, 0, `--${mutateText(Buffer.from("seq-len"), random)}`);
		else args.push(...option());
	}
	return [...names, ...args];
}

/** Functions that take options, what stands before these, and what options there are. */
const functions: [string, unknown[], Record<string, unknown>, object][] = [
	[
		"build",
		[],
		{
			inputs: ["in.jsonl"],
			tokensField: "ids",
			vocabSize: 1000,
			seqLen: 64,
			workers: 0,
			out: "out",
		},
		buildTable,
	],
	[
		"packStore",
		[],
		{ store: "store", seqLen: 64, workers: 0, out: "out" },
		packStoreTable,
	],
	[
		"planCurriculum",
		[],
		{ datasets: ["rows"], tokensPerStep: 256, out: "out" },
		curriculumTable,
	],
	[
		"exportDataset",
		[],
		{ source: "rows", to: "nanogpt", out: "out" },
		exportToTable,
	],
	[
		"convertDataset",
		[],
		{ dataset: "rows", format: "parquet", out: "out" },
		convertTable,
	],
	[
		"packRecords",
		[],
		{ inputs: ["rows/data"], lengthColumn: "n", seqLen: 64, out: "out" },
		packRecordsTable,
	],
	["openBatches", ["plan"], { readAhead: 0, steps: 1 }, batchesTable],
	["traceRow", ["rows", 1], {}, traceTable],
	["diff", ["rows", "store"], {}, diffTable],
	["audit", ["rows"], {}, auditTable],
];

function drawnCall(random: Random) {
	const [name, before, options, table] = pick(functions, random);
	const names = Object.keys(table).filter((each) => !WAITS.test(each));
	const changes = Array.from({ length: 1 + randomBelow(random, 2) }, () => [
		pick(names, random),
		randomBelow(random, 1000),
	]);
	return { name, before, options, changes };
}

function namesOutside(): string {
	return JSON.stringify([
		readdirSync(directory).filter((name) => !name.startsWith("node-")),
		readdirSync(outside).filter((name) => name !== "outside"),
		statSync(template).mtimeMs,
	]);
}

const CODES: readonly number[] = Object.values(exitCodes).map(
	({ code }) => code,
);

function faultOf(
	{ code, printed, stray, isPolluted, seconds }: Outcome,
	task: object,
): string | null {
	if (stray !== undefined) return stray;
	if (isPolluted) return "what every object inherits is changed";
	if (code === null || !CODES.includes(code))
		return `exit code ${code}: ${printed}`;
	if (/should not have happened|\n {4}at /.test(printed)) return printed;
	// A difference that is asked for as an exit code alone.
	const isAnswer = /--quiet.*--exit-code|--exit-code.*--quiet/.test(
		JSON.stringify(task),
	);
	if (code !== 0 && printed.trim() === "" && !isAnswer)
		return `exit code ${code} without a word`;
	return seconds > MOST_SECONDS ? `it takes ${seconds} s` : null;
}

test(
	"whatever is asked for ends with a documented exit code and a sentence",
	async () => {
		const only = process.env.SEQPACK_CASE;
		const faults: string[] = [];
		const codes = new Map<number | null, number>();
		for (let number = 0; number < cases; number++) {
			if (only !== undefined && Number(only) !== number) continue;
			const random = randomOf("command line", number);
			rmSync(work, { recursive: true, force: true });
			rmSync(asked, { recursive: true, force: true });
			cpSync(template, work, { recursive: true });
			const config = Buffer.from(
				JSON.stringify({
					inputs: ["in.jsonl"],
					"tokens-field": "ids",
					vocabSize: 1000,
					seqLen: 64,
					workers: 0,
					out: "out",
				}),
			);
			writeFileSync(join(work, "config.json"), mutateJson(config, random));
			const before = namesOutside();
			const task =
				randomBelow(random, 3) > 0
					? { args: drawnLine(random) }
					: drawnCall(random);
			let fault: string | null;
			try {
				const outcome = await ask<Outcome>({ ...task, cwd: work });
				codes.set(outcome.code, (codes.get(outcome.code) ?? 0) + 1);
				fault = faultOf(outcome, task);
			} catch (error) {
				fault = (error as Error).message;
			}
			if (fault === null && namesOutside() !== before)
				fault = `it changed something outside: ${namesOutside()}, before ${before}`;
			if (fault === null) continue;
			faults.push(
				`case ${number} of seed ${seed}: ${JSON.stringify(task).slice(0, 1000)}: ${fault}`,
			);
			if (faults.length >= Number(process.env.SEQPACK_FAULTS ?? 5)) break;
		}
		if (process.env.SEQPACK_CASES !== undefined)
			console.log(`command lines, seed ${seed}:`, Object.fromEntries(codes));
		expect(faults).toEqual([]);
	},
	24 * 3_600_000,
);
