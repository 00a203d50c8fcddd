import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { Table, writeParquet } from "parquet-wasm";
import { describe, expect, test } from "vitest";
import {
	type ReadTokensOptions,
	readTokens,
} from "../../src/documents/read-tokens.js";
import { tokenListReasons } from "../../src/documents/token-lists/reasons.js";
import { build } from "../../src/engines/build.js";
import { sourceFormats } from "../../src/sources/formats.js";
import type { SkippedRecord } from "../../src/sources/read-records.js";
import {
	ArrowStreamEncoder,
	encodeOneBatch,
} from "../../src/tables/arrow-stream.js";
import type { ColumnBatch, Schema } from "../../src/tables/columns.js";
import {
	directoryWith,
	fixtures,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { corpora } from "../sources/corpora.js";
import { mdsOf } from "../sources/mds-bytes.js";
import { idsOfText, numbers } from "../sources/token-files.js";

interface Row {
	ids: number[];
	mask: number[];
}

/** Files of some rows, by the format that they are of. */
const writers: Record<
	string,
	(rows: readonly Row[]) => Promise<Record<string, Uint8Array>>
> = {
	jsonl: async (rows) => ({
		"a.jsonl": Buffer.from(
			rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
		),
	}),
	json: async (rows) => ({ "a.json.gz": gzipSync(JSON.stringify(rows)) }),
	arrow: async (rows) => {
		const encoder = new ArrowStreamEncoder(schema);
		const parts = encoder.encode(batchOf(rows)).map((part) => part.slice());
		return { "a.arrow": Buffer.concat([...parts, ...encoder.end()]) };
	},
	parquet: async (rows) => {
		const table = Table.fromIPCStream(encodeOneBatch(batchOf(rows), schema));
		return { "a.parquet": writeParquet(table) };
	},
	// NumPy has no empty arrays there.
	mds: async (rows) => ({
		"a.mds": mdsOf(
			{ ids: "ndarray:uint32", mask: "ndarray" },
			rows.map(({ ids, mask }) => ({
				ids: Buffer.concat([
					Buffer.of(5, ids.length, 0),
					numbers(ids, "uint32"),
				]),
				mask: Buffer.concat([
					Buffer.of(65, 4, ids.length),
					numbers(mask, "int64"),
				]),
			})),
		),
	}),
};

const schema: Schema = [
	{ name: "ids", type: "list<int32>" },
	{ name: "mask", type: "list<int64>" },
];

function batchOf(rows: readonly Row[]): ColumnBatch {
	const offsets = Int32Array.of(0, ...rows.map(() => 0));
	rows.forEach(({ ids }, i) => {
		offsets[i + 1] = offsets[i] + ids.length;
	});
	const values = Int32Array.from(rows.flatMap(({ ids }) => ids));
	const mask = BigInt64Array.from(
		rows.flatMap(({ mask }) => mask),
		BigInt,
	);
	return {
		rows: rows.length,
		columns: {
			ids: { type: "list<int32>", values, offsets },
			mask: { type: "list<int64>", values: mask, offsets },
		},
	};
}

const VOCABULARY = 50_000;
const rows = fc.array(
	fc
		.array(fc.tuple(fc.nat(VOCABULARY - 1), fc.nat(1)), {
			minLength: 1,
			maxLength: 20,
		})
		.map((pairs) => ({
			ids: pairs.map(([id]) => id),
			mask: pairs.map(([, trained]) => trained),
		})),
	{ minLength: 1, maxLength: 10 },
);

/** The documents that are read, and the records that are passed over. */
async function read(
	files: Record<string, string | Uint8Array>,
	options: Omit<ReadTokensOptions, "tokenizer">,
) {
	const directory = directoryWith(files);
	const documents: Row[] = [];
	const bad: SkippedRecord[] = [];
	for await (const { tokens } of readTokens([directory], {
		...options,
		...(options.onError === "skip" && {
			onBadRecord: (record: SkippedRecord) => bad.push(record),
		}),
	})) {
		const { ids, offsets, lossMask = null } = tokens;
		for (let i = 0; i + 1 < offsets.length; i++)
			documents.push({
				ids: [...ids.subarray(offsets[i], offsets[i + 1])],
				mask: [...(lossMask ?? []).slice(offsets[i], offsets[i + 1])],
			});
	}
	return { documents, bad };
}

describe.each(Object.entries(writers))("records of %s", (_, write) => {
	test("give the ids and masks that were written", async () => {
		await fc.assert(
			fc.asyncProperty(rows, async (rows) => {
				const options = { tokensField: "ids", vocabSize: VOCABULARY };
				const files = await write(rows);
				const masked = await read(files, { ...options, maskField: "mask" });
				expect(masked.documents).toEqual(rows);
				const plain = await read(files, options);
				expect(plain.documents).toEqual(
					rows.map(({ ids }) => ({ ids, mask: [] })),
				);
			}),
			{ numRuns: 10 },
		);
	});
});

describe.each(sourceFormats.where(({ content }) => content === "tokens"))(
	"files of %s",
	(format) => {
		const { write, asText = String, options = {} } = corpora[format];
		const texts = ["one", "", "three"].map(asText);

		test("give the ids and borders that were written", async () => {
			const { files } = write(texts);
			const { documents } = await read(files, {
				...(options as { eosId?: number }),
				// Asked for where files do not tell it.
				...(options.eosId === undefined ? {} : { inputFormat: format }),
				vocabSize: 102,
			});
			expect(documents.map(({ ids }) => ids)).toEqual(texts.map(idsOfText));
		});

		test("give no id over the vocabulary", async () => {
			const { files } = write(texts);
			const { documents, bad } = await read(files, {
				...(options as { eosId?: number }),
				...(options.eosId === undefined ? {} : { inputFormat: format }),
				vocabSize: 90,
				onError: "skip",
			});
			const isGood = (text: string) => idsOfText(text).every((id) => id < 90);
			expect(documents.map(({ ids }) => ids)).toEqual(
				texts.filter(isGood).map(idsOfText),
			);
			expect(bad.map(({ reason, number }) => [reason, number])).toEqual(
				texts.flatMap((text, i) =>
					isGood(text) ? [] : [["token-out-of-range", i + 1]],
				),
			);
		});
	},
);

const lines = (...records: unknown[]) =>
	records.map((record) => `${JSON.stringify(record)}\n`).join("");
const listed = { tokensField: "ids", vocabSize: 10 };

test("a record is as many documents as its borders say", async () => {
	const files = {
		"a.jsonl": lines(
			{
				ids: [1, 2, 3, 4],
				mask: [0, 1, 1, 1],
				indices: [
					[0, 2],
					[2, 2],
					[2, 4],
				],
			},
			{ ids: [5], mask: [0], indices: [0, 1] },
		),
	};
	const options = { ...listed, maskField: "mask", bordersField: "indices" };
	expect((await read(files, options)).documents).toEqual([
		{ ids: [1, 2], mask: [0, 1] },
		{ ids: [], mask: [] },
		{ ids: [3, 4], mask: [1, 1] },
		{ ids: [5], mask: [0] },
	]);
	const out = join(temporaryDirectory(), "out");
	const { manifest } = await build({
		inputs: [directoryWith(files)],
		...options,
		...{ seqLen: 8, workers: 0, out },
	});
	expect(manifest.totals).toMatchObject({
		documents: 4,
		records: 4,
		textTokens: 5,
	});
});

test("BOS and EOS are added where they are asked for, by their digits", async () => {
	const files = { "a.jsonl": lines({ ids: [1, 2] }, { ids: [8, 3, 9] }) };
	const { documents } = await read(files, {
		...listed,
		...{ addBos: true, bosToken: "8", addEos: true, eosToken: "9" },
	});
	expect(documents.map(({ ids }) => ids)).toEqual([
		[8, 1, 2, 9],
		[8, 3, 9],
	]);
	expect((await read(files, listed)).documents.map(({ ids }) => ids)).toEqual([
		[1, 2],
		[8, 3, 9],
	]);
});

const good = { ids: [1, 2], mask: [1, 0], borders: [0, 2] };
const badRecords: [keyof typeof tokenListReasons, object, RegExp][] = [
	["no-tokens", { mask: [1] }, /the record has no field "ids"/],
	["no-tokens", { ...good, ids: "1 2" }, /"ids" is of type string, not a list/],
	["no-tokens", { ...good, ids: null }, /"ids" is null/],
	[
		"no-tokens",
		{ ...good, ids: [1, 1.5] },
		/number 1 of the field "ids" is 1\.5/,
	],
	["no-tokens", { ...good, ids: [1, "2"] }, /number 1 .* is "2", no whole/],
	[
		"token-out-of-range",
		{ ...good, ids: [1, 10] },
		/token 1 of the record is 10, and ids are from 0 to 9/,
	],
	[
		"token-out-of-range",
		{ ...good, ids: [-1, 1] },
		/token 0 of the record is -1/,
	],
	[
		"wrong-mask",
		{ ...good, mask: [1] },
		/the mask has 1 numbers, and the record 2/,
	],
	["wrong-mask", { ...good, mask: [1, 2] }, /number 1 of the mask is 2/],
	["wrong-mask", { ids: [1] }, /no field "mask"/],
	["wrong-borders", { ...good, borders: [0, 1] }, /end at id 1, and it has 2/],
	[
		"wrong-borders",
		{ ...good, borders: [1, 2] },
		/from 1 to 2, and those before end at 0/,
	],
	["wrong-borders", { ...good, borders: [] }, /end at id 0, and it has 2/],
	["wrong-borders", { ...good, borders: [0, 2, 2] }, /and it has 2/],
];

test.each(badRecords)("%s: %j", async (reason, record, sentence) => {
	const files = { "a.jsonl": lines(good, record, good) };
	const options = { ...listed, maskField: "mask", bordersField: "borders" };
	const { documents, bad } = await read(files, { ...options, onError: "skip" });
	expect(documents).toHaveLength(2);
	expect(bad).toMatchObject([{ reason, number: 2, source: "a.jsonl" }]);
	expect(bad[0].sentence).toMatch(sentence);
	await expect(read(files, options)).rejects.toMatchObject({
		code: reason,
		message: expect.stringMatching(/a\.jsonl:2: /),
	});
});

test("there is a record for each reason", () => {
	expect(new Set(badRecords.map(([reason]) => reason))).toEqual(
		new Set(Object.keys(tokenListReasons)),
	);
});

test("a dataset of token lists has the bytes of rows that one of the texts has", async () => {
	const scripts = join(fixtures, "scripts");
	const directory = temporaryDirectory();
	const records: object[] = [];
	for await (const { tokens } of readTokens([scripts], {
		tokenizer: tokenizerPath,
	})) {
		const { ids, offsets } = tokens;
		for (let i = 0; i + 1 < offsets.length; i++)
			records.push({ ids: [...ids.subarray(offsets[i], offsets[i + 1])] });
	}
	const path = join(directory, "ids.jsonl");
	writeFileSync(path, lines(...records));
	const usual = { seqLen: 512, workers: 0, taskSize: 1e9 };
	const [text, lists] = await Promise.all([
		build({
			...usual,
			inputs: [scripts],
			tokenizer: tokenizerPath,
			out: join(directory, "text"),
		}),
		build({
			...usual,
			inputs: [path],
			tokensField: "ids",
			vocabSize: 4096,
			out: join(directory, "ids"),
		}),
	]);
	expect(lists.manifest.shards.map(({ sha256 }) => sha256)).toEqual(
		text.manifest.shards.map(({ sha256 }) => sha256),
	);
});

describe("what does not go together is refused", () => {
	const files = { "a.jsonl": lines({ text: "x", ids: [1] }) };
	test.each([
		[
			{},
			/tokenizer is missing: .*; for input that is token ids, give vocabSize/,
		],
		[
			{ vocabSize: 9 },
			/a\.jsonl holds texts, and vocabSize is for input that is token ids/,
		],
		[
			{ tokenizer: "bytes", tokensField: "ids" },
			/holds token ids, and a tokenizer makes tokens of texts/,
		],
		[
			{ tokenizer: "bytes", vocabSize: 9 },
			/vocabSize would change nothing: the tokenizer says it/,
		],
		[
			{ vocabSize: 9, tokensField: "ids", textField: "text" },
			/textField would change nothing: the records hold token ids/,
		],
		[
			{ vocabSize: 9, maskField: "ids" },
			/maskField would change nothing without tokensField/,
		],
		[
			{ tokenizer: "bytes", kmerRest: "oov" as const },
			/kmerRest would change nothing/,
		],
	])("%j", async (options, sentence) => {
		await expect(read(files, options)).rejects.toThrow(sentence);
	});
});
