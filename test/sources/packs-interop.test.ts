// Tars and MDS shards that other programs wrote, against what those programs read in
// them: fixtures/interop/sources/make-packs.py.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { textAt } from "../../src/core/text-batch.js";
import { divisionOf, wholeSpan } from "../../src/sources/divide.js";
import { formatOfName, sourceFormats } from "../../src/sources/formats.js";
import { parseFieldPath } from "../../src/sources/records/fields.js";
import type { SourceFormat } from "../../src/sources/source.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { root } from "../helpers.js";
import { inputsOf, readAllOf, wholeFiles } from "./reading.js";

interface Expected {
	textField?: string;
	idField?: string | null;
	/** Names of fields. */
	values?: string[];
	rows: { id: string | null; text: string | null; values?: unknown[] }[];
}

const directory = join(root, "fixtures/interop/sources");
const ROWS = ".rows.json";
const paths = readdirSync(directory, { recursive: true, encoding: "utf8" })
	.filter((path) => /^(tar|mds)\W/.test(path) && path.endsWith(ROWS))
	.map((path) => path.slice(0, -ROWS.length))
	.sort();

test("there are files to read", () => {
	expect(paths.length).toBeGreaterThan(15);
});

describe.each(paths)("%s", (path) => {
	const bytes = readFileSync(join(directory, path));
	const expected: Expected[] = JSON.parse(
		readFileSync(join(directory, path + ROWS), "utf8"),
	);
	const files = { [basename(path)]: bytes };
	// How the file is compressed is for others to read.
	const isKnown = formatOfName(path) !== null;

	test.runIf(isKnown).each([13, 600, 1 << 20])(
		"has the same rows, read %s bytes at a time",
		async (most) => {
			const storage = memoryStorage(files, most);
			for (const { rows, values = [], ...fields } of expected) {
				const found = await readRows(storage, { values, ...fields });
				expect(found).toEqual(rows.map((row) => ({ values: [], ...row })));
			}
		},
	);

	test.runIf(isKnown)("gives all its texts as documents", async () => {
		const storage = memoryStorage(files);
		const [{ rows }] = expected;
		const texts = rows.filter(({ text }) => text !== null);
		const spans = await wholeFiles(storage, inputsOf(files));
		const { documents, bad } = await readAllOf(storage, spans);
		expect(documents.map(({ text }) => text)).toEqual(
			texts.map(({ text }) => text),
		);
		expect(bad.map(({ reason }) => reason)).toEqual(
			Array(rows.length - texts.length).fill("no-text"),
		);
	});

	/** All rows, also those without a text. */
	async function readRows(
		storage: ReturnType<typeof memoryStorage>,
		{ textField, idField, values }: Omit<Expected, "rows">,
	): Promise<Expected["rows"]> {
		const [file] = inputsOf(files);
		const format: SourceFormat = sourceFormats.find(file.format);
		const paths = (names: (string | null | undefined)[]) =>
			names.map((name) => parseFieldPath(name ?? "", "textField"));
		const hasTexts = expected[0].rows.some(({ text }) => text !== null);
		const [text, id, ...wanted] = paths([
			textField ?? format.fields.text,
			idField ?? format.fields.id,
			...(values ?? []),
		]);
		const span =
			file.compression === null
				? wholeSpan(await divisionOf(storage, file))
				: { start: 0, end: Infinity };
		const fields = { text: hasTexts ? text : null, id, values: wanted };
		const rows: Expected["rows"] = [];
		for await (const batch of format.read(storage, file, span, fields)) {
			expect(batch.bad).toEqual([]);
			batch.positions.forEach((_, i) => {
				const none = !hasTexts || batch.notTexts.has(i);
				rows.push({
					id: (batch.ids[i] ?? null) as string | null,
					text: none ? null : textAt(batch.texts, i),
					values: batch.values.map((column) => plain(column[i])),
				});
			});
		}
		return rows;
	}
});

function plain(value: unknown): unknown {
	return typeof value === "bigint" ? String(value) : value;
}
