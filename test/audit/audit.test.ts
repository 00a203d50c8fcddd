import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
	Table as ArrowTable,
	Bool,
	type DataType,
	Field,
	Int8,
	Int32,
	Int64,
	List,
	tableToIPC,
	Uint16,
	vectorFromArray,
} from "apache-arrow";
import { describe, expect, test } from "vitest";
import { type AuditResult, audit } from "../../src/audit/audit.js";
import { auditChecks } from "../../src/audit/checks.js";
import { auditKinds } from "../../src/audit/kinds.js";
import type { AuditOptions } from "../../src/audit/options.js";
import { loadTokenizer } from "../../src/storage/load-tokenizer.js";
import { fixtures, seqpack, tokenizerPath } from "../helpers.js";
import {
	arrowOf,
	datasetOf,
	datatroveOf,
	mdsDataset,
	megatronOf,
	olmoOf,
	parquetOf,
	type Row,
} from "./datasets.js";

const tokenizer = await loadTokenizer(tokenizerPath);
const BOS = tokenizer.bos?.id ?? 0;
const EOS = tokenizer.eos?.id ?? 0;
const texts = [
	"It was a bright cold day in April, and the clocks were striking.",
	"A second document, which is short.",
	"The third one says: nothing is lost silently, not even a token.",
];
const bare = texts.map((text) => [...tokenizer.encode(text)]);
const documents = bare.map((ids) => [BOS, ...ids, EOS]);
const [first, second, third] = documents;
/** Of each token but the first, whether it is in the second half of its document. */
const answers = documents.map((ids) =>
	ids.map((_, i) => (2 * i > ids.length ? 1 : 0)),
);
/** A mask as it stands with the token before. */
const shifted = (mask: readonly number[]) => [...mask.slice(1), 0];
const labelsOf = (ids: readonly number[], mask: readonly number[]) =>
	ids.map((id, i) => (mask[i] === 1 ? id : -100));
const upTo = (length: number) => Array.from({ length }, (_, i) => i);
const corpus = () =>
	datasetOf({
		"a.jsonl": texts.map((text) => JSON.stringify({ text })).join("\n"),
	});

/** Rows of TRL: two documents, and one. */
const trlRows: Row[] = [
	{
		input_ids: [...first, ...second],
		seq_lengths: [first.length, second.length],
		labels: labelsOf([...first, ...second], [...answers[0], ...answers[1]]),
	},
	{
		input_ids: third,
		seq_lengths: [third.length],
		labels: labelsOf(third, answers[2]),
	},
];
const bridgeRows: Row[] = [
	{
		input_ids: [...first, ...second],
		seq_start_id: [0, first.length],
		loss_mask: [...shifted(answers[0]), ...shifted(answers[1])],
	},
	{ input_ids: third, seq_start_id: [0], loss_mask: shifted(answers[2]) },
];
const axolotlRows: Row[] = documents.map((ids, i) => ({
	input_ids: ids,
	attention_mask: ids.map(() => 1),
	labels: labelsOf(ids, answers[i]),
	position_ids: upTo(ids.length),
}));

type Kind = AuditOptions["kind"];
const right: Record<Kind, () => string> = {
	megatron: () => datasetOf(megatronOf(documents)),
	olmo: () => datasetOf(olmoOf(documents)),
	datatrove: () => datasetOf(datatroveOf(documents, answers.flat())),
	mds: () => datasetOf(mdsDataset(documents)),
	trl: () => datasetOf({ "a.parquet": parquetOf(trlRows) }),
	axolotl: () => datasetOf({ "data-00000.arrow": arrowOf(axolotlRows) }),
	"megatron-bridge": () =>
		datasetOf({ "a.idx.parquet": parquetOf(bridgeRows) }),
	parquet: () =>
		datasetOf({
			"a.parquet": parquetOf(
				documents.map((ids, i) => ({ tokens: ids, loss_mask: answers[i] })),
			),
		}),
};

/** The checks that found something, and how often it is so. */
const found = ({ findings }: AuditResult) =>
	findings.map(({ check, count }) => `${check} ${count}`);

