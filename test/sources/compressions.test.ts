import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBytes } from "../../src/sources/bytes/bytes.js";
import { limitExpansion } from "../../src/sources/bytes/expansion.js";
import { findFrames } from "../../src/sources/bytes/frames.js";
import { ByteQueue } from "../../src/sources/compressions/byte-queue.js";
import { decodeFrames } from "../../src/sources/compressions/zstd.js";
import {
	libraryDecoder,
	zstdDecoder,
} from "../../src/sources/compressions/zstd-decoder.js";
import { compressions } from "../../src/sources/compressions.js";
import {
	cutIntoTasks,
	divisionOf,
	wholeSpan,
} from "../../src/sources/divide.js";
import { compressionOfName } from "../../src/sources/formats.js";
import { BadInput, type Frames } from "../../src/sources/source.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { fixtures } from "../helpers.js";
import { compressedCorpora } from "./corpora.js";
import { inputsOf, readAllOf } from "./reading.js";

const folder = join(fixtures, "interop", "compressed");
const files = readdirSync(folder)
	.filter((name) => name !== "make.py")
	.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
const bytesOf = (name: string) => readFileSync(join(folder, name));

/** What make.py has written into all of them. */
const texts = Array.from(
	{ length: 3000 },
	(_, i) => `record ${i}, one of many that are much alike`,
);
const plain = Buffer.from(texts.map((text) => `{"text":"${text}"}\n`).join(""));

async function* piecesOf(bytes: Buffer, size = bytes.length || 1) {
	for (let at = 0; at < bytes.length; at += size)
		yield bytes.subarray(at, at + size);
}

/** What comes out, and the reason why no more does. */
async function outcomeOf(pieces: AsyncIterable<Buffer>) {
	const parts: Buffer[] = [];
	try {
		for await (const piece of pieces) parts.push(piece);
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		const { reason, message: sentence } = error;
		return { text: Buffer.concat(parts), reason, sentence };
	}
	return { text: Buffer.concat(parts), reason: null, sentence: "" };
}

function decompressed(name: string, bytes: Buffer, size?: number) {
	const compression = compressions.find(compressionOfName(name) as string);
	return outcomeOf(compression.decompress(piecesOf(bytes, size), 1 << 14));
}

/** Reads a file divided among tasks of some size. */
async function readDivided(
	name: string,
	bytes: Buffer,
	frames: Frames | null,
	taskSize: number,
) {
	const stored = { [name]: bytes };
	const storage = memoryStorage(stored);
	const file = { ...inputsOf(stored)[0], frames };
	const division = await divisionOf(storage, file);
	const spans = cutIntoTasks([division], taskSize)
		.flat()
		.map(({ input: _, ...span }) => ({ file, span }));
	return readAllOf(storage, spans);
}

const framesOf = (name: string, bytes: Buffer, apart = 1) => {
	const stored = { [name]: bytes };
	const [file] = inputsOf(stored);
	const options = { worthwhile: 0, apart };
	return findFrames(memoryStorage(stored), file, options);
};

describe.each(files)("$name", ({ name, bytes }) => {
	test("is read to the end, in pieces of any size", async () => {
		for (const size of [1, 999, bytes.length]) {
			const { text, reason } = await decompressed(name, bytes, size);
			expect(reason).toBe(null);
			expect(text.equals(plain)).toBe(true);
		}
	});

	test("is told by its first bytes", () => {
		const told = compressions.where(({ signature }) =>
			signature(bytes.subarray(0, 64)),
		);
		expect(told).toEqual([compressionOfName(name)]);
	});

	test("is never less in silence when it is cut short", async () => {
		for (let i = 0; i < 40; i++) {
			const length = Math.floor((bytes.length * i) / 40);
			const { text, reason } = await decompressed(
				name,
				bytes.subarray(0, length),
			);
			expect(text.equals(plain.subarray(0, text.length))).toBe(true);
			// Where a part ends, nobody can tell that there was another.
			if (reason === null) expect(plain[text.length - 1]).toBe(10);
			else expect(reason).toMatch(/^truncated-/);
		}
	});
});

describe("a wrong bit", () => {
	// These have no checksum over what the bit may change.
	const unchecked = /^(long|frames|seekable|unchecked)\./;
	test.each(files.filter(({ name }) => !unchecked.test(name)))(
		"in $name is noticed, or changes nothing",
		async ({ name, bytes }) => {
			for (let i = 0; i < 40; i++) {
				const damaged = Buffer.from(bytes);
				const at = Math.floor(((i + 0.5) * bytes.length) / 40);
				damaged[at] ^= 1 << (i % 8);
				const { text, reason } = await decompressed(name, damaged);
				if (reason === null) expect(text.equals(plain)).toBe(true);
			}
		},
	);
});

