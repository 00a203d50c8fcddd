import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { build, type Manifest, planBuild } from "../../src/index.js";
import { PATIENCE } from "../../src/storage/http/persist.js";
import { readAll, readIfThere, writeAll } from "../../src/storage/storage.js";
import { nameAt, storageAt } from "../../src/storage/storages.js";
import { filesBelow, root, temporaryDirectory } from "../helpers.js";
import { FakeHub } from "./fake-hub.js";

PATIENCE.firstWait = 1;
PATIENCE.longestWait = 5;

const hf = storageAt("hf://x");
const large = randomBytes(50_000);
/** A name for each test: what is known of a commit is kept. */
let count = 0;
const nameOfNew = () => `datasets/owner/set${++count}`;

const files = {
	"README.md": "# A set",
	".gitattributes": "x",
	"data/train/1.jsonl": "one",
	"data/train/2 é&#.jsonl": "two",
	"data/test/1.jsonl": large,
	"data/last.jsonl": "last",
};

const pathsOf = async (asked: string) =>
	(await hf.find(asked)).map(({ path }) => path);

test("files, directories and patterns are found, over several pages, by the commit", async () => {
	const hub = await FakeHub.start();
	const name = nameOfNew();
	const top = `hf://${name}`;
	const commit = hub.commit(name, files);
	const at = `${top}@${commit}`;
	expect(await pathsOf(top)).toEqual(
		[
			"README.md",
			"data/last.jsonl",
			"data/test/1.jsonl",
			"data/train/1.jsonl",
			"data/train/2 é&#.jsonl",
		].map((path) => `${at}/${path}`),
	);
	expect(await pathsOf(`${top}/data/train/`)).toHaveLength(2);
	expect(await pathsOf(`${top}@main/data/**/1.*`)).toEqual([
		`${at}/data/test/1.jsonl`,
		`${at}/data/train/1.jsonl`,
	]);
	const [only] = await hf.find(`${top}/data/test/1.jsonl`);
	expect(only).toMatchObject({
		path: `${at}/data/test/1.jsonl`,
		below: null,
		size: 50_000,
	});
	expect(nameAt(only.path)).toBe(`${top}/data/test/1.jsonl`);
	expect(await hf.list(`${top}/data`)).toEqual(["last.jsonl", "test", "train"]);
	expect(await hf.stat(`${top}/data`)).toMatchObject({ kind: "directory" });
	expect(await hf.stat(`${top}/none`)).toBe(null);
	expect(await hf.stat(top)).toMatchObject({ kind: "directory" });
	await expect(hf.find(`${top}/none`)).rejects.toThrow(
		`there is no file or directory ${top}/none.`,
	);
	await expect(hf.find(`${top}/*.csv`)).rejects.toThrow("no file matches");
});

test("files are read, large ones where they are kept, which is not told who asks", async () => {
	const hub = await FakeHub.start({ HF_TOKEN: "hf_may" });
	const name = nameOfNew();
	hub.commit(name, files, { access: "private" });
	for (const [path, content] of Object.entries(files)) {
		const url = `hf://${name}/${path}`;
		expect(
			(await readAll(hf, url)).equals(Buffer.from(content as string)),
		).toBe(true);
		const file = await hf.open(url);
		expect((await file.read(1, 2)).toString("latin1")).toBe(
			Buffer.from(content as string).toString("latin1", 1, 3),
		);
	}
	const file = await hf.open(`hf://${name}/data/test/1.jsonl`);
	const before = hub.asked.length;
	for (let at = 0; at < 50_000; at += 5000) {
		// What is valid for a time only is asked for again.
		hub.isStoreOver = at === 20_000;
		const piece = await file.read(at, 5000);
		expect(piece.equals(large.subarray(at, at + 5000))).toBe(true);
	}
	expect(hub.asked.length - before).toBeLessThanOrEqual(2);
	expect(await readIfThere(hf, `hf://${name}/none`)).toBe(null);
	await expect(hf.open(`hf://${name}/none`)).rejects.toThrow("no such file");
	expect(
		hub.asked.every(({ headers }) => headers.authorization === "Bearer hf_may"),
	).toBe(true);
});

test("a revision is a branch, a tag or a commit, and a branch one commit for all of a process", async () => {
	const hub = await FakeHub.start();
	const name = nameOfNew();
	const first = hub.commit(name, { x: "first" });
	hub.commit(name, { x: "other" }, { branch: "refs/convert/parquet" });
	hub.commit(name, { x: "odd" }, { branch: "a/b" });
	const read = async (revision: string, path = "x") =>
		(await readAll(hf, `hf://${name}${revision}/${path}`)).toString();
	expect(await read("")).toBe("first");
	hub.commit(name, { x: "second" });
	expect(await read("")).toBe("first");
	expect(await read(`@${first}`)).toBe("first");
	expect(await read("@main")).toBe("second");
	expect(await read("@refs/convert/parquet")).toBe("other");
	expect(await read("@a%2Fb")).toBe("odd");
});

