import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRandom, randomBelow } from "../../src/core/random.js";
import { textAt } from "../../src/core/text-batch.js";
import { loadCodec, zstdByLibrary } from "../../src/sources/columns/codecs.js";
import {
	cutIntoTasks,
	divisionOf,
	wholeSpan,
} from "../../src/sources/divide.js";
import { formatOfName, sourceFormats } from "../../src/sources/formats.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { root } from "../helpers.js";
import { inputsOf, readAllOf, wholeFiles } from "./reading.js";
import { arrowTable, parquetTable } from "./tables.js";

const directory = join(root, "fixtures/interop/sources");
const expected: {
	rows: { id: string | null; text: string | null; body: string | null }[];
	ids: Record<string, string[]>;
	nested: Record<string, unknown>[];
} = JSON.parse(readFileSync(join(directory, "tables.json"), "utf8"));

/** Files of other programs: one file, or the files of a directory in order. */
const written = Object.fromEntries(
	["parquet", "arrow"].flatMap((folder) =>
		readdirSync(join(directory, folder), { withFileTypes: true }).map(
			(entry) => {
				const name = `${folder}/${entry.name}`;
				const inside = entry.isDirectory()
					? readdirSync(join(directory, name), { recursive: true }).map(
							(path) => `${name}/${path}`,
						)
					: [name];
				const tables = inside.filter(
					(path) => !path.endsWith(".json") && /\.\w+$/.test(path),
				);
				// Of the splits, train comes first.
				tables.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
				const files = tables.map(
					(path) => [path, readFileSync(join(directory, path))] as const,
				);
				return [name, Object.fromEntries(files)] as const;
			},
		),
	),
);

function rank(path: string): number {
	return path.includes("/test/") ? 1 : 0;
}

test("there are files of other programs", () => {
	expect(Object.keys(written).length).toBeGreaterThan(40);
});

describe.each(Object.entries(written))("%s", (_, files) => {
	const fields = { text: "text", "meta.body": "body" } as const;

	test.each(Object.entries(fields))(
		"has the expected rows by %s",
		async (textField, key) => {
			const storage = memoryStorage(files, 100);
			const { documents, bad } = await readAllOf(
				storage,
				await wholeFiles(storage, inputsOf(files)),
				{ textField },
			);
			const texts = expected.rows.filter(
				(row) => row.text !== null || !isRequired(files),
			);
			const due = texts.filter((row) => row[key] !== null);
			expect(documents.map(({ id, text }) => ({ id, text }))).toEqual(
				due.map((row) => ({ id: row.id, text: row[key] })),
			);
			expect(bad.map(({ reason }) => reason)).toEqual(
				Array(texts.length - due.length).fill("no-text"),
			);
		},
	);

	test("gives the same cut into tasks, with rows of the file as positions", async () => {
		const storage = memoryStorage(files);
		const inputs = inputsOf(files);
		const divisions = await Promise.all(
			inputs.map((file) => divisionOf(storage, file)),
		);
		const spans = cutIntoTasks(divisions, 1)
			.flat()
			.map(({ input, ...span }) => ({ file: inputs[input], span }));
		const whole = await readAllOf(storage, await wholeFiles(storage, inputs));
		const cut = await readAllOf(storage, spans);
		const placed = ({ documents }: typeof whole) =>
			documents.map(({ text, source, position }) => ({
				text,
				source,
				position,
			}));
		expect(placed(cut)).toEqual(placed(whole));
		for (const { file, span } of spans) {
			const format = sourceFormats.find(file.format);
			const before = await format.numbersBefore(storage, file, span);
			const number = spans.findIndex(
				(each) => each.file === file && each.span === span,
			);
			for (const document of cut.documents.filter(
				(each) => each.span === number,
			))
				expect(before + document.number).toBe(document.position + 1);
		}
	});

	test("gives other columns as values", async () => {
		const storage = memoryStorage(files);
		const values: unknown[][] = [[], [], []];
		for (const { file, span } of await wholeFiles(storage, inputsOf(files))) {
			const wanted = {
				text: null,
				id: ["id"],
				values: [["n"], ["meta"], ["meta", "lang"]],
			};
			const format = sourceFormats.find(file.format);
			for await (const batch of format.read(storage, file, span, wanted))
				for (const [f, column] of batch.values.entries())
					values[f].push(...column);
		}
		const rows = expected.rows
			.map(({ text, body, ...rest }, i) => ({ ...rest, text, body, i }))
			.filter(({ text }) => text !== null || !isRequired(files));
		const metas = rows.map(({ i, body }) =>
			i % 17 === 6 ? null : { body, lang: ["en", "pl", "ja"][i % 3] },
		);
		expect(values[0]).toEqual(
			rows.map(({ i }) => {
				const n = BigInt(i) * 10n ** 15n + 7n;
				return n <= Number.MAX_SAFE_INTEGER ? Number(n) : n;
			}),
		);
		expect(values[1].map((meta) => meta ?? null)).toEqual(metas);
		expect(values[2]).toEqual(metas.map((meta) => meta?.lang ?? null));
	});
});

