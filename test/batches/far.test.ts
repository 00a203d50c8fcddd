import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBatches as openBuiltBatches } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import {
	type Batch,
	type BatchOptions,
	build,
	type CurriculumOptions,
	exportDataset,
	openBatches,
	packStore,
	planCurriculum,
} from "../../src/index.js";
import { PATIENCE } from "../../src/storage/http/persist.js";
import { filesBelow, seqpack, sharedDirectory } from "../helpers.js";
import { FakeS3, type Fault, type Received } from "../storage/s3/fake-s3.js";
import { allOf, builtFrom } from "./datasets.js";

PATIENCE.firstWait = 1;
PATIENCE.longestWait = 5;

const shared = sharedDirectory();
const here = (name: string) => join(shared, name);
const there = (name: string) => `s3://bucket/all/${name}`;

const packedOptions = {
	layout: "packed",
	decomposer: undefined,
	minLength: undefined,
	maxLength: undefined,
	seqLen: 4096,
	shardTokens: 2 ** 17,
	format: "arrow",
} as const;

beforeAll(async () => {
	await builtFrom("code", here("packed"), packedOptions);
	await builtFrom("prose", here("buckets"));
	await builtFrom("code", here("whole"), {
		decomposer: "whole",
		minLength: 512,
		maxLength: 4096,
	});
	await builtFrom("prose", here("store"), {
		layout: "documents",
		format: "arrow",
		decomposer: undefined,
		minLength: undefined,
		maxLength: undefined,
	});
	await packStore({
		store: here("store"),
		seqLen: 4096,
		out: here("packing"),
		workers: 0,
	});
	writeFileSync(here("traces.jsonl"), traces());
	await build({
		inputs: [here("traces.jsonl")],
		tokensField: "ids",
		maskField: "train",
		vocabSize: 64,
		layout: "documents",
		workers: 0,
		out: here("traces"),
	});
	await packStore({
		store: here("traces"),
		seqLen: 512,
		prefixTree: true,
		out: here("trees"),
		workers: 0,
	});
}, 60_000);

/** Answers to prompts, as token ids with masks. */
function traces(): string {
	const tokens = (count: number, seed: number) =>
		Array.from({ length: count }, (_, i) => (i * i * 7 + i * seed) % 64);
	const lines = Array.from({ length: 200 }, (_, i) => {
		const prompt = tokens(100 + ((i >> 2) % 50), i >> 2);
		const ids = [...prompt, ...tokens(10 + ((i * 37) % 90), i)];
		const train = ids.map((_, at) => Number((at + i) % 3 > 0));
		return JSON.stringify({ ids, train });
	});
	return `${lines.join("\n")}\n`;
}

type Planned = Omit<CurriculumOptions, "out" | "datasets"> & {
	datasets: string[];
};

const plans: Record<string, [Planned, BatchOptions]> = {
	buckets: [
		{ datasets: ["buckets"], tokensPerStep: 4096, schedule: "grow-p2" },
		{ columns: ["position_ids", "labels"] },
	],
	"two datasets": [
		{ datasets: ["packed", "packing"], tokensPerStep: 4 * 4096 },
		{ worldSize: 4, rank: 3 },
	],
	packed: [
		{ datasets: ["packed"], tokensPerStep: 4 * 4096 },
		{ columns: ["segment_ids"], worldSize: 2, rank: 1 },
	],
	balanced: [
		{ datasets: ["packed"], tokensPerStep: 4 * 4096 },
		{ worldSize: 2, rank: 1, balanceRanks: true },
	],
	cut: [
		{ datasets: ["packed"], tokensPerStep: 4 * 4096 },
		{ worldSize: 4, rank: 1, sequenceParallel: 2, sequenceShares: "zigzag" },
	],
	flat: [
		{ datasets: ["packed"], tokensPerStep: 4 * 4096, batches: "flat" },
		{},
	],
	"token budget": [
		{
			datasets: ["packed"],
			tokensPerStep: 8192,
			worldSize: 2,
			batches: "token-budget",
		},
		{ worldSize: 2, rank: 1 },
	],
	groups: [
		{
			datasets: ["packing"],
			tokensPerStep: 16 * 4096,
			batches: "flat",
			parallelPlan: "flexsp",
			devices: 8,
			tokensPerDevice: 3072,
		},
		{ rank: 3 },
	],
	whole: [{ datasets: ["whole"], tokensPerStep: 4096 }, {}],
	index: [{ datasets: ["packing"], tokensPerStep: 2 * 4096 }, {}],
	trees: [
		{ datasets: ["trees"], tokensPerStep: 4 * 512 },
		{
			columns: ["position_ids", "target_from", "target_weight", "node_parent"],
			worldSize: 2,
			rank: 1,
		},
	],
	streams: [
		{
			datasets: ["store"],
			order: "documents",
			chunk: 512,
			tokensPerStep: 4096,
		},
		{ worldSize: 2, rank: 1 },
	],
};

/** Plans on this machine, unless that was done. */
async function planned(name: string): Promise<string> {
	const [{ datasets, ...options }] = plans[name];
	const out = `plan of ${name}`;
	await planCurriculum({
		...options,
		datasets: datasets.map(here),
		out: here(out),
		overwrite: true,
	});
	return out;
}

/** A server that has all that is on this machine. */
async function served(options: Parameters<typeof FakeS3.start>[0] = {}) {
	const fake = await FakeS3.start(options);
	for (const path of filesBelow(shared))
		fake.put(`all/${path}`, readFileSync(here(path)));
	return fake;
}

/** Of the requests for objects, so many go wrong. */
function faulty(every: number) {
	const faults: Fault[] = ["busy", "reset", "lost", "cut"];
	let count = 0;
	return ({ method }: Received): Fault =>
		method !== "PUT" && ++count % every === 0
			? faults[(count / every) % faults.length]
			: "none";
}

