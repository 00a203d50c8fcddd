import { describe, expect, test } from "vitest";
import { webdataset } from "../../src/sources/webdataset.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { expectSoundReading } from "./mutations.js";
import {
	inputsOf,
	type ReadingOptions,
	readAllOf,
	wholeFiles,
} from "./reading.js";
import { type Member, memberBytes, paxMember, tarOf } from "./tar-bytes.js";

async function read(
	bytes: Uint8Array,
	options: ReadingOptions & { most?: number } = {},
) {
	const { most, ...rest } = options;
	const files = { "f.tar": bytes };
	const storage = memoryStorage(files, most);
	const spans = await wholeFiles(storage, inputsOf(files));
	return readAllOf(storage, spans, rest);
}

const txt = (name: string, content = name): Member => ({
	name: `${name}.txt`,
	content,
});
const idsOf = ({ documents }: Awaited<ReturnType<typeof read>>) =>
	documents.map(({ id }) => id);

describe("members", () => {
	test("that follow each other are a record where their paths agree up to the first dot of the base name", async () => {
		const { documents, bad, counts } = await read(
			tarOf([
				{ name: "a/1.jpg", content: "x" },
				{ name: "a/1.seg.png", content: "x" },
				{ name: "a/1.TXT", content: "one" },
				{ name: "a.b/1.txt", content: "two" },
				{ name: "a/1.txt", content: "three" },
				{ name: "a/1.json", content: "{" },
			]),
		);
		expect(documents).toMatchObject([
			{ id: "a/1", text: "one", number: 1, position: 0 },
			{ id: "a.b/1", text: "two", number: 2, position: 3 * 1024 },
			{ id: "a/1", text: "three", number: 3, position: 4 * 1024 },
		]);
		expect(bad).toEqual([]);
		expect(counts).toMatchObject([{ records: 3, numbers: 3 }]);
	});

	test("that are no fields are passed over, also inside a record", async () => {
		const result = await read(
			tarOf([
				{ name: "1.json", content: "{}" },
				{ name: "dir.txt/", type: "5" },
				{ name: "old-dir.txt/", type: "0" },
				{ name: "._1.txt", content: "\0" },
				{ name: "a/.hidden.txt", content: "x" },
				{ name: "__meta__/1.txt", content: "x" },
				{ name: "README", content: "x" },
				{ name: "1.jpg", type: "2" },
				{ name: "pipe.fifo", type: "6" },
				txt("1"),
			]),
		);
		expect(result.documents).toMatchObject([{ text: "1", position: 0 }]);
		expect(result.bad).toEqual([]);
	});

	test("without a text are told with the fields that there are", async () => {
		const bytes = tarOf([
			{ name: "1.json", content: "{}" },
			{ name: "1.seg.png", content: "x" },
		]);
		const { bad } = await read(bytes);
		expect(bad[0].sentence).toMatch(
			/no field "txt" \(it has: __key__, json, seg\.png\)/,
		);
	});

	test("of JSON are reached into, and numbers are kept as ids as they are written", async () => {
		const bytes = tarOf([
			{ name: "1.json", content: '{"meta":{"body":"text"}}' },
			{ name: "1.cls", content: "007" },
			{ name: "2.json", content: '{"meta":{"body":5}}' },
			{ name: "2.cls", content: "8" },
			{ name: "3.json", content: "[" },
		]);
		const { documents, bad } = await read(bytes, {
			textField: "json.meta.body",
			idField: "cls",
		});
		expect(documents).toMatchObject([{ id: "007", text: "text" }]);
		expect(bad.map(({ reason }) => reason)).toEqual(["no-text", "not-json"]);
	});

	test("of JSON have ids that are numbers as they are written", async () => {
		const id = "12345678901234567890";
		const { documents } = await read(
			tarOf([
				{ name: "1.json", content: ` {"text":"a","meta":{"n": ${id} }}` },
				{ name: "2.json", content: '{"text":"b","meta":{"n":1.0},"x":NaN}' },
			]),
			{ textField: "json.text", idField: "json.meta.n" },
		);
		expect(documents.map(({ id }) => id)).toEqual([id, "1.0"]);
		const alone = await read(
			tarOf([txt("1"), { name: "1.json", content: `\n${id}` }]),
			{ idField: "json" },
		);
		expect(idsOf(alone)).toEqual([id]);
	});

	test("whose names are not UTF-8 stay apart", async () => {
		const names = ["caf\xe8", "caf\xe9"].map((name) => {
			const bytes = memberBytes(txt("cafe"));
			bytes.write(`${name}.txt`, 0, "latin1");
			const sum = bytes.reduce(
				(sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte),
				0,
			);
			const content = bytes.subarray(512).reduce((a, b) => a + b, 0);
			bytes.write((sum - content).toString(8).padStart(6, "0"), 148);
			return bytes;
		});
		expect(idsOf(await read(Buffer.concat(names)))).toEqual(["cafè", "café"]);
	});

	test("that are not wanted are not even read where they are long", async () => {
		const image = 64 << 20;
		const head = memberBytes({ name: "1.jpg", size: image });
		const bytes = Buffer.alloc(head.length + image + 4096);
		bytes.set(head);
		bytes.set(tarOf([txt("1")]), head.length + image);
		const { documents, counts } = await read(bytes);
		expect(documents).toMatchObject([{ text: "1", position: 0 }]);
		expect(counts[0].bytes).toBeLessThan(3 << 20);
	});
});

