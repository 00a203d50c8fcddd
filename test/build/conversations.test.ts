import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	type BuildOptions,
	build,
	loadTokenizer,
	openBatches,
	openDataset,
	planCurriculum,
	readTokens,
	verify,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { packers } from "../../src/pack/packers.js";
import {
	contentsOf,
	directoryWith,
	expectNumbers,
	seqpack,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readIndex } from "./dataset-rows.js";

/** A template that writes a turn as a line, and what ends it. */
const TEMPLATE = `{{ bos_token }}
{%- for message in messages %}
{{- message.role }}: {{ message.content }}{{ eos_token }}
{% endfor %}
{%- if add_generation_prompt %}assistant: {% endif %}`;

const words = (count: number, seed: number) =>
	Array.from({ length: count }, (_, i) =>
		["blue", "größer", "run", "日本", "of", "x = 1;"].at((i * 7 + seed) % 6),
	).join(" ");

/** Conversations of one to six turns, every third with a system message. */
function conversation(number: number) {
	const messages = [];
	if (number % 3 === 0)
		messages.push({ role: "system", content: `Rule ${number}.` });
	for (let turn = 0; turn <= number % 6; turn++)
		messages.push(
			{
				role: "user",
				content: `Q${number}.${turn} ${words(4 + turn, number)}`,
			},
			{
				role: "assistant",
				content: `A${number}.${turn} ${words(3 + ((number * 5) % 17), turn)}`,
			},
		);
	return { id: `${number}`, messages };
}

const jsonl = (records: object[]) =>
	records.map((record) => `${JSON.stringify(record)}\n`).join("");

const directory = sharedDirectory();
let input = "";
let template = "";
const tokens = new Map<string, { ids: number[]; mask: number[] }>();

const options = () => ({
	tokenizer: tokenizerPath,
	chatTemplate: template,
	loss: "assistant",
});

beforeAll(async () => {
	input = join(directory, "chats.jsonl");
	template = join(directory, "template.jinja");
	writeFileSync(
		input,
		jsonl(Array.from({ length: 120 }, (_, i) => conversation(i))),
	);
	writeFileSync(template, TEMPLATE);
	for await (const batch of readTokens([input], options())) {
		const { ids, offsets, lossMask } = batch.tokens;
		for (const [d, id] of batch.ids.entries())
			tokens.set(String(id), {
				ids: [...ids.subarray(offsets[d], offsets[d + 1])],
				mask: [...(lossMask?.subarray(offsets[d], offsets[d + 1]) ?? [])],
			});
	}
});

const built = (more: Partial<BuildOptions> = {}) =>
	build({
		inputs: [input],
		...options(),
		seqLen: 128,
		workers: 0,
		taskSize: 20_000,
		out: join(temporaryDirectory(), "data"),
		...more,
	});

test("what is read is what the model writes, as records have it", async () => {
	const tokenizer = await loadTokenizer(tokenizerPath);
	const eos = tokenizer.eos?.token ?? "";
	for (const [id, { ids, mask }] of tokens) {
		const { messages } = conversation(Number(id));
		const trained = ids.filter((_, i) => mask[i] === 1);
		expect(tokenizer.decode(trained)).toBe(
			messages
				.filter(({ role }) => role === "assistant")
				.map(({ content }) => ` ${content}${eos}`)
				.join(""),
		);
	}
	expect(tokens.size).toBe(120);
});

const layouts: [string, Partial<BuildOptions>][] = [
	...packers
		.where(({ cuts }) => cuts === undefined)
		.map((packer): [string, Partial<BuildOptions>] => [packer, { packer }]),
	[
		"buckets",
		{
			layout: "buckets",
			seqLen: undefined,
			decomposer: "whole",
			minLength: 32,
			maxLength: 128,
		},
	],
];

