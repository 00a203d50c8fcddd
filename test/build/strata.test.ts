import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
	type BuildOptions,
	build,
	loadTokenizer,
	openDataset,
	packStore,
	verify,
} from "seqpack";
import { describe, expect, test } from "vitest";
import { createShard } from "../../src/dataset/create-shard.js";
import { rowSchema } from "../../src/dataset/rows.js";
import {
	directoryWith,
	filesBelow,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readIndex } from "./dataset-rows.js";

const words = (count: number) =>
	Array.from({ length: count }, (_, i) => `w${i % 10}`).join(" ");
const jsonl = (records: readonly object[]) =>
	records.map((record) => `${JSON.stringify(record)}\n`).join("");

async function built(options: Omit<BuildOptions, "out">) {
	const out = join(temporaryDirectory(), "data");
	const { manifest } = await build({
		...{ tokenizer: tokenizerPath, seqLen: 4096, workers: 0 },
		...options,
		out,
	});
	expect((await verify(out)).problems).toEqual([]);
	return { manifest, out };
}

interface Found {
	text: string;
	/** What of it is to be trained on. */
	trained: string;
	stratum: number | undefined;
	split: string;
}

/** The documents of a dataset, of which each is one sequence, by their ids. */
async function documentsOf(out: string): Promise<Record<string, Found[]>> {
	const dataset = await openDataset(out);
	const tokenizer = await loadTokenizer(tokenizerPath);
	const index = await readIndex(out);
	const idOf = new Map(index.map(({ doc_id, id }) => [doc_id, `${id}`]));
	const found: Record<string, Found[]> = {};
	for (const split of ["train", "validation", "test"])
		for await (const { columns } of dataset.rows(undefined, split)) {
			const values = (name: string) =>
				(columns[name] as { values: ArrayLike<number> } | undefined)?.values;
			const ids = values("input_ids") as Int32Array;
			let at = 0;
			for (const [i, length] of (
				values("seq_lengths") as Int32Array
			).entries()) {
				const own = ids.subarray(at, at + length);
				const mask = values("loss_mask");
				const from = at;
				at += length;
				const id = idOf.get(
					(columns.doc_ids as { values: BigInt64Array }).values[i],
				) as string;
				found[id] ??= [];
				found[id].push({
					text: tokenizer.decode(own),
					// A token may have the space before what is trained on.
					trained: tokenizer
						.decode(
							own.filter((_, k) => mask === undefined || mask[from + k] === 1),
						)
						.trim(),
					stratum: values("stratum")?.[i],
					split,
				});
			}
		}
	return found;
}

/** The nine of Ruler. */
const ruler =
	"10:5-15,30:25-35,50:45-55,80:75-85,150:135-155,300:295-305,500:495-505,700:695-705,>800:800-";

/** Numbers of words, and the tag that Ruler gives them. */
const tags = [
	[5, null],
	[6, "10"],
	[15, "10"],
	[16, null],
	[136, "150"],
	[155, "150"],
	[800, null],
	[801, ">800"],
] as const;
const names = ruler.split(",").map((part) => part.split(":")[0]);

const TEMPLATE = `{% for message in messages %}{{ message.role }}: {{ message.content.split('</think>')[-1] }}{{ eos_token }}
{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}`;

function template(): string {
	const path = join(temporaryDirectory(), "template.jinja");
	writeFileSync(path, TEMPLATE);
	return path;
}

