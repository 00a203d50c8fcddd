// Lists of inputs, what is excluded, and trees.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import {
	type FindInputsOptions,
	findInputs,
	noticesOf,
} from "../../../src/sources/find/find-inputs.js";
import { localFiles } from "../../../src/storage/local.js";
import { directoryWith, temporaryDirectory } from "../../helpers.js";
import { readAllOf, wholeFiles } from "../reading.js";

function tree(files: Record<string, string | Uint8Array>): string {
	const directory = temporaryDirectory();
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(dirname(join(directory, name)), { recursive: true });
		writeFileSync(join(directory, name), content);
	}
	return directory;
}

async function sources(inputs: string[], options: FindInputsOptions = {}) {
	const { files } = await findInputs(inputs, options);
	return files.map(({ source }) => source);
}

test("a list names inputs of every kind, a line each", async () => {
	const directory = tree({
		"a.jsonl": "x",
		"d/b.jsonl": "x",
		"d/c.jsonl": "x",
		"e/f.jsonl": "x",
		"g.txt": "x",
	});
	const here = relative(process.cwd(), directory);
	const list = join(directory, "list");
	writeFileSync(
		list,
		`\ufeff# a comment\r\n${here}/d\r\n\n  ${directory}/e/*.jsonl\nfile://${directory}/a.jsonl`,
	);
	expect(await sources([`@${list}`, `${directory}/g.txt`])).toEqual([
		"d/b.jsonl",
		"d/c.jsonl",
		"e/f.jsonl",
		"a.jsonl",
		"g.txt",
	]);
	await expect(sources(["@/none"])).rejects.toThrow(
		/there is no file \/none with a list of inputs.*\.\/@\/none/,
	);
	writeFileSync(list, "# nothing\n");
	await expect(sources([`@${list}`])).rejects.toThrow(/names none/);
});

test.each([
	[["b.*"], ["a.jsonl", "d/c.jsonl", "d/e/f.jsonl"]],
	[["d"], ["a.jsonl", "b.jsonl"]],
	[["d/"], ["a.jsonl", "b.jsonl"]],
	[["d/*.jsonl"], ["a.jsonl", "b.jsonl", "d/e/f.jsonl"]],
	[["d/**"], ["a.jsonl", "b.jsonl"]],
	[["{a,f}.jsonl", "c.*"], ["b.jsonl"]],
	[["**/e"], ["a.jsonl", "b.jsonl", "d/c.jsonl"]],
])("without %j", async (exclude, left) => {
	const names = ["a.jsonl", "b.jsonl", "d/c.jsonl", "d/e/f.jsonl"];
	const directory = tree(Object.fromEntries(names.map((name) => [name, "x"])));
	expect(await sources([directory], { exclude })).toEqual(left);
	const below = exclude.map((pattern) =>
		pattern.includes("/") ? `${directory}/${pattern}` : pattern,
	);
	const found = await findInputs([`${directory}/**/*.jsonl`], {
		exclude: below,
	});
	const absolute = left.map((name) => join(directory, name));
	expect(found.files.map(({ path }) => path)).toEqual(absolute);
	expect(found.leftOut.every(({ why }) => why === "excluded")).toBe(true);
});

test("a pattern of no use is told, and what is named is not excluded", async () => {
	const directory = tree({ "a.jsonl": "x" });
	const found = await findInputs([`${directory}/a.jsonl`], {
		exclude: ["*.jsonl", "a b"],
	});
	expect(found.files).toHaveLength(1);
	expect(noticesOf(found)).toEqual([
		'nothing is excluded by "*.jsonl"',
		'nothing is excluded by "a b"',
	]);
});

const repositories = () =>
	tree({
		"one/src/a.c": "int a;",
		"one/src/b.c": "int b;\n",
		"one/empty": "",
		"one/logo.png": Buffer.from("\x89PNG\r\n\x1a\n\0", "latin1"),
		"one/latin1.c": Buffer.from("caf\xe9", "latin1"),
		"one/.git/config": "x",
		"one/build/out.txt": "x",
		"one/keep.o": "kept",
		"one/drop.o": "x",
		"two/Makefile": "all:",
		README: "read",
	});

test("of a source tree all that is text is read, but what is ignored", async () => {
	const directory = repositories();
	const ignore = join(directoryWith({ i: "build/\n*.o\n!keep.o\n" }), "i");
	const found = await findInputs([directory], { format: "tree", ignore });
	expect(found.files.map(({ source }) => source)).toEqual([
		"README",
		"one/empty",
		"one/keep.o",
		"one/src/a.c",
		"one/src/b.c",
		"two/Makefile",
	]);
	expect(noticesOf(found)).toEqual([
		`left out 1 hidden file or directory, such as ${directory}/one/.git/`,
		`left out 2 files that are not text, such as ${directory}/one/latin1.c`,
		`1 file is empty, such as ${directory}/one/empty`,
	]);
});

test("a repository is one document, its files in the order of their paths", async () => {
	const directory = repositories();
	const { files } = await findInputs([directory], {
		format: "tree",
		groupByDirectory: true,
		exclude: ["build", "drop.o"],
	});
	const { documents } = await readAllOf(
		localFiles,
		await wholeFiles(localFiles, files),
	);
	expect(documents.map(({ id, text }) => [id, text])).toEqual([
		["README", "read"],
		["one", "kept\nint a;\nint b;\n"],
		["two", "all:"],
	]);
	const before = files.map(({ fingerprint }) => fingerprint);
	writeFileSync(join(directory, "one/src/a.c"), "int c;");
	const [, changed] = (
		await findInputs([directory], { format: "tree", groupByDirectory: true })
	).files;
	expect(changed.fingerprint).not.toBe(before[1]);
	await expect(
		readAllOf(localFiles, await wholeFiles(localFiles, files)),
	).rejects.toThrow(`${directory}/one/src/a.c changed while it was being read`);
});
