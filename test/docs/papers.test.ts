import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { loadTokenizer, openBatches, type Tokenizer } from "seqpack";
import { beforeAll, expect, test } from "vitest";
import { rowsOf } from "../batches/datasets.js";
import {
	type Row,
	readIndex,
	readManifest,
	rebuildDocuments,
} from "../build/dataset-rows.js";
import { fixtures, root, tokenizerPath } from "../helpers.js";
import { wordsIn } from "../recipes/records.js";
import { programsOf, runPrograms } from "./programs.js";
import { commandsOf, recipeDirectory, runIn } from "./recipes.js";

const directory = recipeDirectory();
const path = (...names: string[]) => join(directory, ...names);
let tokenizer: Tokenizer;
beforeAll(async () => {
	tokenizer = await loadTokenizer(tokenizerPath);
});

const ran: string[] = [];

/** Runs the commands of a page one after the other; gives the streams of batches that they write. */
async function run(page: string): Promise<Buffer[]> {
	ran.push(`${page}.md`);
	const streams: Buffer[] = [];
	for (const command of commandsOf(`docs/recipes/${page}.md`)) {
		const { bytes } = await runIn(directory, command);
		if (command[1] === "batches") streams.push(bytes);
	}
	return streams;
}

const linesOf = <T>(file: string): T[] =>
	readFileSync(path(file), "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));

interface Sequence {
	document: number;
	start: number;
	ids: number[];
	row: Row & Record<string, number[]>;
	/** Its place in the row. */
	at: number;
	split: string;
	number: number;
	count: number;
	/** What a column of the row has for its tokens. */
	of(column: string): number[];
}

/** All sequences of a dataset of Parquet files, by document and place. */
async function sequencesOf(name: string): Promise<Sequence[]> {
	const found: Sequence[] = [];
	for (const shard of readManifest(path(name)).shards) {
		const rows = (await parquetReadObjects({
			file: await asyncBufferFromFile(path(name, shard.path)),
		})) as Sequence["row"][];
		for (const row of rows) {
			let end = 0;
			row.seq_lengths.forEach((length, i) => {
				const from = end;
				end += length;
				found.push({
					document: Number(row.doc_ids[i]),
					start: row.doc_offsets[i],
					ids: row.input_ids.slice(from, end),
					row,
					at: i,
					split: shard.split,
					number: row.segment_number?.[i],
					count: row.segment_count?.[i],
					of: (column) => row[column].slice(from, from + length),
				});
			});
		}
	}
	return found.sort((a, b) => a.document - b.document || a.start - b.start);
}

const decode = (ids: number[]) => tokenizer.decode(Int32Array.from(ids));
const sum = (numbers: Iterable<number>) =>
	[...numbers].reduce((a, b) => a + b, 0);
const chapters = (prefix: string) =>
	readdirSync(join(fixtures, "prose"))
		.filter((name) => name.startsWith(prefix) && name.endsWith(".txt"))
		.sort()
		.map((name) => readFileSync(join(fixtures, "prose", name), "utf8"));
const textsOf = async (name: string) =>
	[...(await rebuildDocuments(path(name)))]
		.sort(([a], [b]) => Number(a - b))
		.map(([, ids]) => decode(ids));
/** The rows of a stream of batches. */
const rowsIn = (stream: Buffer) => [...tableFromIPC(stream)];

test("CAT-LM: code and its test are one document, a file without a partner another", async () => {
	await run("cat-lm");
	const texts = await textsOf("cat-lm");
	expect(texts.map((text) => text.split("<|codetestpair|>").length)).toEqual([
		2, 1, 2,
	]);
	expect(texts[0]).toMatch(/^def area.*<\|codetestpair\|>from shapes.area/s);
	expect(texts[2]).toMatch(/^class Hours .*<\|codetestpair\|>class HoursTest/s);
	const index = (await readIndex(path("cat-lm"))) as unknown as {
		parts: string;
	}[];
	expect(
		index.map(({ parts }) =>
			JSON.parse(parts).map(({ role }: { role: string }) => role),
		),
	).toEqual([["code", "test"], ["code"], ["code", "test"]]);
});

test("SMITH: blocks have 29 tokens at most, and joined they are the document", async () => {
	await run("smith");
	const blocks = await sequencesOf("smith");
	expect(blocks).toHaveLength(1327);
	for (const { ids, row } of blocks) {
		expect(ids.length).toBeLessThanOrEqual(29);
		expect(row.seq_lengths).toHaveLength(1);
	}
	const counts = new Map<number, number>();
	for (const { document, number, count } of blocks) {
		counts.set(document, (counts.get(document) ?? 0) + 1);
		expect(number).toBe(counts.get(document));
		expect(number).toBeLessThanOrEqual(count);
	}
	expect(await textsOf("smith")).toEqual(chapters("chapter-03"));
});

test("SEA: a window has 32 blocks, the next begins 16 after it, and the end of the file is there", async () => {
	await run("sea");
	const windows = await sequencesOf("sea");
	const blocks = await sequencesOf("sea-blocks");
	expect(windows).toHaveLength(11);
	const starts = blocks.map(({ start }) => start);
	windows.forEach(({ start, ids }, i) => {
		expect(start).toBe(starts[16 * i]);
		const end = starts[16 * i + 32] ?? 13_206;
		expect(start + ids.length).toBe(end);
	});
	const [[, whole]] = await rebuildDocuments(path("sea"), { overlaps: true });
	const [[, joined]] = await rebuildDocuments(path("sea-blocks"));
	expect(whole).toEqual(joined);
	expect(whole).toHaveLength(13_206);
	const shared = sum(windows.map(({ ids }) => ids.length)) - 13_206;
	expect(readManifest(path("sea")).totals.repeatedTokens).toBe(shared);
});

test("InftyThink: steps close after they pass the budget; conversations go on from the last summary", async () => {
	await run("inftythink");
	const steps = await sequencesOf("steps");
	expect(steps.map(({ ids }) => 20 * ids.length)).toEqual([4500, 3100]);
	expect(
		linesOf<{ seq_lengths: number[] }>("steps-tokens/train-00000.jsonl"),
	).toMatchObject([{ seq_lengths: expect.arrayContaining([225, 155]) }]);
	const said = (await sequencesOf("chains")).map(({ ids, of }) => {
		const mask = of("loss_mask");
		return [
			decode(ids.filter((_, i) => mask[i] === 0)),
			decode(ids.filter((_, i) => mask[i] === 1)),
		];
	});
	const end = "<|end_of_text|>";
	const sumOf = "user:\nWhat is 2 + 3 + 4?";
	expect(said).toEqual([
		[
			`${sumOf}${end}assistant:\n`,
			`First, 2 + 3 is 5.\n<summary>2 + 3 = 5</summary>${end}`,
		],
		[
			`${sumOf}\n<history>2 + 3 = 5</history>${end}assistant:\n`,
			`Then 5 + 4 is 9.\n<summary>2 + 3 + 4 = 9</summary>${end}`,
		],
		[
			`${sumOf}\n<history>2 + 3 + 4 = 9</history>${end}assistant:\n`,
			`So the sum is 9. The answer is 9.${end}`,
		],
		[
			`user:\nWhat is 1 + 1?${end}assistant:\n`,
			`That is 2. The answer is 2.${end}`,
		],
	]);
});

test("Copyright Traps: characters out are those in and n times each trap, in long documents only", async () => {
	await run("copyright-traps");
	const before = new Map(
		readdirSync(join(fixtures, "prose")).map((name) => [
			name,
			readFileSync(join(fixtures, "prose", name), "utf8"),
		]),
	);
	const traps = new Map(
		readFileSync(join(root, "docs/recipes/copyright-traps/traps.jsonl"), "utf8")
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line))
			.map(({ id, text }) => [id, text]),
	);
	const injected = (await parquetReadObjects({
		file: await asyncBufferFromFile(path("trapped/injected.parquet")),
	})) as { trap: string; document: string; offset: bigint }[];
	const times = new Map<string, number>();
	for (const { trap } of injected) times.set(trap, (times.get(trap) ?? 0) + 1);
	expect([...times].sort()).toEqual([
		["trap-0", 1],
		["trap-1", 10],
		["trap-2", 100],
		["trap-3", 1000],
	]);
	const records = readdirSync(path("trapped/data")).flatMap((file) =>
		linesOf<{ id: string; text: string; parts: { source: string }[] }>(
			`trapped/data/${file}`,
		),
	);
	expect(records).toHaveLength(60);
	for (const { id, text, parts } of records) {
		const name = parts[0].source.split("/").at(-1) as string;
		const own = injected.filter(({ document }) => document === id);
		const added = sum(own.map(({ trap }) => traps.get(trap).length + 1));
		const source = before.get(name) as string;
		expect([...text].length).toBe([...source].length + added);
		if (own.length > 0) {
			expect(wordsIn(source)).toBeGreaterThanOrEqual(2000);
			const points = [...text];
			for (const { trap, offset } of own) {
				const span = traps.get(trap);
				const at = Number(offset);
				expect(points.slice(at, at + span.length).join("")).toBe(span);
			}
		}
	}
	expect(new Set(injected.map(({ document }) => document)).size).toBe(4);
});