describe("tags", () => {
	test("stand before texts", async () => {
		const { out, manifest } = await built({
			inputs: [
				directoryWith({
					"a.jsonl": jsonl(
						tags.map(([count]) => ({ id: `${count}`, text: words(count) })),
					),
				}),
			],
			strata: ruler,
			tag: "[MLT:{name}] ",
			columns: ["stratum"],
			addEos: false,
		});
		const found = await documentsOf(out);
		for (const [count, name] of tags)
			expect(found[count]).toMatchObject([
				{
					text: `${name === null ? "" : `[MLT:${name}] `}${words(count)}`,
					stratum: name === null ? -1 : names.indexOf(name),
				},
			]);
		expect(manifest.totals.strata).toMatchObject({
			"10": { documents: 2 },
			"30": { documents: 0 },
			"150": { documents: 2 },
			">800": { documents: 1 },
		});
	});

	test.each([
		[
			"conversations",
			(answer: string) => ({
				messages: [
					{ role: "user", content: words(70) },
					{ role: "assistant", content: words(50) },
					{ role: "user", content: "And?" },
					{ role: "assistant", content: answer },
				],
			}),
			`${words(50)}<eos> `,
		],
		[
			"answers after thinking",
			(answer: string) => ({
				messages: [
					{ role: "user", content: words(70) },
					{
						role: "assistant",
						content: `<think>${words(300)}</think>\n\n${answer}`,
					},
				],
			}),
			"",
		],
		[
			"completions",
			(completion: string) => ({ prompt: `${words(40)} `, completion }),
			"",
		],
	])(
		"stand before answers, and are trained on: %s",
		async (_, record, before) => {
			const eos = (await loadTokenizer(tokenizerPath)).eos?.token ?? "";
			const { out } = await built({
				inputs: [
					directoryWith({
						"a.jsonl": jsonl(
							tags.map(([count]) => ({
								id: `${count}`,
								...record(words(count)),
							})),
						),
					}),
				],
				loss: "assistant",
				chatTemplate: template(),
				lengthOf: "output",
				strata: ruler,
				tag: "[MLT:{name}]",
				columns: ["stratum", "loss_mask"],
			});
			const found = await documentsOf(out);
			for (const [count, name] of tags) {
				const tag = name === null ? "" : `[MLT:${name}]`;
				const due = `${before}${tag}${words(count)}<eos>`;
				expect(found[count]).toMatchObject([
					{
						trained: due.replaceAll("<eos>", eos),
						stratum: name === null ? -1 : names.indexOf(name),
					},
				]);
			}
		},
	);

	test("of a pair are that of the chosen answer", async () => {
		const { out } = await built({
			inputs: [
				directoryWith({
					"a.jsonl": jsonl([
						{
							id: "0",
							prompt: "Well? ",
							chosen: words(7),
							rejected: words(30),
						},
					]),
				}),
			],
			loss: "completion",
			lengthOf: "output",
			strata: ruler,
			tag: "[{name}]",
			columns: ["stratum", "loss_mask"],
		});
		const eos = (await loadTokenizer(tokenizerPath)).eos?.token ?? "";
		expect((await documentsOf(out))["0"]).toMatchObject([
			{ trained: `[10]${words(7)}${eos}`, stratum: 0 },
			{ trained: `[10]${words(30)}${eos}`, stratum: 0 },
		]);
	});
});

/** The number of words of each of some records, which differ in their texts unless it is said. */
const record = (id: number, count: number, text = id) => ({
	id: `${id}`,
	text: [`n${text}`, words(count - 1)].join(" ").trim(),
});
const strata = "a:0-5,b:5-10,c:20-30";
const stratumIn = (count: number) =>
	count <= 5 ? 0 : count <= 10 ? 1 : count > 20 && count <= 30 ? 2 : -1;

/** As the guide has it: of SHA-256 of the seed and the text's own SHA-256 the first six bytes. */
function keyOf(text: string, seed: number): number {
	const own = createHash("sha256").update(text).digest();
	const digest = createHash("sha256").update(`${seed}`).update(own).digest();
	return digest.readUIntBE(0, 6);
}

