import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { findInputs } from "../../../src/sources/find/find-inputs.js";
import { temporaryDirectory } from "../../helpers.js";

function corpus(): string {
	const directory = temporaryDirectory();
	mkdirSync(join(directory, "b", "deep"), { recursive: true });
	for (const name of [
		"a.jsonl",
		"b/two.jsonl.gz",
		"b/deep/one.txt",
		"b/deep/.hidden.txt",
		"b/notes.pdf",
		"README.md",
	])
		writeFileSync(
			join(directory, name),
			name.endsWith(".gz") ? gzipSync("x") : "x",
		);
	return directory;
}

test("a directory gives its known files at any depth, by path", async () => {
	const { files, leftOut } = await findInputs([corpus()]);
	expect(files.map((f) => [f.source, f.format, f.compression])).toEqual([
		["a.jsonl", "jsonl", null],
		["b/deep/one.txt", "text", null],
		["b/two.jsonl.gz", "jsonl", "gzip"],
	]);
	expect(
		leftOut.map(({ path, why }) => [path.split("/").at(-1), why]).sort(),
	).toEqual([
		[".hidden.txt", "hidden"],
		["README.md", "beside"],
		["notes.pdf", "unknown-kind"],
	]);
});

test("sources are the same however the paths are written", async () => {
	const directory = corpus();
	const sources = async (...inputs: string[]) =>
		(await findInputs(inputs)).files.map((file) => file.source);
	const plain = await sources(`${directory}/b`, `${directory}/a.jsonl`);
	expect(plain).toEqual(["b/deep/one.txt", "b/two.jsonl.gz", "a.jsonl"]);
	expect(
		await sources(`${directory}/./b/`, `${directory}/b/../a.jsonl`),
	).toEqual(plain);
	expect(await sources(`${directory}/b/**/*.txt`)).toEqual(["one.txt"]);
});

test("a file named twice is read once", async () => {
	const directory = corpus();
	const found = await findInputs([
		`${directory}/a.jsonl`,
		`${directory}/*.jsonl`,
	]);
	expect(found.files).toHaveLength(1);
	expect(found.repeated).toBe(1);
});

test("links are followed, and a file met again by one is read once", async () => {
	const directory = corpus();
	const other = corpus();
	symlinkSync(directory, join(directory, "z-loop"));
	symlinkSync(join(other, "a.jsonl"), join(directory, "linked.jsonl"));
	symlinkSync(join(directory, "a.jsonl"), join(directory, "again.jsonl"));
	const { files, repeated } = await findInputs([directory]);
	expect(files.map((file) => file.source)).toEqual([
		"a.jsonl",
		"b/deep/one.txt",
		"b/two.jsonl.gz",
		"linked.jsonl",
	]);
	expect(repeated).toBe(1);
});

test("the output directory is no input", async () => {
	const directory = corpus();
	const { files } = await findInputs([directory], {
		output: `${directory}/b`,
	});
	expect(files.map((file) => file.source)).toEqual(["a.jsonl"]);
});

test("what is not there or not known is said", async () => {
	const directory = corpus();
	await expect(findInputs([`${directory}/no.jsonl`])).rejects.toThrow(
		/no file or directory .*no\.jsonl/,
	);
	await expect(findInputs([`${directory}/*.csv`])).rejects.toThrow(
		/no file matches/,
	);
	await expect(findInputs([`${directory}/b/notes.pdf`])).rejects.toThrow(
		/known endings are .*\.jsonl, /,
	);
	await expect(findInputs([])).rejects.toThrow(/no inputs/);
	await expect(findInputs([directory], { format: "no-such" })).rejects.toThrow(
		/no input format "no-such"; there are: .*jsonl, /,
	);
	await expect(findInputs([temporaryDirectory()])).rejects.toThrow(
		/no input files/,
	);
});

test("a format given holds for every ending", async () => {
	const directory = corpus();
	const { files } = await findInputs([`${directory}/README.md`], {
		format: "text",
	});
	expect(files).toMatchObject([{ source: "README.md", format: "text" }]);
});

test("an output that is named as the input is told as that", async () => {
	const output = corpus();
	await expect(findInputs([output], { output })).rejects.toThrow(
		/where the output goes, and is no input\. Name other inputs/,
	);
	const other = corpus();
	const { files } = await findInputs([output, other], { output });
	expect(files.length).toBeGreaterThan(0);
});