test("LongWriter: each label has the weight of one over the labels of its conversation", async () => {
	await run("longwriter");
	const conversations = await sequencesOf("longwriter");
	expect(conversations).toHaveLength(3);
	for (const { of } of conversations) {
		const labels = sum(of("loss_mask"));
		const weights = of("loss_weight").filter((weight) => weight !== 0);
		expect(weights).toHaveLength(labels);
		for (const weight of weights) expect(weight).toBe(Math.fround(1 / labels));
	}
});

test("M4LE: three records between each two limits; LIConBench: 385 shots in five rounds", async () => {
	await run("tasks");
	const limits = [1000, 2000, 4000, 6000, 8000];
	const lengths = linesOf<{ id: string; text: string }>("lengths.jsonl");
	expect(lengths).toHaveLength(3 * limits.length);
	for (const { id, text } of lengths) {
		const limit = limits.indexOf(Number(id.split("/")[1]));
		const words = wordsIn(text) + 8;
		expect(words).toBeGreaterThan(limits[limit - 1] ?? 8);
		expect(words).toBeLessThanOrEqual(limits[limit]);
	}
	const rounds = linesOf<{ text: string; parts: object[] }>("rounds.jsonl");
	expect(rounds.map(({ parts }) => parts.length)).toEqual(
		[1, 2, 3, 4, 5].map((n) => 77 * n),
	);
	const { text } = rounds[4];
	const shots = [...text.matchAll(/^query: .*\nintent: (.*)$/gm)];
	expect(new Set(shots.map(([shot]) => shot)).size).toBe(385);
	for (let round = 0; round < 5; round++)
		expect(
			new Set(shots.slice(77 * round, 77 * (round + 1)).map(([, of]) => of))
				.size,
		).toBe(77);
});