function expectSame(found: Batch[], due: Batch[]): void {
	expect(found).toHaveLength(due.length);
	for (const [i, { columns, ...rest }] of due.entries()) {
		const { columns: other, ...otherRest } = found[i];
		expect(otherRest).toEqual(rest);
		expect(Object.keys(other)).toEqual(Object.keys(columns));
		for (const [name, column] of Object.entries(columns)) {
			const bytes = (part: unknown) => {
				const { buffer, byteOffset, byteLength } = part as Int32Array;
				return Buffer.from(buffer, byteOffset, byteLength);
			};
			const [a, b] = [column, other[name]];
			expect(bytes(b.values).equals(bytes(a.values)), name).toBe(true);
			if ("offsets" in a && "offsets" in b)
				expect(bytes(b.offsets).equals(bytes(a.offsets)), name).toBe(true);
		}
	}
}

describe.each(Object.keys(plans))("%s", (name) => {
	const [, options] = plans[name];

	test("batches from a bucket are those from a disk, though one request of five fails", async () => {
		const plan = await planned(name);
		const some = { ...options, readAhead: 0, fromStep: 1, steps: 12 };
		const due = await allOf(await openBatches(here(plan), some));
		await served({ fault: faulty(5) });
		expectSame(await allOf(await openBatches(there(plan), some)), due);
	});
});

// Plans are of rows that manifests count, or of sequences whose lengths are read.
test.each(["two datasets", "token budget", "streams", "groups"])(
	"a plan that is made in a bucket is that of a disk: %s",
	async (name) => {
		const [{ datasets, ...asked }] = plans[name];
		const plan = await planned(name);
		const fake = await served({ fault: faulty(7) });
		await planCurriculum({
			...asked,
			datasets: datasets.map(there),
			out: there("new plan"),
		});
		const made = Object.entries(fake.contents()).filter(([key]) =>
			key.startsWith("all/new plan/"),
		);
		expect(made.map(([key]) => key.slice("all/new plan/".length))).toEqual(
			filesBelow(here(plan)),
		);
		for (const [key, bytes] of made)
			expect(
				bytes.equals(
					readFileSync(here(join(plan, key.slice("all/new plan/".length)))),
				),
			).toBe(true);
	},
);

test("a thread that reads ahead gives the same, and resumes at the last step in a few requests", async () => {
	const plan = await planned("buckets");
	const fake = await served();
	const { totals } = await openBatches(here(plan)).then(({ plan }) => plan);
	const near = { fromStep: totals.steps - 25, readAhead: 0 };
	const due = await allOf(await openBatches(here(plan), near));
	const { fromStep: first } = near;
	expectSame(
		await allOf(await openBuiltBatches(there(plan), { fromStep: first })),
		due,
	);
	fake.requests.length = 0;
	const fromStep = totals.steps - 1;
	const last = await openBuiltBatches(there(plan), { fromStep });
	expectSame(await allOf(last), due.slice(-1));
	const rows = due[due.length - 1].rows;
	const shards = new Set(fake.requests.map(({ path }) => path)).size;
	expect(fake.requests.length).toBeLessThan(20 + rows + 5 * shards);
});

test("the command writes the same from a bucket", async () => {
	const plan = await planned("packed");
	await served();
	const [near, far] = [
		await seqpack(["batches", here(plan), "--steps", "3"]),
		await seqpack(["batches", there(plan), "--steps", "3"]),
	];
	expect(far.stderr).toBe("");
	expect(far.bytes.equals(near.bytes)).toBe(true);
});

test.each(["buckets", "packed", "packing", "plan of packed", "store"])(
	"%s is exported from a bucket as from a disk",
	async (name) => {
		await planned("packed");
		const fake = await served({ fault: faulty(6) });
		const near = here("out");
		await exportDataset({ source: here(name), to: "jsonl", out: near });
		const out = there("out");
		await exportDataset({ source: there(name), to: "jsonl", out });
		const made = Object.entries(fake.contents())
			.filter(([key]) => key.startsWith("all/out/"))
			.map(([key, bytes]) => [key.slice(8), bytes.toString()]);
		const due = filesBelow(near).map((path) => [
			path,
			readFileSync(join(near, path), "utf8"),
		]);
		expect(due.length).toBeGreaterThan(1);
		expect(made).toEqual(due);
		rmSync(near, { recursive: true });
	},
);

describe("bad input", () => {
	test("a shard that is gone, one that is damaged, one that was replaced", async () => {
		const plan = await planned("packed");
		const fake = await served();
		const shards = Object.keys(fake.contents()).filter((key) =>
			/all\/packed\/data\/.*arrow/.test(key),
		);
		const read = async () =>
			allOf(await openBatches(there(plan), { readAhead: 0 }));
		const [key] = shards;
		const whole = fake.contents()[key];
		fake.objects.delete(`bucket/${key}`);
		await expect(read()).rejects.toThrow(
			/there is no such file or directory. The dataset was built anew, moved or removed/,
		);
		fake.put(key, whole.subarray(1));
		await expect(read()).rejects.toThrow(
			/cannot be read: it has \d+ bytes of \d+/,
		);
		fake.put(key, Buffer.alloc(whole.length));
		await expect(read()).rejects.toThrow(/no Arrow stream/);
		fake.put(key, whole);
		const batches = await openBatches(there(plan), { readAhead: 0 });
		await expect(
			(async () => {
				for await (const _ of batches)
					for (const shard of shards)
						fake.put(shard, Buffer.concat([whole, Buffer.alloc(1)]));
			})(),
		).rejects.toThrow(/was replaced while it was read|bytes of/);
	});
});
