import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { relative } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { localFiles } from "../../src/storage/local.js";
import { readAll, writeAll } from "../../src/storage/storage.js";
import { filesBelow, temporaryDirectory } from "../helpers.js";

/** What is asked of the system that decides what a loss of power leaves. */
const operations: string[] = [];
/** Whether the file system has hard links. */
let hasLinks = true;
let top = "";

/** The functions of the system as they were, and those that stand for them here. */
const { open, rename, link } = promises;
const observed = {
	async open(path: string, flags: string) {
		const handle = await open(path, flags);
		const { sync } = handle;
		handle.sync = () => {
			operations.push(`sync ${nameOf(path) || "top"}`);
			return sync.call(handle);
		};
		return handle;
	},
	rename(from: string, to: string) {
		operations.push(`rename ${nameOf(from)} ${nameOf(to)}`);
		return rename(from, to);
	},
	link(from: string, to: string) {
		operations.push(`link ${nameOf(from)} ${nameOf(to)}`);
		return hasLinks
			? link(from, to)
			: Promise.reject(Object.assign(new Error("none"), { code: "EPERM" }));
	},
};

function nameOf(path: unknown): string {
	return relative(top, String(path)).replace(
		/\.[0-9a-f]+\.partial$/,
		".partial",
	);
}

/** Puts functions in the place of the system's, for every module that imports them. */
function replaceInSystem(functions: object): void {
	Object.assign(promises, functions);
	syncBuiltinESMExports();
}

beforeAll(() => replaceInSystem(observed));

afterAll(() => replaceInSystem({ open, rename, link }));

afterEach(() => {
	hasLinks = true;
});

function begin(): string {
	top = temporaryDirectory();
	operations.length = 0;
	return top;
}

test("a file is on the disk before its name is, and its name before it is told", async () => {
	await writeAll(localFiles, `${begin()}/d/f`, "x");
	expect(operations).toEqual([
		"sync top",
		"sync d/f.partial",
		"rename d/f.partial d/f",
		"sync d",
	]);
	operations.length = 0;
	await localFiles.move?.(`${top}/d/f`, `${top}/e/g`);
	expect(operations).toEqual(["sync top", "rename d/f e/g", "sync e"]);
});

test("of a file that may be lost the bytes alone are on the disk, before it has its name", async () => {
	const path = `${begin()}/f`;
	await writeAll(localFiles, path, "x", { mayBeLost: true });
	expect(operations).toEqual(["sync f.partial", "rename f.partial f"]);
	operations.length = 0;
	await writeAll(localFiles, path, "x", { scratch: true });
	expect(operations).toEqual(["rename f.partial f"]);
});

test("of many files each directory is synced once, when all have their names", async () => {
	begin();
	for (const name of ["a", "b", "c"])
		await writeAll(localFiles, `${top}/d/${name}`, name);
	const places = ["e/a", "f/b", "e/c"].map((to) => ({
		from: `${top}/d/${to.at(-1)}`,
		to: `${top}/${to}`,
	}));
	operations.length = 0;
	await localFiles.moveAll?.(places);
	expect(operations.slice(2, -2).sort()).toEqual([
		"rename d/a e/a",
		"rename d/b f/b",
		"rename d/c e/c",
	]);
	expect(operations.slice(-2)).toEqual(["sync e", "sync f"]);
	// A call that was stopped may have renamed all of them, and synced nothing.
	operations.length = 0;
	await localFiles.moveAll?.(places);
	expect(operations.slice(-2)).toEqual(["sync e", "sync f"]);
	expect(filesBelow(top)).toEqual(["e/a", "e/c", "f/b"]);
});

test("a file that is created exclusively is on the disk before it has its name", async () => {
	expect(await localFiles.createExclusive(`${begin()}/f`, "x")).toBe(true);
	expect(operations).toEqual(["sync f.partial", "link f.partial f"]);
	expect(filesBelow(top)).toEqual(["f"]);
});

test("where there are no hard links, still one alone creates a file exclusively", async () => {
	hasLinks = false;
	const path = `${begin()}/d/f`;
	const made = await Promise.all(
		["a", "b", "c"].map((content) => localFiles.createExclusive(path, content)),
	);
	expect(made.filter(Boolean)).toHaveLength(1);
	expect((await readAll(localFiles, path)).toString()).toBe(
		["a", "b", "c"][made.indexOf(true)],
	);
	expect(filesBelow(top)).toEqual(["d/f"]);
});
