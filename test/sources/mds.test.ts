import { describe, expect, test } from "vitest";
import { divisionOf } from "../../src/sources/divide.js";
import { mds } from "../../src/sources/mds.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { mdsOf, shardOf } from "./mds-bytes.js";
import { expectSoundReading } from "./mutations.js";
import {
	inputsOf,
	type ReadingOptions,
	readAllOf,
	wholeFiles,
} from "./reading.js";

const columns = { id: "str", text: "str", n: "uint16" };
const samples = ["one", "", "three é"].map((text, i) => ({
	id: `id ${i}`,
	text,
	n: Uint8Array.of(i, 1),
}));
const sound = mdsOf(columns, samples);

/** Reads a shard in spans of a part each. */
async function read(bytes: Uint8Array, options: ReadingOptions = {}) {
	const files = { "f.mds": bytes };
	const storage = memoryStorage(files);
	const [{ file, span }] = await wholeFiles(storage, inputsOf(files));
	const spans = Array.from({ length: span.end }, (_, start) => ({
		file,
		span: { start, end: start + 1 },
	}));
	return readAllOf(storage, spans, options);
}

const reasonsOf = async (bytes: Uint8Array, textField?: string) =>
	(await read(bytes, { textField: textField ?? null })).bad.map(
		({ reason }) => reason,
	);

describe("columns", () => {
	test("that hold no text are told with all there are, once", async () => {
		const bytes = mdsOf(
			{ input_ids: "ndarray:uint32", any: "pkl", "x.y": "json", n: "uint16" },
			[
				{ input_ids: "xxxx", any: "x", "x.y": "{}", n: "xx" },
				{ input_ids: "xxxx", any: "x", "x.y": "{}", n: "xx" },
			],
		);
		const sentence = async (textField: string | null) => {
			const { bad, documents } = await read(bytes, { textField });
			expect(documents).toEqual([]);
			expect(bad).toMatchObject([{ reason: "no-text" }]);
			return bad[0].sentence;
		};
		expect(await sentence(null)).toMatch(
			/no column "text", so none of its samples \(2\) is read\. It has: any \(pkl\), input_ids \(ndarray:uint32\), n \(uint16\), x\.y \(json\)\./,
		);
		expect(await sentence("input_ids")).toMatch(
			/"input_ids" is ndarray:uint32, which holds no text,/,
		);
		expect(await sentence("any")).toMatch(
			/"any" is pkl, which holds no text that can be had safely: loading it can run any program,/,
		);
		expect(await sentence("n")).toMatch(/"n" is uint16, which holds no text,/);
		const inside = await read(bytes, { textField: "x\\.y.text" });
		expect(inside.bad).toMatchObject([
			{ reason: "no-text", number: 1 },
			{ reason: "no-text", number: 2 },
		]);
	});

	test("of whole numbers are ids to the last digit", async () => {
		const id = Buffer.alloc(8);
		id.writeBigInt64LE(1285704473650888703n);
		const bytes = mdsOf({ text: "str", id: "int" }, [{ text: "a", id }]);
		const { documents } = await read(bytes);
		expect(documents).toMatchObject([{ id: "1285704473650888703" }]);
	});

	test.each([
		["json", '{"a":{"n":12345678901234567890}}', "id.a.n"],
		["json", ' {"n": 1, "n" :12345678901234567890 }', "id.n"],
		["json", " 12345678901234567890\n", "id"],
		["str_int", "12345678901234567890", "id"],
		["str_float", "12345678901234567890", "id"],
		["str_decimal", "12345678901234567890", "id"],
	])(
		"of %s, %s, are ids as they are written",
		async (encoding, id, idField) => {
			const bytes = mdsOf({ text: "str", id: encoding }, [{ text: "a", id }]);
			const { documents } = await read(bytes, { idField });
			expect(documents).toMatchObject([{ id: "12345678901234567890" }]);
		},
	);

	test("of JSON hold NaN as Python writes it", async () => {
		const bytes = mdsOf({ meta: "json" }, [{ meta: '{"a":"x","n":NaN}' }]);
		const { documents } = await read(bytes, { textField: "meta.a" });
		expect(documents).toMatchObject([{ text: "x" }]);
	});

	test("of bytes are text where they are UTF-8", async () => {
		const bytes = mdsOf({ text: "bytes" }, [
			{ text: "é" },
			{ text: Buffer.from("\xe9", "latin1") },
		]);
		const { documents, bad } = await read(bytes);
		expect(documents).toMatchObject([{ text: "é", id: null }]);
		expect(bad).toMatchObject([{ reason: "invalid-utf8", number: 2 }]);
	});
});

