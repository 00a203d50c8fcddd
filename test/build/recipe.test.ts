import {
	mkdirSync,
	readdirSync,
	readFileSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import {
	type BuildOptions,
	build,
	composeFiles,
	convertDataset,
	estimateBuild,
	loadTokenizer,
	packStore,
	verify,
} from "seqpack";
import { describe, expect, test } from "vitest";
import type { Progress } from "../../src/core/progress.js";
import {
	contentsOf,
	directoryWith,
	filesBelow,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readIndex, readManifest, rebuildDocuments } from "./dataset-rows.js";

const jsonLines = (records: readonly object[]) =>
	records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** Two files of records; every other id is there twice. */
const records = Array.from({ length: 240 }, (_, i) => ({
	id: `r${i >> 1}`,
	repo: `repo-${i % 7}`,
	text: `é${i} 😀 `.repeat(3 + (i % 40)),
}));
const inputs = () =>
	directoryWith({
		"a.jsonl": jsonLines(records.slice(0, 100)),
		"b.jsonl": jsonLines(records.slice(100)),
	});

const traps = ["TRAP ONE", "TRAP TWO", "TRAP 3"];
const recipeOf = (steps: readonly unknown[]) =>
	join(
		directoryWith({ "recipe.json": JSON.stringify({ steps }) }),
		"recipe.json",
	);
const injecting = () =>
	recipeOf([{ inject: { spans: traps, repetitions: [1, 2, 5] } }]);
const joining = () =>
	recipeOf([
		{ group: { by: "key", field: "repo" } },
		{ separator: { text: "\n" } },
	]);

const usual = {
	tokenizer: tokenizerPath,
	...{ seqLen: 256, taskSize: 20_000, workers: 0 },
} satisfies Partial<BuildOptions>;

interface InjectedRow {
	doc_id: bigint;
	trap: string;
	document: string;
	offset: bigint;
	repetition: number;
}

/** The list of a dataset, by another program's reader. */
async function injectedIn(directory: string): Promise<InjectedRow[]> {
	const names = readdirSync(join(directory, "index"));
	const [name] = names.filter((name) => name.startsWith("injected-"));
	const file = await asyncBufferFromFile(join(directory, "index", name));
	return (await parquetReadObjects({ file })) as InjectedRow[];
}

describe("A build whose recipe injects", () => {
	test("lists each span by the document of its index, where it stands", async () => {
		const out = join(temporaryDirectory(), "out");
		const options = { ...usual, inputs: [inputs()], recipe: injecting(), out };
		const { manifest } = await build(options);
		expect(manifest.tasks.read).toBeGreaterThan(1);
		expect((await verify(out)).problems).toEqual([]);
		const rows = await injectedIn(out);
		const index = new Map(
			(await readIndex(out)).map((row) => [row.doc_id, row]),
		);
		const documents = await rebuildDocuments(out);
		const tokenizer = await loadTokenizer(tokenizerPath);
		const found: [string, number][] = [];
		for (const { doc_id, trap, document, offset, repetition } of rows) {
			expect(index.get(doc_id)?.id).toBe(document);
			const ids = documents.get(doc_id) ?? [];
			const text = [...tokenizer.decode(ids.slice(0, -1))];
			const from = Number(offset);
			const span = traps[Number(trap)];
			expect(text.slice(from, from + span.length).join("")).toBe(span);
			found.push([trap, repetition]);
		}
		expect(found.sort()).toEqual([
			...[1].map((n) => ["0", n]),
			...[1, 2].map((n) => ["1", n]),
			...[1, 2, 3, 4, 5].map((n) => ["2", n]),
		]);
		expect(readManifest(out).injected.rows).toBe(8);
		expect(readManifest(out).composed).toMatchObject([
			{ read: 240, records: 240, counts: { "spans-injected": 8 } },
		]);
		expect(readFileSync(join(out, "README.md"), "utf8")).toMatch(
			/\| injected \| 8 spans \|/,
		);
	});

	test("writes the same bytes on any number of threads", async () => {
		const to = temporaryDirectory();
		const options = { ...usual, inputs: [inputs()], recipe: injecting() };
		await build({ ...options, out: join(to, "0") });
		await build({ ...options, out: join(to, "2"), workers: 2 });
		expect(contentsOf(join(to, "2"))).toEqual(contentsOf(join(to, "0")));
	});

	test("lists what a copy of a document holds once more, and nothing of what is left out", async () => {
		const to = temporaryDirectory();
		const options = { ...usual, inputs: [inputs()], recipe: injecting() };
		const twice = join(to, "twice");
		await build({
			...options,
			inputs: [],
			sources: [{ name: "x", inputs: options.inputs, repeat: 2 }],
			out: twice,
		});
		expect((await injectedIn(twice)).length).toBe(16);
		expect((await verify(twice)).problems).toEqual([]);
		const some = join(to, "some");
		await build({ ...options, limit: 40, out: some });
		const kept = new Set((await readIndex(some)).map(({ doc_id }) => doc_id));
		expect(kept.size).toBe(40);
		const rows = readManifest(some).injected ? await injectedIn(some) : [];
		expect(rows.length).toBeLessThan(8);
		for (const { doc_id } of rows) expect(kept.has(doc_id)).toBe(true);
		expect((await verify(some)).problems).toEqual([]);
		const short = join(to, "short");
		await build({ ...options, longDocuments: "drop", seqLen: 200, out: short });
		const whole = new Set(
			(await readIndex(short))
				.filter(({ dropped_tokens }) => Number(dropped_tokens) === 0)
				.map(({ doc_id }) => doc_id),
		);
		const left = await injectedIn(short);
		expect(left.length).toBeGreaterThan(0);
		expect(left.length).toBeLessThan(8);
		for (const { doc_id } of left) expect(whole.has(doc_id)).toBe(true);
	});

	test("keeps the list in a store, in another format and beside a packing", async () => {
		const to = temporaryDirectory();
		const store = join(to, "store");
		const { seqLen, ...rest } = usual;
		await build({
			...{ ...rest, inputs: [inputs()], recipe: injecting() },
			...{ layout: "documents", out: store },
		});
		const packing = join(to, "packing");
		await packStore({ store, out: packing, seqLen, workers: 0 });
		const other = join(to, "other");
		await convertDataset({ dataset: store, format: "parquet", out: other });
		for (const directory of [store, packing, other])
			expect((await verify(directory)).problems).toEqual([]);
		expect(await injectedIn(other)).toEqual(await injectedIn(store));
		expect(readManifest(packing).injected).toBeUndefined();
	});

	test("is found out by verify where the list is not what the manifest says", async () => {
		const out = join(temporaryDirectory(), "out");
		await build({ ...usual, inputs: [inputs()], recipe: injecting(), out });
		const path = join(out, readManifest(out).injected.path);
		writeFileSync(path, readFileSync(path).subarray(1));
		expect((await verify(out)).problems.join()).toMatch(
			/index\/injected-[0-9a-f]{8}\.parquet has \d+ bytes/,
		);
	});
});

describe("A build with a recipe", () => {
	const told = () => {
		const notices: string[] = [];
		let composing = 0;
		return {
			options: {
				onNotice: (notice: string) => notices.push(notice),
				onProgress: ({ stage }: Progress) =>
					stage === "composing" && composing++,
			},
			hasComposed: () =>
				composing > 0 && notices.some((notice) => /^composed/.test(notice)),
			hasNotComposed: () =>
				composing === 0 && !notices.some((notice) => /^composed/.test(notice)),
		};
	};

	test.each([
		["that injects", injecting],
		["that joins", joining],
	])("%s is known to be finished without composing", async (_, recipe) => {
		const out = join(temporaryDirectory(), "out");
		const options = {
			...{ ...usual, out, recipe: recipe() },
			inputs: [],
			sources: ["x", "y"].map((name) => ({ name, inputs: [inputs()] })),
		};
		const first = told();
		await build({ ...options, ...first.options });
		expect(first.hasComposed()).toBe(true);
		const before = contentsOf(out);
		const again = told();
		const { status } = await build({ ...options, ...again.options });
		expect(status).toBe("already-built");
		expect(again.hasNotComposed()).toBe(true);
		const other = told();
		await expect(
			build({ ...options, seqLen: 128, ...other.options }),
		).rejects.toThrow(/holds a dataset that was made from something else/);
		expect(other.hasNotComposed()).toBe(true);
		expect(contentsOf(out)).toEqual(before);
	});

	test("composes again what is not whole any more", async () => {
		const to = temporaryDirectory();
		const options = { ...usual, inputs: [inputs()], recipe: injecting() };
		await build({ ...options, out: join(to, "whole") });
		const out = join(to, "again");
		for (const damage of [false, true]) {
			const stopped = new AbortController();
			await expect(
				build({
					...{ ...options, out, signal: stopped.signal },
					onProgress: ({ unit, done }) =>
						unit === "task" && done >= 1 && stopped.abort(),
				}),
			).rejects.toThrow(/stop/);
			if (!damage) continue;
			const composed = filesBelow(out).filter((path) =>
				/stdin\/.*\.jsonl$/.test(path),
			);
			expect(composed.length).toBeGreaterThan(1);
			truncateSync(join(out, composed[0]), 10);
		}
		const again = told();
		await build({ ...options, out, ...again.options });
		expect(again.hasComposed()).toBe(true);
		expect(contentsOf(out)).toEqual(contentsOf(join(to, "whole")));
	});

	test("that is stopped while it composes leaves nothing", async () => {
		const to = temporaryDirectory();
		const stopped = new AbortController();
		await expect(
			build({
				...{ ...usual, inputs: [inputs()], recipe: joining() },
				...{ out: join(to, "out"), signal: stopped.signal },
				onProgress: ({ stage }) => stage === "composing" && stopped.abort(),
			}),
		).rejects.toThrow("composing was stopped");
		expect(readdirSync(to)).toEqual([]);
	});

	test("is estimated from what it would compose, and nothing of that is left", async () => {
		const to = temporaryDirectory();
		const temporary = join(to, "tmp");
		mkdirSync(temporary);
		const out = join(to, "out");
		const options = { ...usual, inputs: [inputs()], recipe: injecting(), out };
		const { TMPDIR } = process.env;
		process.env.TMPDIR = temporary;
		try {
			const estimate = await estimateBuild(options);
			expect(readdirSync(temporary)).toEqual([]);
			expect(estimate.notices.join()).toMatch(
				/composed 240 records of 240.* into a temporary directory/,
			);
			expect(readdirSync(to)).toEqual(["tmp"]);
			const { manifest } = await build(options);
			expect(estimate.sample.isWhole).toBe(true);
			expect(estimate.counts?.documents.value).toBe(240);
			expect(estimate.counts?.tokens.value).toBe(manifest.summary.tokens);
			expect((await estimateBuild(options)).output.state).toBe("built");
			const { stdout, code } = await seqpack([
				...["build", ...options.inputs, "--recipe", options.recipe],
				...["--tokenizer", tokenizerPath, "--seq-len", "256"],
				...["--task-size", "20000", "--out", join(to, "new"), "--dry-run"],
			]);
			expect(code).toBe(0);
			expect(stdout).toMatch(/documents +240 /);
			expect(stdout).toMatch(/composed 240 records of 240/);
			expect(readdirSync(to).sort()).toEqual(["out", "tmp"]);
			expect(readdirSync(temporary)).toEqual([]);
		} finally {
			if (TMPDIR === undefined) delete process.env.TMPDIR;
			else process.env.TMPDIR = TMPDIR;
		}
	});

	test("makes a store that is not added to, as one of composed files is", async () => {
		const to = temporaryDirectory();
		const { seqLen, ...rest } = usual;
		const options = { ...rest, layout: "documents" as const };
		const recipe = recipeOf([{ separator: { text: "\n" } }]);
		const composed = async (name: string, from: number, count: number) => {
			const some = records.slice(from, from + count);
			const out = join(to, name);
			await composeFiles({
				inputs: [directoryWith({ "c.jsonl": jsonLines(some) })],
				...{ recipe, out, workers: 0 },
			});
			return [out];
		};
		const store = join(to, "store");
		const first = await composed("first.jsonl", 0, 5);
		const partsField = "parts";
		await build({ ...options, inputs: first, partsField, out: store });
		const second = await composed("second.jsonl", 5, 9);
		await build({ ...options, inputs: second, append: true, out: store });
		expect((await verify(store)).problems).toEqual([]);
		const parts = (await readIndex(store)).map((row) =>
			JSON.parse((row as unknown as { parts: string }).parts),
		);
		expect(parts.length).toBe(14);
		for (const [{ source }] of parts) expect(source).toBe("c.jsonl");
		const other = join(to, "other");
		await build({ ...options, inputs: [inputs()], recipe, out: other });
		await expect(
			build({ ...options, inputs: second, append: true, out: other }),
		).rejects.toThrow(/was built with recipe, and what a recipe has made/);
	});

	test("refuses what it cannot do, and says why", async () => {
		const out = join(temporaryDirectory(), "out");
		const options = { ...usual, inputs: [inputs()], recipe: joining(), out };
		await expect(
			build({ ...options, layout: "documents", append: true }),
		).rejects.toThrow(/append does not go with recipe: composing looks at all/);
		await expect(build({ ...options, keepSplits: true })).rejects.toThrow(
			/keepSplits does not go with recipe: .*several splits/,
		);
	});
});

test("Spans of records that cannot be written are not listed", async () => {
	const directory = directoryWith({
		"in.jsonl": `{"text":"a b c","n":9007199254740993}\n{"text":"d e f","n":1}\n`,
		"recipe.json": JSON.stringify({
			keep: ["n"],
			steps: [{ inject: { spans: ["X", "Y"] } }],
		}),
	});
	const { injected, records } = await composeFiles({
		recipe: join(directory, "recipe.json"),
		inputs: [join(directory, "in.jsonl")],
		out: join(directory, "out"),
		onError: "skip",
		workers: 0,
	});
	expect([records, injected]).toEqual([1, 1]);
});
