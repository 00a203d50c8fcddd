import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { build } from "../../../src/engines/build.js";
import { checkMetadata } from "../../../src/tables/parquet/check-metadata.js";
import { directoryWith, filesBelow } from "../../helpers.js";

/** The end of a file with metadata. */
const withTail = (...metadata: number[]) => {
	const tail = Buffer.alloc(8);
	tail.writeUInt32LE(metadata.length);
	tail.write("PAR1", 4);
	return Buffer.concat([Buffer.from(metadata), tail]);
};

test.each([
	[
		"a list of 2^25 elements",
		[0x29, 0xfc, 0x80, 0x80, 0x80, 0x10, 0],
		/a list of 33554432 elements in 1 bytes/,
	],
	["a text that is longer than all", [0x18, 0xff, 0xff, 0x03, 0], /cut off/],
	["a structure without an end", [0x15, 2], /cut off/],
	["a type that there is not", [0x1d, 0], /cannot be read/],
	["structures within one another", Array(200).fill(0x1c), /too deep/],
])("%s is refused", (_, metadata, sentence) => {
	expect(() => checkMetadata(withTail(...metadata))).toThrow(sentence);
});

test("a length that is more than there is, and a file that is shorter than its end", () => {
	const end = withTail(0);
	end.writeUInt32LE(100, 1);
	expect(() => checkMetadata(end)).toThrow(/cut off/);
	expect(() => checkMetadata(Buffer.alloc(3))).toThrow(/cut off/);
});

test("what is written is passed, and a bit of it that is flipped is passed or refused, at once", async () => {
	const directory = directoryWith({ "a.jsonl": '{"text":"one two"}\n' });
	const out = join(directory, "out");
	await build({
		...{ inputs: [join(directory, "a.jsonl")], tokenizer: "bytes", out },
		...{ seqLen: 64, workers: 0 },
	});
	const [shard] = filesBelow(out).filter((path) =>
		path.startsWith("data/train"),
	);
	const bytes = readFileSync(join(out, shard));
	checkMetadata(bytes);
	const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
	let refused = 0;
	for (let at = start * 8; at < (bytes.length - 8) * 8; at++) {
		const flipped = Buffer.from(bytes);
		flipped[at >> 3] ^= 1 << (at & 7);
		try {
			checkMetadata(flipped);
		} catch (error) {
			expect((error as Error).message).toMatch(/^its metadata /);
			refused++;
		}
	}
	expect(refused).toBeGreaterThan(100);
});
