import { existsSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { build } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { makeSources, type Sources } from "../export/sources.js";
import {
	directoryWith,
	seqpack,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const directory = sharedDirectory();
let sources: Sources;
beforeAll(async () => {
	sources = await makeSources(directory);
});

/** Runs `seqpack export`, and says what it printed and whether it wrote anything. */
async function run(...args: string[]) {
	const out = join(temporaryDirectory(), "out");
	const result = await seqpack(["export", ...args, "--out", out]);
	return { ...result, out, wrote: existsSync(out) };
}

test("tells what is lost before and after, and how it is read", async () => {
	const { code, stderr, out } = await run(sources.masked, "--to", "megatron");
	expect(code).toBe(0);
	const before = stderr.slice(0, stderr.indexOf("Exported to"));
	for (const what of [
		/no borders of the sequences in a row/,
		/what is not to be trained on will be/,
		/padding, of id 0, will be trained on/,
	]) {
		expect(before).toMatch(what);
		expect(stderr.slice(before.length)).toMatch(what);
	}
	expect(stderr).toMatch(/padded 1 row with \d+ tokens of id 0/);
	expect(stderr).toMatch(
		/sequence_length=128, add_extra_token_to_sequence=False/,
	);
	const said = JSON.parse(
		readFileSync(join(out, "seqpack-export.json"), "utf8"),
	);
	expect(said).toMatchObject({ to: "megatron", formatVersion: 1 });
});

test("--json says what was written", async () => {
	const { stdout } = await run(
		sources.store,
		"--to",
		"olmo",
		"--json",
		"--quiet",
	);
	expect(JSON.parse(stdout)).toMatchObject({
		version: 1,
		command: "export",
		to: "olmo",
		counts: { rows: 150 },
	});
});

test("short rows are dropped and counted where that is asked for", async () => {
	const { code, stderr } = await run(
		...[sources.rows, "--to", "litdata", "--short-rows", "drop"],
	);
	expect(code).toBe(0);
	expect(stderr).toMatch(
		/left out \d+ rows? of [\d,]+ tokens, which are short/,
	);
});

test("what no format has is told", async () => {
	const source = join(temporaryDirectory(), "source");
	await build({
		inputs: [directoryWith({ "a.jsonl": '{"ids":[1,2,3,4,5,6]}\n' })],
		tokensField: "ids",
		vocabSize: 9,
		seqLen: 8,
		workers: 0,
		lossWeight: "token",
		mask: { kind: "sliding-window", window: 4 },
		out: source,
	});
	const { stderr } = await run(source, "--to", "load-from-disk");
	expect(stderr).toMatch(
		/^seqpack: the weights of labels .* are not exported/m,
	);
	expect(stderr).toMatch(
		/^seqpack: the mask .*\(sliding-window\) is not exported/m,
	);
});

test("pairs of answers are told", async () => {
	const template =
		"{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}";
	const message = (role: string, content: string) => ({ role, content });
	const input = directoryWith({
		"t.jinja": template,
		"pairs.jsonl": JSON.stringify({
			prompt: [message("user", "Hi")],
			chosen: [message("assistant", "Hello there")],
			rejected: [message("assistant", "Go away")],
		}),
	});
	const source = join(temporaryDirectory(), "source");
	await build({
		inputs: [join(input, "pairs.jsonl")],
		tokenizer: tokenizerPath,
		conversations: "auto",
		chatTemplate: join(input, "t.jinja"),
		seqLen: 64,
		workers: 0,
		out: source,
	});
	const { stderr, code } = await run(source, "--to", "mds");
	expect(stderr).toMatch(/pairs of a chosen and a rejected answer/);
	expect(code).toBe(0);
});

describe("is refused, and writes nothing:", () => {
	test("ids that two bytes cannot hold", async () => {
		const input = directoryWith({ "a.jsonl": '{"ids":[1,70000]}\n' });
		const source = join(temporaryDirectory(), "source");
		await build({
			inputs: [input],
			tokensField: "ids",
			vocabSize: 70001,
			layout: "documents",
			workers: 0,
			out: source,
		});
		for (const args of [
			["--to", "nanogpt"],
			["--to", "megatron", "--token-width", "2"],
		]) {
			const { code, stderr, wrote } = await run(source, ...args);
			expect(code).toBe(2);
			expect(stderr).toMatch(
				/cannot be exported --to \w+: it has ids of 2 bytes, which go up to 65535, and there are ids up to 70000/,
			);
			expect(wrote).toBe(false);
		}
		expect((await run(source, "--to", "megatron")).code).toBe(0);
		expect((await run(source, "--to", "llm-c")).stderr).toMatch(/Llama 3/);
	});

	test.each<[string, () => string[], RegExp]>([
		[
			"a pad id that two bytes cannot hold",
			() => [
				sources.rows,
				"--to",
				"nanogpt",
				"--short-rows",
				"pad",
				"--pad-id",
				"70000",
			],
			/ids up to 70000/,
		],
		[
			"a way with short rows that the reader has not",
			() => [sources.rows, "--to", "litdata", "--short-rows", "keep"],
			/--short-rows is keep.*give one of pad, drop/,
		],
		[
			"short rows of documents",
			() => [sources.store, "--to", "jsonl", "--short-rows", "pad"],
			/these are documents, of any length/,
		],
		[
			"steps of what is no plan",
			() => [sources.rows, "--to", "jsonl", "--steps", "3"],
			/--steps would change nothing: it is of plans/,
		],
		[
			"ranks that do not divide the rows",
			() => [sources.plan, "--to", "jsonl", "--world-size", "3"],
			/3 ranks do not divide/,
		],
		[
			"shards of what has none",
			() => [sources.rows, "--to", "nanogpt", "--shard-tokens", "9"],
			/--shard-tokens would change nothing/,
		],
		[
			"an option of the other way to export",
			() => [sources.rows, "--to", "jsonl", "--compression", "zstd"],
			/--compression would change nothing: it does not go with --to/,
		],
		[
			"an option of files of trainers without one",
			() => [sources.packing, "--pad-id", "3"],
			/--pad-id would change nothing: it is for --to/,
		],
		[
			"a format that is none",
			() => [sources.rows, "--to", "mdss"],
			/did you mean mds\?/,
		],
		[
			"what is no dataset",
			() => [directory, "--to", "jsonl"],
			/is not a dataset of seqpack/,
		],
	])("%s", async (_, args, sentence) => {
		const { code, stderr, wrote } = await run(...args());
		expect(stderr).toMatch(sentence);
		expect(stderr.trim().split("\n")).toHaveLength(1);
		expect(code).toBe(2);
		expect(wrote).toBe(false);
	});

	test("a dataset of which a shard is cut", async () => {
		const source = join(temporaryDirectory(), "source");
		const input = directoryWith({ "a.jsonl": '{"ids":[1,2,3,4,5,6]}\n' });
		const { manifest } = await build({
			inputs: [input],
			tokensField: "ids",
			vocabSize: 9,
			seqLen: 8,
			workers: 0,
			format: "arrow",
			out: source,
		});
		truncateSync(join(source, manifest.shards[0].path), 300);
		const { code, stderr, wrote } = await run(source, "--to", "jsonl");
		expect(stderr).toMatch(
			/source\/data\/.*\.arrow cannot be read: .*[^.]\. Check the dataset with seqpack verify/,
		);
		expect(code).toBe(4);
		expect(wrote).toBe(false);
	});
});
