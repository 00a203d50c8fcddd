import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
	type BuildOptions,
	build,
	type Column,
	datasetFormats,
	exportDataset,
	type Figures,
	openDataset,
	packRecords,
	packStore,
	readFigures,
	tableFormats,
} from "seqpack";
import { describe, expect, test } from "vitest";
import { exportFormats } from "../../../src/dataset/exports/exports.js";
import { layouts } from "../../../src/dataset/layouts/layouts.js";
import { storageAt } from "../../../src/storage/storages.js";
import { parquet } from "../../../src/tables/parquet.js";
import {
	directoryWith,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../../helpers.js";

const shared = sharedDirectory();
const usual = { tokenizer: tokenizerPath, workers: 0 };

/** Texts of one to four bytes a character; some of no token, some longer than a row. */
const records = Array.from({ length: 60 }, (_, i) => ({
	id: `r${i}`,
	text: `Line ${i}: é, 漢字 and 😀.\n`.repeat(i % 11),
}));
const jsonLines = (some: readonly object[]) =>
	some.map((record) => `${JSON.stringify(record)}\n`).join("");
const corpus = () =>
	directoryWith({
		"a.jsonl": jsonLines(records.slice(0, 25)),
		"b.jsonl": jsonLines(records.slice(25)),
	});

/** What each layout needs to be told. */
const ofLayouts: Readonly<Record<string, Partial<BuildOptions>>> = {
	packed: { seqLen: 64 },
	buckets: { minLength: 8, maxLength: 64 },
	documents: {},
};

const lengthsIn = (histogram: Figures["documentLengths"]) =>
	histogram?.bins.filter(({ count }) => count > 0) ?? [];

/** A histogram is that of some lengths: each is in one range, which follow one another without a gap. */
function expectHistogram(
	histogram: Figures["documentLengths"],
	lengths: readonly number[],
): void {
	if (lengths.length === 0) {
		expect(histogram).toBeNull();
		return;
	}
	const tokens = lengths.reduce((sum, length) => sum + length, 0);
	expect(histogram).toMatchObject({
		...{ count: lengths.length, tokens },
		min: Math.min(...lengths),
		max: Math.max(...lengths),
	});
	const bins = histogram?.bins ?? [];
	for (const [i, { first, last, count, tokens }] of bins.entries()) {
		if (i > 0) expect(first).toBe(bins[i - 1].last + 1);
		const own = lengths.filter((length) => first <= length && length <= last);
		expect(count).toBe(own.length);
		expect(tokens).toBe(own.reduce((sum, length) => sum + length, 0));
	}
	expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(lengths.length);
}

/** The lengths of sequences, and how many each row has, out of all rows. */
async function sequencesOf(directory: string) {
	const lengths: number[] = [];
	const perRow: number[] = [];
	for await (const batch of (await openDataset(directory)).rows()) {
		const { values, offsets } = batch.columns.seq_lengths as Extract<
			Column,
			{ type: "list<int32>" }
		>;
		lengths.push(...values);
		for (let i = 0; i < batch.rows; i++)
			perRow.push(offsets[i + 1] - offsets[i]);
	}
	return { lengths, perRow };
}

async function documentsOf(directory: string): Promise<number[]> {
	const lengths: number[] = [];
	for await (const { columns } of (await openDataset(directory)).documents())
		lengths.push(...(columns.tokens.values as Int32Array));
	return lengths;
}

/** All that a manifest counts is in the figures as it is there. */
async function expectManifest(directory: string, figures: Figures) {
	const { manifest } = await openDataset(directory);
	const { totals, summary, sources } = manifest;
	expect(figures.totals).toMatchObject({
		...{ records: totals.records, documents: totals.documents },
		...{ sequences: summary.sequences, rows: summary.rows },
		...{ tokens: summary.tokens, labels: summary.labels },
		...{ textBytes: totals.textBytes, files: manifest.inputs.length },
	});
	expect(figures.dropped).toEqual(
		Object.entries(totals.dropped).map(([reason, of]) => ({ reason, ...of })),
	);
	const names = sources.filter(({ name }) => name !== null);
	const read = totals.textTokens + totals.specialTokens;
	for (const { name, documents, rows, textTokens, specialTokens } of names) {
		const tokens = textTokens + specialTokens;
		expect(
			figures.sources.entries.find((source) =>
				source.name.startsWith(`${name}`),
			),
		).toMatchObject({ documents, rows, tokens, share: tokens / read });
	}
	if (figures.rows === null) return;
	for (const [key, value] of Object.entries(figures.rows))
		if (key in summary)
			expect([key, value]).toEqual([key, summary[key as "fill"]]);
	expect(figures.rows.cutDocuments).toBe(totals.cutDocuments);
	expect(figures.buckets.rest).toBeNull();
	expect(figures.buckets.entries).toEqual(
		summary.buckets.map(
			({ split, length, rows, sequences, tokens, share, fill }) =>
				expect.objectContaining({
					...{ split, length, rows, sequences, tokens, share, fill },
				}),
		),
	);
}

describe("Figures of a dataset are those of its manifest, and of all of its rows", () => {
	for (const layout of layouts.names)
		for (const format of datasetFormats.names)
			test(`of the layout ${layout} in ${format}`, async () => {
				const out = join(temporaryDirectory(), "out");
				const options = ofLayouts[layout];
				expect(options, `what ${layout} needs`).toBeDefined();
				await build({
					...{ ...usual, ...options, layout, format, out },
					inputs: [corpus()],
				} as BuildOptions);
				const figures = await readFigures(out);
				await expectManifest(out, figures);
				expectHistogram(figures.documentLengths, await documentsOf(out));
				const { lengths, perRow } = await sequencesOf(out);
				if (!layouts.find(layout).packs) {
					expect(figures.kind).toBe("store");
					expect(figures.sequenceLengths).toBeNull();
				} else {
					expectHistogram(figures.sequenceLengths, lengths);
					expectHistogram(figures.sequencesPerRow, perRow);
				}
				const files = figures.sources.entries;
				const sum = (key: "documents" | "tokens") =>
					files.reduce((sum, file) => sum + (file[key] ?? 0), 0);
				expect(sum("documents")).toBe(records.length);
				expect(sum("tokens")).toBe(figures.documentLengths?.tokens);
			});

	test("of a packing, whose documents are its store's", async () => {
		const [store, packing] = [join(shared, "store"), join(shared, "packing")];
		await build({
			...usual,
			inputs: [corpus()],
			layout: "documents",
			out: store,
		});
		await packStore({ store, seqLen: 64, out: packing, workers: 0 });
		const figures = await readFigures(packing, { tokenizer: tokenizerPath });
		expect(figures.kind).toBe("packing");
		await expectManifest(packing, figures);
		expectHistogram(figures.documentLengths, await documentsOf(store));
		const { lengths, perRow } = await sequencesOf(packing);
		expectHistogram(figures.sequenceLengths, lengths);
		expectHistogram(figures.sequencesPerRow, perRow);
		for (const { segments } of figures.samples)
			for (const { document, offset, text } of segments) {
				const own = records[Number(document.slice(1))].text;
				// A row ends within a document, and a document with a token of its end.
				const said = text?.[0].text.replace(/<[^>]*>$|\ufffd+$/, "") ?? "?";
				if (offset === 0) expect(own.startsWith(said), said).toBe(true);
			}
		// Every row that a document is in, and no other, is found by its id.
		const opened = await openDataset(packing);
		for (const id of ["r5", "r10", "r59"]) {
			const found = await readFigures(packing, { document: id });
			const rows: number[] = [];
			for (let row = 0; row < opened.manifest.summary.rows; row++) {
				const { doc_ids } = await opened.row(row);
				const number = BigInt(id.slice(1));
				if ((doc_ids as BigInt64Array).includes(number)) rows.push(row);
			}
			expect(found.samples.map(({ row }) => row)).toEqual(rows);
		}
		const trees = join(temporaryDirectory(), "trees");
		await packStore({
			...{ store, seqLen: 64, out: trees, workers: 0 },
			...{ prefixTree: true, minShared: 2 },
		});
		expect((await readFigures(trees)).facts).toContainEqual({
			name: "prefix trees",
			value: "prefixes of at least 2 tokens that documents share are held once",
		});
		const { path, rows } = opened.manifest.shards[0];
		const ofShard = await readFigures(join(packing, path));
		expect(ofShard.kind).toBe("shard");
		expect(ofShard.totals).toMatchObject({ rows, sequences: lengths.length });
		expectHistogram(ofShard.sequenceLengths, lengths);
		rmSync(store, { recursive: true });
		const alone = await readFigures(packing);
		expect(alone.documentLengths).toBeNull();
		expect(alone.samples).toEqual([]);
		expect(alone.faults.join("\n")).toMatch(/store/);
		await expectManifest(packing, alone);
	});

	test("by source, held-out split and file", async () => {
		const out = join(temporaryDirectory(), "out");
		const paths = [corpus(), corpus()];
		await build({
			...{ ...usual, out, validation: 0.3 },
			// Some tokens are in no row.
			...{ layout: "buckets", minLength: 16, maxLength: 64 },
			sources: [
				{ name: "web", inputs: [paths[0]] },
				{ name: "books", inputs: [paths[1]] },
			],
		} as BuildOptions);
		const figures = await readFigures(out);
		await expectManifest(out, figures);
		expect(figures.sources.entries.map(({ name }) => name).sort()).toEqual([
			"books",
			"web",
		]);
		const sumOf = (
			{ entries }: Figures["sources"],
			name: "documents" | "tokens" | "share",
		) => entries.reduce((sum, one) => sum + (one[name] ?? 0), 0);
		for (const { parts, documents, tokens, share } of figures.sources.entries) {
			expect(sumOf(parts, "documents")).toBe(documents);
			expect(sumOf(parts, "tokens")).toBe(tokens);
			expect(sumOf(parts, "share")).toBeCloseTo(share ?? 0, 9);
		}
		expect(sumOf(figures.sources, "share")).toBeCloseTo(1, 9);
		expect(sumOf(figures.sources, "tokens")).toBeGreaterThan(
			figures.totals.tokens ?? 0,
		);
		expect(
			new Set(figures.buckets.entries.map(({ split }) => split)).size,
		).toBe(2);
	});
});

describe("Rows", () => {
	test("of conversations tell what is trained on", async () => {
		const out = join(temporaryDirectory(), "out");
		const chats = directoryWith({
			"chats.jsonl": jsonLines(
				[1, 2, 3].map((n) => ({
					segments: [
						{ label: false, text: `Question ${n}? ` },
						{ label: true, text: `The answer is ${n}.` },
					],
				})),
			),
		});
		for (const shift of [false, true]) {
			await build({
				...{ ...usual, seqLen: 128, inputs: [chats], out, overwrite: true },
				conversations: "segments",
				...(shift && { columns: ["labels"], shift }),
			} as BuildOptions);
			const { samples } = await readFigures(out, { tokenizer: tokenizerPath });
			const segments = samples.flatMap(({ segments }) => segments);
			expect(segments).toHaveLength(3);
			for (const { text, trained, ids } of segments) {
				const of = (isOne: boolean) =>
					text
						?.filter(({ isTrained }) => isTrained === isOne)
						.map(({ text }) => text)
						.join("");
				expect(of(false)).toMatch(/^Question \d\? ?$/);
				expect(of(true)).toMatch(/^ ?The answer is \d\.(<.*>)?$/);
				expect(trained).toHaveLength(2);
				expect(trained?.[1]).toBeLessThanOrEqual(ids.length);
			}
			// Its shard by itself says the same, though its columns do not tell of a shift.
			const [{ path }] = (await openDataset(out)).manifest.shards;
			const alone = await readFigures(join(out, path));
			expect(
				alone.samples.flatMap((row) => row.segments.map((one) => one.trained)),
			).toEqual(segments.map(({ trained }) => trained));
		}
	});

	test("are the first, and one of most documents, where none are asked for", async () => {
		const out = join(temporaryDirectory(), "out");
		await build({ ...usual, seqLen: 256, inputs: [corpus()], out });
		const counts: number[] = [];
		for await (const { rows, columns } of (await openDataset(out)).rows()) {
			const { offsets } = columns.seq_lengths as { offsets: Int32Array };
			for (let i = 0; i < rows; i++) counts.push(offsets[i + 1] - offsets[i]);
		}
		const { samples } = await readFigures(out);
		const most = Math.max(...counts);
		expect(most).toBeGreaterThan(1);
		expect(samples.map(({ row }) => row)).toEqual([
			...new Set([0, 1, 2, counts.indexOf(most)]),
		]);
	});

	test("are those asked for, with as many tokens as asked for", async () => {
		const out = join(temporaryDirectory(), "out");
		await build({ ...usual, seqLen: 64, inputs: [corpus()], out });
		const opened = await openDataset(out);
		const { samples } = await readFigures(out, { rows: "2..4", tokens: 7 });
		expect(samples.map(({ row }) => row)).toEqual([2, 3, 4]);
		for (const {
			row,
			length,
			shownTokens,
			segments,
			segmentCount,
		} of samples) {
			const { input_ids, seq_lengths } = await opened.row(row);
			const ids = [...(input_ids as Int32Array)];
			expect(segments.flatMap(({ ids }) => ids)).toEqual(ids.slice(0, 7));
			expect(segments.map(({ tokens }) => tokens)).toEqual([
				...(seq_lengths as Int32Array),
			]);
			expect([length, shownTokens]).toEqual([ids.length, 7]);
			expect(segmentCount).toBe(segments.length);
		}
		const refused = async (options: Parameters<typeof readFigures>[1]) =>
			expect(readFigures(out, options)).rejects;
		await (await refused({ rows: "4..2" })).toThrow("rows");
		await (await refused({ rows: "0..900" })).toThrow("256 are shown at most");
		await (await refused({ rows: "99999" })).toThrow("has no row 99999");
		await (await refused({ document: "nobody" })).toThrow("has no document");
		await (await refused({ textField: "x" })).toThrow("would change nothing");
	});
});

describe("Figures of what is no dataset", () => {
	test("of packed records are those of their manifest", async () => {
		const from = join(temporaryDirectory(), "records.parquet");
		const tokens = Int32Array.from({ length: 100 }, (_, i) => (i * 7) % 60);
		const file = await storageAt(from).create(from);
		const writer = parquet.write(file, [{ name: "n", type: "int32" }], {
			...{ compression: "none", batchRows: 100, metadata: new Map() },
		});
		await writer.write({
			rows: 100,
			columns: { n: { type: "int32", values: tokens } },
		});
		await writer.close();
		await file.commit();
		for (const format of tableFormats.names) {
			const out = join(temporaryDirectory(), "out");
			const { manifest } = await packRecords({
				...{ inputs: [from], out, lengthColumn: "n", seqLen: 64, format },
			});
			const figures = await readFigures(out);
			expect(figures.kind).toBe("records");
			const {
				rows,
				tokens: all,
				fill,
				padding,
				lowerBoundRows,
				gap,
			} = manifest.summary;
			expect(figures.totals).toMatchObject({ rows, tokens: all, records: 100 });
			expect(figures.rows).toMatchObject({
				fill,
				padding,
				lowerBoundRows,
				gap,
			});
			expectHistogram(
				figures.sequenceLengths,
				[...tokens].filter((length) => length > 0),
			);
			expect(figures.samples.map(({ row }) => row)).toEqual([0, 1, 2]);
			for (const { segments } of figures.samples)
				for (const { document, tokens: length } of segments) {
					const number = Number(/ record (\d+)$/.exec(document)?.[1]);
					expect(tokens[number - 1]).toBe(length);
				}
		}
	});

	test("of exports are those of their list, and their rows where these can be read", async () => {
		const out = join(temporaryDirectory(), "out");
		const { manifest } = await build({
			...usual,
			seqLen: 64,
			inputs: [corpus()],
			out,
		});
		const read: string[] = [];
		for (const to of exportFormats.names) {
			const directory = join(temporaryDirectory(), to);
			try {
				await exportDataset({ source: out, to, out: directory });
			} catch {
				// Some want rows of another kind.
				continue;
			}
			const { kind, totals, sequenceLengths } = await readFigures(directory);
			expect([to, kind]).toEqual([to, "export"]);
			expect([to, totals.rows]).toEqual([to, manifest.summary.rows]);
			if (sequenceLengths !== null) read.push(to);
			await expect(readFigures(directory, { rows: "999" })).rejects.toThrow(
				sequenceLengths === null ? "would change nothing" : "has no row 999",
			);
		}
		expect(read).toEqual(
			expect.arrayContaining(["megatron", "parquet", "mds"]),
		);
	});

	test("of single shards are those of their rows", async () => {
		for (const format of datasetFormats.names) {
			const out = join(temporaryDirectory(), "out");
			const { manifest } = await build({
				...usual,
				seqLen: 64,
				inputs: [corpus()],
				out,
				format,
			});
			const [{ path, rows, tokens, sequences }] = manifest.shards;
			const figures = await readFigures(join(out, path));
			expect(figures.kind).toBe("shard");
			expect(figures.totals).toMatchObject({ rows, tokens, sequences });
			const { lengths, perRow } = await sequencesOf(out);
			expectHistogram(figures.sequenceLengths, lengths);
			expectHistogram(figures.sequencesPerRow, perRow);
			const rowsOf = async (directory: string, document: string) =>
				(await readFigures(directory, { document })).samples.map(
					({ row }) => row,
				);
			expect(await rowsOf(join(out, path), "9")).toEqual(
				await rowsOf(out, "r9"),
			);
			for (const [asked, why] of [
				[{ document: "r9" }, "takes the number of one in its dataset"],
				[{ rows: "999..1002" }, `has no row 999: it has ${rows}`],
			] as const)
				await expect(readFigures(join(out, path), asked)).rejects.toThrow(why);
		}
	});

	test("of a corpus are those of a build of it, and say what to build", async () => {
		const path = corpus();
		const out = join(temporaryDirectory(), "out");
		const { manifest } = await build({
			...usual,
			inputs: [path],
			layout: "documents",
			out,
		});
		const figures = await readFigures(path, { tokenizer: tokenizerPath });
		expect(figures.kind).toBe("corpus");
		expect(figures.totals).toMatchObject({
			...{ records: 60, documents: 60, files: 2 },
			tokens: manifest.summary.tokens,
			textBytes: manifest.totals.textBytes,
		});
		expectHistogram(figures.documentLengths, await documentsOf(out));
		expect(figures.advice?.seqLen).toBe(512);
		for (const { padding, truncation, attention } of figures.advice?.choices ??
			[])
			for (const share of [padding, truncation, attention]) {
				expect(share).toBeGreaterThanOrEqual(0);
				expect(share).toBeLessThanOrEqual(1);
			}
		expect(figures.samples[1].segments[0].text?.[0].text).toBe(records[1].text);
		for (const asked of [{ rows: "52" }, { document: "r52" }]) {
			const { samples } = await readFigures(path, asked);
			expect(samples.map(({ row }) => row)).toEqual([52]);
			expect(samples[0].segments).toMatchObject([
				{ document: "r52", text: [{ text: records[52].text }] },
			]);
		}
		for (const [asked, why] of [
			[{ document: "nobody" }, "takes its id"],
			[{ rows: "60" }, "has no document 60: it has 60"],
		] as const)
			await expect(readFigures(path, asked)).rejects.toThrow(why);
		const bytes = await readFigures(path);
		expect(bytes.advice).toBeNull();
		expect(bytes.totals.tokens).toBeNull();
		expectHistogram(
			bytes.documentLengths,
			records.map(({ text }) => Buffer.byteLength(text)),
		);
	});

	test("a build that is not finished is said", async () => {
		const out = temporaryDirectory();
		mkdirSync(join(out, ".seqpack"));
		await expect(readFigures(out)).rejects.toThrow("is not finished");
	});

	test("nothing at a path is said", async () => {
		await expect(readFigures(join(shared, "nothing"))).rejects.toThrow(
			/nothing/,
		);
	});
});

test("A dataset of a document without a token has figures", async () => {
	const out = join(temporaryDirectory(), "out");
	await build({
		...{ ...usual, layout: "documents", addEos: false, out },
		inputs: [directoryWith({ "a.jsonl": jsonLines([{ text: "" }]) })],
	} as BuildOptions);
	const figures = await readFigures(out);
	expect(figures.totals).toMatchObject({ documents: 1, rows: 1, tokens: 0 });
	expect(lengthsIn(figures.documentLengths)).toEqual([
		{ first: 0, last: 0, count: 1, tokens: 0 },
	]);
	expect(figures.samples).toHaveLength(1);
	expect(readFileSync(join(out, "seqpack.json"), "utf8")).not.toBe("");
});

test("rows and a document cannot both be asked for", async () => {
	await expect(
		readFigures(corpus(), { rows: "0", document: "r1" }),
	).rejects.toMatchObject({
		code: "bad-option",
		message: expect.stringContaining("give one of the two"),
	});
});
