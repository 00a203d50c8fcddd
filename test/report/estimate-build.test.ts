import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import {
	type BuildEstimate,
	type BuildOptions,
	build,
	type Estimate,
	estimateBuild,
	type Manifest,
} from "seqpack";
import { describe, expect, test } from "vitest";
import {
	createRandom,
	permutation,
	randomBelow,
} from "../../src/core/random.js";
import { allRows } from "../../src/dataset/totals.js";
import { smallCorpus } from "../build/small-corpus.js";
import {
	contentsOf,
	directoryWith,
	everything,
	filesBelow,
	fixtures,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { corpora } from "../sources/corpora.js";

const usual = { tokenizer: tokenizerPath, seqLen: 512, workers: 0 };

/** Prose, then code, 1 to 12 lines in a text. */
const texts = (() => {
	const prose = filesBelow(join(fixtures, "prose"))
		.filter((path) => path.endsWith(".txt"))
		.map((path) => readFileSync(join(fixtures, "prose", path), "utf8"));
	const code = gunzipSync(readFileSync(join(fixtures, "code/code.jsonl.gz")))
		.toString()
		.split("\n")
		.filter((line) => line !== "")
		.map((line): string => JSON.parse(line).text);
	const paragraphs = [...prose, ...code]
		.flatMap((text) => text.split("\n"))
		.filter((line) => line.trim() !== "");
	const random = createRandom(7);
	const made: string[] = [];
	for (let at = 0; at < paragraphs.length; ) {
		const end = at + 1 + randomBelow(random, 12);
		made.push(paragraphs.slice(at, end).join("\n"));
		at = end;
	}
	return made;
})();

/** In the order of chance: so do the beginnings of files stand for the rest. */
const mixed = Array.from(
	permutation(texts.length, createRandom(3)),
	(i) => texts[i],
);

const sumOf = (numbers: readonly number[]) =>
	numbers.reduce((total, n) => total + n, 0);

const jsonLines = (of: readonly string[]) =>
	Buffer.from(
		of.map((text, i) => `${JSON.stringify({ text, n: i % 10 })}\n`).join(""),
	);

async function both(
	options: Omit<BuildOptions, "out" | "tokenizer">,
	sampleSize?: number,
): Promise<{ estimate: BuildEstimate; manifest: Manifest }> {
	const out = join(temporaryDirectory(), "data");
	const all = { ...usual, ...options, out } as BuildOptions;
	const estimate = await estimateBuild(all, {
		...(sampleSize !== undefined && { sampleSize }),
	});
	expect(existsSync(out)).toBe(false);
	const { manifest } = await build(all);
	return { estimate, manifest };
}

function countsIn({ counts }: BuildEstimate) {
	if (counts === null) throw new Error("nothing was counted");
	return counts;
}

const valuesOf = (of: Record<string, Estimate>) =>
	Object.fromEntries(
		Object.entries(of).map(([name, { value, error }]) => {
			expect(error).toBe(0);
			return [name, value];
		}),
	);

function expectExact(estimate: BuildEstimate, manifest: Manifest): void {
	const counts = countsIn(estimate);
	const { totals, summary, shards } = manifest;
	expect(estimate.sample.isWhole).toBe(true);
	const { records, documents, textBytes, rows, sequences, padding } = counts;
	expect(valuesOf({ records, documents, textBytes, rows, sequences })).toEqual({
		records: totals.records,
		documents: totals.documents,
		textBytes: totals.textBytes,
		rows: summary.rows,
		sequences: summary.sequences,
	});
	expect(counts.tokens).toEqual({
		value: totals.textTokens + totals.specialTokens,
		error: 0,
	});
	expect(padding.value).toBe(summary.padding);
	expect(counts.fill).toBeCloseTo(summary.fill, 12);
	expect(valuesOf(counts.leftOutRecords)).toEqual(totals.leftOutRecords);
	expect(valuesOf(counts.skippedRecords)).toEqual(totals.skippedRecords);
	expect(counts.shards.value).toBe(shards.length);
	expect(counts.shardBytes.value).toBe(
		shards.reduce((sum, { bytes }) => sum + bytes, 0),
	);
	expect(
		counts.buckets.map(({ split, length, rows, tokens }) => ({
			split,
			length,
			rows: rows.value,
			tokens: tokens.value,
		})),
	).toEqual(
		summary.buckets.map(({ split, length, rows, tokens }) => ({
			split,
			length,
			rows,
			tokens,
		})),
	);
	expect(estimate.tasks.read).toBe(manifest.tasks.read);
	expect(estimate.tasks.repack).toBe(manifest.tasks.repack);
}

describe("input that is read whole comes to exactly what the build counts:", () => {
	const some = mixed.slice(0, 60);
	const lines = jsonLines([...some, ...some.slice(0, 20)]);

	test.each<[string, Partial<BuildOptions>]>([
		["several tasks", { taskSize: 10_000 }],
		["rows that are filled", { taskSize: 10_000, packer: "concat" }],
		["a row a document", { packer: "padded", longDocuments: "truncate" }],
		["a condition and a sample", { where: "n > 2", sample: 0.5 }],
		["the first documents", { limit: 31, taskSize: 20_000 }],
		["no repeats", { dedupe: "exact", taskSize: 20_000 }],
		["documents held out", { validation: 9, taskSize: 20_000 }],
		["documents that are dropped", { longDocuments: "drop", minSequence: 40 }],
	])("%s", async (_, options) => {
		const inputs = [join(directoryWith({ "a.jsonl": lines }), "a.jsonl")];
		const { estimate, manifest } = await both({ inputs, ...options });
		expectExact(estimate, manifest);
		expect(estimate.stops).toBeNull();
	});

	test("buckets", async () => {
		const inputs = [directoryWith({ "a.jsonl": lines })];
		const { seqLen: _, ...rest } = usual;
		const out = join(temporaryDirectory(), "data");
		const options = {
			...rest,
			inputs,
			out,
			layout: "buckets",
			minLength: 64,
			maxLength: 512,
		} as const;
		const estimate = await estimateBuild(options);
		const { manifest } = await build(options);
		expectExact(estimate, manifest);
		const { dropped } = countsIn(estimate);
		expect(
			Object.entries(dropped).map(([reason, { documents, tokens }]) => [
				reason,
				{ documents: documents.value, tokens: tokens.value },
			]),
		).toEqual(Object.entries(manifest.totals.dropped));
	});

	test("records that cannot be used", async () => {
		const bad = '{"text": 1}\n{"text": "a\n';
		const files = {
			"a.jsonl": lines,
			"b.jsonl.gz": gzipSync(Buffer.concat([lines, Buffer.from(bad)])),
		};
		const inputs = [directoryWith(files)];
		const skipping = await both({ inputs, onError: "skip" });
		expectExact(skipping.estimate, skipping.manifest);
		expect(skipping.estimate.stops).toBeNull();
		const out = join(temporaryDirectory(), "data");
		const stopping = await estimateBuild({ ...usual, inputs, out });
		expect(countsIn(stopping).skippedRecords).toEqual({
			"no-text": { value: 1, error: 0 },
			"not-json": { value: 1, error: 0 },
		});
		expect(stopping.stops?.message).toMatch(
			/b\.jsonl\.gz:81: a record has no text/,
		);
		await expect(build({ ...usual, inputs, out })).rejects.toThrow(
			"b.jsonl.gz:81",
		);
	});

	test("several sources, one of them repeated", async () => {
		const directory = directoryWith({
			"a.jsonl": jsonLines(some.slice(0, 40)),
			"b.jsonl": jsonLines(some.slice(40)),
		});
		const { estimate, manifest } = await both({
			sources: [
				{ name: "a", inputs: [join(directory, "a.jsonl")] },
				{ name: "b", inputs: [join(directory, "b.jsonl")], repeat: 2.5 },
			],
		});
		expectExact(estimate, manifest);
		expect(
			countsIn(estimate).sources.map(({ name, documents }) => [
				name,
				documents.value,
			]),
		).toEqual(manifest.sources.map(({ name, documents }) => [name, documents]));
	});

	const formats = ["webdataset", "csv", "text", "parquet"] as const;
	test.each(everything ? formats : formats.slice(0, 1))(
		"%s",
		async (inputFormat) => {
			const { files } = corpora[inputFormat].write(some.slice(0, 40));
			const directory = temporaryDirectory();
			for (const [name, bytes] of Object.entries(files)) {
				mkdirSync(join(directory, name, ".."), { recursive: true });
				writeFileSync(join(directory, name), bytes);
			}
			const { estimate, manifest } = await both({
				inputs: [directory],
				inputFormat,
			});
			expectExact(estimate, manifest);
		},
	);
});

/** Counts are within a share of what they should be, and within twice the range that the estimate gives. */
function expectNear(
	estimate: BuildEstimate,
	manifest: Manifest,
	share: number,
): void {
	const counts = countsIn(estimate);
	const { totals, summary } = manifest;
	expect(estimate.sample.isWhole).toBe(false);
	const tokens = totals.textTokens + totals.specialTokens;
	const due: [string, Estimate, number][] = [
		["documents", counts.documents, totals.documents],
		["textBytes", counts.textBytes, totals.textBytes],
		["tokens", counts.tokens, tokens],
		["rows", counts.rows, allRows(totals).rows],
		[
			"shardBytes",
			counts.shardBytes,
			manifest.shards.reduce((sum, { bytes }) => sum + bytes, 0),
		],
	];
	for (const [name, { value, error }, is] of due) {
		// Of a few rows, what a shard has beside them is much.
		const beside = name === "shardBytes" ? 0.15 : 0.02;
		expect(Math.abs(value / is - 1), `${name} ${value} ${is}`).toBeLessThan(
			share,
		);
		// Twice the range fails once in ten thousand.
		expect(error, name).not.toBeNull();
		expect(Math.abs(value - is), `${name} ± ${error}`).toBeLessThan(
			2 * (error ?? 0) + beside * is,
		);
	}
	expect(counts.fill).toBeCloseTo(summary.fill, 1);
}

describe("a sample comes near to what the build counts:", () => {
	const SIZE = 2 ** 18;
	const parts = Array.from({ length: 12 }, (_, part) =>
		mixed.filter((_, i) => i % 12 === part),
	);
	const filesOf = (
		ending: string,
		write: (texts: readonly string[]) => Uint8Array,
	) =>
		Object.fromEntries(
			parts.map((part, i) => [`${10 + i}.${ending}`, write(part)]),
		);
	const oneOf = (format: "csv" | "webdataset") => (part: readonly string[]) =>
		Object.values(corpora[format].write(part).files)[0];

	const kinds: [string, Record<string, Uint8Array>, Partial<BuildOptions>][] = [
		["one file of lines", { "a.jsonl": jsonLines(texts) }, {}],
		["gzip", filesOf("jsonl.gz", (part) => gzipSync(jsonLines(part))), {}],
		["files of lines", filesOf("jsonl", jsonLines), { packer: "concat" }],
		[
			"text files",
			Object.fromEntries(
				texts.map((text, i) => [
					`${String(i).padStart(5, "0")}.txt`,
					Buffer.from(text),
				]),
			),
			{},
		],
		["csv", filesOf("csv", oneOf("csv")), {}],
		["tar", filesOf("tar", oneOf("webdataset")), {}],
	];
	const tried = everything ? kinds : kinds.slice(0, 2);
	test.each(tried)("%s", async (_, files, options) => {
		const bytes = sumOf(Object.values(files).map(({ length }) => length));
		const inputs = [directoryWith(files)];
		const { estimate, manifest } = await both(
			{ inputs, taskSize: 2 ** 19, ...options },
			Math.max(SIZE, bytes / 5),
		);
		const { sample, stops } = estimate;
		expect(sample.bytes).toBeLessThan(sample.ofBytes / 2);
		expect(stops).toBeNull();
		expectNear(estimate, manifest, 0.2);
		expect(countsIn(estimate).skippedRecords).toEqual({});
	});

	test("what is left out, and the bad among them", async () => {
		const lines = texts.map((text, i) =>
			i % 20 === 3 ? "{}" : JSON.stringify({ text, n: i % 10 }),
		);
		const inputs = [
			directoryWith({ "a.jsonl": Buffer.from(lines.join("\n")) }),
		];
		const { estimate, manifest } = await both(
			{ inputs, onError: "skip", where: "n != 4", sample: 0.5 },
			SIZE,
		);
		expectNear(estimate, manifest, 0.25);
		const { leftOutRecords, skippedRecords } = countsIn(estimate);
		const { totals } = manifest;
		for (const [found, due] of [
			[leftOutRecords, totals.leftOutRecords],
			[skippedRecords, totals.skippedRecords],
		] as const) {
			expect(Object.keys(found).sort()).toEqual(Object.keys(due).sort());
			for (const [reason, { value, error }] of Object.entries(found))
				expect(Math.abs(value - due[reason])).toBeLessThan(
					2 * (error ?? 0) + 0.1 * due[reason],
				);
		}
	});

	test("the first documents, sources and repeats", async () => {
		const directory = directoryWith({
			"a.jsonl": jsonLines(texts),
			"b.txt": Buffer.from(texts.join("\n%\n")),
		});
		const { estimate, manifest } = await both(
			{
				sources: [
					{ name: "a", inputs: [join(directory, "a.jsonl")], limit: 200 },
					{
						name: "b",
						inputs: [join(directory, "b.txt")],
						separator: "\\n%\\n",
						repeat: 2,
					},
				],
			},
			SIZE,
		);
		const { sources } = countsIn(estimate);
		expect(sources[0].documents.value).toBeCloseTo(200, 5);
		const [, repeated] = manifest.sources;
		expect(
			Math.abs(sources[1].documents.value / repeated.documents - 1),
		).toBeLessThan(0.2);
		expect(estimate.notices.join()).toMatch(
			/a limit takes the first documents/,
		);
	});
});

test("what cannot be known of a part is said", async () => {
	const inputs = [directoryWith({ "a.jsonl.gz": gzipSync(jsonLines(texts)) })];
	const out = join(temporaryDirectory(), "data");
	const { counts, notices } = await estimateBuild(
		{ ...usual, inputs, out, dedupe: "exact", validation: 10 },
		{ sampleSize: 2 ** 17 },
	);
	expect(notices.join("\n")).toMatch(
		/repeat others.*\n.*10 documents to hold out.*\n.*only beginnings/,
	);
	// One beginning of one file tells nothing of how far others may be off.
	expect(counts?.documents.error).toBeNull();
});

test("a document that would stop the build is named", async () => {
	const inputs = [directoryWith({ "a.jsonl": jsonLines(texts.slice(0, 50)) })];
	const out = join(temporaryDirectory(), "data");
	const options = {
		...usual,
		inputs,
		out,
		seqLen: 64,
		longDocuments: "error",
	} as const;
	const { stops, counts } = await estimateBuild(options);
	expect(counts).toBeNull();
	expect(stops?.message).toMatch(/a\.jsonl: the document at byte \d+ has/);
	await expect(build(options)).rejects.toThrow(stops?.message);
});

test("a build of nothing would stop", async () => {
	const inputs = [directoryWith({ "a.jsonl": '{"text":"a"}\n' })];
	const out = join(temporaryDirectory(), "data");
	const options = { ...usual, inputs, out, minSequence: 100 };
	const { stops } = await estimateBuild(options);
	expect(stops?.message).toMatch(/^nothing is left of /);
	await expect(build(options)).rejects.toThrow(stops?.message);
});

describe("the output directory", () => {
	test("is left as it is, and said to be what it is", async () => {
		const out = join(temporaryDirectory(), "data");
		const inputs = [smallCorpus()];
		const options = { ...usual, inputs, out, taskSize: 20_000 };
		await build({ ...options, out: `${out}-expected` });
		const stop = new AbortController();
		await expect(
			build({
				...options,
				signal: stop.signal,
				onProgress: ({ unit, done }) => {
					if (unit === "task" && done >= 2) stop.abort();
				},
			}),
		).rejects.toThrow("stopped");
		const before = contentsOf(out);
		const { output, tasks: byKind } = await estimateBuild(options);
		const tasks = byKind.read + byKind.repack;
		expect(output).toEqual({
			state: "unfinished",
			tasksDone: expect.any(Number),
			fault: null,
		});
		expect(output.tasksDone).toBeGreaterThanOrEqual(2);
		expect(contentsOf(out)).toEqual(before);
		const { tasksResumed } = await build(options);
		expect(tasksResumed).toBe(output.tasksDone);
		expect(contentsOf(out)).toEqual(contentsOf(`${out}-expected`));
		expect((await estimateBuild(options)).output).toEqual({
			state: "built",
			tasksDone: tasks,
			fault: null,
		});
		const other = await estimateBuild({ ...options, seqLen: 256 });
		expect(other.output.state).toBe("in-use");
		expect(other.output.fault?.message).toMatch(/made from something else/);
	});
});

test("standard input, which has to be written down, is refused", async () => {
	const out = join(temporaryDirectory(), "data");
	await expect(estimateBuild({ ...usual, inputs: ["-"], out })).rejects.toThrow(
		"name a file",
	);
	expect(existsSync(out)).toBe(false);
});
