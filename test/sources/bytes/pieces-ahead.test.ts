import fc from "fast-check";
import { expect, test } from "vitest";
import { readBytes } from "../../../src/sources/bytes/bytes.js";
import type { ReadableStorage } from "../../../src/sources/source.js";
import { memoryStorage } from "../../../src/storage/memory.js";

/** A storage whose answers come out of order, and which knows how many are under way. */
function slow(bytes: Uint8Array, readSize: number, readsAhead: number) {
	const storage = memoryStorage({ file: bytes }, readSize);
	let underWay = 0;
	let most = 0;
	let count = 0;
	const slowly: ReadableStorage = {
		readSize,
		readsAhead,
		stat: (path) => storage.stat(path),
		async open(path) {
			const file = await storage.open(path);
			return {
				async read(position, length, into) {
					most = Math.max(most, ++underWay);
					await new Promise((resolve) => setTimeout(resolve, count++ % 3));
					underWay--;
					return file.read(position, length, into);
				},
				async close() {
					expect(underWay).toBe(0);
				},
			};
		},
	};
	return { storage: slowly, most: () => most };
}

const fileOf = (size: number) => ({
	path: "file",
	source: "file",
	size,
	version: null,
	format: "text",
	compression: null,
	frames: null,
});

test("pieces come in order, as many ahead as the storage asks for and no more", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.uint8Array({ minLength: 1, maxLength: 400 }),
			fc.integer({ min: 8, max: 64 }),
			fc.integer({ min: 1, max: 5 }),
			fc.nat(300),
			fc.boolean(),
			async (bytes, readSize, readsAhead, start, reuse) => {
				const { storage, most } = slow(bytes, readSize, readsAhead);
				const file = fileOf(bytes.length);
				const copies: Buffer[] = [];
				const pieces = readBytes(storage, file, start, Infinity, reuse);
				for await (const piece of pieces) {
					// Time for those ahead to come, and to be where they must not be.
					await new Promise((resolve) => setTimeout(resolve, 1));
					copies.push(Buffer.from(piece));
				}
				expect(Buffer.concat(copies)).toEqual(
					Buffer.from(bytes.subarray(start)),
				);
				expect(most()).toBeLessThanOrEqual(readsAhead);
				if (bytes.length - start > readSize * (readsAhead + 1))
					expect(most()).toBe(readsAhead);
			},
		),
		{ numRuns: 40 },
	);
});

test("what begins near the end of a span reads nothing beyond it that is not asked for", async () => {
	const { storage, most } = slow(new Uint8Array(1000), 10, 5);
	const pieces = readBytes(storage, fileOf(1000), 0, 15);
	await pieces.next();
	await new Promise((resolve) => setTimeout(resolve, 5));
	expect(most()).toBe(2);
	await pieces.return(undefined);
});