function isRequired(files: Record<string, unknown>): boolean {
	return Object.keys(files)[0].includes("required");
}

test.each(["ids.parquet", "ids-encoded.parquet", "ids.arrow"])(
	"ids of %s are as they are written",
	async (name) => {
		const files = { [name]: readFileSync(join(directory, "ids", name)) };
		const storage = memoryStorage(files);
		const whole = await wholeFiles(storage, inputsOf(files));
		for (const [idField, ids] of Object.entries(expected.ids)) {
			const { documents } = await readAllOf(storage, whole, { idField });
			expect(documents.map(({ id }) => id)).toEqual(ids);
		}
	},
);

test.each(readdirSync(join(directory, "nested")))(
	"lists, structs and maps of %s are given as values",
	async (name) => {
		const files = { [name]: readFileSync(join(directory, "nested", name)) };
		const storage = memoryStorage(files, 100);
		const [{ file, span }] = await wholeFiles(storage, inputsOf(files));
		const names = ["tags", "messages", "counts"];
		const values: unknown[][] = names.map(() => []);
		const wanted = {
			text: ["text"],
			id: ["id"],
			values: names.map((name) => [name]),
		};
		const format = sourceFormats.find(file.format);
		for await (const batch of format.read(storage, file, span, wanted))
			for (const [f, column] of batch.values.entries())
				values[f].push(...column.map((value) => value ?? null));
		for (const [f, name] of names.entries())
			expect(values[f]).toEqual(expected.nested.map((row) => row[name]));
	},
);

test("LZ4 as Hadoop frames it, and without a frame", async () => {
	const decompress = await loadCodec("lz4Hadoop");
	const block = [0x30, ...Buffer.from("abc")];
	const framed = [0, 0, 0, 3, 0, 0, 0, 4, ...block];
	const read = (bytes: number[], size: number) =>
		Buffer.from(decompress(Buffer.from(bytes), size)).toString();
	expect(read(block, 3)).toBe("abc");
	expect(read([...framed, ...framed], 6)).toBe("abcabc");
	for (const bytes of [framed.slice(0, 10), [...framed, 0], block.slice(1)])
		expect(() => read(bytes, 3)).toThrow();
});

