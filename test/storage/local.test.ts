import { execFileSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { EnvironmentError, UsageError } from "../../src/core/errors.js";
import { localFiles } from "../../src/storage/local.js";
import { isPartialName, readAll, writeAll } from "../../src/storage/storage.js";
import { FailingFiles } from "../exhaustion/failing-files.js";
import { directoryWith, filesBelow, temporaryDirectory } from "../helpers.js";
import { asNobody } from "./as-nobody.js";

const found = async (pathOrPattern: string) =>
	(await localFiles.find(pathOrPattern)).map(({ path, kind }) => [path, kind]);

test("URLs of files are paths, their escapes and signs taken as what they stand for", async () => {
	const directory = temporaryDirectory();
	const path = join(directory, "a b#1?.jsonl");
	writeFileSync(path, "x");
	const url = pathToFileURL(path).href;
	expect(await localFiles.stat(url)).toMatchObject({ kind: "file", size: 1 });
	expect(localFiles.absolute(url)).toBe(path);
	const top = pathToFileURL(directory).href;
	await expect(found(`${top}/*#?.jsonl`)).rejects.toThrow(/no file matches/);
	expect(await found(`${top}/*#??.jsonl`)).toEqual([[path, "file"]]);
	await writeAll(localFiles, `${top}/new/file`, "y");
	expect(readFileSync(join(directory, "new/file"), "utf8")).toBe("y");
	for (const bad of ["file:data", "file://host/data", "file:///%zz"])
		await expect(localFiles.stat(bad)).rejects.toThrow(
			/is not the URL of a file here .*: give file:\/\/\/path/,
		);
});

test("a path in full goes by the working directory", () => {
	expect(localFiles.absolute("a/../b")).toBe(join(process.cwd(), "b"));
});

test("what is begun and never ended has a name that tells it, in the directory asked for", async () => {
	const directory = temporaryDirectory();
	const path = `${directory}/data/file`;
	const pending = [
		await localFiles.create(path),
		await localFiles.create(path),
		await localFiles.create(path, { partialsIn: `${directory}/partials` }),
	];
	const names = readdirSync(join(directory, "data"));
	expect(names).toHaveLength(2);
	expect(readdirSync(join(directory, "partials"))).toHaveLength(1);
	for (const name of [...names, ...readdirSync(join(directory, "partials"))]) {
		expect(isPartialName(name)).toBe(true);
		expect(name).toMatch(/^file\./);
	}
	expect(isPartialName("file")).toBe(false);
	for (const file of pending) await file.abort();
	expect(filesBelow(directory)).toEqual([]);
});

test("a link at a path is replaced by what is written, never followed", async () => {
	const directory = directoryWith({ precious: "mine" });
	const link = join(directory, "link");
	const target = join(directory, "precious");
	symlinkSync(target, link);
	expect(await localFiles.createExclusive(link, "theirs")).toBe(false);
	await writeAll(localFiles, link, "theirs");
	expect(lstatSync(link).isFile()).toBe(true);
	expect(readFileSync(target, "utf8")).toBe("mine");

	symlinkSync(target, join(directory, "other"));
	await localFiles.move?.(link, join(directory, "other"));
	expect(readFileSync(target, "utf8")).toBe("mine");
	expect(filesBelow(directory)).toEqual(["other", "precious"]);
});

test("links are removed, and what they lead to stays", async () => {
	const precious = directoryWith({ file: "mine" });
	const directory = temporaryDirectory();
	for (const slash of ["", "/"]) {
		symlinkSync(precious, join(directory, "link"));
		expect(await localFiles.linkAt?.(join(directory, "link"))).toBe(precious);
		await localFiles.removeEmpty(`${directory}/link${slash}`);
		await localFiles.remove(`${directory}/link${slash}`);
		expect(readdirSync(directory)).toEqual([]);
	}
	mkdirSync(join(directory, "d"));
	symlinkSync(precious, join(directory, "d", "link"));
	await localFiles.remove(join(directory, "d"));
	expect(filesBelow(precious)).toEqual(["file"]);
	expect(await localFiles.linkAt?.(directory)).toBe(null);
	expect(await localFiles.linkAt?.(join(directory, "none"))).toBe(null);
});

test("a file is moved over another, into a directory that is made", async () => {
	const directory = directoryWith({ a: "1", b: "2" });
	await localFiles.move?.(`${directory}/a`, `${directory}/b`);
	await localFiles.move?.(`${directory}/b`, `${directory}/new/deep/c`);
	expect(filesBelow(directory)).toEqual(["new/deep/c"]);
	expect(readFileSync(join(directory, "new/deep/c"), "utf8")).toBe("1");
});

test("of many files those that can be moved are, and what is in the way is told", async () => {
	const directory = directoryWith({ a: "1", b: "2" });
	mkdirSync(join(directory, "d"));
	writeFileSync(join(directory, "d/e"), "3");
	const moving = localFiles.moveAll?.([
		{ from: `${directory}/a`, to: `${directory}/new/a` },
		{ from: `${directory}/b`, to: `${directory}/d` },
	]);
	await expect(moving).rejects.toThrow(/^cannot write .*\/d: /);
	expect(filesBelow(directory)).toEqual(["b", "d/e", "new/a"]);
});

test("directories that others remove in the meantime are made again", async () => {
	const directory = temporaryDirectory();
	let running = true;
	const removing = (async () => {
		while (running) {
			await localFiles.removeEmpty(`${directory}/a/b`);
			await localFiles.removeEmpty(`${directory}/a`);
		}
	})();
	for (let i = 0; i < 30; i++) {
		expect(await localFiles.createExclusive(`${directory}/a/b/f`, "x")).toBe(
			true,
		);
		await localFiles.remove(`${directory}/a/b/f`);
	}
	running = false;
	await removing;
});

test("what vanishes or fails under way is told as what may be tried again, wrong paths as wrong use", async () => {
	const directory = directoryWith({ file: "x" });
	const vanished = await localFiles.create(`${directory}/d/f`);
	rmSync(join(directory, "d"), { recursive: true });
	const lost = await vanished.commit().catch((error) => error);
	expect(lost).toBeInstanceOf(EnvironmentError);
	expect(lost.message).toMatch(/^cannot write .*d\/f: it has vanished/);
	const moved = await localFiles
		.move?.(`${directory}/none`, `${directory}/x`)
		.catch((error) => error);
	expect(moved).toBeInstanceOf(EnvironmentError);

	mkdirSync(join(directory, "d"));
	const wrong: [() => Promise<unknown>, RegExp][] = [
		[
			() => writeAll(localFiles, `${directory}/file/f`, ""),
			/part of the path is a file/,
		],
		[
			() => writeAll(localFiles, `${directory}/d`, ""),
			/it is a directory, not a file/,
		],
		[
			() => localFiles.makeDirectory(`${directory}/file`),
			/part of the path is a file/,
		],
		[() => localFiles.open(`${directory}/a\0b`), /zero byte/],
		[
			() => localFiles.stat(`${directory}/${"n".repeat(300)}`),
			/the path is too long/,
		],
		[
			() => writeAll(localFiles, "/proc/none/f", ""),
			/no such file or directory/,
		],
	];
	for (const [call, sentence] of wrong) {
		const error = (await call().catch((error) => error)) as Error;
		expect(error.message).toMatch(sentence);
		expect(error).toBeInstanceOf(UsageError);
	}
	expect(filesBelow(directory)).toEqual(["file"]);
});

test("a directory gives its files, by links too, each directory once", async () => {
	const directory = temporaryDirectory();
	const other = directoryWith({ "o.jsonl": "12", ".hidden": "" });
	for (const path of ["b/deep", ".git"])
		mkdirSync(join(directory, path), { recursive: true });
	for (const path of ["b/deep/1", "b/2", "b.3", ".git/config"])
		writeFileSync(join(directory, path), "x");
	symlinkSync(directory, join(directory, "b", "up"));
	symlinkSync(other, join(directory, "other"));
	symlinkSync("../b", join(directory, "b", "self"));
	symlinkSync("b", join(directory, "c"));
	symlinkSync("b/2", join(directory, "two"));
	const files = await localFiles.find(`${directory}/`);
	expect(files.map(({ path }) => relative(directory, path))).toEqual([
		"b.3",
		"b/2",
		"b/deep/1",
		"other/o.jsonl",
		"two",
	]);
	const { version } =
		(await localFiles.stat(`${directory}/other/o.jsonl`)) ?? {};
	expect(files[3]).toEqual({
		path: `${directory}/other/o.jsonl`,
		below: "other/o.jsonl",
		version,
		kind: "file",
		size: 2,
		identity: realpathSync(join(other, "o.jsonl")),
	});
	expect(files[4].identity).toBe(files[1].identity);
});

test("links between directories in a circle are found out, by globs as well", async () => {
	const directory = temporaryDirectory();
	for (const name of ["a", "b"]) mkdirSync(join(directory, name));
	writeFileSync(join(directory, "b", "f.txt"), "x");
	symlinkSync("../b", join(directory, "a", "x"));
	symlinkSync("../a", join(directory, "b", "y"));
	symlinkSync("itself", join(directory, "itself"));
	expect(await found(directory)).toEqual([
		[`${directory}/a/x/f.txt`, "file"],
		[`${directory}/itself`, "other"],
	]);
	expect(await found(`${directory}/**/*.txt`)).toEqual([
		[`${directory}/a/x/f.txt`, "file"],
		[`${directory}/b/f.txt`, "file"],
	]);
	expect(await found(`${directory}/*/y/x/*.txt`)).toEqual([
		[`${directory}/b/y/x/f.txt`, "file"],
	]);
});

test("a glob gives what matches, hidden names only where they are asked for", async () => {
	const directory = temporaryDirectory();
	for (const path of ["x/y", ".z"])
		mkdirSync(join(directory, path), { recursive: true });
	for (const path of ["a.txt", ".b.txt", "x/c.txt", "x/y/d.txt", ".z/e.txt"])
		writeFileSync(join(directory, path), "x");
	const names = async (pattern: string) =>
		(await found(`${directory}/${pattern}`)).map(([path]) =>
			relative(directory, path),
		);
	expect(await names("*.txt")).toEqual(["a.txt"]);
	expect(await names("**/*.txt")).toEqual(["a.txt", "x/c.txt", "x/y/d.txt"]);
	expect(await names("{a,x/c}.txt")).toEqual(["a.txt", "x/c.txt"]);
	expect(await names(".z/*.txt")).toEqual([".z/e.txt"]);
	for (const none of ["*.csv", "none/*.txt", "none/**"])
		await expect(names(none)).rejects.toThrow(/^no file matches .*\.$/);
});

test("a name that a pattern could mean is the file of that name", async () => {
	const directory = directoryWith({ "a[1].txt": "x", "a1.txt": "y" });
	expect(await found(`${directory}/a[1].txt`)).toEqual([
		[`${directory}/a[1].txt`, "file"],
	]);
});

test("broken links, pipes and devices are found as what cannot be read", async () => {
	const directory = directoryWith({ "1.jsonl": "x" });
	symlinkSync("gone", join(directory, "2.jsonl"));
	execFileSync("mkfifo", [join(directory, "3.jsonl")]);
	symlinkSync("/dev/null", join(directory, "4.jsonl"));
	const expected = ["1.jsonl", "2.jsonl", "3.jsonl", "4.jsonl"].map((name) => [
		`${directory}/${name}`,
		name === "1.jsonl" ? "file" : "other",
	]);
	expect(await found(directory)).toEqual(expected);
	expect(await found(`${directory}/*.jsonl`)).toEqual(expected);
	expect(await found(`${directory}/2.jsonl`)).toEqual([expected[1]]);
});

test("a pipe that nobody writes to is not waited for", async () => {
	const pipe = join(temporaryDirectory(), "pipe");
	execFileSync("mkfifo", [pipe]);
	const refused = /pipe: it is a pipe, which cannot be read from any place/;
	const file = await localFiles.open(pipe);
	await expect(file.read(0, 1)).rejects.toThrow(refused);
	await file.close();
	const atRandom = localFiles.openForRandomAccess(pipe);
	expect(() => atRandom.readInto(Buffer.alloc(1), 0, 0, 1)).toThrow(refused);
	atRandom.close?.();
});

test("a directory that cannot be read is not passed over", async () => {
	const directory = temporaryDirectory();
	chmodSync(directory, 0o755);
	writeFileSync(join(directory, "a.txt"), "x");
	const closed = join(directory, "sub", "closed");
	mkdirSync(closed, { recursive: true });
	writeFileSync(join(closed, "b.txt"), "x");
	chmodSync(closed, 0o000);
	await asNobody(async () => {
		for (const asked of [directory, `${directory}/**/*.txt`])
			await expect(localFiles.find(asked)).rejects.toThrow(
				/^cannot read .*sub\/closed: permission is denied/,
			);
		expect(await found(`${directory}/*.txt`)).toHaveLength(1);
	});
	chmodSync(closed, 0o755);
});

test("a name that is not UTF-8 is named, its bad bytes as escapes", async () => {
	const directory = temporaryDirectory();
	mkdirSync(join(directory, "d"));
	const name = Buffer.concat([
		Buffer.from(`${directory}/d/é`),
		Buffer.of(0xe9),
		Buffer.from(".jsonl"),
	]);
	writeFileSync(name, "x");
	writeFileSync(join(directory, "d", "a.txt"), "x");
	const said = `${directory}/d/é\\xe9.jsonl has a name that is not UTF-8: rename it.`;
	for (const asked of [directory, `${directory}/*/*.jsonl`])
		await expect(localFiles.find(asked)).rejects.toThrow(said);
	expect(await found(`${directory}/d/*.txt`)).toHaveLength(1);
	rmSync(name as unknown as string);
	mkdirSync(name);
	for (const asked of [directory, `${directory}/**`])
		await expect(localFiles.find(asked)).rejects.toThrow(said);
	await localFiles.remove(`${directory}/d`);
	expect(existsSync(join(directory, "d"))).toBe(false);
});

test("a relative directory gives relative paths", async () => {
	const directory = directoryWith({ a: "x" });
	const there = relative(process.cwd(), directory);
	expect(await found(there)).toEqual([[`${there}/a`, "file"]]);
	expect(await found(`${there}/*`)).toEqual([[`${there}/a`, "file"]]);
});

test("the content of a link is that of its target", async () => {
	const directory = directoryWith({ a: "content" });
	symlinkSync("a", join(directory, "b"));
	expect(readlinkSync(join(directory, "b"))).toBe("a");
	expect((await readAll(localFiles, `${directory}/b`)).toString()).toBe(
		"content",
	);
	expect(await localFiles.stat(`${directory}/b`)).toMatchObject({
		kind: "file",
		size: 7,
	});
});

test("a directory that cannot be made on a full disk is told as that", async () => {
	const directory = temporaryDirectory();
	const fault = { code: "ENOSPC", at: 0, lasts: true } as const;
	const { error } = await FailingFiles.during(directory, fault, () =>
		writeAll(localFiles, join(directory, "made/file"), "x"),
	);
	expect(error).toMatchObject({
		exitCode: 1,
		message: expect.stringMatching(/the disk is full/),
	});
});
