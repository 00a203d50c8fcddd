import {
	existsSync,
	lstatSync,
	mkdirSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { confined, isPlainPath } from "../../src/storage/confined.js";
import { localFiles } from "../../src/storage/local.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { type Storage, writeAll } from "../../src/storage/storage.js";
import { directoryWith, filesBelow, temporaryDirectory } from "../helpers.js";

/** All that writes, moves or removes at a path. */
const deeds: Record<string, (storage: Storage, path: string) => unknown> = {
	create: (storage, path) => storage.create(path),
	createExclusive: (storage, path) => storage.createExclusive(path, "x"),
	remove: (storage, path) => storage.remove(path),
	removeEmpty: (storage, path) => storage.removeEmpty(path),
	makeDirectory: (storage, path) => storage.makeDirectory(path),
};

test("plain paths are told from all others", () => {
	for (const path of [
		"a",
		"a/b.c",
		"data/len-00256/train-0.parquet",
		"..a/...",
		".a",
	])
		expect(isPlainPath(path), path).toBe(true);
	for (const path of [
		...["", ".", "..", "a/..", "../a", "a/../b", "a/./b", "a//b", "/a", "a/"],
		...["a\\b", "..\\a", "C:a", "C:\\a", "a\0b", null, undefined, 1, ["a"]],
		...["x".repeat(256), "é".repeat(128), "a/".repeat(600)],
	])
		expect(isPlainPath(path), String(path)).toBe(false);
});

test("what is not below the directory is neither written nor removed", async () => {
	const directory = directoryWith({ precious: "mine" });
	const root = `${directory}/out`;
	mkdirSync(root);
	const storage = confined(localFiles, root);
	const outside = [
		`${root}/../precious`,
		`${root}/a/../../precious`,
		`${directory}/precious`,
		`${root}side`,
		"precious",
		"/etc/precious",
		`${root}/a/./b`,
		`${root}/a/`,
	];
	for (const path of outside) {
		for (const deed of Object.values(deeds))
			await expect(deed(storage, path)).rejects.toThrow(
				`${path} is not below ${root}: only what lies in ${root} itself is written or removed.`,
			);
		for (const [from, to] of [
			[path, `${root}/x`],
			[`${root}/x`, path],
		])
			for (const moving of [
				storage.move?.(from, to),
				storage.moveAll?.([
					{ from: `${root}/x`, to: `${root}/y` },
					{ from, to },
				]),
			])
				await expect(moving).rejects.toThrow(/is not below/);
		await expect(
			storage.create(`${root}/x`, { partialsIn: path }),
		).rejects.toThrow(/is not below/);
	}
	for (const deed of ["create", "createExclusive", "remove"])
		await expect(deeds[deed](storage, root)).rejects.toThrow(/is not below/);
	expect(filesBelow(directory)).toEqual(["precious"]);
});

test("what is below is written, however the directory is spelled", async () => {
	const directory = temporaryDirectory();
	mkdirSync(join(directory, "real"));
	symlinkSync("real", join(directory, "link"));
	for (const [root, name] of [
		["real", "a"],
		["real/", "b"],
		["link", "c"],
		["real/../real", "d"],
	]) {
		const path = `${directory}/${root}`;
		const storage = confined(localFiles, path);
		await storage.makeDirectory(path);
		await writeAll(storage, `${path}/${name}/file`, "x", {
			partialsIn: `${path}/partials`,
		});
		await storage.move?.(`${path}/${name}/file`, `${path}/${name}/moved`);
		await storage.removeEmpty(`${path}/partials`);
		await storage.removeEmpty(path);
	}
	expect(filesBelow(join(directory, "real"))).toEqual(
		["a", "b", "c", "d"].map((name) => `${name}/moved`),
	);
});

test("nothing is done through a link", async () => {
	const precious = directoryWith({ file: "mine" });
	const root = temporaryDirectory();
	mkdirSync(join(root, "d"));
	writeFileSync(join(root, "x"), "x");
	symlinkSync(precious, join(root, "data"));
	symlinkSync(precious, join(root, "d", "deep"));
	const storage = confined(localFiles, root);
	for (const link of ["data", "d/deep"]) {
		const said = `${root}/${link} is a link to ${precious}; only what lies in ${root} itself is written or removed: remove the link.`;
		for (const deed of Object.values(deeds))
			for (const path of ["file", "new", "new/file"])
				await expect(deed(storage, `${root}/${link}/${path}`)).rejects.toThrow(
					said,
				);
		for (const call of [
			...[
				[`${root}/x`, `${root}/${link}/file`],
				[`${root}/${link}/file`, `${root}/x`],
				[`${root}/${link}`, `${root}/y`],
			].flatMap(([from, to]) => [
				() => storage.move?.(from, to),
				() => storage.moveAll?.([{ from, to }]),
			]),
			() => storage.create(`${root}/y`, { partialsIn: `${root}/${link}` }),
			() => storage.makeDirectory(`${root}/${link}`),
		])
			await expect(call()).rejects.toThrow(said);
	}
	expect(filesBelow(precious)).toEqual(["file"]);

	// The link itself goes, and a file takes its place.
	await storage.remove(`${root}/d`);
	await writeAll(storage, `${root}/data`, "x");
	expect(lstatSync(join(root, "data")).isFile()).toBe(true);
	expect(existsSync(join(precious, "file"))).toBe(true);
});

test("a storage without links and renames stays one", async () => {
	const storage = confined(memoryStorage(), "top");
	expect("move" in storage).toBe(false);
	await writeAll(storage, "top/a", "x");
	await expect(storage.remove("a")).rejects.toThrow(/is not below top/);
	expect(await storage.list("top")).toEqual(["a"]);
});