test("Passkeys: ten depths of each length, within a block of it; seq_idx counts documents", async () => {
	const [stream] = await run("passkeys");
	const records = linesOf<{ id: string; text: string }>("passkeys.jsonl");
	expect(records).toHaveLength(20);
	const block =
		"The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again. ";
	const blockTokens = tokenizer.encode(block).length;
	const places: number[] = [];
	for (const { id, text } of records) {
		const target = Number(id.split("/")[1]);
		expect(text.endsWith("The pass key is 71432.")).toBe(true);
		const question = text.slice(0, -"71432.".length);
		const tokens = tokenizer.encode(question).length;
		expect(tokens).toBeLessThanOrEqual(target);
		expect(tokens).toBeGreaterThan(target - blockTokens);
		const [before, ...after] = text.split("The pass key is 71432. Remember");
		expect(after).toHaveLength(1);
		places.push(before.split("The grass is green.").length - 1);
	}
	for (const ten of [places.slice(0, 10), places.slice(10)]) {
		const last = ten[9];
		expect(ten).toEqual(
			Array.from({ length: 10 }, (_, i) => Math.floor((i / 9) * last)),
		);
	}
	for (const { seq_idx, seq_lengths } of rowsIn(stream)) {
		const due = [...seq_lengths].flatMap((length: number, i: number) =>
			Array(length).fill(i),
		);
		expect([...seq_idx].slice(0, due.length)).toEqual(due);
	}
});

test("Chunks: offsets from the row's start, and every label in one chunk; SpaCO takes 3 and 13", async () => {
	const [stream] = await run("chunks");
	for (const row of rowsIn(stream)) {
		const offsets: number[] = [...row.chunk_offsets];
		expect(offsets).toEqual(Array.from({ length: 9 }, (_, i) => 128 * i));
		const labels: number[] = [...row.shift_labels];
		expect([...row.chunk_loss_tokens]).toEqual(
			offsets
				.slice(0, -1)
				.map(
					(from) =>
						labels.slice(from, from + 128).filter((label) => label !== -100)
							.length,
				),
		);
	}
	const { outputs } = runPrograms(programsOf("docs/recipes/chunks.md"));
	expect(outputs).toEqual(["3 13\n"]);
});