describe("a number of each stratum", () => {
	test("are those with the smallest hashes, in any order of files, by any workers", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.integer({ min: 1, max: 35 }), {
					minLength: 20,
					maxLength: 120,
				}),
				fc.integer({ min: 1, max: 12 }),
				fc.integer({ min: 0, max: 1000 }),
				async (counts, perStratum, seed) => {
					const records = counts.map((count, i) => record(i, count));
					const due = [0, 1, 2].flatMap((stratum) =>
						records
							.filter((_, i) => stratumIn(counts[i]) === stratum)
							.sort((a, b) => keyOf(a.text, seed) - keyOf(b.text, seed))
							.slice(0, perStratum)
							.map(({ id }) => id),
					);
					const half = records.length >> 1;
					const parts = [records.slice(0, half), records.slice(half)];
					for (const [order, taskSize] of [
						[parts, 300],
						[[parts[1], parts[0].toReversed()], 1000],
					] as const) {
						const { manifest, out } = await built({
							inputs: [
								directoryWith({
									"a.jsonl": jsonl(order[0]),
									"b.jsonl": jsonl(order[1]),
								}),
							],
							...{ strata, perStratum, seed, taskSize, seqLen: 256 },
						});
						const ids = (await readIndex(out)).map(({ id }) => id as string);
						expect(ids.sort()).toEqual(due.toSorted());
						const { leftOutRecords, documents } = manifest.totals;
						const inNone = counts.filter((n) => stratumIn(n) === -1).length;
						expect(leftOutRecords.strata ?? 0).toBe(inNone);
						expect(leftOutRecords.perStratum ?? 0).toBe(
							counts.length - inNone - documents,
						);
					}
				},
			),
			{ numRuns: 3 },
		);
	});

	const many = (counts = (i: number) => 1 + ((i * 7) % 33), text?: number) =>
		Array.from({ length: 300 }, (_, i) => record(i, counts(i), text));

	test("two workers write the same, and strata with too few are reported", async () => {
		const records = many();
		const inputs = [
			directoryWith({
				"a.jsonl": jsonl(records.slice(0, 100)),
				"b.jsonl": jsonl(records.slice(100)),
			}),
		];
		const options = {
			...{ inputs, strata, perStratum: 60, taskSize: 2000, seqLen: 256 },
			columns: ["stratum"] as const,
		};
		const [one, two] = [
			await built({ ...options, workers: 0 }),
			await built({ ...options, workers: 2 }),
		];
		expect(filesBelow(two.out)).toEqual(filesBelow(one.out));
		expect(one.manifest.tasks.read).toBeGreaterThan(4);
		const counted = [0, 1, 2].map(
			(stratum) =>
				records.filter((_, i) => stratumIn(1 + ((i * 7) % 33)) === stratum)
					.length,
		);
		expect(counted[2]).toBeGreaterThan(60);
		expect(counted[0]).toBeLessThan(60);
		expect(one.manifest.totals.strata).toEqual({
			a: { documents: counted[0], missing: 60 - counted[0] },
			b: { documents: counted[1], missing: 60 - counted[1] },
			c: { documents: 60 },
		});
		expect(one.manifest.settings.strata).toEqual({
			lengthOf: "text",
			lengthUnit: "words",
			strata,
			perStratum: 60,
		});
	});

	test("of texts that are all the same it takes as many as were asked for, and one without repeats", async () => {
		const options = {
			inputs: [
				directoryWith({
					"a.jsonl": jsonl(many(() => 3, 0)),
					"b.jsonl": jsonl(many(() => 7, 1)),
				}),
			],
			...{ strata, perStratum: 40, taskSize: 1000, seqLen: 256 },
		};
		const { totals } = (await built(options)).manifest;
		expect(totals.strata).toEqual({
			a: { documents: 40 },
			b: { documents: 40 },
			c: { documents: 0, missing: 40 },
		});
		const once = (await built({ ...options, dedupe: "exact" })).manifest.totals;
		expect(once.strata).toEqual({
			a: { documents: 1, missing: 39 },
			b: { documents: 1, missing: 39 },
			c: { documents: 0, missing: 40 },
		});
		expect(once.leftOutRecords).toEqual({ dedupe: 598 });
	});

	test("the command says what is there, and what is missing", async () => {
		const { code, stderr } = await seqpack([
			...["build", directoryWith({ "a.jsonl": jsonl(many()) })],
			...["--tokenizer", tokenizerPath, "--seq-len", "256", "--workers", "0"],
			...["--strata", "a:0-5,b:5-10", "--per-stratum", "1000"],
			...["--out", join(temporaryDirectory(), "data")],
		]);
		expect(code).toBe(0);
		expect(stderr).toMatch(/strata\s+a: 46 documents, 954 too few/);
		expect(stderr).toMatch(/b: 46 documents, 954 too few/);
	});
});

test.each([
	["words", 3],
	["bytes", 18],
	["tokens", null],
] as const)("lengths in %s", async (lengthUnit, length) => {
	const text = "größer, 日本 x";
	const tokenizer = await loadTokenizer(tokenizerPath);
	const due = length ?? tokenizer.encode(text).length;
	const { out } = await built({
		inputs: [directoryWith({ "a.jsonl": jsonl([{ id: "0", text }]) })],
		strata: `less:-${due - 1},same:${due - 1}-${due},more:${due}-`,
		...{ lengthUnit, columns: ["stratum"] },
	});
	expect((await documentsOf(out))["0"]).toMatchObject([{ stratum: 1 }]);
});

test("lengths of token ids are in tokens", async () => {
	const { out } = await built({
		inputs: [
			directoryWith({
				"a.jsonl": jsonl([
					{ id: "0", ids: [5, 6, 7] },
					{ id: "1", ids: [5, 6, 7, 8] },
					{ id: "2", ids: [5] },
				]),
			}),
		],
		...{ tokensField: "ids", lengthUnit: "tokens", columns: ["stratum"] },
		...{ tokenizer: undefined, vocabSize: 100 },
		strata: "three:2-3,four:3-4",
		perStratum: 5,
		addEos: false,
	});
	const found = await documentsOf(out);
	expect(Object.keys(found).sort()).toEqual(["0", "1"]);
	expect([found["0"][0].stratum, found["1"][0].stratum]).toEqual([0, 1]);
});

