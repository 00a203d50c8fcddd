import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import {
	findInputs,
	noticesOf,
} from "../../../src/sources/find/find-inputs.js";
import { sourceFormats } from "../../../src/sources/formats.js";
import { loadTokenizer } from "../../../src/storage/load-tokenizer.js";
import { directoryWith, temporaryDirectory } from "../../helpers.js";

const line = '{"text":"one"}\n';
const pointer =
	"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
const page = "\n<!DOCTYPE html>\n<html><body>404</body></html>\n";

async function kinds(files: Record<string, string | Uint8Array>) {
	const found = await findInputs([directoryWith(files)]);
	return Object.fromEntries(
		found.files.map(({ source, format, compression }) => [
			source,
			[format, compression],
		]),
	);
}

test("endings count in any case of letters, and compression by the first bytes whatever the name", async () => {
	const lines = Buffer.from(line.repeat(9000));
	expect(
		await kinds({
			"a.JSONL": line,
			"b.jsonl": gzipSync(line),
			"c.Jsonl.GZ": gzipSync(lines),
			"d.jsonl.gz": line,
			"e.TXT": "text",
			"f.jsonl": "",
			"g.jsonl.gz": "",
		}),
	).toEqual({
		"a.JSONL": ["jsonl", null],
		"b.jsonl": ["jsonl", "gzip"],
		"c.Jsonl.GZ": ["jsonl", "gzip"],
		"d.jsonl.gz": ["jsonl", null],
		"e.TXT": ["text", null],
		"f.jsonl": ["jsonl", null],
		"g.jsonl.gz": ["jsonl", "gzip"],
	});
});

test("what is damaged keeps the compression that its name tells", async () => {
	const damaged = Buffer.from(gzipSync(line.repeat(100)));
	damaged.fill(0, 0, 8);
	expect(await kinds({ "a.jsonl.gz": damaged })).toEqual({
		"a.jsonl.gz": ["jsonl", "gzip"],
	});
});

test.each([
	["tgz", "gzip"],
	["Tgz", "gzip"],
	["tbz", "bzip2"],
	["TBZ2", "bzip2"],
	["txz", "xz"],
	["tZst", "zstd"],
])(
	"a name that ends in .%s is that of a tar, compressed with %s",
	async (ending, compression) => {
		const empty = `a.b.${ending}`;
		const damaged = `c.${ending}`;
		const noise = Buffer.alloc(100, 0xff);
		expect(await kinds({ [empty]: "", [damaged]: noise })).toEqual({
			[empty]: ["webdataset", compression],
			[damaged]: ["webdataset", compression],
		});
	},
);

test("a file whose bytes contradict its name, and one without bytes, are told", async () => {
	const directory = directoryWith({
		"a.jsonl": gzipSync(line),
		"b.jsonl": line,
		"c.jsonl": "",
	});
	expect(noticesOf(await findInputs([directory]))).toEqual([
		`1 file is read by what it holds, not by what its name says, such as ${directory}/a.jsonl (jsonl, gzip)`,
		`1 file is empty, such as ${directory}/c.jsonl`,
	]);
});

test("a format given holds for all files, and compression goes by the bytes", async () => {
	const directory = directoryWith({ a: gzipSync(line), "b.gz": line });
	const { files } = await findInputs([directory], { format: "jsonl" });
	expect(files.map(({ format, compression }) => [format, compression])).toEqual(
		[
			["jsonl", "gzip"],
			["jsonl", null],
		],
	);
});

test.each(["a.txt", "a.jsonl.gz", "a.jsonl", "a", "a.md"])(
	"a pointer of Git LFS named %s is no document",
	async (name) => {
		const path = join(directoryWith({ [name]: pointer, "b.txt": "b" }), name);
		for (const format of ["auto", "text"])
			await expect(findInputs([path], { format })).rejects.toMatchObject({
				code: "git-lfs-pointer",
				message: expect.stringMatching(/^.*a.*: run git lfs pull where/),
			});
	},
);