test("LLaDA: one row in a hundred is short; padding is trained on, the prompt is not", async () => {
	const [stream] = await run("llada");
	const [{ path: shard }] = readManifest(path("pretraining")).shards;
	const lengths = [
		...tableFromIPC(readFileSync(path("pretraining", shard))),
	].map(({ input_ids }) => input_ids.length);
	const short = lengths.filter((length) => length < 256).length;
	expect(lengths.length).toBeGreaterThan(769);
	expect(short).toBeGreaterThan(1);
	expect(short).toBeLessThan(20);

	const rows = rowsIn(stream);
	expect(rows).toHaveLength(3);
	let counted = 0;
	for (const row of rows) {
		const ids: number[] = [...row.input_ids];
		const [prompt] = row.prompt_lengths;
		const [length] = row.seq_lengths;
		const [eos] = tokenizer.encode("<|end_of_text|>");
		expect(ids.slice(length)).toEqual(Array(ids.length - length).fill(eos));
		expect([...row.labels]).toEqual([
			...Array(prompt).fill(-100),
			...ids.slice(prompt),
		]);
		counted += ids.length - prompt;
	}
	expect(new Set(rows.map(({ input_ids }) => input_ids.length)).size).toBe(1);
	for (const { step_labels } of rows) expect(step_labels).toBe(counted);
});

test("Positions: 20, 21, 244 and 247 of Long-CLIP are at 20, 20.25, 76 and 76.75; Giraffe divides by 4", async () => {
	const [linear, random] = await run("positions");
	const whole = (await sequencesOf("long-clip")).filter(
		({ ids }) => ids.length === 248,
	);
	expect(whole.length).toBeGreaterThan(100);
	for (const { of } of whole) {
		const positions = of("scaled_positions");
		expect([20, 21, 244, 247].map((i) => positions[i])).toEqual([
			20, 20.25, 76, 76.75,
		]);
	}
	for (const { scaled_positions, seq_lengths } of rowsIn(linear)) {
		const [length] = seq_lengths;
		expect([...scaled_positions].slice(0, length)).toEqual(
			Array.from({ length }, (_, i) => i / 4),
		);
	}
	for (const { scaled_positions, seq_lengths } of rowsIn(random)) {
		const [length] = seq_lengths;
		const positions: number[] = [...scaled_positions].slice(0, length);
		expect(positions[0]).toBe(0);
		positions.slice(1).forEach((position, i) => {
			expect(position).toBeGreaterThan(positions[i]);
		});
	}
});

test("Documents in order: lanes read at most 20 chunks of each, one after the other", async () => {
	const [stream] = await run("ordered-documents");
	const documents = new Map<number, { chunks: number[]; ids: number[] }>();
	for (const rank of [0, 1])
		for await (const batch of await openBatches(path("streams"), {
			...{ rank, worldSize: 2, readAhead: 0 },
		})) {
			const { document, chunk, first_chunk } = batch.columns;
			rowsOf(batch).forEach(({ ids, lengths }, i) => {
				const of = Number(document.values[i]);
				if (of === -1) return;
				const number = Number(chunk.values[i]);
				expect(first_chunk.values[i]).toBe(Number(number === 0));
				const read = documents.get(of) ?? { chunks: [], ids: [] };
				documents.set(of, read);
				read.chunks.push(number);
				read.ids.push(...ids.slice(0, sum(lengths)));
			});
		}
	expect(documents.size).toBe(60);
	let cut = 0;
	for (const [document, text] of chapters("chapter-").entries()) {
		const read = documents.get(document);
		if (read === undefined) throw new Error(`no document ${document}`);
		expect(read.chunks.length).toBeLessThanOrEqual(20);
		expect(read.chunks).toEqual([...read.chunks.keys()]);
		const due = [
			...tokenizer.encode(text),
			...tokenizer.encode("<|end_of_text|>"),
		];
		expect(`${read.ids}`).toBe(`${due.slice(0, 20 * 512)}`);
		cut += Math.max(0, due.length - 20 * 512);
	}
	expect(cut).toBe(5181);
	for (const { first_chunk, seq_lengths } of rowsIn(stream).slice(0, 4)) {
		expect(first_chunk).toBe(1);
		expect(seq_lengths.length).toBe(1);
	}
	for (const { ids } of await sequencesOf("sentence-chunks")) {
		expect(ids.length).toBeGreaterThan(0);
		expect(ids.length).toBeLessThanOrEqual(512);
	}
	const end = "<|end_of_text|>";
	expect(await textsOf("sentence-chunks")).toEqual(
		chapters("chapter-").map((text) => text + end),
	);
});

