import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
	countLinesBefore,
	readLineBlocks,
} from "../../../src/sources/bytes/lines.js";
import type { InputFile, Span } from "../../../src/sources/source.js";
import { memoryStorage } from "../../../src/storage/memory.js";

const file = (size: number, compression: "gzip" | null = null): InputFile => ({
	path: "f",
	source: "f",
	size,
	version: null,
	format: "jsonl",
	compression,
	frames: null,
});

const text = fc
	.array(fc.constantFrom("a", "bc", "é", "\n", "\n\n", "long line ", "\r\n"))
	.map((parts) => Buffer.from(parts.join("")));

async function linesOf(
	bytes: Buffer,
	span: Span,
	most: number,
): Promise<{ position: number; line: string }[]> {
	const lines: { position: number; line: string }[] = [];
	for await (const block of readLineBlocks(
		memoryStorage({ f: bytes }, most),
		file(bytes.length),
		span,
	)) {
		let start = 0;
		while (start < block.bytes.length) {
			const newline = block.bytes.indexOf(10, start);
			const end = newline === -1 ? block.bytes.length : newline + 1;
			lines.push({
				position: block.position + start,
				line: block.bytes.toString("latin1", start, end),
			});
			start = end;
		}
	}
	return lines;
}

function expectedLines(bytes: Buffer): { position: number; line: string }[] {
	const lines = [];
	let position = 0;
	for (const line of bytes.toString("latin1").split(/(?<=\n)/)) {
		if (line !== "") lines.push({ position, line });
		position += line.length;
	}
	return lines;
}

test("spans cut anywhere give each line once, to the span of its first byte", async () => {
	await fc.assert(
		fc.asyncProperty(
			text,
			fc.array(fc.nat(80)),
			fc.integer({ min: 1, max: 9 }),
			async (bytes, cuts, most) => {
				const borders = [0, ...cuts.filter((c) => c < bytes.length)];
				borders.push(bytes.length);
				borders.sort((a, b) => a - b);
				const expected = expectedLines(bytes);
				for (let i = 0; i + 1 < borders.length; i++) {
					const [start, end] = [borders[i], borders[i + 1]];
					if (start === end) continue;
					expect(await linesOf(bytes, { start, end }, most)).toEqual(
						expected.filter((l) => l.position >= start && l.position < end),
					);
				}
			},
		),
		{ numRuns: 400 },
	);
});

test("a span without an end goes to the end of the file", async () => {
	const bytes = Buffer.from("one\ntwo\nthree");
	expect(await linesOf(bytes, { start: 0, end: Infinity }, 2)).toEqual(
		expectedLines(bytes),
	);
});

test("lines that begin before a place are counted, also in gzip", async () => {
	await fc.assert(
		fc.asyncProperty(text, fc.nat(60), async (bytes, place) => {
			const before = Math.min(place, bytes.length);
			const expected = expectedLines(bytes).filter(
				({ position }) => position < before,
			).length;
			const plain = memoryStorage({ f: bytes }, 7);
			const packed = memoryStorage({ f: gzipSync(bytes) }, 7);
			expect(await countLinesBefore(plain, file(0), before)).toBe(expected);
			expect(await countLinesBefore(packed, file(0, "gzip"), before)).toBe(
				expected,
			);
		}),
	);
});

test("a long line is given in one piece, and its memory can go before the next", async () => {
	const long = Buffer.alloc(40e6, "x");
	const bytes = Buffer.concat([
		Buffer.from("first\n"),
		long,
		Buffer.from("\nlast"),
	]);
	const lines: string[] = [];
	for await (const block of readLineBlocks(
		memoryStorage({ f: bytes }, 1 << 20),
		file(bytes.length),
		{ start: 0, end: bytes.length },
	)) {
		if (block.drop === undefined) {
			lines.push(block.bytes.toString().trimEnd());
			continue;
		}
		expect(block.bytes.subarray(0, -1).equals(long)).toBe(true);
		lines.push(`${block.length} bytes at ${block.position}`);
		block.drop();
		expect(block.bytes.length).toBe(0);
	}
	expect(lines).toEqual(["first", "40000001 bytes at 6", "last"]);
});
