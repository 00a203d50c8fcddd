import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, planBuild, verify } from "seqpack";
import { expect, test } from "vitest";
import {
	directoryWith,
	fixtures,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const options = { tokenizer: tokenizerPath, seqLen: 256, workers: 0 } as const;
const chapters = Array.from({ length: 9 }, (_, i) =>
	readFileSync(join(fixtures, "prose", `chapter-00${i + 1}.txt`), "utf8"),
);

test("a text cut at separators has the documents of files that are not cut, in tasks of any size", async () => {
	const separator = "<|endoftext|>";
	const directory = directoryWith({ "all.txt": chapters.join(separator) });
	const files = directoryWith(
		Object.fromEntries(chapters.map((text, i) => [`${i}.txt`, text])),
	);
	const out = temporaryDirectory();
	const cut = { ...options, inputs: [directory], separator };
	const { manifest } = await build({
		...cut,
		taskSize: 5000,
		out: join(out, "cut"),
	});
	expect(manifest.settings.sources[0].inputOptions).toEqual({ separator });
	expect(manifest.tasks.read).toBeGreaterThan(3);
	const whole = await build({
		...options,
		inputs: [files],
		out: join(out, "whole"),
	});
	const { documents, textBytes, textTokens } = manifest.totals;
	expect(whole.manifest.totals).toMatchObject({
		documents,
		textBytes,
		textTokens,
	});
	expect(documents).toBe(chapters.length);
	// Another separator makes another dataset.
	const another = build({ ...cut, separator: "x", out: join(out, "cut") });
	await expect(another).rejects.toThrow(
		/inputOptions\.separator was "<\|endoftext\|>" and is "x"/,
	);
});

test("a document of several files is built as one, wherever its directory lies", async () => {
	const make = () => {
		const directory = temporaryDirectory();
		for (const name of ["one", "two"]) {
			mkdirSync(join(directory, name));
			for (const [i, text] of chapters.slice(0, 3).entries())
				writeFileSync(join(directory, name, `${i}.rst`), text + name);
		}
		return directory;
	};
	const out = temporaryDirectory();
	const tree = {
		...options,
		inputFormat: "tree",
		groupByDirectory: true,
	} as const;
	const inputs = [make()];
	const { manifest } = await build({ ...tree, inputs, out: join(out, "a") });
	expect(manifest.totals.documents).toBe(2);
	expect(manifest.inputs.map(({ source }) => source)).toEqual(["one", "two"]);
	expect((await verify(join(out, "a"))).problems).toEqual([]);
	const moved = { ...tree, inputs: [make()], out: join(out, "b") };
	const { plan } = await planBuild(moved);
	expect(plan.planHash).toBe(manifest.planHash);
});
