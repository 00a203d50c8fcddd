import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Manifest, verify } from "seqpack";
import { expect, test } from "vitest";
import { summarizeLeftOut } from "../../src/sources/find/left-out.js";
import {
	directoryWith,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readManifest } from "./dataset-rows.js";

const line = '{"text":"one"}\n';
const pointer =
	"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";

/** Builds of a directory in which much is left out. */
async function builtElsewhere(): Promise<{ out: string; text: string }> {
	const directory = directoryWith({ ".hidden": line, "notes.docx": "?" });
	mkdirSync(join(directory, ".git"));
	mkdirSync(join(directory, "data", "old"), { recursive: true });
	for (const name of ["b.jsonl", "a.jsonl", "old/c.jsonl", "draft.jsonl"])
		writeFileSync(join(directory, "data", name), line);
	writeFileSync(join(directory, "data", "large.parquet"), pointer);
	writeFileSync(join(directory, "data", "page.parquet"), "<html>");
	const out = join(temporaryDirectory(), "out");
	await build({
		inputs: [directory],
		out,
		tokenizer: tokenizerPath,
		seqLen: 64,
		exclude: ["old/", "draft*"],
		onError: "skip",
		workers: 0,
	});
	return { out, text: readFileSync(join(out, "seqpack.json"), "utf8") };
}

test("the manifest names what was left out, by reason, and nothing of where it lies", async () => {
	const { out, text } = await builtElsewhere();
	const manifest: Manifest = JSON.parse(text);
	expect(manifest.inputs.map(({ source }) => source)).toEqual([
		"a.jsonl",
		"b.jsonl",
	]);
	expect(manifest.leftOutInputs).toEqual([
		{ reason: "excluded", count: 2, names: ["data/draft.jsonl", "data/old/"] },
		{ reason: "git-lfs-pointer", count: 1, names: ["data/large.parquet"] },
		{ reason: "hidden", count: 2, names: [".git/", ".hidden"] },
		{ reason: "misnamed", count: 1, names: ["data/page.parquet"] },
		{ reason: "unknown-kind", count: 1, names: ["notes.docx"] },
	]);
	expect((await builtElsewhere()).text).toBe(text);
	expect((await verify(out)).problems).toEqual([]);
	const { leftOutInputs, ...older } = readManifest(out);
	writeFileSync(join(out, "seqpack.json"), JSON.stringify(older));
	expect((await verify(out)).problems).toEqual([]);
});

test("of ten thousand that are left out the first hundred are named, whatever their order", () => {
	const paths = Array.from({ length: 10_000 }, (_, i) => `/a/b/${i}.bin`);
	const found = (paths: string[]) =>
		summarizeLeftOut(
			paths.map((path) => ({ path, why: "binary" })),
			["/a/c/d.txt"],
		);
	const [{ reason, count, names }] = found(paths);
	expect([reason, count, names.length]).toEqual(["binary", 10_000, 100]);
	expect(names.slice(0, 3)).toEqual(["b/0.bin", "b/1.bin", "b/10.bin"]);
	const again = [...paths, ...paths.slice(0, 50)].reverse();
	expect(found(again)).toEqual(found(paths));
});