test("splits by length; what is in none is left out", async () => {
	const records = Array.from({ length: 120 }, (_, i) => record(i, i + 1));
	const { out, manifest } = await built({
		inputs: [directoryWith({ "a.jsonl": jsonl(records) })],
		splitStrata: "train:-20 test:20-100",
	});
	const found = await documentsOf(out);
	for (let i = 0; i < 120; i++)
		expect(found[i]?.[0].split).toBe(
			i + 1 <= 20 ? "train" : i + 1 <= 100 ? "test" : undefined,
		);
	expect(manifest.totals.leftOutRecords).toEqual({ strata: 20 });
	expect(manifest.settings.buckets.map(({ split }) => split)).toEqual([
		"train",
		"test",
	]);
});

test("segments of a document are of its stratum", async () => {
	const { out } = await built({
		inputs: [
			directoryWith({ "a.jsonl": jsonl([record(0, 25), record(1, 3)]) }),
		],
		...{ strata, columns: ["stratum"], tag: "{name}\n" },
		...{ segment: "line", segmentTokens: 16, seqLen: 64 },
	});
	const found = await documentsOf(out);
	expect(found["0"].length).toBeGreaterThan(2);
	expect(found["0"].map(({ text }) => text)).toContain("c\n");
	expect(found["0"].map(({ stratum }) => stratum)).toEqual(
		found["0"].map(() => 2),
	);
	expect(found["1"].map(({ stratum }) => stratum)).toContain(0);
});

describe("documents keep their strata where others are left out for other reasons", () => {
	const bare = {
		onError: "skip",
		where: "keep",
		sample: 0.6,
		columns: ["stratum"],
		seqLen: 256,
	} as const;
	const counts = Array.from({ length: 150 }, (_, i) => 1 + ((i * 11) % 34));

	async function expectStrata(out: string): Promise<void> {
		const found = Object.entries(await documentsOf(out));
		expect(found.length).toBeGreaterThan(15);
		expect(found.length).toBeLessThan(counts.length);
		for (const [id, [{ stratum }]] of found)
			expect(stratum).toBe(stratumIn(counts[Number(id)]));
	}

	test("texts with units that some lack", async () => {
		const tokenizer = await loadTokenizer(tokenizerPath);
		const inputs = [
			directoryWith({
				"a.jsonl": jsonl(
					counts.map((count, i) => {
						const { id, text } = record(i, count);
						const costs = new Array(tokenizer.encode(text).length).fill(1);
						return {
							...{ id, costs: i % 5 === 0 ? [] : costs, keep: i % 7 !== 0 },
							// Neither is one without a text.
							...(i % 11 !== 0 && { text }),
						};
					}),
				),
			}),
		];
		const units = { segment: "cost:costs", segmentCost: 1000 };
		const { out } = await built({ inputs, strata, ...units, ...bare });
		await expectStrata(out);
		const tagged = { tag: "<{name}>", where: "keep", text: "{text}" };
		const other = await built({ inputs, strata, ...bare, ...tagged });
		await expectStrata(other.out);
		const split = await built({
			...{ inputs, strata, ...units, ...bare },
			splitStrata: "train:0-25",
		});
		await expectStrata(split.out);
	});

	test("conversations that some are not", async () => {
		const inputs = [
			directoryWith({
				"a.jsonl": jsonl(
					counts.map((count, i) => ({
						id: `${i}`,
						keep: i % 7 !== 0,
						prompt: `Question ${i}? `,
						...(i % 5 !== 0 && { completion: words(count) }),
					})),
				),
			}),
		];
		const options = { inputs, strata, loss: "completion", ...bare };
		const output = { ...options, lengthOf: "output" } as const;
		const { out } = await built(output);
		await expectStrata(out);
		await expectStrata(
			(await built({ ...output, splitStrata: "train:0-25" })).out,
		);
		// The text is longer by the two words of the question, and by EOS.
		const ofText = "a:3-8,b:8-13,c:23-33";
		await expectStrata((await built({ ...options, strata: ofText })).out);
	});
});

