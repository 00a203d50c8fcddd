import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import { Table, writeParquet } from "parquet-wasm";
import {
	type BuildOptions,
	build,
	loadTokenizer,
	openDataset,
	packStore,
	type RowTrace,
	traceRow,
} from "seqpack";
import { describe, expect, test } from "vitest";
import { readManifest, writeManifest } from "../../build/dataset-rows.js";
import {
	directoryWith,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../../helpers.js";

const usual = {
	tokenizer: tokenizerPath,
	...{ seqLen: 64, workers: 0 },
} satisfies Partial<BuildOptions>;
const tokenizer = await loadTokenizer(tokenizerPath);

/** Texts with characters of one to four bytes; longer than a row, and shorter. */
const texts = Array.from({ length: 40 }, (_, i) =>
	`Line ${i}: é, 漢字 and 😀.\n`.repeat(1 + (i % 9)),
);
const records = texts.map((text, i) => ({ id: `r${i}`, text }));
const jsonLines = (some: readonly object[]) =>
	some.map((record) => `${JSON.stringify(record)}\n`).join("");
const corpus = () =>
	directoryWith({
		"a.jsonl": jsonLines(records.slice(0, 15)),
		"b.jsonl.gz": gzipSync(jsonLines(records.slice(15, 30))),
		"c.csv": `id,text\n${records
			.slice(30, 35)
			.map(({ id, text }) => `${id},"${text}"\n`)
			.join("")}`,
		"d.parquet": parquetOf(records.slice(35)),
	});

async function idsOf(directory: string, row: number): Promise<number[]> {
	const { input_ids } = await (await openDataset(directory)).row(row);
	return [...(input_ids as Int32Array)];
}

/** A Parquet file of records. */
function parquetOf(some: typeof records): Uint8Array {
	const table = tableFromArrays({
		id: some.map(({ id }) => id),
		text: some.map(({ text }) => text),
	});
	return writeParquet(Table.fromIPCStream(tableToIPC(table, "stream")));
}

/** Every segment's characters are the text of its tokens, as far as these begin and end with whole characters. */
function expectCharacters(
	{ segments }: RowTrace,
	ids: readonly number[],
	textOf: (id: string) => string,
): void {
	for (const { first, last, document, characters } of segments) {
		const own = ids.slice(first, last + 1).filter((id) => id !== 4095);
		const said = tokenizer.decode(own);
		if (said === "") continue;
		const text = [...textOf(document ?? "")];
		expect(characters).not.toBeNull();
		const { first: from, last: to } = characters ?? { first: 0, last: 0 };
		const found = text.slice(from, to + 1).join("");
		if (said.includes("\ufffd"))
			expect([...found].length).toBeGreaterThanOrEqual([...said].length - 6);
		else expect(found).toBe(said);
	}
}

const textOf = (id: string) => texts[Number(id.slice(1))];

describe("Segments of rows are traced to lines and characters", () => {
	test("of a packed dataset, in files of several formats", async () => {
		const source = [corpus()];
		const out = join(temporaryDirectory(), "out");
		const { manifest } = await build({ ...usual, inputs: source, out });
		const options = { source, tokenizer: tokenizerPath };
		const met = new Map<string, Set<string>>();
		for (let row = 0; row < manifest.summary.rows; row++) {
			const trace = await traceRow(out, row, options);
			expectCharacters(trace, await idsOf(out, row), textOf);
			expect(trace.segments.flatMap(({ notes }) => notes)).toEqual([]);
			for (const { document, line, place, source } of trace.segments) {
				const number = Number(document?.slice(1));
				const of = met.get(source) ?? new Set();
				met.set(source, of.add(document ?? ""));
				if (source === "a.jsonl") {
					expect(line).toBe(number + 1);
					expect(place).toBe(`${join(options.source[0], source)}:${line}`);
				} else if (source === "b.jsonl.gz") expect(line).toBe(number - 14);
			}
		}
		const sizes = ["a.jsonl", "b.jsonl.gz", "c.csv", "d.parquet"].map(
			(name) => met.get(name)?.size,
		);
		expect(sizes).toEqual([15, 15, 5, 5]);
	});

	test("and each token to the characters that it stands for, also where it is a part of one", async () => {
		const source = [corpus()];
		const out = join(temporaryDirectory(), "out");
		await build({ ...usual, inputs: source, out, packer: "next-fit" });
		const options = { source, tokenizer: tokenizerPath };
		const left = new Set(["a.jsonl", "b.jsonl.gz", "c.csv", "d.parquet"]);
		for (let row = 0; left.size > 0; row++) {
			const { segments } = await traceRow(out, row, options);
			const at = segments.find(({ source }) => left.has(source));
			if (at === undefined || at.last - at.first < 20) continue;
			left.delete(at.source);
			const text = [...textOf(at.document ?? "")];
			let before = (at.characters?.first ?? 0) - 1;
			for (let token = at.first; token < at.first + 20; token++) {
				const { token: told } = await traceRow(out, row, { ...options, token });
				const { first, last } = told?.characters ?? { first: -2, last: -2 };
				const said = text.slice(first, last + 1).join("");
				if (told?.text?.includes("\ufffd")) {
					expect(Buffer.byteLength(said)).toBeGreaterThan(1);
					expect([before, before + 1]).toContain(first);
				} else {
					expect(said).toBe(told?.text);
					expect(first).toBe(before + 1);
				}
				before = last;
			}
		}
	});

	test("of a store and of a packing of it, also where no inputs are given", async () => {
		const inputs = [corpus()];
		const to = temporaryDirectory();
		const [store, packing] = [join(to, "store"), join(to, "packing")];
		const { seqLen, ...rest } = usual;
		await build({ ...rest, inputs, layout: "documents", out: store });
		await packStore({ store, seqLen, out: packing, workers: 0 });
		const { manifest } = await openDataset(packing);
		const ofStore = await traceRow(store, 3, { tokenizer: tokenizerPath });
		expectCharacters(ofStore, await idsOf(store, 3), textOf);
		expect(ofStore.segments[0].notes).toEqual([
			"lines are not known: the inputs of the build were not given (source)",
		]);
		for (let row = 0; row < manifest.summary.rows; row += 5) {
			const known = await traceRow(packing, row, {
				...{ source: inputs, tokenizer: tokenizerPath },
			});
			const guessed = await traceRow(packing, row, {
				tokenizer: tokenizerPath,
			});
			for (const [i, { characters }] of known.segments.entries()) {
				expect(characters).not.toBeNull();
				expect(guessed.segments[i].characters).toEqual(characters);
			}
		}
	});

	test("of conversations, in their rendered texts", async () => {
		const chats = directoryWith({
			"chats.jsonl": jsonLines(
				[1, 2, 3].map((n) => ({
					segments: [
						{ label: false, text: `Question ${n}? ` },
						{ label: true, text: `The answer is ${n}.` },
					],
				})),
			),
		});
		const out = join(temporaryDirectory(), "out");
		await build({
			...{ ...usual, inputs: [chats], out },
			conversations: "segments",
		});
		const { segments } = await traceRow(out, 0, {
			...{ source: [chats], tokenizer: tokenizerPath },
		});
		expect(segments.map(({ line }) => line).sort()).toEqual([1, 2, 3]);
		for (const { characters, notes } of segments) {
			expect(notes).toEqual([]);
			expect(characters?.first).toBe(0);
			expect(characters?.last).toBeGreaterThan(25);
		}
	});
});

test("Tokens of composed documents are traced to the parts", async () => {
	const inputs = directoryWith({
		"in.jsonl": jsonLines([
			{ id: "a", repo: "x", text: "The first 😀 text." },
			{ id: "b", repo: "x", text: "The second." },
		]),
	});
	const recipe = join(
		directoryWith({
			"join.json": JSON.stringify({
				steps: [
					{ group: { by: "key", field: "repo" } },
					{ separator: { text: "\n---\n" } },
				],
			}),
		}),
		"join.json",
	);
	const out = join(temporaryDirectory(), "out");
	await build({ ...usual, inputs: [inputs], recipe, out });
	const options = { source: [inputs], tokenizer: tokenizerPath };
	const { segments, tokens } = await traceRow(out, 0, options);
	const whole = "The first 😀 text.\n---\nThe second.";
	const second = [...whole].length - "The second.".length;
	expect(segments).toMatchObject([
		{
			document: "x",
			line: null,
			characters: { first: 0, last: [...whole].length - 1 },
			parts: [
				{ id: "a", source: "in.jsonl", line: 1, characters: { first: 0 } },
				{ id: "b", line: 2, characters: { first: second } },
			],
		},
	]);
	// The last token before EOS is the full stop of the second part.
	const { token } = await traceRow(out, 0, { ...options, token: tokens - 2 });
	expect(token).toMatchObject({
		...{ text: ".", textLine: 3, segment: 0 },
		part: { part: 1, characters: { first: 10, last: 10 } },
	});
	const end = await traceRow(out, 0, { ...options, token: tokens - 1 });
	expect(end.token).toMatchObject({ id: 4095, characters: null, part: null });
	const { stdout, code } = await seqpack([
		...["trace", out, "--row", "0", "--token", String(tokens - 2)],
		...["--source", inputs, "--tokenizer", tokenizerPath],
	]);
	expect(code).toBe(0);
	expect(stdout).toMatch(/ - a, .*in\.jsonl:1, characters 0\.\.16\n/);
	expect(stdout).toMatch(/ \* b, .*in\.jsonl:2, characters 22\.\.32\n/);
	expect(stdout).toMatch(/id +\d+ "\."/);
});

test("Parts of composed documents are found without a text, and not in another file of the same name", async () => {
	const lines = (letter: string) =>
		jsonLines([1, 2].map((n) => ({ id: `${letter}${n}`, body: `Text ${n}.` })));
	const a = join(directoryWith({ "in.jsonl": lines("a") }), "in.jsonl");
	const b = join(directoryWith({ "in.jsonl": lines("b") }), "in.jsonl");
	const recipe = join(
		directoryWith({
			"one.json": JSON.stringify({
				steps: [{ template: { roles: { any: "{body}" } } }],
			}),
		}),
		"one.json",
	);
	const out = join(temporaryDirectory(), "out");
	await build({ ...usual, inputs: [a, b], recipe, out });
	const placesOf = async (source: string[]) => {
		const { segments } = await traceRow(out, 0, { source });
		return Object.fromEntries(
			segments.map(({ document, parts, notes }) => [
				document,
				parts?.[0].line ?? notes.slice(2).join(),
			]),
		);
	};
	expect(await placesOf([a, b])).toEqual({ a1: 1, a2: 2, b1: 1, b2: 2 });
	expect(await placesOf([b])).toMatchObject({
		a1: expect.stringMatching(
			/in\.jsonl:1 has the id "b1", but the part has "a1"/,
		),
		...{ b1: 1, b2: 2 },
	});
	expect(await placesOf([recipe])).toMatchObject({
		a1: expect.stringMatching(/in\.jsonl is not among the given inputs/),
	});
	expect(await placesOf([])).toEqual({ a1: "", a2: "", b1: "", b2: "" });
});

test("What is not known is noted, and what is wrong is told in a sentence", async () => {
	const directory = directoryWith({
		"in.jsonl": jsonLines(records.slice(0, 9)),
	});
	const path = join(directory, "in.jsonl");
	const to = temporaryDirectory();
	const out = join(to, "out");
	await build({ ...usual, inputs: [path], out });
	const options = { source: [directory], tokenizer: tokenizerPath };
	const notesOf = async (more = {}) =>
		(await traceRow(out, 0, { ...options, ...more })).segments.flatMap(
			({ notes }) => notes,
		);
	expect(await notesOf()).toEqual([]);
	expect((await notesOf({ source: [] })).join()).toMatch(
		/the inputs of the build were not given/,
	);
	expect((await notesOf({ tokenizer: undefined })).join()).toMatch(
		/the tokenizer was not given/,
	);
	writeFileSync(path, readFileSync(path, "utf8").replace("Line", "Lime"));
	expect((await notesOf()).join()).toMatch(
		/in\.jsonl has changed since the dataset was built/,
	);
	writeFileSync(join(directory, "other.jsonl"), '{"text":"x"}\n');
	rmSync(path);
	expect((await notesOf()).join()).toMatch(
		/in\.jsonl is not among the given inputs/,
	);
	await expect(traceRow(out, 99)).rejects.toThrow(/has no row 99: it has \d+/);
	await expect(traceRow(out, 0, { split: "test" })).rejects.toThrow(
		/has no row 0 of the split test: it has 0/,
	);
	await expect(traceRow(out, 0, { token: 64 })).rejects.toThrow(
		/row 0 of .* has no token 64: it has \d+ tokens, numbered from 0/,
	);
	await expect(traceRow(out, 0, { tokenizer: "bytes" })).rejects.toThrow(
		/bytes is not the tokenizer of .*SHA-256/,
	);
	const { index, ...rest } = readManifest(out);
	writeFileSync(join(out, index[0].path), "no table");
	await expect(traceRow(out, 0)).rejects.toThrow(
		/index\/00000-.*cannot be read: .*seqpack verify/,
	);
	rmSync(join(out, index[0].path));
	await expect(traceRow(out, 0)).rejects.toThrow(
		/index\/00000-.*there is no such file/,
	);
	writeManifest(out, { ...rest, index: [] });
	await expect(traceRow(out, 0)).rejects.toThrow(/has no index, which says/);
});