describe("nothing is found in a right dataset", () => {
	for (const kind of auditKinds.names)
		test(`of ${kind}`, async () => {
			const result = await audit(right[kind](), {
				...{ kind, tokenizer: tokenizerPath, source: [corpus()] },
			});
			expect(result.findings).toEqual([]);
			expect(result.notChecked).toEqual([]);
			expect(result).toMatchObject({
				...{ kind, files: 1, sequences: 3, padding: 0 },
				tokens: documents.flat().length,
			});
			expect(result.corpus).toMatchObject({
				...{ documents: 3, whole: 3, split: 0, lost: 0 },
				...{ tokens: bare.flat().length, deliveredTokens: bare.flat().length },
			});
		});
});

/** By check, datasets that have its defect, and what is found in each. */
const wrong: Record<
	(typeof auditChecks.names)[number],
	{
		what: string;
		kind: Kind;
		path: () => string;
		finds: string[];
		corpus?: true;
	}[]
> = {
	unusable: [
		{
			what: "Megatron's .bin cut short",
			kind: "megatron",
			path: () => {
				const files = megatronOf(documents);
				const name = "a_text_document.bin";
				return datasetOf({ ...files, [name]: files[name].subarray(0, -6) });
			},
			finds: ["unusable 1"],
		},
		{
			what: "a .bin without .idx beside one that has it",
			kind: "megatron",
			path: () =>
				datasetOf({
					...megatronOf(documents),
					"b.bin": Buffer.of(1, 0),
					"README.md": "Tokens.",
				}),
			finds: ["unusable 1"],
		},
		{
			what: "datatrove's .ds.loss of another length",
			kind: "datatrove",
			path: () => datasetOf(datatroveOf(documents, answers.flat().slice(1))),
			finds: ["unusable 1"],
		},
		{
			what: "an index of MDS that lists more samples",
			kind: "mds",
			path: () => datasetOf(mdsDataset(documents, 4)),
			finds: ["unusable 1"],
		},
		{
			what: "MDS without index.json, and with one that lists a shard that is not there",
			kind: "mds",
			path: () => {
				const files = mdsDataset(documents);
				const shard = files["shard.00000.mds"];
				const index = String(files["index.json"]);
				return datasetOf({
					"a/shard.00000.mds": shard,
					"b/c/shard.00000.mds": shard,
					"b/index.json": index.replace(
						/"shards":\[(.*?)\],"version"/,
						(_, listed: string) =>
							`"shards":[${listed.replace("shard", "c/shard")},${listed.replace("shard", "d/shard")}],"version"`,
					),
				});
			},
			finds: ["unusable 2"],
		},
		{
			what: "lengths of sequences that do not come to the row",
			kind: "trl",
			path: () =>
				datasetOf({
					"a.parquet": parquetOf([
						trlRows[0],
						{ ...trlRows[1], seq_lengths: [third.length - 1] },
					]),
				}),
			finds: ["unusable 1"],
		},
		{
			what: "a Parquet file without its end",
			kind: "parquet",
			path: () =>
				datasetOf({ "a.parquet": parquetOf(trlRows).subarray(0, -20) }),
			finds: ["unusable 1"],
		},
		{
			what: "an id below 0",
			kind: "parquet",
			path: () =>
				datasetOf({ "a.parquet": parquetOf([{ input_ids: [BOS, -1, EOS] }]) }),
			finds: ["unusable 1"],
		},
		{
			what: "no rows",
			kind: "megatron",
			path: () => datasetOf(megatronOf([])),
			finds: ["unusable 0"],
		},
	],
	vocabulary: [
		{
			what: "an id of another tokenizer",
			kind: "megatron",
			path: () => datasetOf(megatronOf([[BOS, 60_000, 5, EOS], second])),
			finds: ["vocabulary 1"],
		},
	],
	"lost-documents": [
		{
			what: "a document less",
			kind: "megatron",
			path: () => datasetOf(megatronOf([first, third])),
			finds: ["lost-documents 1"],
			corpus: true,
		},
		{
			what: "the end of a document cut away",
			kind: "olmo",
			path: () =>
				datasetOf(olmoOf([first, [...second.slice(0, -3), EOS], third])),
			finds: ["lost-documents 1"],
			corpus: true,
		},
	],
	"split-documents": [
		{
			what: "a document in two",
			kind: "datatrove",
			path: () =>
				datasetOf(
					datatroveOf([
						first,
						second,
						[...third.slice(0, 5), EOS],
						[BOS, ...third.slice(5)],
					]),
				),
			finds: ["split-documents 1"],
			corpus: true,
		},
	],
	"unknown-sequences": [
		{
			what: "a document twice",
			kind: "megatron",
			path: () => datasetOf(megatronOf([...documents, second])),
			finds: ["unknown-sequences 1"],
			corpus: true,
		},
	],
	"eos-borders": [
		{
			what: "EOS within a document",
			kind: "megatron",
			path: () =>
				datasetOf(megatronOf([first, [BOS, 5, EOS, 6, 7, EOS], third])),
			finds: ["eos-borders 1"],
		},
		{
			what: "a document without EOS",
			kind: "olmo",
			path: () => datasetOf(olmoOf([first.slice(0, -1), second, third])),
			finds: ["eos-borders 1"],
		},
	],
	"guessed-borders": [
		{
			what: "OLMo's without .csv.gz",
			kind: "olmo",
			path: () => datasetOf(olmoOf(documents, false)),
			finds: ["guessed-borders 3"],
		},
		{
			what: "a sample of several documents",
			kind: "mds",
			path: () => datasetOf(mdsDataset([[...first, ...second], third])),
			finds: ["guessed-borders 1"],
		},
	],
	"bos-missing": [
		{
			what: "one document without BOS",
			kind: "datatrove",
			path: () => datasetOf(datatroveOf([first, second.slice(1), third])),
			finds: ["bos-missing 1"],
		},
		{
			what: "all without",
			kind: "datatrove",
			path: () => datasetOf(datatroveOf(documents.map((ids) => ids.slice(1)))),
			finds: ["bos-missing 3"],
		},
	],
	"bos-doubled": [
		{
			what: "BOS twice",
			kind: "olmo",
			path: () => datasetOf(olmoOf([first, [BOS, ...second]])),
			finds: ["bos-doubled 1"],
		},
	],
	"labels-across-borders": [
		{
			what: "a label at the beginning of the second sequence",
			kind: "trl",
			path: () => {
				const labels = [...trlRows[0].labels];
				labels[first.length] = BOS;
				return datasetOf({
					"a.parquet": parquetOf([{ ...trlRows[0], labels }, trlRows[1]]),
				});
			},
			finds: ["labels-across-borders 1"],
		},
	],
	"hidden-borders": [
		{
			what: "an attention_mask beside seq_lengths",
			kind: "trl",
			path: () =>
				datasetOf({
					"a.parquet": parquetOf(
						trlRows.map((row) => ({
							...row,
							attention_mask: row.input_ids.map(() => 1),
						})),
					),
				}),
			finds: ["hidden-borders 1"],
		},
	],
	"labels-differ": [
		{
			what: "labels that are shifted already",
			kind: "axolotl",
			path: () =>
				datasetOf({
					"a.parquet": parquetOf(
						axolotlRows.map((row, i) => ({
							...row,
							labels: labelsOf(
								[...row.input_ids.slice(1), EOS],
								shifted(answers[i]),
							),
						})),
					),
				}),
			finds: [`labels-differ ${answers.flat().filter(Boolean).length}`],
		},
	],
	"nothing-trained": [
		{
			what: "a mask of zeros",
			kind: "trl",
			path: () =>
				datasetOf({
					"a.parquet": parquetOf(
						documents.map((ids, i) => ({
							input_ids: ids,
							assistant_masks: i === 0 ? ids.map(() => 0) : answers[i],
						})),
					),
				}),
			finds: ["nothing-trained 1"],
		},
	],
	"all-trained": [
		{
			what: "a mask of ones",
			kind: "trl",
			path: () =>
				datasetOf({
					"a.parquet": parquetOf(
						documents.map((ids) => ({
							input_ids: ids,
							completion_mask: ids.map((_, i) => (i === 0 ? 0 : 1)),
						})),
					),
				}),
			finds: ["all-trained 3"],
		},
	],
	"lost-labels": [
		{
			what: "a mask of Megatron Bridge that is not shifted",
			kind: "megatron-bridge",
			path: () =>
				datasetOf({
					"a.parquet": parquetOf([
						{ ...bridgeRows[0], loss_mask: [...answers[0], ...answers[1]] },
						{ ...bridgeRows[1], loss_mask: answers[2] },
					]),
				}),
			finds: ["lost-labels 3"],
		},
	],
	"cut-labels": [
		{
			what: "an answer that ends with the row",
			kind: "axolotl",
			path: () => {
				const cut = (list: readonly number[]) => list.slice(0, 9);
				return datasetOf({
					"a.parquet": parquetOf(
						[0, 2].map((i) => ({
							input_ids: cut(documents[i]),
							labels: cut(
								labelsOf(
									documents[i],
									upTo(99).map((at) => (at < 5 ? 0 : 1)),
								),
							),
						})),
					),
				});
			},
			finds: ["cut-labels 2"],
		},
	],
	"first-token": [
		{
			what: "labels that are the tokens",
			kind: "axolotl",
			path: () =>
				datasetOf({
					"a.parquet": parquetOf(
						documents.map((ids) => ({ input_ids: ids, labels: ids })),
					),
				}),
			finds: ["first-token 3"],
		},
	],
	padding: [
		{
			what: "sixteen times one id behind a document",
			kind: "datatrove",
			path: () =>
				datasetOf(datatroveOf([[...first, ...new Array(16).fill(0)]])),
			finds: ["padding 16"],
		},
		{
			what: "rows padded to the longest",
			kind: "axolotl",
			path: () => padded(-100, (at) => at),
			finds: ["padding 32"],
		},
	],
	"padding-trained": [
		{
			what: "labels in the padding",
			kind: "axolotl",
			path: () => padded(EOS, (at) => at),
			finds: ["padding-trained 32", "padding 32"],
		},
	],
	"padding-sequences": [
		{
			what: "positions of 0 in the padding",
			kind: "axolotl",
			path: () => padded(-100, () => 0),
			finds: ["padding-sequences 2", "padding 32"],
		},
	],
	fill: [
		{
			what: "eight rows where four would do",
			kind: "megatron-bridge",
			path: () =>
				datasetOf({
					"a.parquet": parquetOf([
						...Array.from({ length: 7 }, () => ({
							input_ids: [BOS, 5, 6, EOS],
							seq_start_id: [0],
							loss_mask: [0, 1, 1, 0],
						})),
						{
							input_ids: [BOS, 5, 6, EOS, BOS, 7, 8, EOS],
							seq_start_id: [0, 4],
							loss_mask: [0, 1, 1, 0, 0, 1, 1, 0],
						},
					]),
				}),
			finds: ["fill 3"],
		},
	],
	"uneven-shards": [
		{
			what: "a file of three rows and one of one",
			kind: "parquet",
			path: () =>
				datasetOf({
					"a.parquet": parquetOf(documents.map((ids) => ({ input_ids: ids }))),
					"b.parquet": parquetOf([{ input_ids: second }]),
				}),
			finds: ["uneven-shards 1"],
		},
	],
};

