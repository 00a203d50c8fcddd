import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	type BuildOptions,
	build,
	exportRows,
	type Manifest,
	openDataset,
	packStore,
	planCurriculum,
	readTokens,
	verify,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { packers } from "../../src/pack/packers.js";
import {
	directoryWith,
	everything,
	expectNumbers,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readIndex } from "./dataset-rows.js";

/** A template that writes a turn as a line, and what ends it. */
const TEMPLATE = `{% for message in messages %}
{{- message.role }}: {{ message.content }}{{ eos_token }}
{% endfor %}
{%- if add_generation_prompt %}assistant: {% endif %}`;

const words = (count: number, seed: number) =>
	Array.from({ length: count }, (_, i) =>
		["blue", "größer", "run", "日本", "of", "x = 1;"].at((i * 7 + seed) % 6),
	).join(" ");

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

/** A pair: the messages before, and both answers. */
function pairOf(number: number) {
	const prompt = [user(`Q${number} ${words(number % 5, number)}`)];
	if (number % 4 === 0)
		prompt.push(assistant(`Earlier ${number}`), user(`And ${number}?`));
	return {
		prompt,
		chosen: [assistant(`Good ${number} ${words(1 + (number % 11), number)}`)],
		rejected: [assistant(`Bad ${number} ${words(1 + (number % 7), number)}`)],
	};
}

/** In all the ways that records hold them: with a prompt, whole, as texts. */
function record(number: number) {
	const { prompt, chosen, rejected } = pairOf(number);
	const id = `${number}`;
	if (number % 2 === 0) return { id, prompt, chosen, rejected };
	return {
		id,
		chosen: [...prompt, ...chosen],
		rejected: [...prompt, ...rejected],
	};
}

const COUNT = 90;
const jsonl = (records: object[]) =>
	records.map((each) => `${JSON.stringify(each)}\n`).join("");

const directory = sharedDirectory();
let template = "";
let input = "";
/** The tokens of either side alone, and what of them to train on. */
const sides = new Map<string, { ids: number[]; mask: number[] }>();

beforeAll(async () => {
	template = join(directory, "template.jinja");
	writeFileSync(template, TEMPLATE);
	input = join(directory, "pairs.jsonl");
	writeFileSync(
		input,
		jsonl(Array.from({ length: COUNT }, (_, i) => record(i))),
	);
	const alone = join(directory, "sides.jsonl");
	writeFileSync(
		alone,
		jsonl(
			Array.from({ length: COUNT }, (_, i) => {
				const { prompt, chosen, rejected } = pairOf(i);
				return [
					{ id: `${i} chosen`, prompt, completion: chosen },
					{ id: `${i} rejected`, prompt, completion: rejected },
				];
			}).flat(),
		),
	);
	const options = { ...shared(), loss: "completion" };
	for await (const batch of readTokens([alone], options)) {
		const { ids, offsets, lossMask } = batch.tokens;
		for (const [d, id] of batch.ids.entries())
			sides.set(String(id), {
				ids: [...ids.subarray(offsets[d], offsets[d + 1])],
				mask: [...(lossMask?.subarray(offsets[d], offsets[d + 1]) ?? [])],
			});
	}
});

const shared = () => ({
	tokenizer: tokenizerPath,
	chatTemplate: template,
	conversations: "auto" as const,
});

const built = (more: Partial<BuildOptions> = {}) =>
	build({
		inputs: [input],
		...shared(),
		seqLen: 256,
		workers: 0,
		taskSize: 6000,
		out: join(temporaryDirectory(), "data"),
		...more,
	});

/** What the rows hold: of each document its sequences in the order of the row. */
async function rowsOf(out: string) {
	const dataset = await openDataset(out);
	const index = new Map((await readIndex(out)).map((row) => [row.doc_id, row]));
	const rows: { id: string; start: number; ids: number[]; mask: number[] }[][] =
		[];
	for await (const batch of dataset.rows()) {
		const list = (name: string, row: number) => {
			const { values, offsets } = batch.columns[name] as unknown as {
				values: Int32Array;
				offsets: Int32Array;
			};
			return [...values.subarray(offsets[row], offsets[row + 1])];
		};
		for (let row = 0; row < batch.rows; row++) {
			const docs = list("doc_ids", row) as unknown as bigint[];
			const starts = list("doc_offsets", row);
			let at = 0;
			rows.push(
				list("seq_lengths", row).map((length, i) => {
					at += length;
					return {
						id: String(index.get(docs[i])?.id),
						start: starts[i],
						ids: list("input_ids", row).slice(at - length, at),
						mask: list("loss_mask", row).slice(at - length, at),
					};
				}),
			);
		}
	}
	return rows;
}

/** From day to day every third packer. */
const layouts: [string, Partial<BuildOptions>][] = [
	...packers
		.where(({ cuts }) => cuts === undefined)
		.filter((_, i) => everything || i % 3 === 0)
		.map((packer): [string, Partial<BuildOptions>] => [packer, { packer }]),
	["two sequences a row", { maxSequences: 2 }],
	[
		"buckets",
		{
			...{ layout: "buckets", seqLen: undefined, decomposer: "whole" },
			...{ minLength: 32, maxLength: 256 },
		},
	],
	["documents", { layout: "documents", seqLen: undefined }],
];

