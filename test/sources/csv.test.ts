import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CarriedBytes } from "../../src/sources/bytes/carried-bytes.js";
import { LONGEST_TEXT } from "../../src/sources/bytes/utf8.js";
import { csv } from "../../src/sources/csv.js";
import { cellsOf, RowScanner } from "../../src/sources/delimited/rows.js";
import { memoryStorage } from "../../src/storage/memory.js";
import {
	inputsOf,
	type ReadingOptions,
	readAllOf,
	wholeFiles,
} from "./reading.js";

async function read(text: string, options: ReadingOptions = {}) {
	const files = { "f.csv": Buffer.from(text) };
	const storage = memoryStorage(files);
	const spans = await wholeFiles(storage, inputsOf(files));
	return readAllOf(storage, spans, options);
}

const COMMA = 44;
const readSize = fc.integer({ min: 1, max: 40 });

test("rows come back as they were written, each at its byte and its line", async () => {
	const cell = fc
		.array(fc.constantFrom("a", '"', ",", "\n", "\r", "\r\n", "é", " ", "🙂"))
		.map((parts) => parts.join(""));
	const written = fc
		.tuple(cell, fc.boolean())
		.map(([text, quotes]) =>
			quotes || text === "" || /^"|[,\r\n]/.test(text)
				? { text, cell: `"${text.replaceAll('"', '""')}"` }
				: { text, cell: text },
		);
	const end = fc.constantFrom("\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\r\r");
	const rows = fc
		.integer({ min: 1, max: 4 })
		.chain((width) =>
			fc.array(
				fc.tuple(
					fc.array(written, { minLength: width, maxLength: width }),
					end,
				),
				{ minLength: 1 },
			),
		);
	await fc.assert(
		fc.asyncProperty(
			rows,
			fc.boolean(),
			fc.boolean(),
			readSize,
			async (rows, mark, endless, most) => {
				const names = rows[0][0].map((_, i) => `field ${i}`);
				let file = `${mark ? "\ufeff" : ""}${names.join(",")}\n`;
				const places = rows.map(([cells, end], i) => {
					const before = file;
					file += cells.map(({ cell }) => cell).join(",");
					if (!endless || i < rows.length - 1) file += end;
					const number = before.split(/\r\n|\n|\r/).length;
					return { position: Buffer.byteLength(before), number };
				});
				const files = { "f.csv": Buffer.from(file) };
				const [input] = inputsOf(files);
				const values = names.map((name) => [name]);
				const wanted = { text: [names[0]], id: ["id"], values };
				const span = { start: 0, end: 1 };
				const storage = memoryStorage(files, most);
				const found: unknown[] = [];
				for await (const batch of csv.read(storage, input, span, wanted)) {
					expect(batch.bad).toEqual([]);
					batch.positions.forEach((position, i) => {
						const cells = batch.values.map((column) => column[i]);
						found.push({ cells, position, number: batch.numbers[i] });
					});
				}
				expect(found).toEqual(
					rows.map(([cells], i) => ({
						cells: cells.map(({ text }) => text),
						...places[i],
					})),
				);
			},
		),
	);
});

test("any text has the rows that a regular expression finds", () => {
	const text = fc
		.array(fc.constantFrom("a", '"', '""', ",", "\n", "\r"))
		.map((parts) => parts.join(""));
	fc.assert(
		fc.property(text, readSize, (text, size) => {
			const { rows, open } = rowsOf(text);
			const scanner = new RowScanner(COMMA);
			const bytes = Buffer.from(text);
			const found = [];
			for (let position = 0; position < bytes.length; position += size) {
				const piece = bytes.subarray(position, position + size);
				found.push(...scanner.scan({ bytes: piece, position }));
			}
			const last = scanner.finish();
			expect(last?.openQuote?.position).toBe(open);
			if (last !== null && open === undefined) found.push(last);
			expect(
				found.map(({ bytes }) => cellsOf(bytes as Buffer, COMMA).map(String)),
			).toEqual(rows);
		}),
		{ numRuns: 1000 },
	);
});