/** Two documents with padding of 16 behind each. */
function padded(label: number, positionOf: (at: number) => number): string {
	const fill = (value: number) => new Array<number>(16).fill(value);
	return datasetOf({
		"a.parquet": parquetOf(
			[0, 2].map((i) => {
				const ids = documents[i];
				return {
					input_ids: [...ids, ...fill(EOS)],
					attention_mask: [...ids.map(() => 1), ...fill(0)],
					position_ids: [
						...upTo(ids.length),
						...upTo(16).map((at) => positionOf(ids.length + at)),
					],
					labels: [...labelsOf(ids, answers[i]), ...fill(label)],
				};
			}),
		),
	});
}

describe("each defect is found, and no other", () => {
	for (const check of auditChecks.names)
		for (const { what, kind, path, finds, corpus: isCompared } of wrong[check])
			test(`${check}: ${what}`, async () => {
				const result = await audit(path(), {
					...{ kind, tokenizer: tokenizerPath },
					source: isCompared ? [corpus()] : [],
				});
				expect(found(result)).toEqual(finds);
				for (const { places, of, count, sentence } of result.findings) {
					expect(of).toBeGreaterThanOrEqual(count);
					expect(sentence).toMatch(/\.$/);
					expect(sentence).not.toMatch(/undefined|NaN|null/);
					for (const place of places) expect(place).toMatch(/^(\/|a\.jsonl, )/);
				}
			});
});