test("what begins otherwise has no signature", () => {
	for (const head of ["", "{", "BZh9 is a text", "\x1f", "PK\x03\x04"])
		expect(
			compressions.where(({ signature }) =>
				signature(Buffer.from(head, "latin1")),
			),
		).toEqual([]);
	for (const [name, { signature }] of compressions.entries())
		for (const text of ["", "x".repeat(1000)])
			expect(
				signature(
					Buffer.from(compressedCorpora[name].compress(Buffer.from(text))),
				),
			).toBe(true);
});

describe("gzip", () => {
	test("of which only the checksum is wrong gives all records and one damage, at the end", async () => {
		const bytes = bytesOf("name.jsonl.gz");
		bytes[bytes.length - 8] ^= 1;
		const result = await readDivided("f.jsonl.gz", bytes, null, 1e9);
		expect(result.documents.map(({ text }) => text)).toEqual(texts);
		expect(result.bad).toMatchObject([
			{ reason: "corrupt-gzip", number: 3001, position: plain.length },
		]);
		const stored = { "f.jsonl.gz": bytes };
		const [file] = inputsOf(stored);
		const whole = [{ file, span: { start: 0, end: 1 } }];
		await expect(
			readAllOf(memoryStorage(stored), whole, { onBadRecord: null }),
		).rejects.toThrow(
			/^f\.jsonl\.gz:3001: the gzip data is damaged: its checksum/,
		);
	});

	test("whose second member begins with a zero byte is refused", async () => {
		const first = zlib.gzipSync("a");
		const second = zlib.gzipSync("b");
		second[0] = 0;
		const both = Buffer.concat([first, second]);
		const { text, reason } = await decompressed("x.gz", both);
		expect(text.toString()).toBe("a");
		expect(reason).toBe("garbage-after-gzip");
	});

	test("in which inflating fails gives nothing wrong before", async () => {
		const lines = Array.from({ length: 200_000 }, (_, i) => `${Math.sin(i)}\n`);
		const text = Buffer.from(lines.join(""));
		const bytes = zlib.gzipSync(text, { level: 1 });
		let failures = 0;
		for (let i = 1; i < 12; i++) {
			const damaged = Buffer.from(bytes);
			const at = Math.floor((bytes.length * i) / 12);
			damaged.fill(0xff, at, at + 9);
			const stored = { "f.txt.gz": damaged };
			const [file] = inputsOf(stored);
			const reading = readBytes(memoryStorage(stored), file);
			const { text: kept, reason, sentence } = await outcomeOf(reading);
			expect(reason).toBe("corrupt-gzip");
			// Where only the checksum tells, what is wrong was given long before.
			if (/checksum/.test(sentence)) continue;
			failures++;
			expect(kept.equals(text.subarray(0, kept.length))).toBe(true);
			expect(kept.length).toBeGreaterThan((text.length * (i - 3)) / 12);
		}
		expect(failures).toBeGreaterThan(2);
	});
});

describe("frames", () => {
	const framed = ["seekable.jsonl.zst", "frames.jsonl.zst", "bgzip.jsonl.gz"];
	const unframed = files
		.map(({ name }) => name)
		.filter((name) => !framed.includes(name));

	test.each(framed)("of %s are found, and read one by one", async (name) => {
		const bytes = bytesOf(name);
		const frames = await framesOf(name, bytes);
		expect(frames?.size).toBe(plain.length);
		expect(frames?.places.length).toBeGreaterThan(2);
		const whole = await readDivided(name, bytes, null, 1e9);
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 3000, max: 200_000 }),
				async (taskSize) => {
					const { documents, bad } = await readDivided(
						name,
						bytes,
						frames,
						taskSize,
					);
					expect(bad).toEqual([]);
					expect(documents.map(({ text }) => text)).toEqual(texts);
					expect(documents.map(({ position }) => position)).toEqual(
						whole.documents.map(({ position }) => position),
					);
				},
			),
			{ numRuns: 10 },
		);
	});

	test("that are not asked for are not read", async () => {
		const name = "seekable.jsonl.zst";
		const bytes = bytesOf(name);
		const frames = await framesOf(name, bytes);
		const { counts } = await readDivided(name, bytes, frames, plain.length / 4);
		for (const { bytes: read } of counts)
			expect(read).toBeLessThan(bytes.length / 2);
	});

	test.each(unframed)("of %s are not known", async (name) => {
		expect(await framesOf(name, bytesOf(name))).toBe(null);
	});

	test("are thinned", async () => {
		const name = "seekable.jsonl.zst";
		const frames = await framesOf(name, bytesOf(name), 50_000);
		const places = frames?.places ?? [];
		expect(places.length).toBe(3);
		for (const [i, [position]] of places.entries())
			if (i > 0) expect(position - places[i - 1][0]).toBeGreaterThan(50_000);
	});

	test("of small files are not looked for, and few reads tell of others", async () => {
		let reads = 0;
		const storage = memoryStorage(
			Object.fromEntries(files.map(({ name, bytes }) => [name, bytes])),
		);
		const counting = {
			...storage,
			async open(path: string) {
				const file = await storage.open(path);
				return {
					...file,
					read: (position: number, length: number) => {
						reads++;
						return file.read(position, length);
					},
				};
			},
		};
		for (const { name, bytes } of files) {
			const [file] = inputsOf({ [name]: bytes });
			expect(await findFrames(counting, file)).toBe(null);
			expect(reads).toBe(0);
		}
		for (const name of ["long.jsonl.zst", "name.jsonl.gz"]) {
			reads = 0;
			const [file] = inputsOf({ [name]: bytesOf(name) });
			await findFrames(counting, file, { worthwhile: 0 });
			expect(reads).toBeLessThan(8);
		}
	});

	test("that are not as long as they should be are an error", async () => {
		const name = "frames.jsonl.zst";
		const bytes = bytesOf(name);
		const { size, places } = (await framesOf(name, bytes)) as Frames;
		const wrong = places.map(([position, from], i): [number, number] => [
			i === 3 ? position + 1 : position,
			from,
		]);
		const { bad, documents } = await readDivided(
			name,
			bytes,
			{ size, places: wrong },
			1e9,
		);
		expect(bad).toMatchObject([{ reason: "wrong-frames" }]);
		expect(documents.length).toBe(1500);
	});

	test("of text make a part of its size", async () => {
		const name = "seekable.jsonl.zst";
		const frames = await framesOf(name, bytesOf(name));
		const [file] = inputsOf({ "f.txt.zst": bytesOf(name) });
		const division = await divisionOf(memoryStorage(), { ...file, frames });
		expect(division).toEqual({ parts: [plain.length] });
		expect(wholeSpan(division)).toEqual({ start: 0, end: 1 });
	});
});

