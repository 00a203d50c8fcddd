import { createHash } from "node:crypto";
import { join } from "node:path";
import {
	type BuildOptions,
	build,
	openDataset,
	readDocuments,
	verify,
} from "seqpack";
import { describe, expect, test } from "vitest";
import { directoryWith, filesBelow, temporaryDirectory } from "../helpers.js";
import { readIndex } from "./dataset-rows.js";
import { smallBuild } from "./small-corpus.js";

const lines = (count: number) =>
	Array.from({ length: count }, (_, i) => {
		const text = `Document ${i}. ${"Some words of it. ".repeat(1 + (i % 40))}`;
		return `${JSON.stringify({ id: `${i}`, text })}\n`;
	}).join("");

const corpus = () =>
	directoryWith({ "a.jsonl": lines(400), "b.jsonl": lines(100) });

const built = (options: Partial<BuildOptions>) =>
	build(
		smallBuild(corpus(), join(temporaryDirectory(), "data"), {
			taskSize: 40_000,
			validation: 0.2,
			...options,
		}),
	);

/** The ids of documents whose SHA-256 says so. */
async function idsHeldOut(share: number): Promise<Set<string>> {
	const held = new Set<string>();
	for await (const { texts, ids } of readDocuments([corpus()]))
		texts.forEach((text, i) => {
			const hash = createHash("sha256").update(text).digest();
			if (hash.readUIntBE(8, 6) / 2 ** 48 < share) held.add(ids[i] as string);
		});
	return held;
}

describe.each([
	["packed", {}],
	[
		"buckets",
		{
			layout: "buckets",
			seqLen: undefined,
			minLength: 16,
			maxLength: 128,
		},
	],
] as const)("%s", (_layout, options) => {
	test("documents are held out by their hashes, each in one split", async () => {
		const { out, manifest } = await built(options);
		expect(manifest.tasks.read).toBeGreaterThan(1);
		const dataset = await openDataset(out);
		const splitOf = new Map<bigint, string>();
		const tokens: Record<string, number> = { train: 0, validation: 0 };
		for (const split of ["train", "validation"])
			for await (const { columns } of dataset.rows(undefined, split)) {
				const { doc_ids, input_ids } = columns;
				for (const id of doc_ids.values as BigInt64Array) {
					expect(splitOf.get(id) ?? split).toBe(split);
					splitOf.set(id, split);
				}
				tokens[split] += (input_ids.values as Int32Array).length;
			}
		const due = await idsHeldOut(0.2);
		expect(due.size).toBeGreaterThan(50);
		for (const { doc_id, id } of await readIndex(out))
			expect(splitOf.get(doc_id) === "validation").toBe(due.has(id as string));
		expect(tokens.validation).toBeGreaterThan(0);
		const { summary } = manifest;
		for (const split of ["train", "validation"])
			expect(
				summary.buckets
					.filter((bucket) => bucket.split === split)
					.reduce((sum, bucket) => sum + bucket.tokens, 0),
			).toBe(tokens[split]);
		expect((await verify(out)).problems).toEqual([]);
	});

	test("two workers write the same", async () => {
		const [one, two] = await Promise.all([
			built({ ...options, workers: 0 }),
			built({ ...options, workers: 2 }),
		]);
		expect(filesBelow(two.out)).toEqual(filesBelow(one.out));
	});
});

test("what is held out does not depend on the sample, nor on the order of the input", async () => {
	const { out } = await built({ sample: 0.5 });
	const dataset = await openDataset(out);
	const index = await readIndex(out);
	const idOf = new Map(index.map(({ doc_id, id }) => [doc_id, id]));
	const held = new Set<unknown>();
	for await (const { columns } of dataset.rows(undefined, "validation"))
		for (const id of columns.doc_ids.values as BigInt64Array)
			held.add(idOf.get(id));
	const due = await idsHeldOut(0.2);
	expect([...held].every((id) => due.has(id as string))).toBe(true);
	const expected = new Set(
		index.map(({ id }) => id).filter((id) => due.has(id as string)),
	);
	expect(held.size).toBe(expected.size);
	expect(held.size).toBeGreaterThan(10);
});

test("splits that names of files tell are said, and kept where that is asked for", async () => {
	const files = directoryWith({
		"train-0.jsonl": lines(60),
		"validation-0.jsonl": lines(90).split("\n").slice(60).join("\n"),
		"test-0.jsonl": lines(100).split("\n").slice(90).join("\n"),
	});
	const notices: string[] = [];
	const buildOf = (options: Partial<BuildOptions>) =>
		build({
			...smallBuild(files, join(temporaryDirectory(), "data")),
			inputs: [files],
			onNotice: (notice) => notices.push(notice),
			...options,
		});
	const plain = await buildOf({});
	expect(plain.manifest.summary.buckets).toHaveLength(1);
	expect(notices.splice(0)).toEqual([
		"the names of 2 files, such as test-0.jsonl, say test: what is in there is trained on like all else: splits can be kept apart",
	]);
	const { out } = await buildOf({ keepSplits: true, validation: 0.2 });
	expect(notices.join()).toMatch(/kept as a split of its own/);
	const sourceOf = new Map(
		(await readIndex(out)).map(({ doc_id, source }) => [doc_id, source]),
	);
	const dataset = await openDataset(out);
	const found: Record<string, Set<string | undefined>> = {};
	for (const split of ["train", "validation", "test"]) {
		found[split] = new Set();
		for await (const { columns } of dataset.rows(undefined, split))
			for (const id of columns.doc_ids.values as BigInt64Array)
				found[split].add(sourceOf.get(id));
	}
	expect(found).toEqual({
		train: new Set(["train-0.jsonl"]),
		validation: new Set(["train-0.jsonl", "validation-0.jsonl"]),
		test: new Set(["test-0.jsonl"]),
	});
	expect((await verify(out)).problems).toEqual([]);
});