describe.each(layouts)("%s", (_name, layout) => {
	test("rows hold every conversation with its mask, cut between turns only", async () => {
		const { out, manifest } = await built(layout);
		expect((await verify(out)).problems).toEqual([]);
		expect(manifest.tasks.read).toBeGreaterThan(1);
		const dataset = await openDataset(out);
		const index = new Map(
			(await readIndex(out)).map((row) => [row.doc_id, row]),
		);
		const seen = new Map<string, number>();
		let labels = 0;
		for await (const { rows, columns } of dataset.rows()) {
			const list = (name: string, row: number) => {
				const { values, offsets } = columns[name] as unknown as {
					values: Int32Array;
					offsets: Int32Array;
				};
				return [...values.subarray(offsets[row], offsets[row + 1])];
			};
			for (let row = 0; row < rows; row++) {
				const docs = list("doc_ids", row) as unknown as bigint[];
				const starts = list("doc_offsets", row);
				let at = 0;
				for (const [i, length] of list("seq_lengths", row).entries()) {
					const { id } = index.get(docs[i]) ?? { id: null };
					const due = tokens.get(String(id));
					const end = starts[i] + length;
					expectNumbers(
						list("input_ids", row).slice(at, at + length),
						due?.ids.slice(starts[i], end) ?? [],
					);
					const mask = due?.mask.slice(starts[i], end) ?? [];
					mask[0] = 0;
					expectNumbers(list("loss_mask", row).slice(at, at + length), mask);
					const count = mask.reduce((a, b) => a + b, 0);
					expect(list("label_counts", row)[i]).toBe(count);
					labels += count;
					seen.set(String(id), (seen.get(String(id)) ?? 0) + length);
					at += length;
				}
			}
		}
		for (const [id, { ids }] of tokens) {
			const kept = seen.get(id) ?? 0;
			const row = [...index.values()].find((each) => each.id === id);
			expect(kept + (row?.dropped_tokens ?? 0)).toBe(ids.length);
		}
		expect(manifest.summary.labels).toBe(labels);
		expect(manifest.sources[0].labels).toBe(labels);
	});
});

test("workers change nothing", async () => {
	const alone = await built();
	const together = await built({ workers: 2 });
	expect(contentsOf(together.out)).toEqual(contentsOf(alone.out));
});

test("batches have the labels of the rows, and how many there are", async () => {
	const { out } = await built({ format: "arrow" });
	const plan = join(temporaryDirectory(), "plan");
	await planCurriculum({ datasets: [out], tokensPerStep: 256, out: plan });
	const dataset = await openDataset(out);
	let labels = 0;
	for await (const batch of await openBatches(plan, {
		columns: ["loss_mask", "labels"],
	}))
		for (let i = 0; i < batch.rows; i++) {
			const list = (name: string) => {
				const { values, offsets } = batch.columns[name] as {
					values: Int32Array;
					offsets: Int32Array;
				};
				return values.subarray(offsets[i], offsets[i + 1]);
			};
			const number = Number(batch.columns.row.values[i]);
			const row = await dataset.row(number);
			const mask = row.loss_mask as Int32Array;
			expectNumbers(list("loss_mask").subarray(0, mask.length), mask);
			expectNumbers(
				list("labels").subarray(0, mask.length),
				Int32Array.from(mask, (m, k) =>
					m === 1 ? (row.input_ids as Int32Array)[k] : -100,
				),
			);
			labels += mask.reduce((a, b) => a + b, 0);
			expect(batch.columns.rank_labels.values[i]).toBe(
				batch.columns.step_labels.values[i],
			);
		}
	expect(labels).toBeGreaterThan(0);
});

test("an array of records has its numbers as Python writes them, as lines have", async () => {
	const talk = conversation(1);
	const tools = '[{"least": 1.0, "most": 12345678901234567890, "step": 2}]';
	const record = `{"messages": ${JSON.stringify(talk.messages)}, "tools": ${tools}}`;
	const directory = directoryWith({
		"a.json": `[${record}]`,
		"b.jsonl": `${record}\n`,
		"t.jinja": `{{ tools | tojson }}${TEMPLATE}`,
	});
	const tokenizer = await loadTokenizer(tokenizerPath);
	for (const name of ["a.json", "b.jsonl"])
		for await (const { tokens } of readTokens([join(directory, name)], {
			...options(),
			chatTemplate: join(directory, "t.jinja"),
		}))
			expect(tokenizer.decode(tokens.ids)).toContain(tools);
});