describe("parts", () => {
	const many = Array.from({ length: 101 }, (_, i) => ({
		id: `${i}`,
		text: `${i} `.repeat(60_000),
		n: "xx",
	}));
	const bytes = mdsOf(columns, many);

	test("are runs of samples of about eight megabytes", async () => {
		const storage = memoryStorage({ "f.mds": bytes });
		const [file] = inputsOf({ "f.mds": bytes });
		const division = await divisionOf(storage, file);
		expect(division).toMatchObject({ parts: Array(3).fill(bytes.length / 3) });
		const { documents } = await read(bytes);
		expect(documents.map(({ span }) => span)).toEqual(
			many.map((_, i) => (i < 33 ? 0 : i < 67 ? 1 : 2)),
		);
		expect(documents.map(({ id }) => id)).toEqual(many.map(({ id }) => id));
		const before = (start: number) =>
			mds.numbersBefore(storage, file, { start, end: start + 1 });
		expect(await Promise.all([0, 1, 2].map(before))).toEqual([0, 33, 67]);
	});

	test("tell once what is wrong with the whole shard", async () => {
		expect(await reasonsOf(bytes, "n")).toEqual(["no-text"]);
		const noConfig = Buffer.from(bytes);
		noConfig.write("no", 4 + 4 * 102);
		expect(await reasonsOf(noConfig)).toEqual(["corrupt-mds"]);
		const longer = Buffer.concat([bytes, Buffer.from("x")]);
		expect(await reasonsOf(longer)).toEqual(["corrupt-mds"]);
		// Cut in the second part, and two parts are left.
		const cut = await read(bytes.subarray(0, 16_000_000));
		expect(cut.bad).toMatchObject([{ reason: "truncated-mds" }]);
		const kept = cut.documents.length;
		expect(cut.documents.map(({ id }) => id)).toEqual(
			many.slice(0, kept).map(({ id }) => id),
		);
		expect(cut.bad[0].position).toBe(bytes.readUInt32LE(4 + 4 * kept));
	});
});

test("a shard cut anywhere gives the samples before the cut, and the reason", async () => {
	for (let length = 0; length < sound.length; length++) {
		const { documents, bad } = await read(sound.subarray(0, length));
		const whole = [1, 2, 3].filter(
			(i) => sound.readUInt32LE(4 + 4 * i) <= length,
		).length;
		expect(documents.map(({ text }) => text)).toEqual(
			samples.slice(0, whole).map(({ text }) => text),
		);
		expect(bad).toMatchObject([{ reason: "truncated-mds", number: whole + 1 }]);
	}
});

test("one wrong offset spoils the two samples that it parts", async () => {
	const right = sound.readUInt32LE(8);
	for (const wrong of [0, right - 1, right + 1, sound.length, 2 ** 32 - 1]) {
		const bytes = Buffer.from(sound);
		bytes.writeUInt32LE(wrong, 8);
		const { documents, bad } = await read(bytes);
		expect(documents.map(({ text }) => text)).toEqual(["three é"]);
		expect(bad).toMatchObject([
			{ reason: "corrupt-mds", number: 1 },
			{ reason: "corrupt-mds", number: 2 },
		]);
	}
});

test("a head that promises more than there can be is refused", async () => {
	const huge = Buffer.alloc(100, 0xff);
	expect(await reasonsOf(huge)).toEqual(["truncated-mds"]);
	const description = (config: unknown) =>
		shardOf([], Buffer.from(JSON.stringify(config)));
	const known = {
		format: "mds",
		version: 2,
		column_names: ["text"],
		column_encodings: ["str"],
		column_sizes: [null],
	};
	expect(await reasonsOf(description(known))).toEqual([]);
	for (const wrong of [
		{ format: "csv" },
		{ version: 3 },
		{ column_names: "text" },
		{ column_sizes: [] },
		{ column_sizes: [-1] },
		{ column_sizes: [0.5] },
		{ column_encodings: [null] },
	])
		expect(await reasonsOf(description({ ...known, ...wrong }))).toEqual([
			"corrupt-mds",
		]);
});

test("a shard that was changed anywhere gives documents and reasons", async () => {
	await expectSoundReading("f.mds", sound);
	const meta = samples.map(({ text }) => ({ m: JSON.stringify({ text }) }));
	await expectSoundReading("f.mds", mdsOf({ m: "json" }, meta), {
		textField: "m.text",
	});
});
