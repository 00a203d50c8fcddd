import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isObject } from "../../src/core/values.js";
import { ArrayScanner } from "../../src/sources/json/array.js";
import { numberTextAt } from "../../src/sources/json/record-text.js";
import { parseRecordJson } from "../../src/sources/json/values.js";
import { json } from "../../src/sources/json.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { inputsOf, readAllOf, wholeFiles } from "./reading.js";

async function read(text: string, most?: number) {
	const files = { "f.json": Buffer.from(text) };
	const storage = memoryStorage(files, most);
	const spans = await wholeFiles(storage, inputsOf(files));
	return readAllOf(storage, spans);
}

/** The elements that a scanner finds in pieces of some size. */
function elementsOf(text: string, size: number) {
	const bytes = Buffer.from(text);
	const scanner = new ArrayScanner();
	const elements: { text: string; position: number }[] = [];
	for (let position = 0; position < bytes.length; position += size) {
		const piece = bytes.subarray(position, position + size);
		for (const element of scanner.scan({ bytes: piece, position }))
			elements.push({ ...element, text: String(element.bytes) });
	}
	scanner.finish();
	return elements;
}

const arrays = fc.array(fc.jsonValue({ depthSize: "small" }));
const indent = fc.constantFrom("", " ", "\t\r\n");
const pieceSize = fc.integer({ min: 1, max: 40 });

test("the elements are those of the array, and lie where it has them", () => {
	fc.assert(
		fc.property(arrays, indent, pieceSize, (array, indent, size) => {
			const text = JSON.stringify(array, null, indent);
			const elements = elementsOf(text, size);
			expect(elements.map(({ text }) => JSON.parse(text))).toEqual(
				JSON.parse(text),
			);
			const bytes = Buffer.from(text);
			for (const { position, text } of elements)
				expect(bytes.toString("utf8", position).startsWith(text)).toBe(true);
		}),
	);
});

test("of a changed array either all is read, or what is wrong is told", async () => {
	const objects = fc.array(fc.record({ text: fc.string(), n: fc.jsonValue() }));
	const change = fc.constantFrom(...'[]{}",:\\ \n01ae.-', "");
	const place = fc.double({ min: 0, max: 1, noNaN: true });
	await fc.assert(
		fc.asyncProperty(
			objects,
			place,
			fc.nat(2),
			change,
			pieceSize,
			async (array, place, removed, inserted, most) => {
				const whole = JSON.stringify(array);
				const at = Math.floor(place * whole.length);
				const text = whole.slice(0, at) + inserted + whole.slice(at + removed);
				const { documents, bad } = await read(text, most);
				const records = textsOf(text);
				if (records === null) expect(bad.length).toBeGreaterThan(0);
				else {
					expect(documents.map(({ text }) => text)).toEqual(records);
					expect(bad).toEqual([]);
				}
			},
		),
		{ numRuns: 500 },
	);
});

/** The texts of an array of objects that have one; null where it is something else. */
function textsOf(text: string): string[] | null {
	try {
		const array: unknown = JSON.parse(text);
		if (!Array.isArray(array)) return null;
		const texts = array.map((value) => isObject(value) && value.text);
		return texts.every((text) => typeof text === "string") ? texts : null;
	} catch {
		return null;
	}
}

describe("numbers that JSON does not have", () => {
	/** As Python's json.dumps writes it. */
	const pythonJson = (value: unknown): string => {
		if (typeof value === "number" && !Number.isFinite(value))
			return String(value);
		if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
		// JSON.stringify leaves out its sign.
		if (Object.is(value, -0)) return "-0.0";
		// JSON.stringify writes large floats as if they were whole numbers.
		if (Number.isInteger(value) && !Number.isSafeInteger(value))
			return (value as number).toExponential();
		if (!isObject(value)) return JSON.stringify(value);
		const members = Object.entries(value).map(
			([name, value]) => `${JSON.stringify(name)}: ${pythonJson(value)}`,
		);
		return `{${members.join(", ")}}`;
	};
	const text = fc.oneof(
		fc.constantFrom("NaN", '"NaN', "-Infinity", "\\", "1", "__proto__"),
		fc.string(),
	);
	const number = fc.oneof(
		fc.constantFrom(Number.NaN, Infinity, -Infinity),
		fc.nat(5),
		fc.double(),
	);
	const { value } = fc.letrec((tie) => ({
		value: fc.oneof(
			{ depthSize: "small" },
			text,
			number,
			fc.array(tie("value")),
			fc.dictionary(text, tie("value")),
		),
	}));

	test("are read as Python writes them, and nothing else is changed", () => {
		fc.assert(
			fc.property(value, (value) => {
				expect(parseRecordJson(pythonJson(value))).toEqual(value);
			}),
		);
	});

	test.each([
		"NaN1",
		"1NaN",
		"-NaN",
		"{NaN: 1}",
		"Infinity2",
		"1Infinity",
		"--Infinity",
		"-Infinity.5",
		"[NaN NaN]",
		"nan",
		'"NaN',
	])("%s is refused", (text) => {
		expect(() => parseRecordJson(text)).toThrow(SyntaxError);
	});
});