describe.each(["parquet", "arrow"] as const)("%s", (name) => {
	const write = name === "parquet" ? parquetTable : arrowTable;
	const read = async (
		rows: Record<string, string | null>[],
		batchRows: number,
		textField: string,
	) => {
		const files = { [`f.${name}`]: write(rows, batchRows) };
		const storage = memoryStorage(files, 1 << 16);
		const [file] = inputsOf(files);
		const division = await divisionOf(storage, file);
		const spans = cutIntoTasks([division], 1)
			.flat()
			.map(({ input: _, ...span }) => ({ file, span }));
		const whole = [{ file, span: wholeSpan(division) }];
		return { storage, file, spans, whole, textField };
	};

	test("a column that is missing or holds no texts is said once for the file", async () => {
		const rows = ["a", "b", "c"].map((body) => ({ body, "a.b": "dots" }));
		const { storage, spans } = await read(rows, 1, "text");
		expect(spans).toHaveLength(3);
		const { bad, documents } = await readAllOf(storage, spans);
		expect(documents).toEqual([]);
		expect(bad).toMatchObject([
			{ reason: "no-text-column", number: 0, span: 0 },
		]);
		expect(bad[0].sentence).toContain("(its columns: body, a\\.b)");
		const dots = await readAllOf(storage, spans, { textField: "a\\.b" });
		expect(dots.documents.map(({ text }) => text)).toEqual([
			"dots",
			"dots",
			"dots",
		]);
		const files = {
			[`f.${name}`]: readFileSync(join(directory, `ids/ids.${name}`)),
		};
		const ids = memoryStorage(files);
		const whole = await wholeFiles(ids, inputsOf(files));
		const numbers = await readAllOf(ids, whole, { textField: "int8" });
		expect(numbers.bad).toMatchObject([{ reason: "no-text-column" }]);
		expect(numbers.bad[0].sentence).toMatch(/holds no texts, but I/);
	});

	test("a character cut by the border of two rows is in neither", async () => {
		const rows = ["a", "caf??", "??b", "c"].map((text) => ({ text }));
		const bytes = Buffer.from(write(rows, 10));
		// é: its first byte ends one row, and its second begins the next.
		for (
			let at = bytes.indexOf("caf??");
			at !== -1;
			at = bytes.indexOf("caf??")
		)
			bytes.write("cafxÃ", at, "latin1");
		for (let at = bytes.indexOf("??b"); at !== -1; at = bytes.indexOf("??b"))
			bytes.write("©xb", at, "latin1");
		const files = { [`f.${name}`]: bytes };
		const storage = memoryStorage(files);
		const { documents, bad } = await readAllOf(
			storage,
			await wholeFiles(storage, inputsOf(files)),
		);
		expect(documents.map(({ text, position }) => [text, position])).toEqual([
			["a", 0],
			["c", 3],
		]);
		expect(bad.map(({ reason, number }) => [reason, number])).toEqual([
			["invalid-utf8", 2],
			["invalid-utf8", 3],
		]);
	});

	test("only the wanted columns are read", async () => {
		const rows = Array.from({ length: 100 }, (_, i) => ({
			other: "x".repeat(10_000) + i,
			text: `text ${i}`,
		}));
		const { storage, whole, file } = await read(rows, 50, "text");
		const { documents, counts } = await readAllOf(storage, whole);
		expect(documents.map(({ text }) => text)).toEqual(
			rows.map(({ text }) => text),
		);
		expect(counts[0].bytes).toBeLessThan(file.size / 4);
	});

	test("a batch of rows is given before all of a large one is read", async () => {
		const rows = Array.from({ length: 800 }, (_, i) => ({
			text: `${i} ${Math.sin(i)} `.repeat(500),
		}));
		const { storage, whole, file } = await read(rows, 1000, "text");
		let read_ = 0;
		const counting: typeof storage = {
			...storage,
			async open(path) {
				const opened = await storage.open(path);
				return {
					...opened,
					async read(position, length) {
						const bytes = await opened.read(position, length);
						read_ += bytes.length;
						return bytes;
					},
				};
			},
		};
		const format = sourceFormats.find(file.format);
		const wanted = { text: ["text"], id: ["id"], values: [] };
		const texts: string[] = [];
		for await (const batch of format.read(
			counting,
			file,
			whole[0].span,
			wanted,
		)) {
			expect(batch.texts.bytes.length).toBeLessThan(3 << 20);
			for (let i = 0; i < batch.positions.length; i++)
				texts.push(textAt(batch.texts, i));
			// Two of its pages, one in use and one read ahead, and what tells where they are.
			expect(read_).toBeLessThan(
				(texts.length / rows.length) * file.size + (4 << 20),
			);
		}
		expect(texts).toEqual(rows.map(({ text }) => text));
		expect(file.size).toBeGreaterThan(8 << 20);
	});
});

test("damage gives fewer rows and a reason, and nothing else", async () => {
	const random = createRandom(14);
	const names = Object.keys(written);
	const declared = new Set([
		"no-text",
		"invalid-utf8",
		"too-long",
		"no-text-column",
	]);
	for (const name of ["parquet", "arrow"])
		for (const way of ["not", "corrupt"]) declared.add(`${way}-${name}`);
	for (let i = 0; i < 1000; i++) {
		const [path, whole] = Object.entries(written[names[i % names.length]])[0];
		const kind = formatOfName(path)?.format;
		const bytes = Buffer.from(whole);
		const below = (limit: number) => randomBelow(random, limit);
		const length = below(7) === 0 ? below(bytes.length) : bytes.length;
		for (let flips = below(4); flips > 0; flips--)
			bytes[below(bytes.length)] ^= below(2) === 0 ? 1 << below(8) : below(256);
		const files = { [`f.${kind}`]: bytes.subarray(0, length) };
		const storage = memoryStorage(files);
		const spans = await wholeFiles(storage, inputsOf(files));
		const { documents, bad } = await readAllOf(storage, spans);
		expect(documents.length).toBeLessThanOrEqual(expected.rows.length * 20);
		for (const { reason } of bad) expect(declared).toContain(reason);
	}
}, 60_000);

test("zstd by the library, for where Node has none", async () => {
	const decompress = await zstdByLibrary();
	// `abc` 500 times, by zstd without and with its size.
	const frames = [
		"28b52ffd0008550000186162630100d6f9bb21",
		"28b52ffd60dc04550000186162630100d6f9bb21",
	];
	for (const hex of frames) {
		const bytes = Buffer.from(hex, "hex");
		expect(Buffer.from(decompress(bytes, 1500)).toString()).toBe(
			"abc".repeat(500),
		);
		expect(() => decompress(bytes, 10)).toThrow("damaged");
		expect(() => decompress(bytes.subarray(0, 12), 1500)).toThrow("damaged");
	}
	expect(() => decompress(Buffer.from("this is not zstd"), 10)).toThrow();
});
