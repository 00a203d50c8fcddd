import fc from "fast-check";
import { expect, test } from "vitest";
import { BLOCK, BlockCache } from "../../../src/storage/objects/block-cache.js";
import { openFarFile } from "../../../src/storage/objects/far-file.js";
import type { ObjectReader } from "../../../src/storage/objects/object-client.js";
import type { RandomAccessFile } from "../../../src/storage/storage.js";
import { eachOf, whenRead } from "../../../src/storage/when-read.js";

/** Objects in memory, and what was asked of them. */
class Objects implements ObjectReader {
	readonly held = new Map<string, Buffer>();
	readonly heads: string[] = [];
	readonly reads: [position: number, length: number][] = [];
	/** Requests that are under way, and most that were at a time. */
	underWay = 0;
	most = 0;
	fault: () => Error | null = () => null;

	async head(path: string) {
		this.heads.push(path);
		const bytes = this.held.get(path);
		return bytes === undefined
			? null
			: { path, size: bytes.length, version: "1" };
	}

	async read(path: string, position: number, length: number) {
		this.reads.push([position, length]);
		this.most = Math.max(this.most, ++this.underWay);
		await new Promise((resolve) => setImmediate(resolve));
		this.underWay--;
		const error = this.fault();
		if (error !== null) throw error;
		const bytes = this.held.get(path) ?? Buffer.alloc(0);
		return Buffer.from(bytes.subarray(position, position + length));
	}

	async readWhole() {
		return null;
	}
}

let files = 0;

/** A new object: blocks of all are kept in one place. */
function newObject(size: number) {
	const objects = new Objects();
	const path = `s3://bucket/${files++}`;
	const bytes = Buffer.from(
		Uint32Array.from({ length: Math.ceil(size / 4) }, (_, i) => i * 2654435761)
			.buffer,
	).subarray(0, size);
	objects.held.set(path, bytes);
	return { objects, path, bytes };
}

function bytesOf(
	file: RandomAccessFile,
	position: number,
	length: number,
	isAlone: boolean,
): Buffer {
	const into = Buffer.alloc(length + 2, 7);
	const read = file.readInto(into, position, 1, length, isAlone);
	expect([into[0], into[read + 1]]).toEqual([7, 7]);
	return into.subarray(1, read + 1);
}

const SIZE = 5 * BLOCK + 1234;
const anyReads = fc.array(
	fc.record({
		position: fc.nat(SIZE + 100),
		length: fc.oneof(fc.nat(40), fc.nat(3 * BLOCK)),
		isAlone: fc.boolean(),
	}),
	{ minLength: 1, maxLength: 12 },
);

test("any reads, of several actions at a time, are of the file", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(anyReads, { minLength: 1, maxLength: 4 }),
			async (actions) => {
				const { objects, path, bytes } = newObject(SIZE);
				await Promise.all(
					actions.map(async (reads) => {
						const found = await whenRead(() => {
							const file = openFarFile(objects, path);
							expect(file.size).toBe(SIZE);
							file.expect?.(reads[0].position - 10, 20);
							const all: Buffer[] = [];
							eachOf(reads.length, (i) => {
								const { position, length, isAlone } = reads[i];
								all.push(bytesOf(file, position, length, isAlone));
							});
							return all;
						});
						for (const [i, { position, length }] of reads.entries()) {
							const due = bytes.subarray(position, position + length);
							expect(found[i].equals(due)).toBe(true);
						}
					}),
				);
				// However many want to know.
				expect(objects.heads).toHaveLength(1);
			},
		),
		{ numRuns: 60 },
	);
});

test("what an action wants is fetched at once: near ranges in one request, others side by side", async () => {
	const { objects, path } = newObject(16 << 20);
	const readAt = (places: number[], isAlone: boolean) =>
		whenRead(() => {
			const file = openFarFile(objects, path);
			eachOf(places.length, (i) => bytesOf(file, places[i], 100, isAlone));
		});
	await readAt([0, 1000, 60_000, 5 << 20, (5 << 20) + 200], true);
	expect(objects.reads).toEqual([
		[0, 60_100],
		[5 << 20, 300],
	]);
	const places = Array.from({ length: 150 }, (_, i) => i * 100_000);
	await readAt(places, true);
	expect(objects.reads).toHaveLength(152);
	expect(objects.most).toBe(128);
	objects.reads.length = 0;
	// Blocks are kept for other actions, ranges are not.
	await readAt([3 << 20], false);
	await readAt([(3 << 20) + 500], false);
	expect(objects.reads).toEqual([[3 << 20, BLOCK]]);
	await readAt([0], true);
	expect(objects.reads).toHaveLength(2);
});

test("only so many blocks are kept, those that were used last", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 6 }),
			fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 40 }),
			async (most, uses) => {
				const cache = new BlockCache(most * BLOCK);
				let lastUsed: number[] = [];
				for (const [key, isKept] of uses) {
					if (isKept) {
						const fetched = Promise.resolve(Uint8Array.of(key));
						cache.keep(key, fetched);
						await fetched;
					} else
						expect(cache.get(key)?.[0]).toBe(
							lastUsed.includes(key) ? key : undefined,
						);
					if (isKept || lastUsed.includes(key))
						lastUsed = [...lastUsed.filter((k) => k !== key), key].slice(-most);
					expect(cache.size).toBe(lastUsed.length);
				}
			},
		),
	);
});

test("an action fails with what failed, and the next one works", async () => {
	const { objects, path, bytes } = newObject(SIZE);
	const readOne = (isAlone: boolean) =>
		whenRead(() =>
			Buffer.from(bytesOf(openFarFile(objects, path), BLOCK + 5, 10, isAlone)),
		);
	for (const isAlone of [true, false]) {
		objects.fault = () => new Error("it is out of order");
		await expect(readOne(isAlone)).rejects.toThrow("it is out of order");
		objects.fault = () => null;
		expect(await readOne(isAlone)).toEqual(
			bytes.subarray(BLOCK + 5, BLOCK + 15),
		);
	}
	const gone = "s3://bucket/none";
	await expect(
		whenRead(() => openFarFile(objects, gone)),
	).rejects.toMatchObject({ code: "no-such-file" });
	const cut = newObject(SIZE);
	const file = await whenRead(() => openFarFile(cut.objects, cut.path));
	cut.objects.held.set(cut.path, cut.bytes.subarray(0, 50));
	await expect(whenRead(() => bytesOf(file, 40, 20, true))).rejects.toThrow(
		/of 20 bytes from 40 on 10 came/,
	);
	expect(() => bytesOf(file, 40, 20, true)).toThrow(/outside of an action/);
});

test("an action that reads nothing from far is done at once, and its own errors come at once", () => {
	expect(whenRead(() => 3)).toBe(3);
	expect(() =>
		whenRead(() => {
			throw new Error("its own");
		}),
	).toThrow("its own");
});
