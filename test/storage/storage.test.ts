import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.js";
import { confined } from "../../src/storage/confined.js";
import { sha256, sha256OfFile } from "../../src/storage/hash.js";
import { localFiles } from "../../src/storage/local.js";
import { memoryStorage } from "../../src/storage/memory.js";
import {
	readAll,
	readIfThere,
	type Storage,
	writeAll,
} from "../../src/storage/storage.js";
import { filesBelow, temporaryDirectory } from "../helpers.js";

const text = async (storage: Storage, path: string) =>
	(await readAll(storage, path)).toString("utf8");

const kinds: [string, () => { storage: Storage; root: string }][] = [
	["local", () => ({ storage: localFiles, root: temporaryDirectory() })],
	["memory", () => ({ storage: memoryStorage(), root: "top" })],
	[
		"local, confined",
		() => {
			const root = temporaryDirectory();
			return { storage: confined(localFiles, root), root };
		},
	],
	[
		"memory, confined",
		() => ({ storage: confined(memoryStorage(), "top"), root: "top" }),
	],
];

describe.each(kinds)("the contract of a storage: %s", (_, make) => {
	test("any range of a file can be read, and is short only at the end", async () => {
		const { storage, root } = make();
		const bytes = Buffer.from(Array.from({ length: 50 }, (_, i) => i));
		const path = `${root}/f`;
		await writeAll(storage, path, bytes);
		const file = await storage.open(path);
		const random = storage.openForRandomAccess(path);
		expect(random.size).toBe(50);
		await fc.assert(
			fc.asyncProperty(
				fc.nat(60),
				fc.nat(60),
				fc.nat(5),
				async (position, length, offset) => {
					const expected = bytes.subarray(position, position + length);
					expect(await file.read(position, length)).toEqual(expected);
					const target = new Uint8Array(70).fill(255);
					const read = random.readInto(target, position, offset, length);
					expect(read).toBe(expected.length);
					const whole = new Uint8Array(70).fill(255);
					whole.set(expected, offset);
					expect(target).toEqual(whole);
				},
			),
		);
		random.close?.();
		await file.close();
	});

	test("a file appears whole, when it is committed, with its size and hash", async () => {
		const { storage, root } = make();
		const path = `${root}/a/deep/file`;
		const file = await storage.create(path);
		const reused = Buffer.from("one ");
		await file.write(reused);
		reused.write("two ");
		await file.write(reused);
		expect(await storage.stat(path)).toBe(null);
		expect(await file.commit()).toEqual({
			bytes: 8,
			sha256: sha256("one two "),
		});
		expect(await text(storage, path)).toBe("one two ");
		expect(await sha256OfFile(storage, path)).toEqual({
			bytes: 8,
			sha256: sha256("one two "),
		});
		expect(await storage.list(`${root}/a/deep`)).toEqual(["file"]);
	});

	test("of two attempts at a file the last to commit wins, and nothing remains of either", async () => {
		const { storage, root } = make();
		const path = `${root}/file`;
		const first = await storage.create(path);
		const second = await storage.create(path, {
			partialsIn: `${root}/partials`,
		});
		const third = await storage.create(path);
		await first.write(Buffer.from("first"));
		await second.write(Buffer.from("second"));
		await third.write(Buffer.from("third"));
		await second.commit();
		await third.abort();
		expect(await text(storage, path)).toBe("second");
		await first.commit();
		await third.abort();
		expect(await text(storage, path)).toBe("first");
		await storage.removeEmpty(`${root}/partials`);
		expect(await storage.list(root)).toEqual(["file"]);
	});

	test("only one of many creates a file exclusively, and its content is whole", async () => {
		const { storage, root } = make();
		const path = `${root}/new/claim`;
		const made = await Promise.all(
			Array.from({ length: 20 }, (_, i) =>
				storage.createExclusive(path, `content ${i}`),
			),
		);
		expect(made.filter(Boolean)).toHaveLength(1);
		expect(await text(storage, path)).toBe(`content ${made.indexOf(true)}`);
		expect(await storage.list(`${root}/new`)).toEqual(["claim"]);
	});

	test("what is there is told, listed and found in order", async () => {
		const { storage, root } = make();
		for (const name of [
			"b/x",
			"b.x",
			"B",
			"b/é",
			"b/z/1",
			"\u{1F600}",
			"\uFF01",
		])
			await writeAll(storage, `${root}/d/${name}`, name);
		await writeAll(storage, `${root}/d/.hidden`, "");
		await writeAll(storage, `${root}/d/.dir/file`, "");
		expect(await storage.stat(`${root}/d`)).toMatchObject({
			kind: "directory",
			size: 0,
		});
		expect(await storage.stat(`${root}/d/b/é`)).toMatchObject({
			kind: "file",
			size: 4,
		});
		expect(await storage.stat(`${root}/none`)).toBe(null);
		expect(await storage.list(`${root}/none`)).toEqual([]);
		expect(await storage.list(`${root}/d/b`)).toEqual(["x", "z", "é"]);
		const found = await storage.find(`${root}/d`);
		// The last two are the other way round by code points.
		expect(found.map(({ path }) => path.slice(root.length + 3))).toEqual([
			"B",
			"b.x",
			"b/x",
			"b/z/1",
			"b/é",
			"\u{1F600}",
			"\uFF01",
		]);
		expect(found[4]).toMatchObject({ kind: "file", size: 4 });
		expect(new Set(found.map(({ identity }) => identity)).size).toBe(7);
		expect(await storage.find(`${root}/d/B`)).toMatchObject([
			{ path: `${root}/d/B`, kind: "file", size: 1 },
		]);
		await expect(storage.find(`${root}/none`)).rejects.toThrow(
			/^there is no file or directory .*none\.$/,
		);
	});

	test("a file that is written anew has another version", async () => {
		const { storage, root } = make();
		const versionOf = async () => (await storage.stat(`${root}/f`))?.version;
		await writeAll(storage, `${root}/f`, "1");
		const first = await versionOf();
		expect(await versionOf()).toBe(first);
		await writeAll(storage, `${root}/f`, "2");
		expect(await versionOf()).not.toBe(first);
	});

	test("what is removed is gone, and what is not there may be removed", async () => {
		const { storage, root } = make();
		await writeAll(storage, `${root}/d/e/f`, "1");
		await writeAll(storage, `${root}/de`, "2");
		await storage.remove(`${root}/d/none`);
		await storage.removeEmpty(`${root}/none`);
		await storage.removeEmpty(`${root}/d`);
		expect(await text(storage, `${root}/d/e/f`)).toBe("1");
		await storage.remove(`${root}/d`);
		expect(await storage.list(root)).toEqual(["de"]);
	});

	test("a file that is not there cannot be read", async () => {
		const { storage, root } = make();
		const error = await storage.open(`${root}/none`).catch((error) => error);
		expect(error).toBeInstanceOf(UsageError);
		expect(error).toMatchObject({
			code: "no-such-file",
			message: `cannot read ${root}/none: there is no such file or directory.`,
		});
		expect(await readIfThere(storage, `${root}/none`)).toBe(null);
		expect(() => storage.openForRandomAccess(`${root}/none`)).toThrow(
			/there is no such file/,
		);
	});
});

test("a file in the middle of being replaced is read whole, old or new", async () => {
	const root = temporaryDirectory();
	const path = join(root, "file");
	const contents = ["short", "a much longer content than the other"];
	await writeAll(localFiles, path, contents[0]);
	let running = true;
	const writing = (async () => {
		for (let i = 0; running; i++)
			await writeAll(localFiles, path, contents[i % 2]);
	})();
	for (let i = 0; i < 200; i++)
		expect(contents).toContain(await text(localFiles, path));
	running = false;
	await writing;
	expect(filesBelow(root)).toEqual(["file"]);
});

test("a file that is too large to be read whole is told, and not read", async () => {
	const path = join(temporaryDirectory(), "large");
	writeFileSync(path, "");
	truncateSync(path, 2 ** 29);
	await expect(readAll(localFiles, path)).rejects.toMatchObject({
		code: "too-large-to-read",
		exitCode: 4,
	});
});