describe("the end", () => {
	const members = [txt("1"), txt("2"), txt("3")];

	test.each([0, 1, 2, 20, 5000])("may be %s blocks of zeros", async (end) => {
		expect(idsOf(await read(tarOf(members, end)))).toEqual(["1", "2", "3"]);
	});

	test("of a tar is not that of another put after it", async () => {
		const two = Buffer.concat([tarOf(members), tarOf([txt("4")])]);
		expect(idsOf(await read(two))).toEqual(["1", "2", "3", "4"]);
	});

	test("anywhere but between members is told, after what came before", async () => {
		const bytes = tarOf(members, 0);
		for (let length = 0; length < bytes.length; length += 7) {
			const { documents, bad } = await read(bytes.subarray(0, length));
			// Content of one byte is whole, whatever is missing after it.
			const whole = Math.floor((length + 511) / 1024);
			const isBetween = length % 1024 === 0 || length % 1024 > 512;
			expect(documents.map(({ id }) => id)).toEqual(
				["1", "2", "3"].slice(0, whole),
			);
			expect(bad).toMatchObject(
				isBetween ? [] : [{ reason: "truncated-tar", number: whole + 1 }],
			);
		}
	});
});

describe("what is wrong", () => {
	const around = (...members: Member[]) => tarOf([txt("0"), ...members]);

	test.each([
		[
			"a negative size",
			{ size: "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" },
		],
		["a size that is no number", { size: "12x" }],
		[
			"a huge size",
			{ size: "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" },
		],
	])("in a header is told: %s", async (_, member) => {
		const { documents, bad } = await read(around({ ...txt("1"), ...member }));
		expect(documents.map(({ id }) => id)).toEqual(["0"]);
		expect(bad).toMatchObject([{ reason: "corrupt-tar", number: 2 }]);
		expect(bad[0].sentence).toMatch(
			/byte 1024 of the tar \(after the member "0\.txt"\).* size is negative or no number/,
		);
	});

	test("as a size beyond the end is told with the member", async () => {
		for (const name of ["1.txt", "1.jpg"]) {
			const { bad } = await read(around({ name, size: 5000 }));
			expect(bad).toMatchObject([{ reason: "truncated-tar", number: 2 }]);
			expect(bad[0].sentence).toContain(
				`inside its member "${name}", which should have 5000 bytes and has 1024`,
			);
		}
	});

	test("with a file that is no tar at all is told", async () => {
		const { bad } = await read(Buffer.from('{"text":"a"}\n'.repeat(100)));
		expect(bad).toMatchObject([{ reason: "corrupt-tar", number: 1 }]);
	});

	test("with an extended header is told", async () => {
		for (const content of [
			"no list",
			"99 path=x\n",
			"9 path=x\n\0",
			"12 pathxxxx\n",
		]) {
			const { bad } = await read(
				around({ name: "x", type: "x", content }, txt("1")),
			);
			expect(bad, content).toMatchObject([{ reason: "corrupt-tar" }]);
		}
		const bytes = paxMember({ size: "-1" }, txt("1"));
		expect((await read(bytes)).bad).toMatchObject([{ reason: "corrupt-tar" }]);
	});

	test("with the path of one member spoils no other record", async () => {
		const { documents, bad } = await read(
			around(txt("../1"), txt("/2"), txt("a/../3"), txt("..4"), txt("5")),
		);
		expect(documents.map(({ id }) => id)).toEqual(["0", "5"]);
		expect(bad.map(({ reason, number }) => [reason, number])).toEqual([
			["unsafe-path", 2],
			["unsafe-path", 3],
			["unsafe-path", 4],
		]);
		expect(bad[0].sentence).toContain('"../1.txt" leads out of the tar');
	});

	test("with links and sparse files is told where they are wanted", async () => {
		const sparse = paxMember({ "GNU.sparse.major": "1" }, txt("3"));
		const bytes = Buffer.concat([
			around({ name: "1.txt", type: "1" }, { name: "2.txt", type: "2" }),
			sparse,
		]);
		const { bad } = await read(bytes);
		expect(
			bad.map(({ reason, sentence }) => [reason, sentence.slice(0, 44)]),
		).toEqual([
			["not-a-file", 'the member "1.txt" is a hard link, and its c'],
			["not-a-file", 'the member "2.txt" is a symbolic link, and i'],
			["not-a-file", 'the member "3.txt" is a sparse file, and its'],
		]);
	});
});

test("a tar is known by its first bytes", () => {
	expect(webdataset.signature?.(tarOf([txt("1")]))).toBe(true);
	expect(webdataset.signature?.(Buffer.from("ustar"))).toBe(false);
	expect(webdataset.signature?.(Buffer.alloc(0))).toBe(false);
});

test("a tar that was changed anywhere gives documents and reasons", async () => {
	const bytes = Buffer.concat([
		paxMember({ path: "long/1.txt", comment: "x" }, txt("short", "one")),
		memberBytes({ name: "././@LongLink", type: "L", content: "long/2.txt\0" }),
		memberBytes(txt("short", "two é")),
		memberBytes({ name: "long/2.jpg", content: "x".repeat(600) }),
		tarOf([txt("3"), txt("4")]),
	]);
	expect(idsOf(await read(bytes))).toEqual(["long/1", "long/2", "3", "4"]);
	await expectSoundReading("f.tar", bytes);
});
