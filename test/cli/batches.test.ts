import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { planCurriculum } from "seqpack";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { builtFrom, rowsOfBuckets } from "../batches/datasets.js";
import { root, seqpack, sharedDirectory } from "../helpers.js";

const shared = sharedDirectory();
const data = join(shared, "data");
const plan = join(shared, "plan");
let rows: Map<number, number[][]>;

beforeAll(async () => {
	await builtFrom("prose", data);
	rows = await rowsOfBuckets(data);
	const { code, stderr } = await seqpack([
		...["curriculum", data, "--schedule", "grow-p2", "--cycles", "2"],
		...["--tokens-per-step", "1K", "--world-size", "2", "--out", plan],
	]);
	expect(code, stderr).toBe(0);
	expect(stderr).toMatch(/Planned .*plan in/);
	expect(stderr).toMatch(/256 +\d+ steps of 4 rows/);
	expect(stderr).toMatch(/rows +[\d,]+ in steps, \d+ in none/);
	all = await linesOf([]);
});

/** Runs the command, with stdout as bytes. */
async function bytesOf(args: string[]): Promise<Buffer> {
	const { code, bytes, stderr } = await seqpack(["batches", plan, ...args]);
	expect(code, stderr).toBe(0);
	return bytes;
}

/** What the command writes of the whole plan to one rank. */
let all: Awaited<ReturnType<typeof linesOf>>;

async function linesOf(args: string[]) {
	return String(await bytesOf(["--format", "jsonl", ...args]))
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => JSON.parse(line));
}

test("jsonl: a line a batch, with the bucket and row of each", () => {
	const lines = all;
	const steps = JSON.parse(readFileSync(join(plan, "curriculum.json"), "utf8"))
		.totals.steps;
	expect(lines.map(({ step }) => step)).toEqual(
		Array.from({ length: steps }, (_, i) => i),
	);
	const seen = new Set<string>();
	for (const { length, bucket, row, input_ids } of lines) {
		expect(input_ids).toHaveLength(1024 / length);
		input_ids.forEach((ids: number[], i: number) => {
			expect(bucket[i]).toBe(length);
			expect(ids).toEqual(rows.get(length)?.[row[i]]);
			expect(seen.has(`${length} ${row[i]}`)).toBe(false);
			seen.add(`${length} ${row[i]}`);
		});
	}
});

test("arrow: the same batches as jsonl has, and the plan's hash", async () => {
	const lines = await linesOf([
		"--rank",
		"1",
		"--world-size",
		"2",
		"--columns",
		"labels",
	]);
	const table = tableFromIPC(
		await bytesOf(["--rank", "1", "--world-size", "2", "--columns", "labels"]),
	);
	const { planHash } = JSON.parse(
		readFileSync(join(plan, "curriculum.json"), "utf8"),
	);
	expect(table.schema.metadata.get("seqpack.plan")).toBe(planHash);
	expect(table.batches).toHaveLength(lines.length);
	for (const [i, batch] of table.batches.entries()) {
		const found = batch.toArray().map((row) => ({
			step: row.step,
			bucket: row.bucket,
			row: Number(row.row),
			ids: [...row.input_ids],
			labels: [...row.labels],
		}));
		const line = lines[i];
		expect(found).toEqual(
			line.row.map((row: number, at: number) => ({
				step: line.step,
				bucket: line.bucket[at],
				row,
				ids: line.input_ids[at],
				labels: line.labels[at],
			})),
		);
	}
});

test("a stream says how many batches follow, and one at the end of the plan is empty", async () => {
	expect(all.map(({ batches_left }) => batches_left)).toEqual(
		all.map((_, i) => all.length - 1 - i),
	);
	const end = ["--from-step", String(all.length)];
	expect(await linesOf(end)).toEqual([]);
	const { schema, numRows } = tableFromIPC(await bytesOf(end));
	expect(numRows).toBe(0);
	expect(schema.fields.map(({ name }) => name)).toContain("input_ids");
	const metadata = (name: string) => schema.metadata.get(`seqpack.${name}`);
	expect(
		["steps", "firstStep", "batches", "rank", "worldSize"].map(metadata),
	).toEqual([`${all.length}`, `${all.length}`, "0", "0", "1"]);
	expect(metadata("padId")).toMatch(/^\d+$/);
});

