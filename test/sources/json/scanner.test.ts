import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	createRandom,
	type Random,
	randomBelow,
} from "../../../src/core/random.js";
import { refusalOf } from "../../../src/sources/json/values.js";
import {
	type FieldPath,
	valueAt,
	type WantedFields,
} from "../../../src/sources/records/fields.js";
import { type ReadRecord, readLines } from "./json-lines.js";

const textAndId: WantedFields = { text: ["text"], id: ["id"], values: [] };

async function readLine(
	line: string | Uint8Array,
	wanted = textAndId,
): Promise<ReadRecord> {
	const { records, bad } = await readLines(Buffer.from(line), wanted);
	expect([...bad.values()]).toEqual([]);
	const [record] = records.values();
	return record as ReadRecord;
}

async function sentenceOf(line: string): Promise<string> {
	const { bad } = await readLines(Buffer.from(line), textAndId);
	expect(bad.size).toBe(1);
	return bad.get(1)?.sentence ?? "";
}

describe("any JSON, written in any way", () => {
	/** An object as it is written: names may come again. */
	interface Written {
		fields: [string, Json][];
	}
	type Json = null | boolean | number | string | Json[] | Written;

	const name = fc.oneof(
		fc.constantFrom(
			"text",
			"id",
			"meta",
			"a.b",
			"",
			"__proto__",
			"é😀",
			"\ud83d",
		),
		fc.string({ unit: "binary", maxLength: 20 }),
	);
	const string = fc.oneof(
		fc.string({ unit: "binary", maxLength: 80 }),
		fc.string({
			unit: fc.constantFrom("\ud83d", "\ude00", "a", "\n", '"', "\\"),
		}),
	);
	const { object } = fc.letrec<{ value: Json; object: Written }>((tie) => ({
		value: fc.oneof(
			{ maxDepth: 5 },
			string,
			fc.double(),
			fc.double({ min: 2 ** 53, max: 1e21 }).map(Math.floor),
			fc.constantFrom<Json>(null, true, false, 0, -0, NaN, -Infinity, 1e21),
			fc.array(tie("value"), { maxLength: 4 }),
			tie("object"),
		),
		object: fc.record({
			fields: fc.array(fc.tuple(name, tie("value")), { maxLength: 8 }),
		}),
	}));
	const path = fc.array(name, { minLength: 1, maxLength: 3 });

	test("gives the values that it has", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(object, { maxLength: 3 }),
				fc.record({
					text: fc.option(path),
					id: path,
					values: fc.array(path, { maxLength: 4 }),
				}),
				fc.nat(),
				async (objects, wanted, seed) => {
					const random = createRandom(seed);
					const file = objects.map((object) => `${written(object, random)}\n`);
					const bytes = Buffer.from(file.join(""));
					const { records, bad } = await readLines(bytes, wanted);
					expect([...bad.values()]).toEqual([]);
					expect(records.size).toBe(objects.length);
					for (const [i, object] of objects.entries())
						expectRecord(records.get(i + 1) as ReadRecord, object, wanted);
				},
			),
			{ numRuns: 300 },
		);
	});

	function expectRecord(
		record: ReadRecord,
		object: Written,
		{ text, id, values }: WantedFields,
	): void {
		const value = parsed(object);
		const at = (path: FieldPath) => valueAt(value, path);
		expect(record.values).toEqual(values.map(at));
		if (text === null) expect(record.text).toBe("");
		else {
			const wanted = at(text);
			const isText = typeof wanted === "string";
			expect(record.text).toBe(isText ? wanted.toWellFormed() : null);
			expect(record.notText).toEqual(isText ? undefined : wanted);
		}
		const wanted = at(id);
		if (typeof wanted === "bigint" || Number.isFinite(wanted)) {
			expect(record.id).toBeTypeOf("string");
			expect(Number(record.id)).toBe(Number(wanted));
		} else expect(record.id).toEqual(wanted);
		expect(record.fieldNames()).toEqual(Object.keys(value as object));
	}

	/** What JavaScript makes of it: of equal names the last; large whole numbers are exact. */
	function parsed(json: Json): unknown {
		if (typeof json === "number" && !Number.isSafeInteger(json))
			return /^-?\d+$/.test(String(json)) ? BigInt(String(json)) : json;
		if (typeof json !== "object" || json === null) return json;
		if (Array.isArray(json)) return json.map(parsed);
		const object = {};
		for (const [name, value] of json.fields)
			Object.defineProperty(object, name, {
				value: parsed(value),
				enumerable: true,
				configurable: true,
				writable: true,
			});
		return object;
	}

	/** JSON with white space and escapes where they may be. */
	function written(json: Json, random: Random): string {
		const space = () => " \t\r  ".slice(randomBelow(random, 20));
		const around = (text: string) => `${space()}${text}${space()}`;
		if (typeof json === "string") return around(writtenString(json, random));
		if (typeof json === "number")
			return around(Object.is(json, -0) ? "-0.0" : String(json));
		if (typeof json !== "object" || json === null) return around(String(json));
		const parts = Array.isArray(json)
			? json.map((value) => written(value, random))
			: json.fields.map(
					([name, value]) =>
						`${written(name, random)}:${written(value, random)}`,
				);
		const inside = parts.length === 0 ? space() : parts.join(",");
		return around(Array.isArray(json) ? `[${inside}]` : `{${inside}}`);
	}

	const shortEscapes: Record<string, string> = {
		"\b": "\\b",
		"\f": "\\f",
		"\n": "\\n",
		"\r": "\\r",
		"\t": "\\t",
		"/": "\\/",
		"\\": "\\\\",
		'"': '\\"',
	};

	function writtenString(text: string, random: Random): string {
		const often = randomBelow(random, 3);
		const escaped = Array.from(text, (character) => {
			const short = shortEscapes[character];
			const must = /["\\\p{Cs}]|[^ -\u{10ffff}]/u.test(character);
			if (short !== undefined && (must || random() % 2)) return short;
			if (!must && randomBelow(random, 4) >= often) return character;
			return character
				.split("")
				.map((unit) => {
					const hex = unit.charCodeAt(0).toString(16).padStart(4, "0");
					return `\\u${random() % 2 ? hex : hex.toUpperCase()}`;
				})
				.join("");
		});
		return `"${escaped.join("")}"`;
	}
});

