import { createHash } from "node:crypto";
import { join } from "node:path";
import {
	type BuildOptions,
	build,
	openBatches,
	openDataset,
	planCurriculum,
	type SourceOptions,
	verify,
} from "seqpack";
import { describe, expect, test } from "vitest";
import { contentsOf, directoryWith, temporaryDirectory } from "../helpers.js";
import { readIndex } from "./dataset-rows.js";
import { smallBuild } from "./small-corpus.js";

const lines = (name: string, count: number) =>
	Array.from({ length: count }, (_, i) => {
		const body = `${name} ${i}. ${"some words of it ".repeat(1 + (i % 30))}`;
		return `${JSON.stringify({ id: `${name}-${i}`, body, n: i })}\n`;
	}).join("");

const corpus = () =>
	directoryWith({
		"web.jsonl": lines("web", 200),
		"code.jsonl": lines("code", 120).replaceAll('"body"', '"content"'),
	});

const sourcesOf = (
	directory: string,
	more: Partial<SourceOptions> = {},
): SourceOptions[] => [
	{ name: "web", inputs: [join(directory, "web.jsonl")] },
	{
		name: "code",
		inputs: [join(directory, "code.jsonl")],
		textField: "content",
		...more,
	},
];

function optionsOf(
	more: Partial<SourceOptions> = {},
	options: Partial<BuildOptions> = {},
): BuildOptions {
	const { inputs, ...rest } = smallBuild(
		"",
		join(temporaryDirectory(), "data"),
		{ taskSize: 20_000, textField: "body", ...options },
	);
	return { ...rest, sources: sourcesOf(corpus(), more) };
}

async function idsOf(out: string, source: string): Promise<string[]> {
	return (await readIndex(out))
		.filter(({ source_name }) => source_name === source)
		.map(({ id }) => id as string);
}

const range = (name: string, count: number) =>
	Array.from({ length: count }, (_, i) => `${name}-${i}`);

describe("several sources", () => {
	test("are each read in their own way, and known in index, shards and totals", async () => {
		const { out, manifest } = await build(optionsOf({ where: "n < 100" }));
		expect(await idsOf(out, "web")).toEqual(range("web", 200));
		expect(await idsOf(out, "code")).toEqual(range("code", 100));
		expect(manifest.sources).toMatchObject([
			{ name: "web", records: 200, documents: 200 },
			{ name: "code", records: 120, documents: 100 },
		]);
		const index = new Map(
			(await readIndex(out)).map(({ doc_id, source_name }) => [
				doc_id,
				source_name,
			]),
		);
		const dataset = await openDataset(out);
		let at = 0;
		for (const { source, rows } of manifest.shards)
			for (let row = 0; row < rows; row++)
				for (const id of (await dataset.row(at++)).doc_ids as BigInt64Array)
					expect(index.get(id)).toBe(source);
		for (const { name, rows, tokens } of manifest.sources) {
			const own = manifest.shards.filter(({ source }) => source === name);
			expect(own.reduce((sum, shard) => sum + shard.rows, 0)).toBe(rows);
			expect(own.reduce((sum, shard) => sum + shard.tokens, 0)).toBe(tokens);
		}
		expect((await verify(out)).problems).toEqual([]);
	});

	test("come as often as they are to, the last share chosen by hash", async () => {
		const { out, manifest } = await build(optionsOf({ repeat: 2.25 }));
		const share = range("code", 120).filter((_, i) => {
			const text = `code ${i}. ${"some words of it ".repeat(1 + (i % 30))}`;
			const hash = createHash("sha256").update(text).digest();
			return hash.readUIntBE(0, 6) / 2 ** 48 < 0.25;
		});
		expect(share.length).toBeGreaterThan(10);
		expect(await idsOf(out, "code")).toEqual([
			...range("code", 120),
			...range("code", 120),
			...share,
		]);
		expect(manifest.totals.leftOutRecords).toEqual({
			repeat: 120 - share.length,
		});
		expect((await verify(out)).problems).toEqual([]);
	});

	test("have limits of their own, and are deduplicated together", async () => {
		const directory = corpus();
		const { sources: _, ...options } = optionsOf();
		const [web, code] = sourcesOf(directory, { limit: 30 });
		const { out, manifest } = await build({
			...options,
			dedupe: "exact",
			sources: [web, { ...web, name: "again", repeat: 2 }, code],
		});
		expect(await idsOf(out, "web")).toEqual(range("web", 200));
		expect(await idsOf(out, "again")).toEqual([]);
		expect(await idsOf(out, "code")).toEqual(range("code", 30));
		expect(manifest.totals.leftOutRecords.dedupe).toBe(400);
	});

	test("are the same with any workers", async () => {
		const more = { repeat: 1.5, limit: 100 };
		const options = { dedupe: "exact", validation: 0.2 } as const;
		const [one, two] = await Promise.all([
			build(optionsOf(more, { ...options, workers: 0 })),
			build(optionsOf(more, { ...options, workers: 2 })),
		]);
		expect(contentsOf(two.out)).toEqual(contentsOf(one.out));
	});

	test("can be weighed in a curriculum, each by its name", async () => {
		const options = optionsOf({}, { format: "arrow", seqLen: 128 });
		const { out, manifest } = await build(options);
		const plan = join(temporaryDirectory(), "plan");
		const { datasets } = await planCurriculum({
			datasets: [`${out}/#web`, `${out}#code`],
			tokensPerStep: 512,
			out: plan,
		});
		const rowsOf = (i: number) =>
			datasets[i].buckets.reduce((sum, { rows }) => sum + rows, 0);
		expect([rowsOf(0), rowsOf(1)]).toEqual(
			manifest.sources.map(({ rows }) => rows),
		);
		let rows = 0;
		for await (const batch of await openBatches(plan)) rows += batch.rows;
		expect(rows).toBeGreaterThan(0);
		await expect(
			planCurriculum({
				datasets: [`${out}#wep`],
				tokensPerStep: 512,
				out: `${plan}2`,
			}),
		).rejects.toThrow(/data has no source "wep"; it has: web, code\.$/);
	});

	test("that are not right are named", async () => {
		for (const [more, sentence] of [
			[{ sample: 2 }, /^the source "code": sample is 2: give a number/],
			[{ where: "a ==" }, /where is "a =="/],
			[{ repeat: 0 }, /^the source "code": repeat is 0/],
			[{ name: "web" }, /^the source "web" is there twice/],
			[{ inputs: [] }, /no inputs are given/],
			[
				{ tokenizer: "x" },
				/^the source "code": there is no option "tokenizer"/,
			],
		] as const)
			await expect(
				build(optionsOf(more as Partial<SourceOptions>)),
			).rejects.toThrow(sentence);
		await expect(build({ ...optionsOf(), inputs: ["a"] })).rejects.toThrow(
			/^inputs would change nothing: the sources have/,
		);
	});
});