test("a stratum that there is not, or that parts of a document differ in, is found", async () => {
	const { out, manifest } = await built({
		inputs: [
			directoryWith({ "a.jsonl": jsonl([record(0, 25), record(1, 3)]) }),
		],
		...{ strata, columns: ["stratum"], format: "arrow" },
		...{ seqLen: 16, maxSequences: 1 },
	});
	const [entry] = manifest.shards;
	const batches = [];
	for await (const batch of (await openDataset(out)).rows())
		batches.push(batch);
	const shard = await createShard(join(out, entry.path), {
		schema: rowSchema({ columns: ["stratum"] }),
	});
	for (const batch of batches) {
		const column = batch.columns.stratum as { values: Int32Array };
		const values = column.values.map((value, i) =>
			value === 2 ? 2 - (i % 2) : 3,
		);
		await shard.write({
			...batch,
			columns: {
				...batch.columns,
				stratum: { ...batch.columns.stratum, values } as typeof batch.columns.x,
			},
		});
	}
	Object.assign(entry, await shard.close());
	writeFileSync(join(out, "seqpack.json"), JSON.stringify(manifest));
	const problems = (await verify(out)).problems.join("\n");
	expect(problems).toMatch(/document 0 .*its sequences are of the strata/);
	expect(problems).toMatch(/document 1 .*its stratum is 3, and there are 3/);
});

test("a store is added to with the strata that it has", async () => {
	const files = (from: number) =>
		directoryWith({
			[`${from}.jsonl`]: jsonl([record(from, 4), record(from + 1, 25)]),
		});
	const out = join(temporaryDirectory(), "store");
	const options = {
		...{ tokenizer: tokenizerPath, workers: 0, out, append: true },
		layout: "documents",
	} as const;
	await build({ ...options, inputs: [files(0)], strata, tag: "<{name}>" });
	const { manifest } = await build({ ...options, inputs: [files(2)] });
	expect(manifest.totals.strata).toMatchObject({
		a: { documents: 2 },
		c: { documents: 2 },
	});
	const packing = join(temporaryDirectory(), "packing");
	await packStore({
		...{ store: out, seqLen: 64, columns: ["stratum"], workers: 0 },
		out: packing,
	});
	expect((await verify(packing)).problems).toEqual([]);
	const found: number[] = [];
	for await (const { columns } of (await openDataset(packing)).rows())
		found.push(...(columns.stratum as { values: Int32Array }).values);
	expect(found.sort()).toEqual([0, 0, 2, 2]);
	const plain = join(temporaryDirectory(), "plain");
	await build({ ...options, out: plain, inputs: [files(0)] });
	await expect(
		packStore({
			...{ store: plain, seqLen: 64, columns: ["stratum"], workers: 0 },
			out: join(temporaryDirectory(), "packing"),
		}),
	).rejects.toThrow(/the column stratum needs strata/);
});

describe("bad use", () => {
	test.each<[Partial<BuildOptions>, RegExp]>([
		[{ strata: "a:0-5,b:4-9" }, /strata is .*a and b overlap/],
		[{ splitStrata: "train:0-5,test:4-9" }, /train and test overlap/],
		[{ splitStrata: "train:0-5,dev:5-9" }, /names "dev", and splits are train/],
		[{ perStratum: 5 }, /perStratum would change nothing without strata/],
		[{ tag: "x" }, /tag would change nothing without strata/],
		[{ lengthUnit: "words" }, /lengthUnit would change nothing/],
		[{ strata, tag: "[{length}]" }, /in braces it can have \{name\} alone/],
		[{ strata, lengthOf: "output" }, /the records are no conversations/],
		[{ strata, loss: "assistant", tag: "[{name}]" }, /give lengthOf: "output"/],
		[{ strata, tokensField: "ids" }, /token ids, which have no words/],
		[
			{ strata, tokensField: "ids", lengthUnit: "tokens", tag: "x" },
			/tag is text, and the input is token ids/,
		],
		[{ strata, perStratum: 5, validation: 10 }, /give a share/],
		[{ strata, perStratum: 5, limit: 10 }, /takes the first ones/],
		[{ splitStrata: "train:0-5", keepSplits: true }, /lengths do/],
		[{ columns: ["stratum"] }, /the column stratum needs strata/],
		[
			{
				...{ strata, perStratum: 5, append: true, seqLen: undefined },
				layout: "documents",
			},
			/chooses that many of all documents/,
		],
	])("%j", async (options, message) => {
		const inputs = [
			directoryWith({ "a.jsonl": jsonl([{ id: "0", text: "One two." }]) }),
		];
		await expect(built({ inputs, ...options } as BuildOptions)).rejects.toThrow(
			message,
		);
	});
});