test("ids are as they are written", async () => {
	const numbers = [
		"1285704473650888702",
		"1285704473650888703",
		"12345678901234567890",
		"1.0",
		"-0",
		"1e21",
		"1E+400",
	];
	const file = numbers.map((id) => `{"id":${id} ,"text":"a"}\n`).join("");
	const { records } = await readLines(Buffer.from(file), textAndId);
	expect([...records.values()].map(({ id }) => id)).toEqual(numbers);
	expect(await readLine('{"id":"\\u0061\\"b"}')).toMatchObject({ id: 'a"b' });
	expect(await readLine('{"id":NaN}')).toMatchObject({ id: NaN });
	expect(await readLine('{"id":-Infinity}')).toMatchObject({ id: -Infinity });
});

describe("NaN and Infinity", () => {
	test("are values, as Python writes them", async () => {
		const line =
			'{"score":NaN,"text":"ok","all":[NaN,-Infinity,{"NaN":Infinity,"b":"NaN, \\"Infinity"}]}';
		const record = await readLine(line, {
			...textAndId,
			values: [["score"], ["all"], ["text"]],
		});
		expect(record.text).toBe("ok");
		expect(record.values).toEqual([
			NaN,
			[NaN, -Infinity, { NaN: Infinity, b: 'NaN, "Infinity' }],
			"ok",
		]);
		expect(record.fieldNames()).toEqual(["score", "text", "all"]);
	});

	test.each([
		"{NaN:1}",
		'{"a":nan}',
		'{"a":NaNa}',
		'{"a":+Infinity}',
		'{"a":-NaN}',
		'{"a":Infinit}',
		'{"a":--Infinity}',
		'{"a":1NaN}',
		'{"a":NaN1}',
		'{"a":NaN,NaN}',
		'{"a":NaN "NaN"}',
	])("are nothing else: %s", async (line) => {
		expect(await sentenceOf(line)).toContain("is not JSON");
	});

	test("before the place where a line is refused are not what is wrong", async () => {
		expect(await sentenceOf('{"a":[NaN,"NaN",-Infinity],"b":x}')).toContain(
			"is not JSON (Unexpected token 'x' in JSON at position 31)",
		);
	});
});