describe("zstd by Node, where it can, and by the library", () => {
	const zstdFiles = files.filter(({ name }) => name.endsWith(".zst"));
	const outcomesOf = (bytes: Buffer) =>
		Promise.all(
			[zstdDecoder, libraryDecoder].map(async (create) => {
				const decoder = await create();
				const queue = new ByteQueue(piecesOf(bytes, 1000));
				const outcome = await outcomeOf(decodeFrames(queue, decoder, 1 << 20));
				decoder.close();
				return outcome;
			}),
		);

	test.each(zstdFiles)("is the same for $name", async ({ bytes }) => {
		for (const { text, reason } of await outcomesOf(bytes)) {
			expect(reason).toBe(null);
			expect(text.equals(plain)).toBe(true);
		}
	});

	// The two see damage at different places: what comes of a block may be wrong to one.
	test("is refused by both with a wrong bit", async () => {
		const bytes = bytesOf("checked.jsonl.zst");
		for (let at = 20; at < bytes.length; at += 100) {
			const damaged = Buffer.from(bytes);
			damaged[at] ^= 0x10;
			for (const { text, reason } of await outcomesOf(damaged))
				if (!text.equals(plain)) expect(reason).toBe("corrupt-zstd");
		}
	});

	test("is refused by both with a wrong checksum, after all of the text", async () => {
		const bytes = bytesOf("checked.jsonl.zst");
		bytes[bytes.length - 1] ^= 1;
		for (const { text, reason } of await outcomesOf(bytes)) {
			expect(reason).toBe("corrupt-zstd");
			expect(text.equals(plain)).toBe(true);
		}
	});
});

test("zstd files are read side by side", async () => {
	const name = "streamed.jsonl.zst";
	const results = await Promise.all(
		[1, 100, 3000].map((size) => decompressed(name, bytesOf(name), size)),
	);
	for (const { text } of results) expect(text.equals(plain)).toBe(true);
});

describe("expansion", () => {
	const zeros = zlib.gzipSync(Buffer.alloc(20_000_000));

	async function lengthOf(bytes: Buffer, always: number) {
		let read = 0;
		async function* counted() {
			for await (const piece of piecesOf(bytes, 1000)) {
				read += piece.length;
				yield piece;
			}
		}
		const text = compressions.find("gzip").decompress(counted(), 1 << 16);
		let length = 0;
		const limited = limitExpansion(text, () => read, always);
		try {
			for await (const piece of limited) length += piece.length;
		} catch (error) {
			return { length, error };
		}
		return { length, error: null };
	}

	test("of a file to more than it should is stopped", async () => {
		const { length, error } = await lengthOf(zeros, 5_000_000);
		expect(error).toMatchObject({
			reason: "expands-too-much",
			message: expect.stringMatching(/over 500 times its size/),
		});
		// Until so much was read of it that this is the limit.
		expect(length).toBeLessThanOrEqual(500 * zeros.length);
	});

	test("of a small file, or of text, is not", async () => {
		expect(await lengthOf(zeros, 2 ** 30)).toEqual({
			length: 20_000_000,
			error: null,
		});
		expect(await lengthOf(zlib.gzipSync(plain), 1)).toEqual({
			length: plain.length,
			error: null,
		});
	});
});
