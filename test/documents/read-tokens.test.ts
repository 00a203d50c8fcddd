import { join } from "node:path";
import { build, documentLengths, readDocuments, readTokens } from "seqpack";
import { describe, expect, test } from "vitest";
import { textBatchOf } from "../../src/core/text-batch.js";
import { tokenizeDocuments } from "../../src/documents/tokenize-documents.js";
import type { Documents } from "../../src/sources/read-records.js";
import {
	directoryWith,
	fixtures,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { idsInText } from "./ids-in-text.js";

const scripts = join(fixtures, "scripts");

describe("a build, the lengths of its documents and the library read alike", () => {
	const slow = { tokenizerEngine: "huggingface" } as const;
	const chapters = [1, 2, 3].map((n) =>
		join(fixtures, "prose", `chapter-00${n}.txt`),
	);
	test.each([
		[{}, [scripts]],
		[{ addBos: true }, [scripts]],
		[{ addBos: true, addEos: false }, [scripts]],
		[{ addEos: true, eosToken: "a", ...slow }, chapters],
	])("%j", async (options, inputs) => {
		const out = join(temporaryDirectory(), "data");
		const shared = { tokenizer: tokenizerPath, ...options };
		const { manifest } = await build({
			...shared,
			inputs,
			seqLen: 1024,
			workers: 0,
			out,
		});
		const { documents, textBytes, textTokens, specialTokens } = manifest.totals;
		const lengths = await documentLengths(inputs, shared);
		expect(lengths).toEqual(await documentLengths([out]));
		expect(lengths).toHaveLength(documents);
		const sum = lengths.reduce((total, length) => total + length, 0);
		expect(sum).toBe(textTokens + specialTokens);
		const { batches, returned } = await all(readTokens(inputs, shared));
		expect(batches.flatMap(({ lengths }) => lengths)).toEqual([...lengths]);
		expect(returned).toMatchObject({
			documents,
			textBytes,
			textTokens,
			specialTokens,
		});
	});
});

async function all(reading: ReturnType<typeof readTokens>) {
	const batches = [];
	let next = await reading.next();
	for (; !next.done; next = await reading.next()) {
		const { tokens, ...rest } = next.value;
		const { offsets, ids } = tokens;
		const lists = [...offsets.subarray(1)].map((end, i) =>
			Array.from(ids.subarray(offsets[i], end)),
		);
		batches.push({
			...rest,
			lists,
			lengths: lists.map(({ length }) => length),
		});
	}
	return { batches, returned: next.value };
}

const recordsDirectory = () =>
	directoryWith({
		"a.jsonl": '{"body":"one","key":"k1"}\n{"body":1}\n{"body":"two"}\n',
	});

test("reading options hold for tokens and lengths too", async () => {
	const records = recordsDirectory();
	const options = {
		tokenizer: tokenizerPath,
		textField: "body",
		onError: "skip",
	} as const;
	const bad: unknown[] = [];
	const { batches, returned } = await all(
		readTokens([records], {
			...options,
			onBadRecord: (record) => bad.push(record),
		}),
	);
	expect(batches).toMatchObject([
		{ source: "a.jsonl", numbers: [1, 3], positions: [0, 37] },
	]);
	expect(bad).toMatchObject([
		{ source: "a.jsonl", reason: "no-text", number: 2, position: 26 },
	]);
	expect(returned.input).toMatchObject([
		{ records: 3, numbers: 3, bytes: 52, skipped: { "no-text": 1 } },
	]);
	expect(await documentLengths([records], options)).toHaveLength(2);
	await expect(
		documentLengths([records], { ...options, onError: "stop" }),
	).rejects.toThrow(/a\.jsonl:2: the field "body" is of type number/);
	await expect(
		readTokens([records], {
			...options,
			idField: "key",
			onError: "stop",
		}).next(),
	).rejects.toMatchObject({ code: "no-text", exitCode: 4 });
});

test("options that do not exist or would change nothing are refused", async () => {
	const records = recordsDirectory();
	const documents = (options: object) =>
		readDocuments([records], options).next();
	await expect(documents({ textfield: "body" })).rejects.toThrow(/textField/);
	await expect(documents({ inputFormat: "docx" })).rejects.toMatchObject({
		code: "unknown-name",
	});
	await expect(documents({ onBadRecord() {} })).rejects.toMatchObject({
		code: "ignored-option",
	});
	await expect(documentLengths([records])).rejects.toMatchObject({
		code: "missing-option",
	});
});

test("an error of the tokenizer, or leaving early, closes the file that is read", async () => {
	for (const texts of [["1 2"], ["100"]]) {
		let closed = false;
		async function* documents(): AsyncGenerator<Documents, null> {
			try {
				for (;;)
					yield {
						texts: textBatchOf(texts),
						ids: [null],
						positions: [0],
						numbers: [1],
						source: "f",
						bytes: 3,
						hashes: null,
						marks: null,
					};
			} finally {
				closed = true;
			}
		}
		const encoder = { tokenizer: idsInText, bos: null, eos: null };
		const tokens = tokenizeDocuments(documents(), encoder);
		await tokens.next().catch(() => {});
		await tokens.return(undefined as never);
		expect(closed).toBe(true);
	}
});