describe("a conversation longer than a row", () => {
	test.each([
		["split", 9, 0],
		["drop", 0, 9],
		["truncate-left", 2, 7],
		["truncate-right", 2, 7],
	] as const)("%s", async (longConversations, kept, left) => {
		const short = { prompt: "Short?", completion: " Yes" };
		const messages = Array.from({ length: 9 }, (_, i) => [
			{ role: "user", content: `Question ${i}` },
			{ role: "assistant", content: `Answer ${i}` },
		]).flat();
		const directory = directoryWith({
			"a.jsonl": jsonl([{ messages }, short]),
		});
		const { out } = await built({
			inputs: [directory],
			seqLen: 64,
			longConversations,
		});
		expect((await verify(out)).problems).toEqual([]);
		const tokenizer = await loadTokenizer(tokenizerPath);
		const dataset = await openDataset(out);
		let text = "";
		for await (const { columns } of dataset.rows()) {
			const { values, offsets } = columns.seq_lengths as {
				values: Int32Array;
				offsets: Int32Array;
			};
			for (const length of values.subarray(offsets[0]))
				expect(length).toBeLessThanOrEqual(64);
			text += tokenizer.decode(columns.input_ids.values as Int32Array);
		}
		const found = [...text.matchAll(/Answer (\d)/g)].map(([, n]) => Number(n));
		expect(found.sort()).toEqual(
			Array.from({ length: 9 }, (_, i) => i).filter((i) =>
				longConversations === "truncate-left"
					? i >= left
					: longConversations === "truncate-right"
						? i < kept
						: kept > 0,
			),
		);
	});

	test("its parts begin with the system message, where that is asked for", async () => {
		const turns = Array.from({ length: 6 }, (_, i) => [
			{ role: "user", content: `Question ${i}` },
			{ role: "assistant", content: `Answer ${i}` },
		]).flat();
		const messages = [{ role: "system", content: "Be brief." }, ...turns];
		const { out, manifest } = await built({
			inputs: [directoryWith({ "a.jsonl": jsonl([{ messages }]) })],
			...{ seqLen: 64, keepSystem: true, packer: "padded" },
		});
		expect((await verify(out)).problems).toEqual([]);
		const tokenizer = await loadTokenizer(tokenizerPath);
		const dataset = await openDataset(out);
		for (let row = 0; row < manifest.summary.rows; row++) {
			const { input_ids } = await dataset.row(row);
			expect(tokenizer.decode(input_ids as Int32Array)).toContain("Be brief.");
		}
		expect(manifest.summary.rows).toBeGreaterThan(2);
	});

	test("error names the file and the place", async () => {
		await expect(
			built({ longConversations: "error", seqLen: 16 }),
		).rejects.toThrow(/chats\.jsonl: the document at byte 0 has \d+ tokens/);
	});
});

describe("what cannot be built", () => {
	test("is counted where a field of messages is missing", async () => {
		const { manifest } = await built({ loss: "train" });
		const { answers, withoutField } = manifest.totals.noted;
		expect(answers).toBeGreaterThan(0);
		expect(withoutField).toBe(answers);
	});

	test("is passed over by its reason, and listed", async () => {
		const directory = directoryWith({
			"a.jsonl": jsonl([
				conversation(1),
				{ messages: [{ role: "narrator", content: "x" }] },
				{ messages: [{ role: "user", content: "only a question" }] },
				{ text: "no conversation" },
				{ messages: [] },
			]),
		});
		const { manifest } = await built({ inputs: [directory], onError: "skip" });
		expect(manifest.totals.documents).toBe(1);
		expect(manifest.totals.skippedRecords).toEqual({
			"unknown-role": 1,
			"nothing-to-train": 1,
			"no-conversation": 1,
			"no-messages": 1,
		});
	});

	test.each([
		[
			["--text-field", "body", "--loss", "assistant"],
			/--text-field would change nothing: the text is made of conversations, because of --loss/,
		],
		[
			["--loss", "assistant", "--packer", "concat"],
			/--packer concat cuts documents anywhere, and conversations are cut between turns only/,
		],
		[
			["--loss", "assistant", "--chat-template", "nowhere.jinja"],
			/--chat-template is "nowhere.jinja", which is no file, and no chat template of the tokenizer; it has: none/,
		],
		[["--loss", "asistant"], /--loss is "asistant": did you mean assistant\?/],
		[
			[],
			/chats\.jsonl:1: .* Read it as a conversation with --loss assistant, name the text/,
		],
		[
			["--loss", "assistant"],
			/chats\.jsonl:1: the tokenizer has no chat template/,
		],
	])("%j", async (args, sentence) => {
		const { code, stderr } = await seqpack([
			...["build", input, "--tokenizer", tokenizerPath, "--seq-len", "128"],
			...["--out", join(temporaryDirectory(), "out"), "--workers", "0"],
			...args,
		]);
		expect(stderr).toMatch(sentence);
		expect(code).toBeGreaterThan(1);
	});
});

test("conversations are cut at the longest sequence, and share longer rows", async () => {
	const { out, manifest } = await built({ maxSequence: 64, format: "arrow" });
	expect((await verify(out)).problems).toEqual([]);
	expect(manifest.settings.cutTurns).toMatchObject({ maxLength: 64 });
	const dataset = await openDataset(out);
	let longRows = 0;
	for (let row = 0; row < 20; row++) {
		const { input_ids, seq_lengths } = await dataset.row(row);
		expect(Math.max(...(seq_lengths as Int32Array))).toBeLessThanOrEqual(64);
		if ((input_ids as Int32Array).length > 64) longRows++;
	}
	expect(longRows).toBeGreaterThan(0);
});
