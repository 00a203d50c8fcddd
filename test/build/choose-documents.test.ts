import { join } from "node:path";
import fc from "fast-check";
import {
	type BuildOptions,
	build,
	finalizeBuild,
	openBuild,
	openDataset,
	planBuild,
	runTasks,
	verify,
} from "seqpack";
import { describe, expect, test } from "vitest";
import { contentsOf, directoryWith, temporaryDirectory } from "../helpers.js";
import { readIndex } from "./dataset-rows.js";
import { smallBuild } from "./small-corpus.js";

/** Texts of which many come again, near and far, in two files. */
const texts = Array.from(
	{ length: 300 },
	(_, i) =>
		`Text ${(i * i) % 137} ${"and a few words ".repeat(1 + ((i * i) % 137) / 20)}`,
);
const lines = (from: number, to: number) =>
	texts
		.slice(from, to)
		.map((text, i) => `${JSON.stringify({ id: `${from + i}`, text })}\n`)
		.join("");
const corpus = () =>
	directoryWith({ "a.jsonl": lines(0, 180), "b.jsonl": lines(180, 300) });

const optionsOf = (options: Partial<BuildOptions>) =>
	smallBuild(corpus(), join(temporaryDirectory(), "data"), {
		taskSize: 5000,
		...options,
	});

async function idsOf(out: string): Promise<number[]> {
	return (await readIndex(out)).map(({ id }) => Number(id));
}

const firsts = texts.flatMap((text, i) =>
	texts.indexOf(text) === i ? [i] : [],
);

describe("dedupe", () => {
	test("keeps the first of documents with one text, across tasks and files", async () => {
		const { out, manifest } = await build(optionsOf({ dedupe: "exact" }));
		expect(manifest.tasks.read).toBeGreaterThan(4);
		expect(await idsOf(out)).toEqual(firsts);
		expect(manifest.totals).toMatchObject({
			records: texts.length,
			documents: firsts.length,
			leftOutRecords: { dedupe: texts.length - firsts.length },
		});
		expect((await verify(out)).problems).toEqual([]);
	});

	test("goes by what a template makes, under a condition, and counts each reason", async () => {
		const { out, manifest } = await build(
			optionsOf({ dedupe: "exact", text: "{text}.", where: 'id != "0"' }),
		);
		const due = firsts.map((first) =>
			first === 0 ? texts.indexOf(texts[0], 1) : first,
		);
		expect(await idsOf(out)).toEqual(due.sort((a, b) => a - b));
		expect(manifest.totals.leftOutRecords).toEqual({
			where: 1,
			dedupe: texts.length - 1 - firsts.length,
		});
	});
});

describe("limit", () => {
	test("takes the first documents, whatever the tasks", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 330 }),
				fc.constantFrom(5000, 20_000, 10_000_000),
				async (limit, taskSize) => {
					const { out } = await build(optionsOf({ limit, taskSize }));
					expect(await idsOf(out)).toEqual([...texts.keys()].slice(0, limit));
				},
			),
			{ numRuns: 4 },
		);
	});

	test("counts what is left after repeats, and reads no more than it needs", async () => {
		const { out, manifest } = await build(
			optionsOf({ limit: 30, dedupe: "exact" }),
		);
		expect(await idsOf(out)).toEqual(firsts.slice(0, 30));
		expect(manifest.totals.records).toBeLessThan(texts.length);
		expect((await verify(out)).problems).toEqual([]);
	});
});

describe("a number of documents that are held out", () => {
	test("is met exactly, by texts, and all of one text go together", async () => {
		for (const validation of [1, 60]) {
			const { out } = await build(optionsOf({ validation }));
			const index = new Map(
				(await readIndex(out)).map(({ doc_id, id }) => [doc_id, Number(id)]),
			);
			const held = new Set<string>();
			const trained = new Set<string>();
			for (const [split, found] of [
				["validation", held],
				["train", trained],
			] as const) {
				const dataset = await openDataset(out);
				for await (const { columns } of dataset.rows(undefined, split))
					for (const id of columns.doc_ids.values as BigInt64Array)
						found.add(texts[index.get(id) as number]);
			}
			expect(held.size).toBe(validation);
			expect([...held].filter((text) => trained.has(text))).toEqual([]);
			expect(held.size + trained.size).toBe(firsts.length);
		}
	});

	test("that there are not is refused", async () => {
		await expect(build(optionsOf({ validation: 1000 }))).rejects.toMatchObject({
			code: "too-few-documents",
			exitCode: 2,
		});
	});
});

test("two workers, and tasks run one by one in any order that can be, write the same", async () => {
	const options = {
		dedupe: "exact",
		limit: 40,
		validation: 0.3,
		taskSize: 16_000,
	} as const;
	const [one, two] = await Promise.all([
		build(optionsOf({ ...options, workers: 0 })),
		build(optionsOf({ ...options, workers: 2 })),
	]);
	const planned = await planBuild(optionsOf(options));
	let left = [...planned.plan.tasks.keys()].reverse();
	await expect(runTasks(planned, [0])).rejects.toMatchObject({
		code: "not-ready",
	});
	while (left.length > 0) {
		const notReady: number[] = [];
		for (const task of left)
			await runTasks(await openBuild(planned.out), [task]).catch((error) => {
				if (error.code !== "not-ready") throw error;
				notReady.push(task);
			});
		expect(notReady.length).toBeLessThan(left.length);
		left = notReady;
	}
	await finalizeBuild(planned);
	expect(contentsOf(two.out)).toEqual(contentsOf(one.out));
	expect(contentsOf(planned.out)).toEqual(contentsOf(one.out));
});