test("pointers of Git LFS are counted where what cannot be read is skipped", async () => {
	const directory = directoryWith({ "a.jsonl": pointer, "b.jsonl": line });
	const found = await findInputs([directory], { onError: "skip" });
	expect(found.files.map(({ source }) => source)).toEqual(["b.jsonl"]);
	expect(noticesOf(found)).toEqual([
		`left out 1 pointer of Git LFS, such as ${directory}/a.jsonl`,
	]);
});

test("a tokenizer that is a pointer of Git LFS is told", async () => {
	const directory = directoryWith({ "tokenizer.json": pointer });
	await expect(loadTokenizer(directory)).rejects.toThrow(
		/tokenizer\.json is not the file itself, but a pointer that Git LFS .*: run git lfs pull/,
	);
});

test.each([
	["a.jsonl", page, "an HTML page"],
	["a.jsonl.gz", page, "an HTML page"],
	["a.jsonl.gz", gzipSync(page), "an HTML page"],
	["a.txt", "%PDF-1.7\n", "a PDF document"],
	["a.jsonl", "PK\x03\x04rest", "a ZIP archive"],
])(
	"%s that is something else says what it seems to be",
	async (name, content, what) => {
		const directory = directoryWith({ [name]: content, "b.jsonl": line });
		await expect(findInputs([directory])).rejects.toMatchObject({
			code: "misnamed",
			message: expect.stringMatching(
				new RegExp(`^.*${name} cannot be read as .*: it seems to be ${what}`),
			),
		});
		const { files, leftOut } = await findInputs([directory], {
			onError: "skip",
		});
		expect(files).toHaveLength(1);
		expect(leftOut).toEqual([{ path: join(directory, name), why: "misnamed" }]);
	},
);

test("a web page is a text", async () => {
	expect(await kinds({ "a.txt": page })).toEqual({ "a.txt": ["text", null] });
});

test("of the names of a file the one that tells a format is read, whichever is met first", async () => {
	const directory = temporaryDirectory();
	for (const name of ["blobs", "snapshots/r"])
		mkdirSync(join(directory, name), { recursive: true });
	writeFileSync(join(directory, "blobs/0a1b"), line);
	symlinkSync("../../blobs/0a1b", join(directory, "snapshots/r/part.jsonl"));
	writeFileSync(join(directory, "x.jsonl"), line);
	for (const inputs of [
		[directory],
		[`${directory}/blobs/0a1b`, directory],
		[directory, `${directory}/blobs/0a1b`],
	]) {
		const { files, repeated, leftOut } = await findInputs(inputs);
		expect(files.map(({ source }) => source)).toEqual([
			"snapshots/r/part.jsonl",
			"x.jsonl",
		]);
		expect(repeated).toBe(inputs.length);
		expect(leftOut).toEqual([]);
	}
});

test("Markdown is read where there is nothing else, and left out beside other input", async () => {
	expect(await kinds({ "a.md": "# a", "README.md": "# b" })).toEqual({
		"README.md": ["markdown", null],
		"a.md": ["markdown", null],
	});
	const directory = directoryWith({ "README.md": "#", "a.jsonl": line });
	const found = await findInputs([directory]);
	expect(found.files).toHaveLength(1);
	expect(noticesOf(found)).toEqual([
		`left out 1 file that may be about the others, and is read where it is named, such as ${directory}/README.md`,
	]);
	const both = await findInputs([directory, `${directory}/*.md`]);
	expect(both.files).toHaveLength(2);
});

test("what writers of a format put beside its files is left out, and nowhere else", async () => {
	const jsonl = sourceFormats.find("jsonl");
	jsonl.companions = ["state.txt"];
	onTestFinished(() => {
		delete jsonl.companions;
	});
	const directory = directoryWith({ "state.txt": "x" });
	for (const name of ["d", "e"]) {
		mkdirSync(join(directory, name));
		writeFileSync(join(directory, name, "state.txt"), "x");
	}
	writeFileSync(join(directory, "d", "a.jsonl"), line);
	const found = await findInputs([directory]);
	expect(found.files.map(({ source }) => source)).toEqual([
		"d/a.jsonl",
		"e/state.txt",
	]);
	expect(noticesOf(found)).toEqual([]);
});