describe.each(layouts)("%s", (_name, layout) => {
	test("rows hold the chosen answer and, next to it, the rejected one", async () => {
		const { out, manifest } = await built(layout);
		expect((await verify(out)).problems).toEqual([]);
		expect(manifest.tasks.read).toBeGreaterThan(1);
		expect(manifest.totals.noted.pairs).toBe(COUNT);
		const met = new Set<string>();
		let labels = 0;
		for (const row of await rowsOf(out)) {
			expect(row.length % 2).toBe(0);
			if (layout.maxSequences) expect(row.length).toBeLessThanOrEqual(4);
			for (let i = 0; i < row.length; i += 2) {
				const [chosen, rejected] = row.slice(i, i + 2);
				expect(rejected.id).toBe(chosen.id);
				expect([chosen.start, rejected.start]).toEqual([0, chosen.ids.length]);
				for (const [side, found] of Object.entries({ chosen, rejected })) {
					const due = sides.get(`${found.id} ${side}`);
					expectNumbers(found.ids, due?.ids ?? []);
					expectNumbers(found.mask, due?.mask ?? []);
					labels += found.mask.reduce((a, b) => a + b, 0);
				}
				expect(met.has(chosen.id)).toBe(false);
				met.add(chosen.id);
			}
		}
		expect(met.size).toBe(COUNT);
		const { summary, totals } = manifest;
		expect(summary.sequences).toBe(2 * COUNT);
		expect(summary.labels).toBe(labels);
		expect(totals.cutDocuments).toBe(0);
	});
});

/** Sums of files that do not hang on the name of the build. */
const sums = ({ shards, index }: Manifest) =>
	[...shards, ...index].map(({ path: _, ...rest }) => rest);

test("pairs come from a store as from their texts, for every packer", async () => {
	const store = (await built({ layout: "documents", seqLen: undefined })).out;
	const packerNames = packers.where(({ cuts }) => cuts === undefined);
	for (const packer of everything ? packerNames : packerNames.slice(0, 2)) {
		const rows = { seqLen: 256, packer, workers: 0 };
		const packing = join(temporaryDirectory(), "packing");
		await packStore({ store, ...rows, out: packing });
		expect((await verify(packing)).problems).toEqual([]);
		await expect(
			planCurriculum({
				datasets: [packing],
				batches: "token-budget",
				tokensPerStep: 1024,
				out: join(temporaryDirectory(), "plan"),
			}),
		).rejects.toThrow(/token-budget, which would part the pairs/);
		const out = join(temporaryDirectory(), "rows");
		const { manifest } = await exportRows({ packing, workers: 0, out });
		expect(sums(manifest)).toEqual(sums((await built(rows)).manifest));
	}
});

test("a pair that no row holds is left out whole, and counted", async () => {
	const { out, manifest } = await built({ seqLen: 112 });
	expect((await verify(out)).problems).toEqual([]);
	const { dropped } = manifest.totals;
	const tooLong = [...Array(COUNT).keys()].filter((i) => {
		const both = ["chosen", "rejected"].map((side) =>
			sides.get(`${i} ${side}`),
		);
		return both.reduce((sum, each) => sum + (each?.ids.length ?? 0), 0) > 112;
	});
	expect(tooLong.length).toBeGreaterThan(5);
	expect(dropped["too-long"].documents).toBe(tooLong.length);
	for (const row of await rowsOf(out)) expect(row.length % 2).toBe(0);
});

test("pairs and conversations may stand beside each other", async () => {
	const talk = { id: "talk", messages: [user("Q"), assistant("A")] };
	const plain = { id: "text", prompt: "Say", chosen: " yes", rejected: " no" };
	const { out, manifest } = await built({
		inputs: [directoryWith({ "a.jsonl": jsonl([talk, record(1), plain]) })],
	});
	expect((await verify(out)).problems).toEqual([]);
	expect(manifest.totals.noted).toMatchObject({ pairs: 2, answers: 5 });
	const [row] = await rowsOf(out);
	expect(row.map(({ id }) => id).sort()).toEqual(
		["1", "1", "talk", "text", "text"].sort(),
	);
	// Of a conversation all answers are trained on; of a pair what it compares.
	for (const { mask } of row) expect(mask.indexOf(1)).toBeGreaterThan(0);
});

test("what to train on can be said", async () => {
	const one = directoryWith({ "a.jsonl": jsonl([record(4)]) });
	const [[chosen]] = await rowsOf(
		(await built({ inputs: [one], loss: "assistant" })).out,
	);
	const due = sides.get("4 chosen")?.mask ?? [];
	expect(chosen.mask.reduce((a, b) => a + b, 0)).toBeGreaterThan(
		due.reduce((a, b) => a + b, 0),
	);
});

test("a side cannot have room of its own that is rounded up", async () => {
	await expect(built({ padDocumentToMultiple: 64 })).rejects.toThrow(
		/padDocumentToMultiple cannot be had for pairs/,
	);
});
