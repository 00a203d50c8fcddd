import { spawnSync } from "node:child_process";
import {
	appendFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import type { BuildOptions } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { openBatches } from "../../src/batches/open-batches.js";
import { openDataset } from "../../src/dataset/open-dataset.js";
import {
	build,
	finalizeBuild,
	openBuild,
	planBuild,
	runTasks,
} from "../../src/engines/build.js";
import { exportRows, packStore } from "../../src/engines/pack-store.js";
import { planCurriculum } from "../../src/plan/make-plan.js";
import { documentLengths } from "../../src/report/document-lengths.js";
import { estimateBuild } from "../../src/report/estimate-build.js";
import { verify } from "../../src/report/verify/verify.js";
import { takeLock } from "../../src/storage/lock.js";
import { storageAt } from "../../src/storage/storages.js";
import {
	contentsOf,
	everything,
	filesBelow,
	fixtures,
	root,
	seqpack,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { Death, MortalFiles } from "../storage/mortal-files.js";
import { readIndex, readManifest, readRows } from "./dataset-rows.js";

const texts = readFileSync(join(fixtures, "scripts/udhr.jsonl"), "utf8")
	.split("\n")
	.slice(0, 12)
	.map((line) => String(JSON.parse(line).text));

/** Files of some documents each, a few without a token. */
const FILES = 5;
const textFile = (file: number) =>
	Array.from({ length: 12 }, (_, i) => ({
		id: `${file}-${i}`,
		text:
			i === 5
				? ""
				: texts[(file + i) % texts.length].slice(9 * i, 9 * i + 7 * i),
	}));
const chatFile = (file: number) =>
	Array.from({ length: 5 }, (_, i) => ({
		messages: [
			{ role: "user", content: texts[i].slice(0, 20 + file) },
			{ role: "assistant", content: texts[file].slice(0, 30 + i) },
		],
	}));
const jsonl = (records: object[]) =>
	records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** A directory to which files come, by their numbers. */
class Corpus {
	readonly directory: string;

	constructor(directory = temporaryDirectory()) {
		this.directory = directory;
	}

	add(...files: number[]): this {
		for (const file of files) {
			this.write(`texts/${file}.jsonl`, jsonl(textFile(file)));
			this.write(`chats/${file}.jsonl`, jsonl(chatFile(file)));
		}
		return this;
	}

	write(name: string, content: string): void {
		const path = this.at(name);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, content);
	}

	at(name: string): string {
		return join(this.directory, name);
	}
}

const usual = {
	// It is there at once.
	tokenizer: "bytes",
	layout: "documents",
	taskSize: 1500,
	shardTokens: 2000,
	workers: 0,
} as const;

/** The options of a store of texts, some of which are held out, and of one of two sources. */
const kinds = {
	texts: (corpus: Corpus): Partial<BuildOptions> => ({
		inputs: [corpus.at("texts")],
		validation: 0.2,
	}),
	"two sources": (corpus: Corpus): Partial<BuildOptions> => ({
		sources: [
			{ name: "prose", inputs: [corpus.at("texts")], repeat: 1.5 },
			{ name: "chats", inputs: [corpus.at("chats")], loss: "assistant" },
		],
		chatTemplate: template,
	}),
};

let template = "";
const shared = sharedDirectory();
beforeAll(() => {
	template = join(shared, "template.jinja");
	writeFileSync(
		template,
		"{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}",
	);
});

const place = (name = "store") => join(temporaryDirectory(), name);

function append(corpus: Corpus, out: string, more: Partial<BuildOptions> = {}) {
	const options = more.sources ? {} : kinds.texts(corpus);
	return build({ ...usual, ...options, append: true, out, ...more });
}

/** The tokens and the mask of each document of a store, by what the input calls it. */
async function documentsOf(store: string): Promise<string[]> {
	const rows: string[] = [];
	for (const { path } of readManifest(store).shards)
		for (const row of await readRows(join(store, path)))
			rows.push(`${row.input_ids} ${JSON.stringify(maskOf(row))}`);
	return (await readIndex(store))
		.map(
			({ source_name, source, position, id }, i) =>
				`${source_name} ${source} ${position} ${id}: ${rows[i]}`,
		)
		.sort();
}

const maskOf = (row: object) => (row as { loss_mask?: unknown }).loss_mask;

/** What a manifest says of all documents together. */
function sumsOf(store: string) {
	const { totals, sources, summary, inputs } = readManifest(store);
	return {
		...{ totals, sources, summary },
		inputs: inputs.map((input: object) => JSON.stringify(input)).sort(),
	};
}

describe("a store that grew", () => {
	test.each(Object.keys(kinds) as (keyof typeof kinds)[])(
		"of %s has what one has that was built at once",
		async (kind) => {
			const files = [...Array(FILES).keys()];
			const all = new Corpus().add(...files);
			const whole = place();
			await build({ ...usual, ...kinds[kind](all), out: whole });
			const due = await documentsOf(whole);
			expect(due.length).toBeGreaterThanOrEqual(60);
			const steps = fc.array(fc.integer({ min: 1, max: 3 }), {
				minLength: FILES,
				maxLength: FILES,
			});
			await fc.assert(
				fc.asyncProperty(steps, async (stepOf) => {
					const corpus = new Corpus();
					const out = place();
					const taken = new Set(stepOf);
					for (const step of taken) {
						corpus.add(...files.filter((file) => stepOf[file] === step));
						await append(corpus, out, kinds[kind](corpus));
						expect((await verify(out)).problems).toEqual([]);
					}
					expect(await documentsOf(out)).toEqual(due);
					expect(sumsOf(out)).toEqual(sumsOf(whole));
					const { history = [], tasks } = readManifest(out);
					expect(history.length).toBe(taken.size - 1);
					expect(tasks.read).toBeGreaterThan(history.length);
				}),
				{ numRuns: everything ? 8 : 1, seed: 3 },
			);
		},
	);

	test("begins as the store that the same options build", async () => {
		const corpus = new Corpus().add(0, 1);
		const [plain, out] = [place(), place()];
		await build({ ...usual, ...kinds.texts(corpus), out: plain });
		await append(corpus, out);
		expect(contentsOf(out)).toEqual(contentsOf(plain));
	});

	test("keeps every file that it had, and the ids of its documents", async () => {
		const corpus = new Corpus().add(0, 1);
		const out = place();
		await append(corpus, out);
		const before = contentsOf(out);
		const index = await readIndex(out);
		await append(corpus.add(2), out);
		const after = contentsOf(out);
		const rewritten = Object.keys(before).filter(
			(path) => before[path] !== after[path],
		);
		expect(rewritten.filter((path) => !path.endsWith("json"))).toEqual([
			"README.md",
		]);
		expect((await readIndex(out)).slice(0, index.length)).toEqual(index);
		expect(existsSync(join(out, ".seqpack"))).toBe(false);
		// Every shard is one of those that the card names.
		const card = readFileSync(join(out, "README.md"), "utf8");
		const patterns = [...card.matchAll(/data\S*\/\S+-\*-(\w+)\.\*/g)];
		const named = patterns.map(([, hash]) => hash);
		for (const { path } of readManifest(out).shards)
			expect(named).toContain(/-(\w+)\.arrow$/.exec(path)?.[1]);
	});

	test("lists the records of all steps that were passed over", async () => {
		const corpus = new Corpus();
		const out = place();
		const lines: string[][] = [];
		const skip = { onError: "skip" } as const;
		for (const name of ["a", "b", "c"]) {
			const bad = name === "b" ? "" : "no JSON\n";
			corpus.write(`texts/${name}.jsonl`, `{"text":"${name}"}\n${bad}`);
			await append(corpus, out, name === "b" ? {} : skip);
			const { skipped, onError } = readManifest(out);
			expect(onError).toBe("skip");
			const list = readFileSync(join(out, skipped.path), "utf8");
			lines.push(list.trim().split("\n"));
			expect((await verify(out)).problems).toEqual([]);
		}
		expect(lines.map((list) => list.length)).toEqual([1, 1, 2]);
		expect(JSON.parse(lines[2][1])).toMatchObject({
			source: "c.jsonl",
			line: 2,
		});
		expect(filesBelow(out).filter((f) => f.includes("skipped"))).toHaveLength(
			1,
		);
	});

	test("grows by tasks that processes of their own can run", async () => {
		const corpus = new Corpus().add(0, 1);
		const [out, other] = [place(), place()];
		for (const directory of [out, other]) await append(corpus, directory);
		corpus.add(2, 3);
		await append(corpus, other);
		await planBuild({ ...usual, ...kinds.texts(corpus), append: true, out });
		const planned = await openBuild(out);
		for (const task of planned.plan.tasks.keys())
			await runTasks(planned, [task], { workers: 0 });
		const manifest = await finalizeBuild(planned);
		expect(await finalizeBuild(planned)).toEqual(manifest);
		expect(contentsOf(out)).toEqual(contentsOf(other));
	});
});

describe("packings of a store that grew", () => {
	test("are what they were, and a new one has what was added", async () => {
		const corpus = new Corpus().add(0, 1, 2);
		const at = (name: string) => join(corpus.directory, "out", name);
		const store = at("store");
		const pack = (name: string) =>
			packStore({ store, seqLen: 256, workers: 0, out: at(name) });
		const rows = (packing: string, out: string) =>
			exportRows({ packing: at(packing), workers: 0, out: at(out) });
		const batchesOf = async (plan: string, datasets: string[]) => {
			const options = { tokensPerStep: 1024, seed: 7, out: at(plan) };
			await planCurriculum({ ...options, datasets: datasets.map(at) });
			const all: string[] = [];
			for await (const { columns } of await openBatches(at(plan), {
				worldSize: 1,
				rank: 0,
				readAhead: 0,
			}))
				all.push(...Object.values(columns).map(({ values }) => String(values)));
			return all;
		};
		await append(corpus, store);
		await pack("old");
		await rows("old", "rows before");
		const before = await batchesOf("plan before", ["old"]);
		const lengths = await documentLengths([at("old")]);

		await append(corpus.add(3), store);
		await pack("middle");
		await append(corpus.add(4), store);
		await pack("new");

		for (const name of ["old", "middle", "new"])
			expect((await verify(at(name))).problems, name).toEqual([]);
		await rows("old", "rows after");
		expect(contentsOf(at("rows after"))).toEqual(contentsOf(at("rows before")));
		expect(await batchesOf("plan after", ["old"])).toEqual(before);
		expect(await documentLengths([at("old")])).toEqual(lengths);
		const documents = ["old", "middle", "new"].map(
			(name) => readManifest(at(name)).totals.documents,
		);
		expect(documents).toEqual([36, 48, 60]);

		// Different states of the store in one plan do not get in each other's way.
		for (const name of ["old", "new"])
			await exportRows({
				...{ packing: at(name), format: "arrow", workers: 0 },
				out: at(`${name} rows`),
			});
		expect(await batchesOf("both", ["old", "new"])).toEqual(
			await batchesOf("both rows", ["old rows", "new rows"]),
		);
	});

	test("of a store that was built anew are refused, whatever it was before", async () => {
		const corpus = new Corpus().add(0);
		const at = (name: string) => join(corpus.directory, "out", name);
		await append(corpus, at("store"));
		await append(corpus.add(1), at("store"));
		await packStore({
			...{ store: at("store"), seqLen: 256, workers: 0 },
			out: at("packing"),
		});
		await build({
			...{ ...usual, ...kinds.texts(corpus), overwrite: true },
			out: at("store"),
		});
		await expect(
			exportRows({ packing: at("packing"), workers: 0, out: at("rows") }),
		).rejects.toMatchObject({ code: "store-changed" });
	});
});

describe("files that the store has", () => {
	async function grown(files: number[]) {
		const corpus = new Corpus().add(...files);
		const out = place();
		await append(corpus, out);
		const notices: string[] = [];
		const again = (more: Partial<BuildOptions> = {}) => {
			notices.length = 0;
			const onNotice = (notice: string) => notices.push(notice);
			return append(corpus, out, { onNotice, ...more });
		};
		return { corpus, out, notices, again };
	}

	test("are left out, and the store stays as it is where nothing is new", async () => {
		const { out, notices, again } = await grown([0, 1]);
		const before = filesBelow(out).map((f) => statSync(join(out, f)).mtimeMs);
		const contents = contentsOf(out);
		const { status, manifest } = await again();
		expect(status).toBe("already-built");
		expect(manifest).toEqual(readManifest(out));
		expect(notices).toEqual([
			expect.stringMatching(
				/^left out 2 files that .* has already, such as .*0\.jsonl$/,
			),
			expect.stringMatching(/^nothing is new: .* stays as it is$/),
		]);
		expect(contentsOf(out)).toEqual(contents);
		expect(filesBelow(out).map((f) => statSync(join(out, f)).mtimeMs)).toEqual(
			before,
		);
	});

	test("are known where the directory that all share is another by now", async () => {
		const { corpus, out, notices, again } = await grown([0, 1]);
		// They were called 0.jsonl and 1.jsonl.
		const inputs = [corpus.directory];
		corpus.write("more/2.jsonl", jsonl(textFile(2)));
		corpus.write("more/0.jsonl", jsonl(textFile(3)));
		rmSync(corpus.at("chats"), { recursive: true });
		await again({ inputs });
		expect(readManifest(out).totals.documents).toBe(48);
		expect(notices[0]).toMatch(/^left out 2 files/);
		// By its name alone 0.jsonl could be the other one, which was met: no doubt is told.
		expect(notices).toHaveLength(1);
		expect((await again({ inputs })).status).toBe("already-built");
		// Of its own directory it has the name that another file has.
		await expect(again({ inputs: [corpus.at("more")] })).rejects.toMatchObject({
			code: "input-changed",
			message: expect.stringMatching(/name inputs by a directory further up/),
		});
	});

	test("and have changed since are refused by name", async () => {
		const { corpus, out, again } = await grown([0, 1]);
		const contents = contentsOf(out);
		appendFileSync(corpus.at("texts/1.jsonl"), '{"text":"more"}\n');
		corpus.add(2);
		await expect(again()).rejects.toMatchObject({
			code: "input-changed",
			exitCode: 4,
			message: expect.stringMatching(
				/texts\/1\.jsonl is not the file 1\.jsonl that .* has documents of: it has changed.*Put new documents into a file of another name/,
			),
		});
		expect(contentsOf(out)).toEqual(contents);
	});

	test("under another name are taken, and told of", async () => {
		const { corpus, out, notices, again } = await grown([0, 1]);
		corpus.write("texts/copy.jsonl", jsonl(textFile(1)));
		await again();
		expect(notices).toContainEqual(
			expect.stringMatching(
				/copy\.jsonl looks like one that the store has under another name: it is added/,
			),
		);
		expect(readManifest(out).totals.documents).toBe(36);
	});

	test("by a name that may be theirs, with other directories before it, are told of", async () => {
		const { corpus, notices, again } = await grown([0, 1]);
		rmSync(corpus.at("texts/1.jsonl"));
		corpus.write("more/1.jsonl", jsonl(textFile(3)));
		await again({ inputs: [corpus.at("texts"), corpus.at("more")] });
		expect(notices).toContainEqual(
			expect.stringMatching(
				/more\/1\.jsonl may be one of the store's that has changed, by its name/,
			),
		);
	});

	test("without a document are known as well", async () => {
		const { corpus, out, again } = await grown([0]);
		corpus.write("texts/empty.jsonl", "");
		expect((await again()).status).toBe("built");
		expect((await verify(out)).problems).toEqual([]);
		expect((await again()).status).toBe("already-built");
		corpus.add(1);
		await again();
		expect((await verify(out)).problems).toEqual([]);
		expect(readManifest(out).totals.documents).toBe(24);
	});
});

describe("what a store was built with", () => {
	test("holds for what is added where nothing is said of it", async () => {
		const corpus = new Corpus();
		const lines = (from: number) =>
			jsonl(
				Array.from({ length: 9 }, (_, i) => ({
					body: texts[from + (i % 3)].slice(0, 10 + 9 * i),
					key: `${from}-${i}`,
				})),
			);
		corpus.write("texts/a.jsonl", lines(0));
		const options = {
			...{ textField: "body", idField: "key", sample: 0.7 },
			...{ addEos: false, addBos: true, bosToken: "<|end_of_text|>" },
			...{ taskSize: 900, shardTokens: 500, where: 'key != "3-1"' },
		};
		const [out, whole] = [place(), place()];
		await append(corpus, out, {
			...{ ...options, tokenizer: tokenizerPath },
			validation: undefined,
		});
		corpus.write("texts/b.jsonl", lines(3));
		await build({
			...{ layout: "documents", append: true, out, workers: 0 },
			inputs: [corpus.at("texts")],
			tokenizer: tokenizerPath,
		});
		await build({
			...{ ...usual, ...options, tokenizer: tokenizerPath, out: whole },
			inputs: [corpus.at("texts")],
		});
		expect(await documentsOf(out)).toEqual(await documentsOf(whole));
		expect(sumsOf(out)).toEqual(sumsOf(whole));
	});

	test("may be a tokenizer that has a name alone", async () => {
		const corpus = new Corpus().add(0);
		const out = place();
		await append(corpus, out);
		await append(corpus.add(1), out, { tokenizer: undefined });
		expect(readManifest(out).history).toHaveLength(1);
	});

	const refused: [string, Partial<BuildOptions>, string, RegExp][] = [
		[
			"addEos",
			{ addEos: false },
			"other-store",
			/^addEos: false makes none the EOS of documents, and .* has token \d+/,
		],
		[
			"textField",
			{ textField: "body" },
			"other-store",
			/^textField: "body" would make other documents than .* has, which was built without textField\. .*another directory/,
		],
		[
			"validation",
			{ validation: 0.1 },
			"other-store",
			/^validation: 0\.1 .* built with validation: 0\.2/,
		],
		[
			"sample",
			{ sample: 0.5 },
			"other-store",
			/^sample: 0\.5 .* without sample/,
		],
		[
			"inputFormat",
			{ inputFormat: "jsonl" },
			"other-store",
			/^inputFormat: "jsonl" .* with inputFormat: "auto"/,
		],
		[
			"loss",
			{ loss: "assistant" },
			"other-store",
			/^loss: "assistant" .* without loss/,
		],
		[
			"shardTokens",
			{ shardTokens: 9999 },
			"other-store",
			/^shardTokens: 9999 .* with shardTokens: 2000/,
		],
		[
			"format",
			{ format: "parquet" },
			"other-store",
			/^format: "parquet" .* with format: "arrow"/,
		],
		[
			"another tokenizer",
			{ tokenizer: "bytes" },
			"other-store",
			/^tokenizer: "bytes" is not the tokenizer of .*: its SHA-256 begins with \w{12}, and that of the store's with \w{12}/,
		],
		[
			"another engine",
			{ tokenizerEngine: "huggingface" },
			"other-store",
			/^tokenizerEngine is huggingface, and .* was tokenized by/,
		],
		[
			"no tokenizer",
			{ tokenizer: undefined },
			"missing-option",
			/^tokenizer is missing: give the one of .*, whose SHA-256 begins with \w{12}/,
		],
		[
			"dedupe",
			{ dedupe: "exact" },
			"other-store",
			/^dedupe: "exact" .* with dedupe: "none"/,
		],
		["limit", { limit: 5 }, "other-store", /^limit: 5 .* without limit/],
		[
			"overwrite",
			{ overwrite: true },
			"ignored-option",
			/^append: true would change nothing beside overwrite: true/,
		],
		[
			"sources",
			{ inputs: undefined, sources: [{ name: "web", inputs: [fixtures] }] },
			"other-store",
			/has one source, without a name, and the source "web" is given/,
		],
	];
	test.each(refused)(
		"%s: what differs is refused",
		async (_, more, code, message) => {
			ofFile ??= await storeOfFile();
			const { corpus, out, contents } = ofFile;
			await expect(
				append(corpus, out, { tokenizer: tokenizerPath, ...more }),
			).rejects.toMatchObject({
				code,
				message: expect.stringMatching(message),
			});
			expect(contentsOf(out)).toEqual(contents);
		},
	);

	/** A store that a tokenizer of a file has made, and a corpus that has more. */
	let ofFile: Awaited<ReturnType<typeof storeOfFile>> | undefined;
	async function storeOfFile() {
		const corpus = new Corpus(shared).add(0);
		const out = join(shared, "store of a file");
		await append(corpus, out, { tokenizer: tokenizerPath });
		corpus.add(1);
		return { corpus, out, contents: contentsOf(out) };
	}

	test.each<[string, Partial<BuildOptions>, RegExp]>([
		[
			"dedupe",
			{ dedupe: "exact" },
			/^dedupe: "exact" looks for repeats among all documents, and append: true adds some at a time/,
		],
		["limit", { limit: 3 }, /^limit: 3 takes the first of all documents/],
		[
			"validation",
			{ validation: 5 },
			/^validation: 5 chooses that many of all documents.*Give a share of them/,
		],
	])(
		"%s looks at all documents at once, and is refused",
		async (_, more, message) => {
			const corpus = new Corpus().add(0);
			const error = {
				code: "bad-option",
				message: expect.stringMatching(message),
			};
			const out = place();
			await expect(append(corpus, out, more)).rejects.toMatchObject(error);
			expect(existsSync(out)).toBe(false);
			// Also of a store that was built with it.
			await build({ ...usual, ...kinds.texts(corpus), ...more, out });
			await expect(append(corpus.add(1), out, more)).rejects.toMatchObject(
				error,
			);
		},
	);

	test("includes its sources: some of them may be given, no others, and none otherwise", async () => {
		const corpus = new Corpus().add(0);
		const out = place();
		const kind = kinds["two sources"](corpus);
		await append(corpus, out, kind);
		const [prose, chats] = kind.sources ?? [];
		const more = (sources: BuildOptions["sources"]) =>
			append(corpus.add(1), out, { ...kind, sources });
		await expect(more([{ ...prose, name: "web" }])).rejects.toMatchObject({
			code: "other-store",
			message: expect.stringMatching(
				/there is no source "web" in .*, which has prose, chats/,
			),
		});
		await expect(more([{ ...prose, repeat: 2 }])).rejects.toMatchObject({
			message: expect.stringMatching(
				/the source "prose": repeat is 2, and .* was built with 1\.5/,
			),
		});
		await expect(
			append(corpus, out, {
				inputs: [corpus.at("texts")],
				validation: undefined,
			}),
		).rejects.toMatchObject({
			message: expect.stringMatching(
				/the inputs are of no source, which has prose, chats|the inputs are of no source/,
			),
		});
		await expect(
			append(corpus, out, { ...kind, chatTemplate: undefined }),
		).rejects.toMatchObject({
			message: expect.stringMatching(/chatTemplate|chat template/),
		});
		await more([chats]);
		const { sources, inputs } = readManifest(out);
		expect(
			sources.map(({ documents }: { documents: number }) => documents),
		).toEqual([expect.any(Number), 10]);
		expect(inputs.map(({ of }: { of: string }) => of)).toEqual([
			"prose",
			"chats",
			"chats",
		]);
		expect((await verify(out)).problems).toEqual([]);
	});
});

describe("only a store is added to", () => {
	test("a dataset of rows is not one, and the layout must be said", async () => {
		const corpus = new Corpus().add(0);
		const out = place();
		const { layout, ...rest } = usual;
		await build({ ...rest, ...kinds.texts(corpus), seqLen: 256, out });
		await expect(append(corpus, out)).rejects.toMatchObject({
			code: "not-a-store",
			message: expect.stringMatching(/has rows of the layout packed/),
		});
		await expect(
			append(corpus, out, { layout: undefined, seqLen: 256 }),
		).rejects.toMatchObject({
			code: "ignored-option",
			message: expect.stringMatching(
				/^append would change nothing: it is for layout documents/,
			),
		});
	});

	test("of which no file is missing", async () => {
		const corpus = new Corpus().add(0);
		const out = place();
		await append(corpus, out);
		const [{ path }] = readManifest(out).lengths;
		rmSync(join(out, path));
		await expect(append(corpus.add(1), out)).rejects.toMatchObject({
			code: "output-in-use",
			message: expect.stringContaining(`${path} is missing or damaged`),
		});
	});

	test("by one build at a time", async () => {
		const corpus = new Corpus().add(0);
		const out = place();
		await append(corpus, out);
		const lock = await takeLock(
			storageAt(out),
			join(out, ".seqpack/lock"),
			"build",
		);
		await expect(append(corpus.add(1), out)).rejects.toMatchObject({
			code: "in-use",
		});
		await lock.release();
		await append(corpus, out);
	});

	test("an estimate says what would be added", async () => {
		const corpus = new Corpus().add(0);
		const out = place();
		await append(corpus, out);
		const estimate = async () =>
			estimateBuild({ ...usual, ...kinds.texts(corpus), append: true, out });
		expect(await estimate()).toMatchObject({
			output: { state: "built" },
			inputs: { files: 0, leftOut: [{ why: "in-store", count: 1 }] },
			stops: null,
		});
		corpus.add(1);
		expect(await estimate()).toMatchObject({
			output: { state: "grow" },
			inputs: { files: 1 },
			counts: { documents: { value: 12 } },
		});
	});
});

describe("killed while it is added to", () => {
	/** A store to which files are to be added, and the store that comes of it. */
	async function growing(moves: boolean) {
		const corpus = new Corpus().add(0, 1);
		const files = new MortalFiles(moves);
		const at = (name: string) => join(corpus.directory, "out", name);
		await append(corpus, at("first"));
		await packStore({
			...{ store: at("first"), seqLen: 256, workers: 0 },
			out: at("packing"),
		});
		const packing = contentsOf(at("packing"));
		cpSync(at("first"), at("store"), { recursive: true });
		corpus.add(2, 3);
		const run = () => append(corpus, files.url(at("store")));
		await run();
		const log = [...files.log];
		const due = contentsOf(at("store"));
		return { corpus, files, at, run, log, due, packing };
	}

	test.each([
		["", true],
		[", in a storage without renames", false],
	])(
		"a store stays whole, and the same call ends the same%s",
		async (_, moves) => {
			const { files, at, run, log, due } = await growing(moves);
			const lock = at("store/.seqpack/lock");
			const old = readFileSync(at("first/seqpack.json"), "utf8");
			// The packing was made of a store of another name.
			rmSync(at("packing"), { recursive: true });
			const ended = log.findIndex((deed) =>
				/^commit .*seqpack\.json$/.test(deed),
			);
			const tasks = log.findLastIndex((deed) =>
				/^commit .*\/tasks\//.test(deed),
			);
			expect(ended).toBeGreaterThan(tasks);
			const step = everything ? 1 : moves ? 9 : 13;
			let kept = 0;
			for (let end = step - 1; end < log.length; end += step) {
				rmSync(at("store"), { recursive: true });
				rmSync(at("packing"), { recursive: true, force: true });
				cpSync(at("first"), at("store"), { recursive: true });
				await packStore({
					...{ store: at("store"), seqLen: 256, workers: 0 },
					out: at("packing"),
				});
				files.revive(lock);
				files.end = end;
				await expect(run()).rejects.toThrow(Death);
				files.revive(lock);
				const isOld = readFileSync(at("store/seqpack.json"), "utf8") === old;
				expect(isOld, `killed before ${log[end]}`).toBe(end <= ended);
				if (isOld) kept++;
				expect((await verify(at("packing"))).problems).toEqual([]);
				let rows = 0;
				for await (const batch of (await openDataset(at("store"))).rows())
					rows += batch.rows;
				expect(rows).toBe(isOld ? 24 : 48);
				if (moves && end <= tasks)
					expect((await verify(at("store"))).problems).toEqual([]);
				await run();
				expect(contentsOf(at("store")), `killed before ${log[end]}`).toEqual(
					due,
				);
				expect(existsSync(at("store/.seqpack"))).toBe(false);
				expect((await verify(at("packing"))).problems).toEqual([]);
			}
			expect(kept).toBeGreaterThan(1);
		},
	);

	test("what was done goes on; of other files it is given up, and told", async () => {
		const { corpus, files, at, run, log, due } = await growing(true);
		const lock = at("store/.seqpack/lock");
		const tasks = log.findLastIndex((deed) => /^commit .*\/tasks\//.test(deed));
		const killed = async () => {
			rmSync(at("store"), { recursive: true });
			cpSync(at("first"), at("store"), { recursive: true });
			files.revive(lock);
			files.end = tasks + 1;
			await expect(run()).rejects.toThrow(Death);
			files.revive(lock);
		};
		await killed();
		const { tasksResumed } = await run();
		expect(tasksResumed).toBeGreaterThan(1);
		expect(contentsOf(at("store"))).toEqual(due);

		await killed();
		corpus.add(4);
		const notices: string[] = [];
		await append(corpus, at("store"), {
			onNotice: (notice) => notices.push(notice),
		});
		expect(notices).toContainEqual(
			expect.stringMatching(/an unfinished build of other files .* given up/),
		);
		expect((await verify(at("store"))).problems).toEqual([]);
		expect(readManifest(at("store"))).toMatchObject({
			totals: { documents: 60 },
			history: [{ inputs: 2 }],
		});
		expect(existsSync(at("store/.seqpack"))).toBe(false);
	});

	test("an unfinished build of something else is not given up for it", async () => {
		const { corpus, files, at, log } = await growing(true);
		rmSync(at("store"), { recursive: true });
		files.revive(at("store/.seqpack/lock"));
		files.end = log.length - 20;
		const other = {
			...{ ...usual, ...kinds.texts(corpus), out: files.url(at("store")) },
			sample: 0.9,
		};
		await expect(build(other)).rejects.toThrow(Death);
		files.revive(at("store/.seqpack/lock"));
		await expect(append(corpus, at("store"))).rejects.toMatchObject({
			code: "output-in-use",
			message: expect.stringMatching(/unfinished build .*sample was 0\.9/),
		});
	});
});

test("verify finds a history that cannot be", async () => {
	const corpus = new Corpus().add(0);
	const out = place();
	await append(corpus, out);
	await append(corpus.add(1), out);
	const manifest = readManifest(out);
	manifest.history[0].tasks = manifest.tasks.read + 1;
	writeFileSync(join(out, "seqpack.json"), JSON.stringify(manifest));
	expect((await verify(out)).problems).toContainEqual(
		expect.stringMatching(/history has \d+ tasks and 1 inputs, and then/),
	);
});

test("standard input is known by what it holds, and is no other than it was", async () => {
	const out = place();
	const run = (text: string) =>
		spawnSync(
			process.execPath,
			[
				...[join(root, "dist/bin/main.js"), "build", "-", "--append"],
				...["--layout", "documents", "--tokenizer", "bytes", "--out", out],
				...["--workers", "0"],
			],
			{ input: JSON.stringify({ text }), encoding: "utf8" },
		);
	expect(run("a").stderr).toMatch(/^Built /);
	expect(run("a").stderr).toMatch(/a file that .* such as standard input\n/);
	const other = run("b");
	expect(other.status).toBe(4);
	expect(other.stderr).toMatch(
		/standard input is not what it was.*write it to a file/,
	);
	const left = filesBelow(out).filter((path) => path.startsWith(".seqpack"));
	expect(left).toEqual([expect.stringContaining("/failure-")]);
});

test("the command says what it added, and that nothing is new", async () => {
	const corpus = new Corpus().add(0);
	const out = place();
	const run = async () => {
		const { code, stderr } = await seqpack([
			...["build", corpus.at("texts"), "--tokenizer", tokenizerPath],
			...["--layout", "documents", "--append", "--out", out],
			...["--workers", "0"],
		]);
		expect({ code, stderr }).toMatchObject({ code: 0 });
		return stderr;
	};
	expect(await run()).toMatch(/^Built /);
	expect(await run()).toMatch(/nothing is new.*\n.*nothing was done/);
	corpus.add(1);
	const added = await run();
	expect(added).toMatch(/^Added to .* in /m);
	expect(added).toMatch(/added {6}12 documents, [\d,]+ tokens, of 1 file/);
	expect(added).toMatch(/documents {2}24 /);
});
