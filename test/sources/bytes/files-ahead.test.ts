import { expect, test } from "vitest";
import { textAt } from "../../../src/core/text-batch.js";
import { readSpans } from "../../../src/sources/read-records.js";
import type { ReadableStorage } from "../../../src/sources/source.js";
import { memoryStorage } from "../../../src/storage/memory.js";
import { inputsOf, takerOf, wholeFiles } from "../reading.js";

/** A storage that says which files are being read, and which ever were. */
function watched(files: Record<string, Uint8Array>) {
	const storage = memoryStorage(files);
	const open = new Set<string>();
	const opened: string[] = [];
	let mostOpen = 0;
	let fails: string | null = null;
	const watching: ReadableStorage = {
		readSize: storage.readSize,
		stat: (path) => storage.stat(path),
		async open(path) {
			if (path === fails) throw new Error(`${path} is gone`);
			open.add(path);
			opened.push(path);
			mostOpen = Math.max(mostOpen, open.size);
			const file = await storage.open(path);
			return {
				read: async (position, length, into) => {
					await new Promise((resolve) => setTimeout(resolve, 1));
					return file.read(position, length, into);
				},
				async close() {
					open.delete(path);
					await file.close();
				},
			};
		},
	};
	return {
		storage: watching,
		open,
		opened,
		mostOpen: () => mostOpen,
		failAt: (path: string) => {
			fails = path;
		},
	};
}

const small = Object.fromEntries(
	Array.from({ length: 100 }, (_, i) => [
		`${i + 100}.txt`,
		Buffer.from(`${i}`),
	]),
);

async function reading(
	files: Record<string, Uint8Array>,
	{ storage }: ReturnType<typeof watched>,
) {
	const spans = await wholeFiles(memoryStorage(files), inputsOf(files));
	const placed = spans.map((span) => ({ storage, ...span }));
	return readSpans(placed, { taker: takerOf(), onBadRecord: null });
}

test("small files are read a few ahead, and come in their order", async () => {
	const disk = watched(small);
	const texts: string[] = [];
	for await (const batch of await reading(small, disk)) {
		texts.push(textAt(batch.texts, 0));
		expect(disk.opened.length).toBeLessThanOrEqual(texts.length + 16);
	}
	expect(texts).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`));
	expect(disk.mostOpen()).toBeGreaterThan(8);
	expect(disk.mostOpen()).toBeLessThanOrEqual(17);
	expect([...disk.opened].sort()).toEqual(Object.keys(small));
});

test("large files are read one at a time, where they are wanted", async () => {
	const files = Object.fromEntries(
		Object.keys(small).map((name) => [name, Buffer.alloc(65_537, "a")]),
	);
	const disk = watched(files);
	let seen = 0;
	for await (const _ of await reading(files, disk))
		expect(disk.opened).toHaveLength(++seen);
	expect(disk.mostOpen()).toBe(1);
});

test("an error comes where its file is wanted, after all before it", async () => {
	const disk = watched(small);
	disk.failAt("107.txt");
	let seen = 0;
	const read = async () => {
		for await (const _ of await reading(small, disk)) seen++;
	};
	await expect(read()).rejects.toThrow("107.txt is gone");
	expect(seen).toBe(7);
	expect(disk.open.size).toBe(0);
});

test("nothing is open any more where reading ends early", async () => {
	const disk = watched(small);
	for await (const _ of await reading(small, disk)) break;
	expect(disk.opened.length).toBeGreaterThan(1);
	expect(disk.open.size).toBe(0);
});

test("a file that changes before it is wanted, or while it is read, is told", async () => {
	const disk = watched(small);
	const { stat } = disk.storage;
	const read = async (changes: number) => {
		let asked = 0;
		disk.storage.stat = async (path) => {
			const found = await stat(path);
			if (path !== "103.txt" || found === null) return found;
			return asked++ < changes ? found : { ...found, version: "other" };
		};
		for await (const _ of await reading(small, disk));
	};
	await expect(read(1)).rejects.toThrow("103.txt changed while it was");
	await expect(read(2)).resolves.toBeUndefined();
});