test("Windows: 16 bits at most but for one token; every segment ends with the question", async () => {
	await run("windows");
	const [record] = readFileSync(
		join(root, "docs/recipes/windows/costs.jsonl"),
		"utf8",
	)
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	const windows = await sequencesOf("windows");
	const costs: number[][] = windows.map(({ start, ids }) =>
		record.bits.slice(start, start + ids.length),
	);
	expect(costs.flat()).toEqual(record.bits);
	costs.forEach((window, i) => {
		if (window.length > 1) expect(sum(window)).toBeLessThanOrEqual(16);
		// Greedy: the next token would not have fitted.
		if (i + 1 < costs.length)
			expect(sum(window) + costs[i + 1][0]).toBeGreaterThan(16);
	});
	expect(costs.filter((window) => sum(window) > 16)).toEqual([[20.5]]);

	const segments = await sequencesOf("xl3m");
	const last = segments.find(({ number, count }) => number === count);
	const question = last?.ids.slice(-8);
	expect(decode(question ?? [])).toMatch(/rights\?$/);
	segments.sort((a, b) => a.number - b.number);
	const parts = segments.map(({ ids, number, count, of }) => {
		expect(ids.length).toBeLessThanOrEqual(256);
		expect(ids.slice(-8)).toEqual(question);
		if (number === count) return ids;
		expect(of("loss_mask").slice(-8)).toEqual(Array(8).fill(0));
		return ids.slice(0, -8);
	});
	const { text } = readFileSync(join(fixtures, "scripts/udhr.jsonl"), "utf8")
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => JSON.parse(line))
		.find(({ id }) => id === "eng");
	expect(decode(parts.flat())).toBe(`${text} What are these rights?`);
});

test("A Simple Hack: no stop words, and 512 tokens at most", async () => {
	await run("simple-hack");
	const stop = readFileSync(
		join(root, "docs/recipes/simple-hack/stop-words.txt"),
		"utf8",
	)
		.trim()
		.split("\n");
	const notes = await sequencesOf("simple-hack");
	expect(notes).toHaveLength(10);
	for (const { ids } of notes) {
		expect(ids.length).toBeLessThanOrEqual(512);
		const words = decode(ids)
			.toLowerCase()
			.split(/[\s—]+/);
		// The last may be a part of a word.
		expect(words.slice(0, -1).filter((word) => stop.includes(word))).toEqual(
			[],
		);
	}
});

test("Other tokens: six bases a token, a byte a token, lists as they are", async () => {
	await run("other-tokens");
	const kmers = await loadTokenizer("kmer:6");
	const [first, second] = await sequencesOf("dna");
	expect(kmers.decode(Int32Array.from(first.ids))).toContain(
		"ATGGCCATTGTAATGGGCCGCTGAAAGGGTGCCCGATAGAAA",
	);
	// GGCTAA, NCCTAG, ATTACA, GATTAC, A: one word has an N.
	expect(second.ids.filter((id) => id === 0)).toHaveLength(1);
	const bytes = await sequencesOf("byte-tokens");
	const texts = chapters("chapter-03").map((text) => Buffer.from(text));
	bytes.forEach(({ ids }, i) => {
		const due = [...texts[i], 257].slice(0, 4096);
		expect(ids).toEqual(due);
	});
	expect((await sequencesOf("lists")).map(({ ids }) => ids)).toEqual([
		[15, 1, 4, 11, 7, 3, 16, 2, 9, 16],
		[12, 5, 5, 8, 16],
	]);
});

