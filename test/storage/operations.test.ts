import type * as Promises from "node:fs/promises";
import { relative } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { localFiles } from "../../src/storage/local.js";
import { readAll, writeAll } from "../../src/storage/storage.js";
import { filesBelow, temporaryDirectory } from "../helpers.js";

/** What is asked of the system that decides what a loss of power leaves. */
const operations: string[] = [];
/** Whether the file system has hard links. */
let hasLinks = true;
let top = "";

vi.mock("node:fs/promises", async (original) => {
	const system = await original<typeof Promises>();
	const name = (path: unknown) =>
		relative(top, String(path)).replace(/\.[0-9a-f]+\.partial$/, ".partial");
	return {
		...system,
		async open(path: string, flags: string) {
			const handle = await system.open(path, flags);
			const { sync } = handle;
			handle.sync = () => {
				operations.push(`sync ${name(path) || "top"}`);
				return sync.call(handle);
			};
			return handle;
		},
		rename(from: string, to: string) {
			operations.push(`rename ${name(from)} ${name(to)}`);
			return system.rename(from, to);
		},
		link(from: string, to: string) {
			operations.push(`link ${name(from)} ${name(to)}`);
			return hasLinks
				? system.link(from, to)
				: Promise.reject(Object.assign(new Error("none"), { code: "EPERM" }));
		},
	};
});

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
