import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readSpans } from "../../src/sources/read-records.js";
import { memoryStorage } from "../../src/storage/memory.js";
import {
	inputsOf,
	type ReadingOptions,
	readAllOf,
	takerOf,
	wholeFiles,
} from "./reading.js";

async function read(
	bytes: Uint8Array,
	name = "f.jsonl",
	{ most, ...options }: ReadingOptions & { most?: number } = {},
) {
	const files = { [name]: bytes };
	const storage = memoryStorage(files, most);
	const spans = await wholeFiles(storage, inputsOf(files));
	const { documents, bad, counts } = await readAllOf(storage, spans, options);
	return { documents, bad, counts: counts[0] };
}

const jsonl = (...records: unknown[]) =>
	Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));

describe("fields", () => {
	test("ids are from the field asked for, and from `id` unasked", async () => {
		const bytes = jsonl(
			{ text: "a", id: "x", key: 1 },
			{ text: "b", key: "k" },
		);
		const ids = async (idField: string | null) =>
			(await read(bytes, "f.jsonl", { idField })).documents.map(({ id }) => id);
		expect(await ids(null)).toEqual(["x", null]);
		expect(await ids("key")).toEqual(["1", "k"]);
		const { bad, documents } = await read(bytes, "f.jsonl", { idField: "id" });
		expect(documents.map(({ text }) => text)).toEqual(["a"]);
		expect(bad).toMatchObject([{ reason: "no-id", number: 2 }]);
	});

	test("a record without a text is told with its line, in the order of the others", async () => {
		const lines = [
			'{"text":"good"}',
			'{"body":"x"}',
			"[1]",
			'{"text":null}',
			'{"text":5}',
			'{"text":"good"}',
		];
		const { bad, documents, counts } = await read(
			Buffer.from(lines.join("\n")),
		);
		expect(documents.map(({ number }) => number)).toEqual([1, 6]);
		expect(bad.map(({ number, reason }) => [number, reason])).toEqual([
			[2, "no-text"],
			[3, "not-an-object"],
			[4, "no-text"],
			[5, "no-text"],
		]);
		expect(bad[0].sentence).toMatch(/no field "text" \(it has: body\)/);
		expect(bad[2].sentence).toMatch(/the field "text" is null, not a text/);
		expect(counts).toMatchObject({
			records: 6,
			numbers: 6,
			skipped: { "no-text": 3, "not-an-object": 1 },
		});
	});

	test("a field of every object is not taken for one of the record", async () => {
		const { bad } = await read(jsonl({ a: 1 }), "f.jsonl", {
			textField: "toString",
		});
		expect(bad).toMatchObject([{ reason: "no-text" }]);
	});

	test("what is long in the input is cut in a message, and control characters escaped", async () => {
		const stop = { onBadRecord: null };
		const bytes = jsonl({ [`\u001b[31m${"k".repeat(5_000_000)}`]: 1 });
		const error = await read(bytes, "f.jsonl", stop).catch((error) => error);
		expect(error).toMatchObject({ code: "no-text" });
		expect(error.message.length).toBeLessThan(1000);
		expect(error.message).not.toContain("\u001b");
	});
});

describe("JSON Lines", () => {
	test("passes over blank lines, a byte order mark and carriage returns", async () => {
		const bytes = Buffer.from('\ufeff{"text":"a"}\r\n\n  \r\n{"text":"b"}');
		const { documents, counts } = await read(bytes);
		expect(documents).toMatchObject([
			{ text: "a", number: 1, position: 3 },
			{ text: "b", number: 4, position: 22 },
		]);
		expect(counts).toMatchObject({ records: 2, numbers: 4 });
	});

	test("positions are the bytes that records begin at", async () => {
		const bytes = jsonl({ text: "é" }, { text: "日本" }, { text: "c" });
		const { documents } = await read(bytes);
		for (const { position, text } of documents) {
			const line = bytes.toString("utf8", position).split("\n")[0];
			expect(JSON.parse(line).text).toBe(text);
		}
	});
});

test("gzip of several members is read to the end", async () => {
	const two = Buffer.concat([
		gzipSync(jsonl({ text: "a" })),
		gzipSync(jsonl({ text: "b" })),
	]);
	const { documents } = await read(two, "f.jsonl.gz");
	expect(documents.map(({ text }) => text)).toEqual(["a", "b"]);
});

test("of gzip that is cut short the same records come before, at any size of reads", async () => {
	const records = Array.from({ length: 5000 }, (_, i) => ({
		text: `document ${i} ${Math.sin(i)}`,
	}));
	const bytes = gzipSync(jsonl(...records));
	const cut = bytes.subarray(0, Math.floor(bytes.length / 2));
	const runs = [];
	for (const most of [1000, 7777, Infinity])
		runs.push(await read(cut, "f.jsonl.gz", { most }));
	const texts = runs[0].documents.map(({ text }) => text);
	expect(texts.length).toBeGreaterThan(1000);
	expect(texts).toEqual(records.slice(0, texts.length).map(({ text }) => text));
	expect(runs[0].bad).toMatchObject([{ reason: "truncated-gzip" }]);
	expect(runs[0].counts).toMatchObject({
		records: texts.length + 1,
		bytes: cut.length,
	});
	expect(runs[1]).toEqual(runs[0]);
	expect(runs[2]).toEqual(runs[0]);
});

test("what is not gzip at all is told apart from what is cut short", async () => {
	const { bad } = await read(jsonl({ text: "plain" }), "f.jsonl.gz");
	expect(bad).toMatchObject([{ reason: "corrupt-gzip", number: 1 }]);
});

test("plain text is a document, named by its source, without a byte order mark", async () => {
	const { documents } = await read(Buffer.from("\ufeffa\nb\n"), "f.txt");
	expect(documents).toMatchObject([{ text: "a\nb\n", id: "f.txt" }]);
});

test("a file whose size changes while it is read is refused", async () => {
	const files = { "f.jsonl": jsonl({ text: "a" }, { text: "b" }) };
	const storage = memoryStorage(files);
	const spans = await wholeFiles(storage, inputsOf(files));
	const options = { taker: takerOf(), onBadRecord: null };
	const stored = spans.map((span) => ({ storage, ...span }));
	const reading = readSpans(stored, options);
	await reading.next();
	const shorter = await storage.create("f.jsonl");
	await shorter.write(jsonl({ text: "a" }));
	await shorter.commit();
	await expect(reading.next()).rejects.toMatchObject({ code: "input-changed" });
	await expect(readSpans(stored, options).next()).rejects.toThrow(
		/f\.jsonl changed while it was being read: it had 26 bytes and has 13/,
	);
});

test("a file that is written to while it is read is refused, also where its size stays", async () => {
	const files = { "f.jsonl": jsonl({ text: "a" }, { text: "b" }) };
	const storage = memoryStorage(files);
	const spans = await wholeFiles(storage, inputsOf(files));
	const options = { taker: takerOf(), onBadRecord: null };
	const reading = readSpans(
		spans.map((span) => ({ storage, ...span })),
		options,
	);
	await reading.next();
	const other = await storage.create("f.jsonl");
	await other.write(jsonl({ text: "c" }, { text: "d" }));
	await other.commit();
	await expect(reading.next()).rejects.toMatchObject({
		code: "input-changed",
		exitCode: 1,
	});
	const planned = spans.map(({ file, span }) => ({
		storage,
		file: { ...file, version: "0" },
		span,
	}));
	await expect(readSpans(planned, options).next()).rejects.toThrow(
		/f\.jsonl changed while it was being read: it had 26 bytes and was written to or replaced\./,
	);
});