test("ranks come from the environment where none is named", async () => {
	vi.stubEnv("RANK", "1");
	vi.stubEnv("WORLD_SIZE", "2");
	try {
		const run = ["batches", plan, "--format", "jsonl"];
		const told = await seqpack(run);
		expect(told.stderr).toContain("rank 1 of 2, as RANK and WORLD_SIZE say");
		const named = [...run, "--rank", "1", "--world-size", "2"];
		const asked = await seqpack(named);
		expect(asked.stderr).toBe("");
		expect(told.stdout).toBe(asked.stdout);
		vi.stubEnv("WORLD_SIZE", "");
		const half = await seqpack(run);
		expect(half.code).toBe(2);
		expect(half.stderr).toMatch(/RANK "1" and WORLD_SIZE "", which are no two/);
	} finally {
		vi.unstubAllEnvs();
	}
});

test("a state file resumes, and a reader that stops early is no failure", async () => {
	const state = join(shared, "state.json");
	const { planHash } = JSON.parse(
		readFileSync(join(plan, "curriculum.json"), "utf8"),
	);
	writeFileSync(state, JSON.stringify({ plan: planHash, step: 9 }));
	expect(await linesOf(["--state", state])).toEqual(all.slice(9));
	expect(await linesOf(["--from-step", "9", "--steps", "3"])).toEqual(
		all.slice(9, 12).map((line, i) => ({ ...line, batches_left: 2 - i })),
	);
	const command = `"${process.execPath}" dist/bin/main.js batches "${plan}" --format jsonl | head -1`;
	const { status, stdout, stderr } = spawnSync(
		"bash",
		["-c", `set -o pipefail; ${command}`],
		{ cwd: root },
	);
	expect(String(stderr)).toBe("");
	expect(status).toBe(0);
	expect(JSON.parse(String(stdout))).toEqual(all[0]);
});

test("balanced ranks tell what they gain; stages come from a file; the plan as JSON", async () => {
	const stages = join(shared, "stages.json");
	const out = join(shared, "staged");
	writeFileSync(
		stages,
		JSON.stringify([
			{ maxLength: 64, tokens: 10_240 },
			{ schedule: "grow-linear" },
		]),
	);
	const made = await seqpack([
		...["curriculum", data, "--stages", stages, "--tokens-per-step", "1K"],
		...["--out", out, "--json"],
	]);
	expect(made.code, made.stderr).toBe(0);
	expect(made.stderr).toMatch(/stage 2 +\d+ steps, grow-linear/);
	expect(JSON.parse(made.stdout)).toEqual(
		JSON.parse(readFileSync(join(out, "curriculum.json"), "utf8")),
	);
	const { code, stderr } = await seqpack([
		"batches",
		out,
		"--balance-ranks",
		"--format",
		"jsonl",
	]);
	expect(code).toBe(0);
	expect(stderr).toMatch(/costliest rank of a step has 1\.0000 times the mean/);
});

describe("bad use", () => {
	test("of a directory that is no dataset", async () => {
		const plan = { tokensPerStep: 1024, out: join(shared, "x") };
		await expect(
			planCurriculum({ datasets: [shared], ...plan }),
		).rejects.toMatchObject({
			exitCode: 2,
			message: expect.stringMatching(/is not a dataset of seqpack/),
		});
	});

	test.each([
		[["batches", data], /is not a plan of seqpack: it has no curriculum.json/],
		[
			["batches", plan, "--state", "/nowhere.json"],
			/'--state <file>' argument '\/nowhere.json' is invalid.*no such file/,
		],
		[
			["batches", plan, "--format", "csv"],
			/there is no .*"csv"; there are: arrow, jsonl/,
		],
		[
			["curriculum", data, "--out", "x"],
			/^seqpack: --tokens-per-step is missing: give a whole number/,
		],
		[
			[
				"curriculum",
				data,
				"--tokens-per-step",
				"1K",
				"--out",
				join(shared, "x"),
				"--weights",
				"a",
			],
			/'--weights <list>' argument 'a' is invalid. Give a list of numbers/,
		],
		[
			[
				"curriculum",
				data,
				"--tokens-per-step",
				"1K",
				"--out",
				join(shared, "x"),
				"--stages",
				"/nowhere",
			],
			/'--stages <file>' argument '\/nowhere' is invalid. \/nowhere cannot be read: .*no such file/,
		],
	])("%j", async (args, sentence) => {
		const { code, stderr, stdout } = await seqpack(args);
		expect(stderr).toMatch(sentence);
		expect(stderr).not.toMatch(/should not have happened| at .*\.js/);
		expect(code).toBe(2);
		expect(stdout).toBe("");
	});
});
