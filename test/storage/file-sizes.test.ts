import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { sizesOf } from "../../src/storage/file-sizes.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { storageAt } from "../../src/storage/storages.js";
import { directoryWith } from "../helpers.js";

const files = {
	"README.md": "ab",
	"data/train-0.parquet": "abc",
	"data/train-0.parquet.a1.partial": "a",
	"data/more/x": "abcd",
	".seqpack/0123/tasks/00000.json": "",
	".seqpack/0123/tasks/00001.json": "abcde",
};
const others = [
	"none",
	"data",
	"data/more",
	"data/none",
	"none/x",
	".seqpack/0123/leftovers/00000.arrow",
	"README.md/x",
];

test("sizes that are asked for one by one are those of lists, in any storage", async () => {
	const directory = directoryWith({});
	for (const [path, content] of Object.entries(files)) {
		mkdirSync(dirname(join(directory, path)), { recursive: true });
		writeFileSync(join(directory, path), content);
	}
	const held = Object.entries(files).map(([path, content]) => [
		`out/${path}`,
		Buffer.from(content),
	]);
	for (const [root, storage] of [
		[directory, storageAt(directory)],
		["out", memoryStorage(Object.fromEntries(held))],
	] as const)
		for (const count of [1, 1e6]) {
			const sizes = sizesOf(storage, count);
			for (const [path, content] of Object.entries(files))
				expect(await sizes(`${root}/${path}`), path).toBe(content.length);
			for (const path of others)
				expect(await sizes(`${root}/${path}`), path).toBeNull();
		}
});
