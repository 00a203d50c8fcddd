import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { createRandom, type Random } from "../../../src/core/random.js";
import { shortened } from "../../../src/core/text.js";
import { isObject } from "../../../src/core/values.js";
import { JsonScanner } from "../../../src/sources/json/scanner.js";
import {
	valueAt,
	type WantedFields,
} from "../../../src/sources/records/fields.js";
import { mutateText } from "../../fuzz/mutate.js";
import { everything } from "../../helpers.js";
import { type ReadLines, readLines } from "./json-lines.js";

const LINES = everything ? 100_000 : 25_000;
const LINES_OF_A_FILE = 5000;

const wanted: WantedFields = {
	text: ["text"],
	id: ["id"],
	values: [["meta"], ["meta", "lang"], ["meta", "a.b", ""], ["__proto__"]],
};

const real = readFileSync("fixtures/scripts/udhr.jsonl", "utf8")
	.split("\n")
	.filter((line) => line !== "")
	.map((line) => {
		const { text, ...fields } = JSON.parse(line);
		return JSON.stringify({ ...fields, text: text.slice(0, 60) });
	});
const made = [
	'{"id":12345678901234567890,"text":"a\\tb\\n\\"c\\" \\\\ \\u00e9 \\ud83d\\ude00","meta":{"lang":"en","a.b":{"":[1,2.5e-3,null]}}}',
	'{ "meta" : { "lang" : null , "tags" : [ "x" , { "lang" : "no" } ] } ,\t"text" : "spaced" , "id" : -0.0 }\r',
	'{"text":"\\/\\b\\f","id":"a\\u0062c","meta":[{"lang":"x"}],"empty":{},"list":[],"t":true,"f":false}',
	'{"a":[[[[[{"b":[{}]}]]]]],"text":"","__proto__":{"x":1},"id":1e21}',
	"[1,2,3]",
	'"text"',
	"{}",
];

const lines = [...real, ...made].map((line) => Buffer.from(line));

function mutated(random: Random): Buffer {
	const line = mutateText(lines[random() % lines.length], random);
	return Buffer.from(line.map((byte) => (byte === 10 ? 32 : byte)));
}

test("mutated lines are refused where JSON.parse refuses them, and else have its values", async () => {
	let records = 0;
	let refused = 0;
	for (let file = 0; file < LINES / LINES_OF_A_FILE; file++) {
		const random = createRandom(14, file);
		const lines = Array.from({ length: LINES_OF_A_FILE }, () =>
			mutated(random),
		).map((line) =>
			// One line that is not UTF-8 has all of its block read line by line.
			file % 4 === 0 ? line : Buffer.from(line.toString()),
		);
		const bytes = Buffer.concat(lines.flatMap((line) => [line, newline]));
		const read = await readLines(bytes, wanted);
		expect(read.count).toBe(lines.length);
		let position = 0;
		for (const [i, line] of lines.entries()) {
			const problem = problemOf(line, i + 1, position, read);
			if (problem !== null) expect.fail(`${problem}: ${line}`);
			position += line.length + 1;
		}
		records += read.records.size;
		refused += read.bad.size;
	}
	// Enough of both.
	expect(Math.min(records, refused)).toBeGreaterThan(LINES / 5);
});

const newline = Buffer.from("\n");

/** A value with bigints as JSON.parse rounds them. */
function rounded(value: unknown): unknown {
	if (typeof value === "bigint") return Number(value);
	if (Array.isArray(value)) return value.map(rounded);
	if (!isObject(value)) return value;
	const copy: Record<string, unknown> = {};
	for (const [name, each] of Object.entries(value))
		Object.defineProperty(copy, name, {
			value: rounded(each),
			...{ enumerable: true, configurable: true, writable: true },
		});
	return copy;
}

/** How what was read of a line differs from what JSON.parse makes of it; null: nowhere. */
function problemOf(
	bytes: Buffer,
	number: number,
	position: number,
	{ records, bad }: ReadLines,
): string | null {
	const record = records.get(number);
	const refusal = bad.get(number);
	const mark = bytes.indexOf("\ufeff") === 0 ? 3 : 0;
	const line = bytes.toString("utf8", mark);
	if (/^[ \t\r]*$/.test(line))
		return record || refusal ? "a blank line was not passed over" : null;
	if (record && refusal) return "a line was read and refused";
	const place = (record ?? refusal)?.position;
	if (place !== position + mark) return `the place is ${place}`;
	if (!isUtf8(bytes))
		return refusal?.reason === "invalid-utf8" ? null : "bytes were not refused";

	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch (error) {
		const { message } = error as Error;
		if (refusal?.reason !== "not-json") return `not refused: ${message}`;
		if (!refusal.sentence.includes(shortened(message)))
			return `refused with ${refusal.sentence}, not ${message}`;
		return placeProblem(line, message);
	}
	if (!isObject(value))
		return refusal?.reason === "not-an-object" ? null : "taken for an object";
	if (record === undefined) return `refused: ${refusal?.sentence}`;
	const text = valueAt(value, ["text"]);
	const isText = typeof text === "string";
	if (record.text !== (isText ? text.toWellFormed() : null))
		return `the text is ${record.text}`;
	if (!isText && !isDeepStrictEqual(rounded(record.notText), text))
		return `instead of a text there is ${record.notText}`;
	const id = valueAt(value, ["id"]);
	const sameId =
		typeof id === "number"
			? typeof record.id === "string" && Object.is(Number(record.id), id)
			: isDeepStrictEqual(rounded(record.id), id);
	if (!sameId) return `the id is ${record.id}`;
	const values = wanted.values.map((path) => valueAt(value, path));
	return isDeepStrictEqual(rounded(record.values), values)
		? null
		: `the values are ${record.values}`;
}

const scanner = new JsonScanner();
scanner.want([["text"]], 0);

/** How the place at which the scanner stops differs from the one in a message of JSON.parse. */
function placeProblem(line: string, message: string): string | null {
	const bytes = Buffer.from(line);
	scanner.load(bytes);
	const failure = bytes.toString("utf8", 0, scanner.scan(0).failure).length;
	const told = /at position (\d+)/.exec(message)?.[1];
	if (told !== undefined)
		return Number(told) === failure
			? null
			: `stopped at ${failure}: ${message}`;
	const token = /^Unexpected token '(.+?)'/su.exec(message)?.[1];
	const isThere =
		token === undefined
			? /end of JSON|Unterminated/.test(message) && failure === line.length
			: line.startsWith(token, failure);
	return isThere ? null : `stopped at ${failure}: ${message}`;
}