test("Ruler: 6 to 15 words are tagged [MLT:10], what is between ranges is left out; short texts to train, long to test", async () => {
	await run("lengths");
	const ranges = [10, 30, 50, 80, 150, 300, 500, 700, ">800"];
	const tagged = (await sequencesOf("ruler")).map(({ ids, of, at, row }) => {
		const mask = of("loss_mask");
		const answer = decode(ids.filter((_, i) => mask[i] === 1));
		const [, tag, text] =
			/^\[MLT:(.*?)\](.*)\.<\|end_of_text\|>$/.exec(answer) ?? [];
		expect(`${ranges[row.stratum[at]]}`).toBe(tag);
		return [tag, wordsIn(text)];
	});
	expect(tagged).toEqual([
		["10", 6],
		["10", 15],
		["150", 136],
		["150", 155],
		[">800", 801],
	]);
	const numbers = await sequencesOf("by-length");
	expect(
		["train", "test"].map((name) =>
			numbers
				.filter(({ split }) => split === name)
				.map(({ ids }) => wordsIn(decode(ids.slice(0, -1)))),
		),
	).toEqual([
		[1, 2, 5, 10, 15, 20],
		[21, 40, 99, 100],
	]);
	const bytes = chapters("chapter-").map((text) => Buffer.from(text).length);
	for (const { document, split } of await sequencesOf("giraffe-lengths"))
		expect(split).toBe(bytes[document] > 20_480 ? "validation" : "train");
});

test("UloRL: the mask of the input is that of the rows, each with its version", async () => {
	await run("rollouts");
	const rollouts = await sequencesOf("rollouts");
	expect(rollouts.map(({ of }) => of("loss_mask"))).toEqual([
		[0, 0, 0, 1, 1, 0, 1, 1],
		[0, 0, 1, 1, 0, 1],
	]);
	expect(sum(rollouts[0].row.chunk_loss_tokens)).toBe(7);
	expect([...rollouts[0].row.segment_version].sort()).toEqual([4, 5]);
});

test("Packing and masks: rows as long as the longest prompt, positions from 0, ranks that share rows", async () => {
	const [flat, shared] = await run("packing-and-masks");
	const prompts = await sequencesOf("prompts");
	expect(prompts).toHaveLength(10);
	expect(Math.max(...prompts.map(({ ids }) => ids.length))).toBe(10_321);
	for (const { ids, of } of prompts)
		expect(of("position_ids")).toEqual([...ids.keys()]);
	const [{ cu_seqlens, position_ids, seq_lengths, input_ids }] = rowsIn(flat);
	const ends = [0];
	for (const length of seq_lengths) ends.push((ends.at(-1) ?? 0) + length);
	expect([...cu_seqlens]).toEqual(ends);
	expect(input_ids.length).toBe(ends.at(-1));
	expect(
		[...position_ids].flatMap((position, i) => (position === 0 ? [i] : [])),
	).toEqual(ends.slice(0, -1));
	const half = rowsIn(shared);
	for (const row of half) {
		expect(row.input_ids.length).toBe(2048);
		expect([...row.shift_labels].slice(0, 100)).toEqual(
			[...row.input_ids].slice(1, 101),
		);
	}
	const steps = tableFromIPC(
		readFileSync(
			path(
				"buckets-plan",
				readdirSync(path("buckets-plan")).find((name) =>
					name.startsWith("steps-"),
				) as string,
			),
		),
	);
	expect(steps.numRows).toBeGreaterThan(5);
	expect(readManifest(path("masformer")).settings.mask.kind).toBe("per-layer");
	for (const { of } of await sequencesOf("clinical")) {
		const global = of("global_attention_mask");
		expect([global[0], sum(global)]).toEqual([1, 1]);
	}
});

test("every page is run, and the table has all 52 papers, each with a page or a reason", () => {
	const pages = readdirSync(join(root, "docs/recipes")).filter((name) =>
		name.endsWith(".md"),
	);
	expect([...ran, "prolong.md"].sort()).toEqual(pages.sort());
	const text = readFileSync(join(root, "docs/papers.md"), "utf8");
	const rows = [...text.matchAll(/^\| (.+?) \| (.+?) \| (.+) \|$/gm)].slice(2);
	const papers = rows.flatMap(([, names]) => names.split("; "));
	expect(new Set(papers).size).toBe(52);
	expect(papers).toHaveLength(52);
	for (const [row, , , what] of rows)
		expect(what, row).toMatch(
			/\]\((recipes|guide)\/[\w-]+\.md|^Nothing to build: |^Not yet: /,
		);
	for (const page of pages) expect(text).toContain(`(recipes/${page}`);
	for (const [, page] of text.matchAll(/\]\(([\w/-]+\.md)/g))
		expect(existsSync(join(root, "docs", page)), page).toBe(true);
});