/** The rows of a text, and where the quoted cell begins that nothing closes. */
function rowsOf(text: string): { rows: string[][]; open?: number } {
	const cell =
		/(?:"((?:[^"]|"")*)("?)([^,\r\n]*)|([^,\r\n]*))(,|\r\n|[\r\n]|$)/y;
	const rows: string[][] = [];
	let row: string[] = [];
	for (;;) {
		const at = cell.lastIndex;
		const match = cell.exec(text);
		if (match === null) throw new Error("every text has cells");
		const [, quoted, closing, rest, plain, end] = match;
		if (closing === "") return { rows, open: at };
		row.push(plain ?? quoted.replaceAll('""', '"') + rest);
		if (end === ",") continue;
		const isEmpty = row.length === 1 && plain === "";
		if (!isEmpty) rows.push(row);
		row = [];
		if (end === "") return { rows };
	}
}

describe("what cannot be a row", () => {
	test("is told with its line and what to do", async () => {
		const { bad, documents } = await read(
			'id,text\n1,a\n2\n"3\n3",b\n4,c,d\n5,"e\n6,f\n',
		);
		expect(documents.map(({ text }) => text)).toEqual(["a", "b"]);
		expect(bad).toMatchObject([
			{ number: 3, position: 12, reason: "ragged-row" },
			{ number: 6, position: 22, reason: "ragged-row" },
			{ number: 7, position: 30, reason: "unclosed-quote" },
		]);
		expect(bad[0].sentence).toMatch(/has 1 cell, and the header has 2/);
		expect(bad[1].sentence).toMatch(/has 3 cells.*quotation marks/);
		expect(bad[2].sentence).toMatch(/never closed.*Close it/);
	});

	test("is held only as long as a text can be", () => {
		const carried = new CarriedBytes();
		const piece = Buffer.alloc(1 << 20);
		for (let i = 0; i < 255; i++) carried.add(piece);
		carried.add(piece);
		expect(carried.length).toBe(LONGEST_TEXT);
		carried.add(piece.subarray(0, 1));
		for (let i = 0; i < 5000; i++) carried.add(piece);
		const length = LONGEST_TEXT + 1 + 5000 * 2 ** 20;
		expect(carried.take()).toEqual({ bytes: null, length });
		carried.add(Buffer.from("next"));
		expect(carried.take()).toEqual({ bytes: Buffer.from("next"), length: 4 });
	});
});

describe("the header", () => {
	test("may have fields without names, as pandas writes its index", async () => {
		const { documents } = await read(",text,\n0,a,x\n");
		expect(documents).toMatchObject([{ text: "a", id: null }]);
	});

	test("names what a record has", async () => {
		const { bad } = await read("body,meta.body\na,b\n");
		expect(bad[0].sentence).toMatch(
			/no field "text" \(it has: body, meta.body/,
		);
		const options = { textField: "meta\\.body", idField: "body" };
		const { documents } = await read("body,meta.body\na,b\n", options);
		expect(documents).toMatchObject([{ text: "b", id: "a" }]);
		const nested = await read("meta\na\n", { textField: "meta.body" });
		expect(nested.bad).toMatchObject([{ reason: "no-text", number: 2 }]);
	});

	test("that names a field twice is refused at its line", async () => {
		const { bad, documents } = await read('\n\n"text",text\na,b\n');
		expect(documents).toEqual([]);
		expect(bad).toMatchObject([{ reason: "repeated-field", number: 3 }]);
		expect(bad[0].sentence).toMatch(/"text" twice/);
	});

	test("alone, or less, is no record", async () => {
		for (const text of ["", "\n", "\ufeff", "text", "text\n"])
			expect(await read(text)).toMatchObject({ documents: [], bad: [] });
	});
});