describe("what cannot be read is told, with what to do", () => {
	test.each([
		[
			"open",
			"x@none",
			{},
			/set\d+ has no revision none. See http.*\/datasets\//,
		],
		[
			"gated",
			"x",
			{},
			/Accept its conditions at http.*\/datasets\/owner\/set\d+; there is no token: set HF_TOKEN, or run `hf auth login`/,
		],
		[
			"gated",
			"x",
			{ HF_TOKEN: "hf_may_not" },
			/Accept its conditions .*the token that was sent .* may not read it/,
		],
		[
			"private",
			"x",
			{},
			/there is no owner\/set\d+ among the datasets of the hub, or it is private.*there is no token/,
		],
		[
			"private",
			"x",
			{ HF_TOKEN: "hf_may_not" },
			/or it is private.*may not read it/,
		],
		["open", "x", { HF_TOKEN: "hf_wrong" }, /the hub does not know the token/],
	] as const)("%s, %s, %o", async (access, at, variables, sentence) => {
		const hub = await FakeHub.start(variables);
		const name = nameOfNew();
		hub.commit(name, { x: "x" }, { access });
		const url = `hf://${name}${at.slice(1)}`;
		const expected = { message: expect.stringMatching(sentence), exitCode: 2 };
		await expect(hf.find(url)).rejects.toMatchObject(expected);
		await expect(readAll(hf, `${url}/x`)).rejects.toMatchObject(expected);
	});

	test("a URL that is none", async () => {
		for (const url of [
			"hf://datasets/owner",
			"hf://owner/name/x",
			"hf:datasets/owner/name",
		])
			await expect(hf.find(url)).rejects.toThrow(
				`${url} is not a URL of the Hugging Face Hub: it is written hf://datasets/OWNER/NAME/path`,
			);
	});

	test("what is to be written", async () => {
		await expect(writeAll(hf, "hf://datasets/o/n/x", "x")).rejects.toThrow(
			"cannot write hf://datasets/o/n/x: the Hugging Face Hub is read only.",
		);
	});
});

test("the token is that of HF_TOKEN, or what a person signed on with", async () => {
	const home = temporaryDirectory();
	mkdirSync(join(home, "huggingface"));
	writeFileSync(join(home, "huggingface", "token"), "hf_may\n");
	for (const [variables, mayRead] of [
		[{ HF_HOME: join(home, "huggingface") }, true],
		[{ HF_HOME: "", XDG_CACHE_HOME: home }, true],
		[{ HF_TOKEN_PATH: join(home, "huggingface", "token") }, true],
		[{ HUGGING_FACE_HUB_TOKEN: "hf_may" }, true],
		[{ HF_HOME: join(home, "huggingface"), HF_TOKEN: "hf_may_not" }, false],
		[
			{
				HF_HOME: join(home, "huggingface"),
				HF_HUB_DISABLE_IMPLICIT_TOKEN: "1",
			},
			false,
		],
	] as const) {
		const hub = await FakeHub.start(variables);
		const name = nameOfNew();
		hub.commit(name, { x: "x" }, { access: "private" });
		const read = readAll(hf, `hf://${name}/x`);
		if (mayRead) expect((await read).toString()).toBe("x");
		else await expect(read).rejects.toThrow("or it is private");
	}
});

test("a build from the hub has the manifest of one from a directory, and its plan names the commit", async () => {
	const hub = await FakeHub.start();
	const name = nameOfNew();
	const directory = join(root, "fixtures");
	const content = (of: string) =>
		Object.fromEntries(
			filesBelow(join(directory, of)).map((path) => [
				`${of}/${path}`,
				readFileSync(join(directory, of, path)),
			]),
		);
	const commit = hub.commit(name, {
		...content("scripts"),
		...content("code"),
	});
	hub.commit("models/owner/tokenizer", content("tokenizer"));
	const options = { seqLen: 1024, taskSize: 100_000, workers: 0 };
	const builds: Manifest[] = [];
	for (const [inputs, tokenizer] of [
		[
			["code", "scripts"].map((of) => join(directory, of)),
			join(directory, "tokenizer"),
		],
		[
			[`hf://${name}/code`, `hf://${name}/scripts/*.jsonl`],
			"hf://models/owner/tokenizer/tokenizer",
		],
	] as const) {
		const out = join(temporaryDirectory(), "data");
		const asked = { inputs: [...inputs], tokenizer, out, ...options };
		builds.push((await build(asked)).manifest);
	}
	expect(builds[1].totals).toEqual(builds[0].totals);
	expect(builds[1].shards.map(({ sha256 }) => sha256)).toEqual(
		builds[0].shards.map(({ sha256 }) => sha256),
	);
	// What the branch is at later is not what is built.
	const out = join(temporaryDirectory(), "data");
	const planned = await planBuild({
		...{ inputs: [`hf://${name}`], tokenizer: join(directory, "tokenizer") },
		...{ out, ...options },
	});
	const plan = JSON.stringify(planned.plan);
	expect(plan).toContain(`hf://${name}@${commit}/code/code.jsonl.gz`);
	expect(plan).not.toContain(`hf://${name}/`);
});