test("documents that EOS splits and joins are told with the share that is delivered", async () => {
	const isWithin = [BOS, ...bare[0].slice(0, 4), EOS, ...bare[0].slice(4), EOS];
	const path = datasetOf(olmoOf([isWithin, ...documents.slice(1)], false));
	const text = `${tokenizer.decode(bare[0].slice(0, 4))}<|end_of_text|>${tokenizer.decode(bare[0].slice(4))}`;
	const lines = [text, texts[1], texts[2], "This one is nowhere."];
	const result = await audit(path, {
		kind: "olmo",
		tokenizer: tokenizerPath,
		source: [
			datasetOf({
				"a.jsonl": lines.map((text) => JSON.stringify({ text })).join("\n"),
			}),
		],
	});
	const lost = tokenizer.encode(lines[3]).length;
	const tokens = isWithin.length - 2 + bare[1].length + bare[2].length + lost;
	expect(result.corpus).toEqual({
		...{ documents: 4, whole: 2, cut: 0, split: 1, lost: 1 },
		...{ tokens, deliveredTokens: tokens - lost },
	});
	const share = ((100 * (tokens - lost)) / tokens).toFixed(2);
	expect(result.findings.map(({ sentence }) => sentence).join(" ")).toContain(
		`${share} % of ${tokens} tokens are delivered`,
	);
});