test("each of lines with and without a byte order mark is read, at its place", async () => {
	const mark = "\ufeff";
	const file = `{"text":"a"}\n${mark}{"text":"${mark}b"}\n${mark}\n${mark} {"text":"c"}`;
	const { records, count } = await readLines(Buffer.from(file), textAndId);
	expect([...records.values()]).toMatchObject([
		{ text: "a", number: 1, position: 0 },
		{ text: `${mark}b`, number: 2, position: 16 },
		{ text: "c", number: 4, position: 39 },
	]);
	expect(count).toBe(4);
	expect(await sentenceOf(`${mark}${mark}{}`)).toContain("is not JSON");
});

test("of a field that comes again the last counts, with all within it", async () => {
	const wanted = {
		text: ["a", "b"],
		id: ["a", "c"],
		values: [["a"], ["a", "c"]],
	};
	const read = (line: string) => readLine(line, wanted);
	expect(
		await read('{"a":{"b":"long text","c":1},"a":{"b":"x"}}'),
	).toMatchObject({
		text: "x",
		id: undefined,
		values: [{ b: "x" }, undefined],
	});
	expect(await read('{"a":{"b":"x","c":"i"},"a":[{"b":"y"}]}')).toMatchObject({
		text: null,
		notText: undefined,
		id: undefined,
		values: [[{ b: "y" }], undefined],
	});
	expect(await read('{"a":{"b":"x","b":null},"z":{"b":"y"}}')).toMatchObject({
		text: null,
		notText: null,
	});
});

describe("nesting", () => {
	const deep = 1_000_000;

	test("that is deep is passed, or refused where it goes wrong", async () => {
		const lists = "[".repeat(deep) + "]".repeat(deep);
		const braces = deep / 10;
		const objects = `${'{"text":'.repeat(braces)}1${"}".repeat(braces)}`;
		const { text } = await readLine(
			`{"a":${lists},"text":"x","b":${objects},"c":[${objects},${objects}]}`,
		);
		expect(text).toBe("x");
		expect(await sentenceOf("[".repeat(deep))).toContain("is not JSON");
		const wrong = `${lists.slice(0, -3)}}]]`;
		expect(await sentenceOf(`{"a":${wrong}}`)).toContain("is not JSON");
	});

	test("of braces and brackets is told apart at any depth", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.boolean(), { maxLength: 600 }),
				fc.nat(),
				async (kinds, other) => {
					const opened = kinds.map((isObject) => (isObject ? '{"":' : "["));
					const closed = kinds.map((isObject) => (isObject ? "}" : "]"));
					const line = (closed: string[]) =>
						`{"":${opened.join("")}0${closed.reverse().join("")}}`;
					await readLine(line([...closed]));
					if (kinds.length === 0) return;
					const at = other % kinds.length;
					const wrong = closed.with(at, kinds[at] ? "]" : "}");
					expect(await sentenceOf(line(wrong))).toContain("is not JSON");
				},
			),
			{ numRuns: 50 },
		);
	});
});

test("lines of any length and number are read, bad ones among them", async () => {
	const texts = Array.from({ length: 10_000 }, (_, i) => "é".repeat(i % 50));
	texts[3000] = "a\n".repeat(2_000_000);
	const lines = texts.map((text, i) =>
		i % 1000 === 999 ? '{"text":"' : JSON.stringify({ text, id: i }),
	);
	const bytes = Buffer.from(lines.join("\n"));
	const { records, bad } = await readLines(bytes, textAndId);
	expect(bad.size).toBe(10);
	expect(records.size).toBe(texts.length - 10);
	for (const { number, text, id } of records.values())
		if (text !== texts[number - 1] || id !== String(number - 1))
			expect.fail(`line ${number} is wrong`);
});

test("escapes that are cut off by the end of a line do not reach into the next", async () => {
	for (const end of ["\\", "\\u", "\\u0", "\\u004", "\\ud83d\\", "\\ud83d\\ud"])
		for (const next of ['"}', 'n"}', '0041"}', '{"text":"b"}']) {
			const file = `{"text":"${end}\n${next}\n{"text":"c"}`;
			const { records, bad } = await readLines(Buffer.from(file), textAndId);
			expect(bad.get(1)?.reason).toBe("not-json");
			expect(records.get(3)?.text).toBe("c");
		}
});

test("a line that JSON.parse reads and the scanner does not stops the program", () => {
	expect(() => refusalOf('{"a":1}', 3)).toThrow(
		/refuses what JSON.parse reads, at character 3/,
	);
});
