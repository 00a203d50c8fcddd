import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSpan } from "../../src/sources/read-documents.js";
import type {
	BadRecord,
	InputFile,
	ReadOptions,
} from "../../src/sources/source.js";
import { memoryStorage } from "../storage/memory-storage.js";

interface Read {
	texts: string[];
	ids: (string | null)[];
	positions: number[];
	lines: number[];
	bad: BadRecord[];
	records: number;
}

async function read(
	bytes: Uint8Array,
	file: Partial<InputFile> = {},
	options: Partial<ReadOptions> & { most?: number } = {},
): Promise<Read> {
	const result: Read = {
		texts: [],
		ids: [],
		positions: [],
		lines: [],
		bad: [],
		records: 0,
	};
	const counts = { bytes: 0, records: 0, lines: 0 };
	const input: InputFile = {
		path: "f",
		source: "corpus/f",
		size: bytes.length,
		format: "jsonl",
		compression: null,
		...file,
	};
	for await (const batch of readSpan(
		input,
		{ start: 0, end: null },
		{
			storage: memoryStorage({ f: bytes }, options.most),
			textField: "text",
			idField: null,
			counts,
			onBadRecord: (bad) => {
				result.bad.push(bad);
			},
			...options,
		},
	)) {
		result.texts.push(...batch.texts);
		result.ids.push(...batch.ids);
		result.positions.push(...batch.positions);
		result.lines.push(...batch.lines);
	}
	result.records = counts.records;
	return result;
}

const jsonl = (...records: unknown[]) =>
	Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));

describe("JSON Lines", () => {
	test("gives every text and where its record is, compressed or not", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.string({ unit: "grapheme" })),
				fc.integer({ min: 1, max: 50 }),
				async (texts, most) => {
					const bytes = jsonl(...texts.map((text) => ({ text })));
					const plain = await read(bytes, {}, { most });
					expect(plain.texts).toEqual(texts);
					plain.positions.forEach((position, i) => {
						const line = bytes.toString("utf8", position).split("\n")[0];
						expect(JSON.parse(line).text).toBe(texts[i]);
					});
					expect(plain.lines).toEqual(texts.map((_, i) => i + 1));
					expect(plain.records).toBe(texts.length);
					const zipped = await read(gzipSync(bytes), { compression: "gzip" });
					expect(zipped).toEqual(plain);
				},
			),
		);
	});

	test("takes ids from the field asked for, and from `id` unasked", async () => {
		const bytes = jsonl(
			{ text: "a", id: "x", key: 1 },
			{ text: "b", key: "k" },
		);
		expect((await read(bytes)).ids).toEqual(["x", null]);
		expect((await read(bytes, {}, { idField: "key" })).ids).toEqual(["1", "k"]);
		const { bad, texts } = await read(bytes, {}, { idField: "id" });
		expect(texts).toEqual(["a"]);
		expect(bad).toMatchObject([{ reason: "no-id", line: 2 }]);
	});

	test("passes over blank lines, a byte order mark and carriage returns", async () => {
		const bytes = Buffer.from('\ufeff{"text":"a"}\r\n\n  \r\n{"text":"b"}');
		const { texts, lines, positions, records } = await read(bytes);
		expect(texts).toEqual(["a", "b"]);
		expect(lines).toEqual([1, 4]);
		expect(positions).toEqual([3, 22]);
		expect(records).toBe(2);
	});

	test("names every kind of bad record with its line, and reads on", async () => {
		const good = '{"text":"good"}\n';
		const bytes = Buffer.concat([
			Buffer.from(`${good}{"text": \n${good}[1]\n"text"\n`),
			Buffer.from(`{"body":"x"}\n{"text":null}\n{"text":5}\n`),
			Buffer.from('{"text":"'),
			Buffer.of(0xc3, 0x28),
			Buffer.from(`"}\n${good}`),
		]);
		const { texts, bad, records } = await read(bytes);
		expect(texts).toEqual(["good", "good", "good"]);
		expect(records).toBe(10);
		expect(bad.map(({ line, reason }) => [line, reason])).toEqual([
			[2, "not-json"],
			[4, "not-an-object"],
			[5, "not-an-object"],
			[6, "no-text"],
			[7, "no-text"],
			[8, "no-text"],
			[9, "invalid-utf8"],
		]);
		expect(bad[3].sentence).toMatch(/no field "text" \(it has: body\)/);
	});

	test("a field of every object is not taken for one of the record", async () => {
		const { bad } = await read(jsonl({ a: 1 }), {}, { textField: "toString" });
		expect(bad).toMatchObject([{ reason: "no-text" }]);
	});
});

describe("gzip", () => {
	const records = Array.from({ length: 5000 }, (_, i) => ({
		text: `document ${i} ${Math.sin(i)}`,
	}));
	const bytes = gzipSync(jsonl(...records));

	test("cut short: the same records come before, at any size of reads", async () => {
		const cut = bytes.subarray(0, Math.floor(bytes.length / 2));
		const runs = [];
		for (const most of [1000, 7777, Number.POSITIVE_INFINITY])
			runs.push(await read(cut, { compression: "gzip" }, { most }));
		expect(runs[0].texts.length).toBeGreaterThan(1000);
		expect(runs[0].bad).toMatchObject([{ reason: "truncated-gzip" }]);
		expect(runs[0].texts).toEqual(
			records.slice(0, runs[0].texts.length).map(({ text }) => text),
		);
		expect(runs[1]).toEqual(runs[0]);
		expect(runs[2]).toEqual(runs[0]);
		expect(runs[0].records).toBe(runs[0].texts.length + 1);
	});

	test("damaged, or not gzip at all, is told apart from cut short", async () => {
		const damaged = Buffer.from(bytes);
		damaged.fill(0xff, 5000, 5100);
		for (const wrong of [damaged, Buffer.from('{"text":"plain"}\n')]) {
			const { bad } = await read(wrong, { compression: "gzip" });
			expect(bad).toMatchObject([{ reason: "corrupt-gzip" }]);
		}
	});

	test("of several members is read to the end", async () => {
		const two = Buffer.concat([
			gzipSync(jsonl({ text: "a" })),
			gzipSync(jsonl({ text: "b" })),
		]);
		expect((await read(two, { compression: "gzip" })).texts).toEqual([
			"a",
			"b",
		]);
	});
});

describe("plain text", () => {
	test("a file is a document, named by its source", async () => {
		const { texts, ids, records } = await read(Buffer.from("\ufeffa\nb\n"), {
			format: "text",
		});
		expect({ texts, ids, records }).toEqual({
			texts: ["a\nb\n"],
			ids: ["corpus/f"],
			records: 1,
		});
	});

	test("that is not UTF-8 is told with its line", async () => {
		const bytes = Buffer.from("one\ntwo\nth\xffree\n", "latin1");
		const { texts, bad } = await read(bytes, { format: "text" });
		expect(texts).toEqual([]);
		expect(bad).toMatchObject([{ reason: "invalid-utf8", line: 3 }]);
	});
});