test("documents longer than a row are found in rows that do not follow one another", async () => {
	const rows = [
		bare[0].slice(0, 8),
		bare[2].slice(8),
		bare[2].slice(0, 8),
		bare[0].slice(8),
	];
	const path = datasetOf({
		"a.parquet": parquetOf(rows.map((input_ids) => ({ input_ids }))),
	});
	const result = await audit(path, {
		...{ kind: "parquet", tokenizer: tokenizerPath, source: [corpus()] },
	});
	expect(result.corpus).toMatchObject({ documents: 3, lost: 1 });
	expect(result.corpus?.deliveredTokens).toBe(bare[0].length + bare[2].length);
});

test("without a tokenizer it says what was not checked", async () => {
	const result = await audit(right.megatron(), { kind: "megatron" });
	expect(result.findings).toEqual([]);
	expect(result.notChecked).toContainEqual({
		check: "eos-borders",
		needs: ["tokenizer", "eosId"],
	});
	await expect(
		audit(right.megatron(), { kind: "megatron", source: [corpus()] }),
	).rejects.toMatchObject({ code: "missing-option" });
	await expect(audit(right.megatron(), { kind: "trl" })).rejects.toMatchObject({
		exitCode: 2,
	});
});

describe("the command", () => {
	test("tells what is wrong, ends with 4, and prints JSON", async () => {
		const path = datasetOf(megatronOf([first, third]));
		const args = ["--kind", "megatron", "--tokenizer", tokenizerPath];
		const run = await seqpack([
			...["audit", path, ...args, "--source", corpus(), "--json"],
		]);
		expect(run.code).toBe(4);
		expect(run.stderr).toContain(
			"error    lost-documents: 1 of 3 documents of the corpus is not all",
		);
		expect(run.stderr).toContain("1 error, 0 warnings.");
		const result = JSON.parse(run.stdout);
		expect(result).toMatchObject({ version: 1, command: "audit", rows: 2 });
		expect(found(result)).toEqual(["lost-documents 1"]);
	});

	test("ends with 0 for warnings alone", async () => {
		const path = datasetOf(olmoOf(documents, false));
		const run = await seqpack([
			...["audit", path, "--kind", "olmo", "--eos-id", String(EOS)],
		]);
		expect(run.stderr).toContain("warning  guessed-borders: ");
		expect(run.stderr).toContain("Not checked without --source: ");
		expect([run.code, run.stdout]).toEqual([0, ""]);
	});
});

