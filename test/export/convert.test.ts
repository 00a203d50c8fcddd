import { spawnSync } from "node:child_process";
import {
	cpSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
	type BuildOptions,
	build,
	type ConvertOptions,
	convertDataset,
	type Manifest,
	openBatches,
	packRecords,
	packStore,
	planCurriculum,
	verify,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { convertDataset as convertHere } from "../../src/export/convert-dataset.js";
import { readManifest } from "../build/dataset-rows.js";
import {
	contentsOf,
	everything,
	filesBelow,
	fixtures,
	seqpack,
	sharedDirectory,
	startSeqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { Death, MortalFiles } from "../storage/mortal-files.js";
import { makeSources, type Sources } from "./sources.js";

const directory = sharedDirectory();
let sources: Sources;
const place = () => join(temporaryDirectory(), "out");

/** Documents with masks; one is empty, one is no document. */
const lines = [
	...Array.from({ length: 120 }, (_, d) => {
		const ids = Array.from({ length: (d * 37) % 150 }, (_, i) => (d + i) % 99);
		return JSON.stringify({ ids, mask: ids.map((_, i) => Number(i % 3 > 0)) });
	}),
	'{"ids":"none"}',
];
const pairs = Array.from({ length: 40 }, (_, i) => {
	const answer = (word: string, times: number) => [
		{ role: "assistant", content: `${word} `.repeat(times) },
	];
	return JSON.stringify({
		prompt: [{ role: "user", content: `Question ${i}?` }],
		chosen: answer("yes", 1 + (i % 9)),
		rejected: answer("no", 1 + (i % 5)),
	});
});
const input = join(directory, "lines.jsonl");
const preferences = join(directory, "pairs.jsonl");
const template = join(directory, "template.jinja");

beforeAll(async () => {
	sources = await makeSources(directory);
	writeFileSync(input, `${lines.join("\n")}\n`);
	writeFileSync(preferences, `${pairs.join("\n")}\n`);
	writeFileSync(
		template,
		`{%- for m in messages %}
{{- m.role }}: {% if m.role == 'assistant' %}{% generation %}{{ m.content }}
{% endgeneration %}{% else %}{{ m.content }}
{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}assistant: {% endif %}`,
	);
});

const ofLists = {
	tokensField: "ids",
	maskField: "mask",
	vocabSize: 100,
	onError: "skip",
} as const;
const ofPairs = {
	tokenizer: tokenizerPath,
	conversations: "auto",
	chatTemplate: template,
} as const;

const builds: [string, () => Partial<BuildOptions>][] = [
	[
		"packed rows with masks, weights, further columns and rows that are held out",
		() => ({
			inputs: [input],
			...ofLists,
			seqLen: 64,
			columns: ["labels", "position_ids", "segment_ids"],
			lossWeight: "document",
			validation: 0.2,
			shardTokens: 1500,
		}),
	],
	[
		"packed text of several sources",
		() => ({
			sources: [
				{
					name: "prose",
					inputs: [join(fixtures, "prose/chapter-00[1-3].txt")],
				},
				{ name: "code", inputs: [join(fixtures, "prose/chapter-01[0-3].txt")] },
			],
			tokenizer: tokenizerPath,
			seqLen: 512,
			taskSize: 20_000,
		}),
	],
	[
		"buckets",
		() => ({
			inputs: [input],
			...ofLists,
			layout: "buckets",
			maxLength: 64,
			minLength: 8,
			validation: 0.2,
		}),
	],
	[
		"documents",
		() => ({
			inputs: [input],
			...ofLists,
			layout: "documents",
			shardTokens: 2000,
			validation: 0.2,
		}),
	],
	[
		"documents of two sides",
		() => ({ inputs: [preferences], ...ofPairs, layout: "documents" }),
	],
	[
		"rows of two sides",
		() => ({ inputs: [preferences], ...ofPairs, seqLen: 128 }),
	],
];

const manifestOf: (dataset: string) => Manifest = readManifest;

/** Every file of a dataset, with its hash written as one that all have. */
function withoutHash(dataset: string): Record<string, string> {
	const { planHash } = manifestOf(dataset);
	const hidden = (text: string) =>
		[64, 16, 8].reduce(
			(rest, letters) => rest.replaceAll(planHash.slice(0, letters), "#"),
			text,
		);
	const files = Object.fromEntries(
		Object.entries(contentsOf(dataset)).map(([path, sha256]) => [
			hidden(path),
			/\.(md|json)$/.test(path)
				? hidden(readFileSync(join(dataset, path), "utf8"))
				: sha256,
		]),
	);
	// What lies beside the shards names them, so that its checksums are others.
	const { convertedFrom, beside, ...manifest } = manifestOf(dataset);
	const names = beside.map(({ path, bytes }) => ({ path, bytes }));
	files["seqpack.json"] = hidden(JSON.stringify({ ...manifest, names }));
	return files;
}

describe.each(builds)("%s", (_, options) => {
	test("are as they would be if they were built in the other format", async () => {
		const at = temporaryDirectory();
		const formats = [
			{ format: "arrow" },
			{ format: "parquet" },
			{ format: "parquet", compression: "zstd" },
		] as const;
		const built = formats.map((_, i) => join(at, `built-${i}`));
		for (const [i, format] of formats.entries())
			await build({
				...options(),
				...format,
				workers: 0,
				out: built[i],
			} as BuildOptions);
		for (const [from, dataset] of built.entries())
			for (const [to, format] of formats.entries()) {
				if (from === to) continue;
				const out = join(at, `${from}-${to}`);
				await convertDataset({ dataset, ...format, out });
				expect(withoutHash(out)).toEqual(withoutHash(built[to]));
				expect(manifestOf(out).convertedFrom).toBe(
					manifestOf(dataset).planHash,
				);
				expect((await verify(out)).problems).toEqual([]);
				expect(existsSync(join(out, ".seqpack"))).toBe(false);
			}
		const names = [...filesBelow(at)].map((path) => path.split("/").at(-1));
		const shards = names.filter((name) => /^train-/.test(`${name}`));
		expect(new Set(shards).size).toBe(shards.length);
	});
});

test("curricula and packings of Parquet shards are refused with the command that converts them", async () => {
	const at = temporaryDirectory();
	const ids = { inputs: [input], ...ofLists, format: "parquet", workers: 0 };
	const rows = join(at, "it's rows");
	const store = join(at, "store");
	await build({ ...ids, seqLen: 64, out: rows } as BuildOptions);
	await build({ ...ids, layout: "documents", out: store } as BuildOptions);
	const out = (name: string) => ["--out", join(at, name)];
	const planning = (dataset: string) =>
		["curriculum", dataset, "--tokens-per-step", "128"].concat(out("plan"));
	const packing = (dataset: string) =>
		["pack", dataset, "--seq-len", "64"].concat(out("packing"));
	for (const [dataset, args] of [
		[rows, planning],
		[store, packing],
	] as const) {
		const refused = await seqpack(args(dataset));
		expect(refused.code).toBe(2);
		const [, line] = /convert it with seqpack (.*)\.$/m.exec(
			refused.stderr,
		) as string[];
		const shell = ["-c", `printf '%s\\n' ${line}`];
		const words = spawnSync("sh", shell, { encoding: "utf8" })
			.stdout.trimEnd()
			.split("\n");
		expect(words).toEqual([
			...["convert", dataset, "--format", "arrow"],
			...["--out", `${dataset}-arrow`],
		]);
		expect(await seqpack([...words, "--quiet"])).toMatchObject({
			code: 0,
			stderr: "",
		});
		expect((await seqpack(args(`${dataset}-arrow`))).code).toBe(0);
	}
	let batches = 0;
	for await (const _ of await openBatches(join(at, "plan"))) batches++;
	expect(batches).toBeGreaterThan(10);
});

test("a packing whose store has Parquet shards all the same is refused", async () => {
	const at = temporaryDirectory();
	for (const name of ["store", "packing"])
		cpSync(sources[name as "store"], join(at, name), { recursive: true });
	const packing = join(at, "packing");
	const manifest = manifestOf(join(at, "store"));
	manifest.settings.format = "parquet";
	writeFileSync(join(at, "store/seqpack.json"), JSON.stringify(manifest));
	const planning = { datasets: [packing], tokensPerStep: 128, out: place() };
	await expect(planCurriculum(planning)).rejects.toThrow(
		/store has parquet shards, .* convert it with seqpack convert \S+store /,
	);
});

test("a store that was added to is converted with its history, and can be packed and added to", async () => {
	const at = temporaryDirectory();
	const store = join(at, "store");
	const more = join(at, "more.jsonl");
	const most = join(at, "most.jsonl");
	writeFileSync(more, `${lines.slice(5, 50).join("\n")}\n`);
	writeFileSync(most, `${lines.slice(9, 90).join("\n")}\n`);
	const options = { ...ofLists, layout: "documents", workers: 0 } as const;
	const format = "parquet";
	await build({ ...options, format, inputs: [input], out: store });
	const first = join(at, "first");
	await convertDataset({ dataset: store, format: "arrow", out: first });
	await build({ ...options, inputs: [more], append: true, out: store });
	const out = join(at, "converted");
	await convertDataset({ dataset: store, format: "arrow", out });
	// The state before is what a conversion of it was.
	const { history = [], planHash } = manifestOf(out);
	expect(history.map((state) => state.planHash)).toEqual([
		manifestOf(first).planHash,
	]);
	for (const path of filesBelow(first))
		if (/[0-9a-f]{8}\./.test(path)) expect(filesBelow(out)).toContain(path);
	expect((await verify(out)).problems).toEqual([]);
	const packing = join(at, "packing");
	await packStore({ store: out, seqLen: 64, workers: 0, out: packing });
	await build({ ...options, inputs: [most], append: true, out });
	expect(manifestOf(out).history?.[1].planHash).toBe(planHash);
	for (const dataset of [out, packing])
		expect((await verify(dataset)).problems).toEqual([]);
});

test("there and back, the rows are the same files", async () => {
	const [there, back] = [place(), place()];
	const dataset = sources.parquet;
	await convertDataset({ dataset, format: "arrow", out: there });
	await convertDataset({ dataset: there, format: "parquet", out: back });
	expect(withoutHash(back)).toEqual(withoutHash(dataset));
});

test("rows for a trainer that reads another format are told not to be for it any more", async () => {
	const at = temporaryDirectory();
	const dataset = join(at, "rows");
	await build({
		...{ inputs: [input], tokensField: "ids", vocabSize: 100, seqLen: 64 },
		...{ onError: "skip", for: "maxtext", workers: 0, out: dataset },
	});
	const notices: string[] = [];
	const onNotice = (notice: string) => notices.push(notice);
	const out = join(at, "arrow");
	await convertDataset({ dataset, format: "arrow", out, onNotice });
	expect(notices).toEqual([
		"MaxText does not read arrow shards: the dataset card does not say any more how it loads these rows",
	]);
	expect(readFileSync(join(out, "README.md"), "utf8")).not.toContain("MaxText");
	expect((await verify(out)).problems).toEqual([]);
});

describe("what is refused", () => {
	const refused: [string, () => Partial<ConvertOptions>, RegExp][] = [
		[
			"a packing",
			() => ({ dataset: sources.packing, format: "parquet" }),
			/is a packing, .* write its rows with seqpack export/,
		],
		[
			"shifted rows, in a format that batches read",
			() => ({ dataset: sources.shifted }),
			/was built with shift: true, .* build it again with format: "arrow"/,
		],
		[
			"the format that it has",
			() => ({ dataset: sources.rows }),
			/has arrow shards of the compression none already/,
		],
		[
			"a compression that the format does not have",
			() => ({ compression: "zstd" }),
			/compression is "zstd", and shards of the format arrow have: none/,
		],
		[
			"the dataset as output",
			() => ({ out: sources.parquet, overwrite: true }),
			/is \S+parquet, which is read: choose a directory apart/,
		],
		[
			"an output in the dataset",
			() => ({ out: join(sources.parquet, "x") }),
			/which is read: choose a directory apart/,
		],
		["a plan", () => ({ dataset: sources.plan }), /is not a dataset/],
		["nothing", () => ({ dataset: "nowhere" }), /no directory nowhere/],
	];
	test.each(refused)("%s", async (_, options, sentence) => {
		const before = filesBelow(directory);
		const out = place();
		await expect(
			convertDataset({
				...{ dataset: sources.parquet, format: "arrow", out },
				...options(),
			}),
		).rejects.toThrow(sentence);
		expect(existsSync(out)).toBe(false);
		expect(filesBelow(directory)).toEqual(before);
	});

	test("the dataset as output, by a link", async () => {
		const out = place();
		symlinkSync(sources.parquet, out);
		const options = { dataset: sources.parquet, out, overwrite: true };
		await expect(
			convertDataset({ ...options, format: "arrow" }),
		).rejects.toThrow(/holds the very dataset that is read/);
	});

	test("packed records", async () => {
		const at = temporaryDirectory();
		const records = join(sources.parquet, "index/*.parquet");
		const dataset = join(at, "packed");
		await packRecords({
			...{ inputs: [records], lengthColumn: "tokens", seqLen: 256 },
			out: dataset,
		});
		const format = "arrow";
		await expect(
			convertDataset({ dataset, format, out: place() }),
		).rejects.toThrow(/holds packed records, .*pack them again with format/);
	});

	test("a directory with something else in it, or with an unfinished build", async () => {
		const out = place();
		mkdirSync(join(out, ".seqpack"), { recursive: true });
		writeFileSync(join(out, ".seqpack/plan.json"), "{}");
		const again = {
			dataset: sources.parquet,
			format: "arrow",
			out,
			overwrite: true,
		} as const;
		await expect(convertDataset(again)).rejects.toThrow(/an unfinished build/);
		rmSync(join(out, ".seqpack"), { recursive: true });
		writeFileSync(join(out, "mine.txt"), "mine");
		await expect(convertDataset(again)).rejects.toThrow(
			/already holds something else \(mine.txt\)/,
		);
		expect(filesBelow(out)).toEqual(["mine.txt"]);
	});
});

test("a dataset is replaced where that is asked for, with nothing left of it", async () => {
	const out = place();
	cpSync(sources.buckets, out, { recursive: true });
	const again = { dataset: sources.parquet, format: "arrow", out } as const;
	await expect(convertDataset(again)).rejects.toThrow(
		/holds a dataset already/,
	);
	await convertDataset({ ...again, overwrite: true });
	const fresh = place();
	await convertDataset({ ...again, out: fresh });
	expect(contentsOf(out)).toEqual(contentsOf(fresh));
	expect(existsSync(join(out, "data/len-00128"))).toBe(false);
});

describe("a dataset whose files are not its own", () => {
	const shard = /^data\/train-/;
	const cases: [string, RegExp, (path: string) => void, RegExp][] = [
		[
			"a shard is cut",
			shard,
			(p) => truncateSync(p, 900),
			/has 900 bytes; the/,
		],
		["a shard is missing", shard, (p) => rmSync(p), /is missing/],
		["a shard has changed", shard, flipByte, /another SHA-256/],
		["an index file has changed", /^index\//, flipByte, /another SHA-256/],
	];
	test.each(cases)("%s", async (_, which, spoil, sentence) => {
		const at = temporaryDirectory();
		const dataset = join(at, "dataset");
		cpSync(sources.parquet, dataset, { recursive: true });
		const path = filesBelow(dataset).filter((each) => which.test(each))[0];
		spoil(join(dataset, path));
		const out = join(at, "out");
		const converting = convertDataset({ dataset, format: "arrow", out });
		await expect(converting).rejects.toThrow(sentence);
		await expect(converting).rejects.toThrow(`${dataset}/${path} `);
		await expect(converting).rejects.toMatchObject({ exitCode: 4 });
		expect(existsSync(out)).toBe(false);
	});

	test("a shard is no Parquet, though it is the one that is listed", async () => {
		const at = temporaryDirectory();
		const dataset = join(at, "dataset");
		cpSync(sources.rows, dataset, { recursive: true });
		const manifest = manifestOf(dataset);
		manifest.settings.format = "parquet";
		writeFileSync(join(dataset, "seqpack.json"), JSON.stringify(manifest));
		const out = join(at, "out");
		await expect(
			convertDataset({ dataset, format: "arrow", out }),
		).rejects.toThrow(/\.arrow cannot be read: /);
		expect(existsSync(out)).toBe(false);
	});
});

function flipByte(path: string): void {
	const bytes = readFileSync(path);
	bytes[bytes.length >> 1] ^= 1;
	writeFileSync(path, bytes);
}

describe("a conversion", () => {
	test("that is stopped leaves nothing", async () => {
		const stop = new AbortController();
		const out = place();
		let told = 0;
		await expect(
			convertDataset({
				...{ dataset: sources.parquet, format: "arrow", out },
				signal: stop.signal,
				onProgress: ({ done, total, tokens }) => {
					told++;
					expect(done).toBeLessThan(total ?? 0);
					expect(tokens).toBeGreaterThan(done);
					stop.abort();
				},
			}),
		).rejects.toThrow("the conversion was stopped");
		expect(told).toBe(1);
		expect(existsSync(out)).toBe(false);
	});

	describe.each([
		["into a new directory", false],
		["in the place of another dataset", true],
	])("%s", (_, overwrite) => {
		test("killed before any change, or on a full disk, is made by the same call", async () => {
			const files = new MortalFiles();
			const at = temporaryDirectory();
			const out = join(at, "out");
			const convert = () =>
				convertHere({
					...{ dataset: sources.parquet, format: "arrow", overwrite },
					out: files.url(out),
				});
			const begin = () => {
				rmSync(out, { recursive: true, force: true });
				if (overwrite) cpSync(sources.buckets, out, { recursive: true });
			};
			begin();
			await convert();
			const deeds = files.log.length;
			const expected = contentsOf(out);
			expect(deeds).toBeGreaterThan(20);
			for (let end = 0; end < deeds; end += everything ? 3 : 11)
				for (const way of ["end", "fault"] as const) {
					begin();
					files[way] = files.deeds + end;
					await convert().catch((error) =>
						way === "end"
							? expect(error).toBeInstanceOf(Death)
							: expect(error.message).toContain("the disk is full"),
					);
					files.revive(join(out, ".seqpack/lock"));
					files.fault = Number.POSITIVE_INFINITY;
					const isMade =
						existsSync(join(out, "seqpack.json")) &&
						contentsOf(out)["seqpack.json"] === expected["seqpack.json"];
					if (overwrite && !isMade)
						expect(await rowsThere(out, sources.buckets)).toBe(true);
					await convert().catch((error) => {
						expect(isMade && !overwrite).toBe(true);
						expect(error.message).toMatch(/holds a dataset already/);
					});
					const found = contentsOf(out);
					for (const path of Object.keys(found))
						if (isMade && path.startsWith(".seqpack/")) delete found[path];
					expect(found, `${way} before ${end}`).toEqual(expected);
				}
		});
	});

	test("of a command that is killed leaves nothing that looks finished, and the same command makes it", async () => {
		const at = temporaryDirectory();
		const dataset = join(at, "dataset");
		const long = join(at, "long.jsonl");
		const ids = Array.from({ length: 1000 }, (_, i) => i % 90);
		writeFileSync(long, `${JSON.stringify({ ids })}\n`.repeat(3000));
		await build({
			...{ inputs: [long], tokensField: "ids", vocabSize: 100, seqLen: 1000 },
			...{ workers: 0, out: dataset },
		});
		const out = join(at, "out");
		const args = ["convert", dataset, "--format", "arrow", "--out", out];
		const { child, exit } = startSeqpack(args);
		while (!existsSync(join(out, ".seqpack/convert"))) {
			if (child.exitCode !== null) throw new Error("it ended too early");
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
		child.kill("SIGKILL");
		await exit;
		expect(
			filesBelow(out).filter((path) => !path.startsWith(".seqpack/")),
		).toEqual([]);
		const { code, stdout } = await seqpack([...args, "--json", "--quiet"]);
		expect(code).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({
			...{ command: "convert", out, format: "arrow", compression: "none" },
			...{ rows: 3000, tokens: 3_000_000 },
		});
		expect((await verify(out)).problems).toEqual([]);
	});
});

/** Whether a directory has all shards and the index of a dataset, and its manifest. */
async function rowsThere(out: string, dataset: string): Promise<boolean> {
	const found = contentsOf(out);
	return Object.entries(contentsOf(dataset))
		.filter(([path]) => !/README.md|state.json|dataset_info.json/.test(path))
		.every(([path, sha256]) => found[path] === sha256);
}
