import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { textAt } from "../../src/core/text-batch.js";
import { csv } from "../../src/sources/csv.js";
import { json } from "../../src/sources/json.js";
import type { SourceFormat } from "../../src/sources/source.js";
import { tsv } from "../../src/sources/tsv.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { root } from "../helpers.js";

const formats: [string, string, SourceFormat][] = [
	["json", ".json", json],
	["csv", ".csv", csv],
	["csv", ".tsv", tsv],
];

const files = formats.flatMap(([folder, extension, format]) => {
	const path = join(root, "fixtures/interop/sources", folder);
	return readdirSync(path)
		.filter((name) => name.endsWith(extension))
		.map((name) => ({ name, path: join(path, name), format }));
});

test("there are files of each format", () => {
	expect(new Set(files.map(({ format }) => format)).size).toBe(formats.length);
});

test.each(files)("$name is read as Python reads it", async (file) => {
	const { path, name, format } = file;
	const bytes = readFileSync(path);
	const rows = JSON.parse(readFileSync(`${path}.rows`, "utf8"));
	// Ids are compared by themselves, as they are written.
	const names = Object.keys(rows[0]).filter((name) => !/^(id|)$/.test(name));
	const input = {
		path: name,
		source: name,
		size: bytes.length,
		format: "",
		compression: null,
		version: null,
		frames: null,
	};
	const wanted = {
		text: ["text"],
		id: ["id"],
		values: names.map((name) => [name]),
	};
	for (const most of [1, 7, bytes.length]) {
		const storage = memoryStorage({ [name]: bytes }, most);
		const found: unknown[] = [];
		const ids: unknown[] = [];
		const span = { start: 0, end: 1 };
		for await (const batch of format.read(storage, input, span, wanted)) {
			expect(batch.bad).toEqual([]);
			batch.positions.forEach((_, i) => {
				const row = names.map((name, f) => [name, batch.values[f][i]]);
				found.push({
					...Object.fromEntries(row),
					text: textAt(batch.texts, i),
				});
				ids.push(batch.ids[i]);
			});
		}
		expect(asTexts(found)).toEqual(asTexts(rows.map(withoutOthers)));
		expect(ids).toEqual(rows.map(({ id }: { id: unknown }) => id));
	}
});

/** A row without its id and the field that has no name. */
function withoutOthers({ "": _, id, ...row }: Record<string, unknown>) {
	return row;
}

/** Numbers as texts, as the rows beside the files have them. */
function asTexts(rows: unknown): unknown {
	return JSON.parse(
		JSON.stringify(rows, (_, value) =>
			typeof value === "number" ? String(value) : value,
		),
	);
}