describe("ids", () => {
	test("that are numbers are as they are written", async () => {
		const written = [
			"12345678901234567890",
			"1.0",
			"1e21",
			"-0",
			"1E+2",
			"NaN",
		];
		const elements = written.map((id) => `{"text":"a","id":${id}}`);
		const { documents } = await read(`[${elements.join()}]`);
		expect(documents.map(({ id }) => id)).toEqual(written);
	});

	test("are found wherever a record has them", () => {
		const members = fc.dictionary(fc.string(), fc.jsonValue());
		const numbers = fc.constantFrom("1.0", "12345678901234567890", "-2e-7");
		fc.assert(
			fc.property(
				fc.tuple(fc.string(), fc.string()),
				fc.array(fc.tuple(members, members, numbers), { minLength: 1 }),
				indent,
				([outer, inner], copies, indent) => {
					// A field that is there several times counts as JSON.parse has it.
					const stand = "its number";
					const texts = copies.map(([before, after, number]) => {
						const one = (name: string, value: unknown, more: object) =>
							`${JSON.stringify({ ...more, "": 0 }, null, indent).slice(0, -1)}, ${JSON.stringify(name)} :${value}}`;
						return one(
							outer,
							one(inner, JSON.stringify(stand), after),
							before,
						).replace(JSON.stringify(stand), ` ${number} `);
					});
					const all = texts.map((text) => text.trim().slice(1, -1)).join(" , ");
					expect(numberTextAt(`{${all}}`, [outer, inner])).toBe(
						copies.at(-1)?.[2],
					);
				},
			),
		);
	});

	test("have names that are written in any way", () => {
		expect(numberTextAt('{"\\u0069d" : 1.0}', ["id"])).toBe("1.0");
		expect(numberTextAt('{"a\\\\": {"id": 2.0}, "id":1.0}', ["id"])).toBe(
			"1.0",
		);
	});
});

test.each([
	['{"text":"a"}\n{"text":"b"}\n', /not with an array.*inputFormat.*jsonl/],
	["", /the file is empty/],
	["id,text\n", /does not begin with a bracket/],
	['[{"text":"a"},]', /takes? out the (extra )?comma/i],
	['[{"text":"a"}', /cut short/],
	['[{"text":"a"}]]', /follows the bracket/],
])("%j is told with what to do", async (text, sentence) => {
	const { bad } = await read(text);
	expect(bad).toHaveLength(1);
	expect(bad[0].sentence).toMatch(sentence);
});

test("a byte order mark and white space come before an array", async () => {
	for (const most of [1, 2, 100]) {
		const { documents } = await read('\ufeff \r\n[{"text":"a"}]', most);
		expect(documents).toMatchObject([{ text: "a", position: 7, number: 1 }]);
	}
});

test("a large file comes in batches of about a megabyte of it", async () => {
	const record = JSON.stringify({ text: "a", other: "x".repeat(9980) });
	const files = { "f.json": Buffer.from(`[${Array(1000).fill(record)}]`) };
	const wanted = { text: ["text"], id: ["id"], values: [] };
	const sizes: number[] = [];
	const span = { start: 0, end: 1 };
	const [file] = inputsOf(files);
	for await (const batch of json.read(memoryStorage(files), file, span, wanted))
		sizes.push(batch.positions.length);
	expect(sizes.reduce((sum, size) => sum + size)).toBe(1000);
	expect(Math.max(...sizes)).toBeLessThan(110);
});
