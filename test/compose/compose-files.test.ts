import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { build, composeFiles, openDataset, verify } from "seqpack";
import { describe, expect, test } from "vitest";
import { injectedSchema } from "../../src/compose/injected.js";
import type { ComposedRecord } from "../../src/recipes/composed.js";
import { storageAt } from "../../src/storage/storages.js";
import { columnOf } from "../../src/tables/columns.js";
import { parquet } from "../../src/tables/parquet.js";
import {
	directoryWith,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const jsonLines = (records: readonly object[]) =>
	records.map((record) => `${JSON.stringify(record)}\n`).join("");
const recipeIn = (directory: string, steps: readonly unknown[], more = {}) => {
	const path = join(directory, "recipe.json");
	writeFileSync(path, JSON.stringify({ steps, ...more }));
	return path;
};
const read = (path: string): ComposedRecord[] =>
	readFileSync(path, "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
/** The records of a directory's files, in their order. */
const readAll = (directory: string) =>
	readdirSync(join(directory, "data"))
		.sort()
		.flatMap((name) => read(join(directory, "data", name)));
/** All that is in a directory, by name. */
const contentOf = (directory: string): Record<string, string> =>
	Object.fromEntries(
		readdirSync(directory, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name))
			.sort()
			.map((path) => [
				path.slice(directory.length),
				readFileSync(path).toString("base64"),
			]),
	);

const many = Array.from({ length: 1200 }, (_, i) => ({
	id: `r${i}`,
	repo: `repo-${(i * 7919) % 331}`,
	text: `${i} `.repeat(1 + (i % 90)),
}));
const spread = () =>
	directoryWith({
		"a.jsonl": jsonLines(many.slice(0, 300)),
		"b.jsonl": jsonLines(many.slice(300, 800)),
		"c.jsonl.gz": gzipSync(jsonLines(many.slice(800))),
	});

const byRepo = [
	{ group: { by: "key", field: "repo" } },
	{ separator: { text: "\n" } },
];
const recipes = {
	"by key": byRepo,
	"in a row": [
		{ group: { by: "consecutive", records: 7 } },
		{ separator: { text: "\n" } },
	],
	alone: [{ template: { roles: { any: "{repo}\n{text}" } } }],
	injected: [...byRepo, { inject: { spans: ["trap"], repetitions: [2] } }],
};

describe.each(Object.entries(recipes))("Records composed %s", (_, steps) => {
	test("are the same bytes on any number of threads, in files and in one file", async () => {
		const directory = spread();
		const out = temporaryDirectory();
		const recipe = recipeIn(out, steps);
		const options = {
			recipe,
			inputs: [
				join(directory, "a.jsonl"),
				join(directory, "b.jsonl"),
				join(directory, "c.jsonl.gz"),
			],
			...{ taskSize: 20_000, groupMemory: 2 ** 16, seed: 3 },
		};
		const outputs: Record<string, string>[] = [];
		for (const workers of [0, 2]) {
			const to = join(out, `w${workers}`);
			const { records } = await composeFiles({ ...options, workers, out: to });
			expect(records).toBe(readAll(to).length);
			outputs.push(contentOf(to));
		}
		expect(Object.keys(outputs[0]).length).toBeGreaterThan(3);
		for (const output of outputs) expect(output).toEqual(outputs[0]);
		const files: Buffer[] = [];
		for (const workers of [0, 2]) {
			const to = join(out, `w${workers}.jsonl.gz`);
			await composeFiles({ ...options, workers, out: to });
			files.push(readFileSync(to));
		}
		expect(files[1].equals(files[0])).toBe(true);
		expect(gunzipSync(files[0]).toString()).toBe(
			readAll(join(out, "w0"))
				.map((record) => `${JSON.stringify(record)}\n`)
				.join(""),
		);
		expect(readdirSync(out).filter((name) => name.startsWith("."))).toEqual([]);
	});
});

test("Groups come whole out of many partitions, each record once, in the order of the input", async () => {
	const directory = spread();
	const out = temporaryDirectory();
	const { counts } = await composeFiles({
		...{
			recipe: recipeIn(out, byRepo),
			inputs: [directory],
			out: join(out, "d"),
		},
		...{ groupMemory: 2 ** 16, workers: 0 },
	});
	const files = readdirSync(join(out, "d/data"));
	expect(files.length).toBeGreaterThan(2);
	const composed = readAll(join(out, "d"));
	expect(counts.groups).toBe(331);
	expect(
		Object.fromEntries(composed.map(({ id, text }) => [id, text])),
	).toEqual(
		Object.fromEntries(
			[...new Set(many.map(({ repo }) => repo))].map((repo) => [
				repo,
				many
					.filter((record) => record.repo === repo)
					.map(({ text }) => text)
					.join("\n"),
			]),
		),
	);
	// Every part names its record.
	const lines = new Map<string, string>();
	for (const name of ["a.jsonl", "b.jsonl"]) {
		const content = readFileSync(join(directory, name), "utf8");
		let at = 0;
		for (const line of content.split("\n")) {
			lines.set(`${name}:${at}`, line);
			at += line.length + 1;
		}
	}
	for (const { text, parts } of composed)
		for (const { source, position, offset, length } of parts)
			if (source !== "c.jsonl.gz")
				expect((text as string).slice(offset, offset + length)).toBe(
					JSON.parse(lines.get(`${source}:${position}`) ?? "").text,
				);
});

test("Fields that JSON cannot hold go through groups as they are", async () => {
	const directory = directoryWith({
		"a.jsonl": [
			'{"id":"a","n":12345678901234567890,"list":[NaN,{"m":-12345678901234567891}],"text":"x"}',
			'{"id":"b","n":NaN,"list":["\\ud800"],"text":"y"}',
			'{"id":"c","n":12345678901234567890,"list":[0],"text":"z"}\n',
		].join("\n"),
	});
	const out = join(directory, "out.jsonl");
	const recipe = recipeIn(directory, [
		{ group: { by: "key", field: "n" } },
		{ unnest: { lists: { item: "list" } } },
		{ template: { roles: { any: "{n}{text} " } } },
	]);
	await composeFiles({ recipe, inputs: [join(directory, "a.jsonl")], out });
	expect(read(out).map(({ id, text }) => [id, text])).toEqual([
		[
			"12345678901234567890",
			"12345678901234567890x 12345678901234567890x 12345678901234567890z ",
		],
		["NaN", "NaNy "],
	]);
});

test("Injected spans are listed, with where they are", async () => {
	const out = temporaryDirectory();
	writeFileSync(
		join(out, "traps.jsonl"),
		jsonLines([{ id: "t", text: "TRAP ONE" }, { text: "TRAP TWO" }]),
	);
	const recipe = recipeIn(out, [
		{ inject: { spans: "@traps.jsonl", repetitions: [2, 5] } },
	]);
	const { injected } = await composeFiles({
		recipe,
		inputs: [spread()],
		where: "id != 'r0'",
		out: join(out, "d"),
		taskSize: 20_000,
		workers: 2,
	});
	expect(injected).toBe(7);
	const path = join(out, "d/injected.parquet");
	const file = await storageAt(path).open(path);
	const composed = new Map(
		readAll(join(out, "d")).map((record) => [record.id, record.text as string]),
	);
	const found: string[] = [];
	const size = readFileSync(path).length;
	for await (const batch of parquet.read(file, size, injectedSchema)) {
		const of = (name: string) =>
			columnOf(batch, name, "string").values as string[];
		const offsets = columnOf(batch, "offset", "int64").values;
		for (const [i, trap] of of("trap").entries()) {
			const text = trap === "t" ? "TRAP ONE" : "TRAP TWO";
			expect(
				composed
					.get(of("document")[i])
					?.slice(Number(offsets[i]))
					.startsWith(text),
			).toBe(true);
			found.push(trap);
		}
	}
	await file.close();
	expect(found.sort()).toEqual(["1", "1", "1", "1", "1", "t", "t"]);
	// A build reads the records, and not the list.
	const { manifest } = await build({
		inputs: [join(out, "d")],
		tokenizer: tokenizerPath,
		seqLen: 256,
		out: join(out, "built"),
		workers: 0,
	});
	expect(manifest.totals.documents).toBe(1199);
});

const chats = [
	{ id: "a", title: "First", text: "the answer is one" },
	{ id: "b", title: "Second", text: "the answer is two" },
];
const withLoss = [
	{
		template: {
			roles: { any: [{ text: "Question {title}. ", loss: false }, "{text}"] },
		},
	},
];

test("What has no loss is not trained on in a build, and the index has the parts", async () => {
	const directory = directoryWith({ "in.jsonl": jsonLines(chats) });
	const recipe = recipeIn(directory, withLoss);
	const composed = join(directory, "composed.jsonl");
	await composeFiles({
		recipe,
		inputs: [join(directory, "in.jsonl")],
		out: composed,
	});
	const usual = { tokenizer: tokenizerPath, seqLen: 64, workers: 0 };
	await build({
		...usual,
		inputs: [composed],
		conversations: "segments",
		partsField: "parts",
		out: join(directory, "x"),
	});
	await build({
		...usual,
		inputs: [join(directory, "in.jsonl")],
		recipe,
		out: join(directory, "y"),
	});
	const [x, y] = [join(directory, "x"), join(directory, "y")];
	for (const out of [x, y]) {
		expect((await verify(out)).problems).toEqual([]);
		const dataset = await openDataset(out);
		const parts: unknown[] = [];
		for await (const batch of dataset.documents())
			parts.push(
				...columnOf(batch, "parts", "string").values.map((json) =>
					JSON.parse(String(json)),
				),
			);
		expect(parts).toMatchObject([
			[{ source: "in.jsonl", position: 0, id: "a", offset: 0 }],
			[
				{
					source: "in.jsonl",
					position: jsonLines(chats.slice(0, 1)).length,
					id: "b",
				},
			],
		]);
		const trained: number[] = [];
		for await (const batch of dataset.rows()) {
			const { values } = columnOf(batch, "loss_mask", "list<int32>");
			const ids = columnOf(batch, "input_ids", "list<int32>").values;
			ids.forEach((id, i) => {
				if (values[i] === 1) trained.push(id);
			});
		}
		const { loadTokenizer } = await import("seqpack");
		const text = (await loadTokenizer(tokenizerPath)).decode(trained);
		expect(text.match(/the answer is (one|two)/g)?.length).toBe(2);
		expect(text).not.toContain("Question");
	}
});

test("A build with a recipe goes on where it was killed, and leaves nothing aside", async () => {
	const directory = spread();
	const out = temporaryDirectory();
	const options = {
		recipe: recipeIn(out, byRepo),
		...{ inputs: [directory], tokenizer: tokenizerPath, seqLen: 512 },
		...{ taskSize: 60_000, workers: 0 },
	};
	await build({ ...options, out: join(out, "whole") });
	const stopped = new AbortController();
	const again = { ...options, out: join(out, "again") };
	await expect(
		build({
			...again,
			signal: stopped.signal,
			onProgress: ({ unit, done }) =>
				unit === "task" && done >= 2 && stopped.abort(),
		}),
	).rejects.toThrow(/stopped/);
	const notices: string[] = [];
	await build({ ...again, onNotice: (notice) => notices.push(notice) });
	expect(notices.join()).toMatch(/going on where an earlier run stopped/);
	expect(notices.join()).not.toMatch(/composed/);
	expect(contentOf(join(out, "again"))).toEqual(contentOf(join(out, "whole")));
	expect(Object.keys(contentOf(join(out, "whole"))).join()).not.toContain(
		".seqpack",
	);
	const { status } = await build({ ...again });
	expect(status).toBe("already-built");
});

test.each(["d", "f.jsonl.gz"])(
	"Stopped on its way to %s, composing leaves nothing",
	async (name) => {
		const out = temporaryDirectory();
		const recipe = recipeIn(out, byRepo);
		for (const workers of [0, 2]) {
			const stopped = new AbortController();
			const composing = composeFiles({
				...{ recipe, inputs: [spread()], out: join(out, name) },
				...{ workers, taskSize: 10_000, groupMemory: 2 ** 16 },
				signal: stopped.signal,
				onProgress: ({ bytes }) => bytes > 0 && stopped.abort(),
			});
			await expect(composing).rejects.toThrow("composing was stopped");
			expect(readdirSync(out)).toEqual(["recipe.json"]);
		}
	},
);

test("What is wrong is told in a sentence", async () => {
	const directory = directoryWith({
		"in.jsonl": `${jsonLines(chats)}{"id":"c","title":"no text"}\n`,
		"taken.jsonl": "",
		"recipe.yaml": "steps:\n  - group: { by: key, field: nope }\n",
		"bad.yaml": "steps: [",
		"list.yaml": 'steps:\n  - inject: { spans: "@none.jsonl" }\n',
		"join.yaml": 'steps:\n  - separator: { text: "x" }\n',
	});
	const at = (name: string) => join(directory, name);
	const run = (...args: string[]) => seqpack(["compose", ...args]);
	const out = ["--out", at("out.jsonl")];
	const cases: [string[], RegExp][] = [
		[
			[at("none.yaml"), at("in.jsonl"), ...out],
			/there is no file .*none\.yaml/,
		],
		[
			[at("list.yaml"), at("in.jsonl"), ...out],
			/list\.yaml: it names the list "@none\.jsonl", and there is no file \/.*none\.jsonl: .*directory of the recipe/,
		],
		[[at("bad.yaml"), at("in.jsonl"), ...out], /bad\.yaml: it is not YAML/],
		[
			[at("recipe.yaml"), at("in.jsonl"), ...out],
			/the record "a" \(in\.jsonl, at 0\) has no field "nope"/,
		],
		[
			[at("join.yaml"), at("in.jsonl"), ...out],
			/the record "c" .* has no text: .*--text-field/,
		],
		[
			[at("join.yaml"), at("in.jsonl"), "--out", at("taken.jsonl")],
			/taken\.jsonl is there already: .*--overwrite/,
		],
		[
			[at("join.yaml"), at("in.jsonl"), "--gzip", ...out],
			/--gzip would change nothing/,
		],
	];
	for (const [args, sentence] of cases) {
		const { stderr, code } = await run(...args);
		expect(stderr).toMatch(sentence);
		expect(stderr).not.toMatch(/^\s+at /m);
		expect(code).not.toBe(0);
	}
	expect(readdirSync(directory).sort()).toEqual([
		"bad.yaml",
		"in.jsonl",
		"join.yaml",
		"list.yaml",
		"recipe.yaml",
		"taken.jsonl",
	]);
	const skipped = await run(
		at("join.yaml"),
		at("in.jsonl"),
		...out,
		"--on-error",
		"skip",
		"--json",
		"--quiet",
	);
	expect(JSON.parse(skipped.stdout)).toMatchObject({
		read: 3,
		records: 2,
		counts: { "no-text": 1 },
	});
});