describe("errors of finding files", () => {
	test("name no option that an audit has not", async () => {
		const { "a_text_document.bin": alone } = megatronOf(documents);
		for (const [kind, files] of [
			["megatron", { "a.bin": alone }],
			["mds", { "a.json": "{}" }],
			["trl", {}],
		] as [Kind, Record<string, Uint8Array | string>][]) {
			const run = await seqpack(["audit", datasetOf(files), "--kind", kind]);
			expect([2, 4]).toContain(run.code);
			expect(run.stderr).toMatch(/^seqpack: .*\.\n$/);
			expect(run.stderr).not.toMatch(/--(on-error|input-format)/);
		}
	});

	test("an index of a dataset of seqpack is not taken for rows", async () => {
		const path = datasetOf({
			"seqpack.json": "{}",
			"index/00000.parquet": parquetOf([{ tokens: [1] }]),
			"data/a.parquet": parquetOf(trlRows),
		});
		const result = await audit(path, { kind: "trl" });
		expect(result).toMatchObject({ files: 1, rows: 2, findings: [] });
	});
});

describe("numbers of other types", () => {
	const ids = [
		[1, 5, 6, 7, 2],
		[1, 8, 9, 2],
	];
	const masks = ids.map((row) => row.map((_, i) => i > 1));
	const list = (type: DataType) => new List(new Field("item", type, true));
	for (const [what, type, mask] of [
		["int64 and int8", new Int64(), new Int8()],
		["uint16 and booleans", new Uint16(), new Bool()],
		["int32 and int64", new Int32(), new Int64()],
	] as const)
		test(`in lists of ${what}`, async () => {
			const big = (type: DataType, value: number | boolean) =>
				type instanceof Int64
					? BigInt(value)
					: type instanceof Bool
						? value
						: Number(value);
			const table = new ArrowTable({
				input_ids: vectorFromArray(
					ids.map((row) => row.map((id) => big(type, id))),
					list(type),
				),
				completion_mask: vectorFromArray(
					masks.map((row) => row.map((is) => big(mask, is))),
					list(mask),
				),
			});
			for (const format of ["stream", "file"] as const) {
				const path = datasetOf({ "a.arrow": tableToIPC(table, format) });
				const result = await audit(path, { kind: "trl", eosId: 2 });
				expect(result).toMatchObject({
					...{ rows: 2, tokens: 9, labels: 5, findings: [] },
				});
			}
		});

	test("a list with a null in it is told", async () => {
		const table = new ArrowTable({
			input_ids: vectorFromArray([[1, null, 2]], list(new Int32())),
		});
		const path = datasetOf({ "a.arrow": tableToIPC(table, "stream") });
		const { findings } = await audit(path, { kind: "trl" });
		expect(findings.map(({ places }) => places)).toEqual([
			[
				`${path}/a.arrow, row 1: token 1 is no whole number from 0 to 2147483647`,
			],
		]);
	});
});

test("what datatrove wrote of a corpus is found to be all of it", async () => {
	const written = join(fixtures, "interop", "tokens");
	const texts: string[] = JSON.parse(
		readFileSync(join(written, "texts.json"), "utf8"),
	);
	const source = datasetOf({
		"a.jsonl": texts.map((text) => JSON.stringify({ text })).join("\n"),
	});
	for (const kind of ["megatron", "datatrove"] as const) {
		const result = await audit(join(written, kind), {
			...{ kind, tokenizer: tokenizerPath, source: [source] },
		});
		expect(result.corpus).toMatchObject({ documents: 4, whole: 4, lost: 0 });
		// Where EOS is given, it leaves BOS out: issue 345 of huggingface/datatrove.
		expect(found(result)).toEqual(["bos-missing 4"]);
	}
});
