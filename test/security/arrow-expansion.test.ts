import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, packRecords, SeqpackError } from "seqpack";
import { expect, test } from "vitest";
import { fixtures, temporaryDirectory, tokenizerPath } from "../helpers.js";

/** What a zstd and an LZ4 frame begin with. */
const frames = [Buffer.from("28b52ffd", "hex"), Buffer.from("04224d18", "hex")];

/** Places of the lengths that stand before compressed buffers of an Arrow file. */
function lengthsIn(bytes: Buffer): number[] {
	const places: number[] = [];
	for (let at = 8; at < bytes.length - 4; at++)
		if (frames.some((frame) => frame.equals(bytes.subarray(at, at + 4))))
			places.push(at - 8);
	return places;
}

const arrowFiles = readdirSync(join(fixtures, "interop/sources/arrow"))
	.filter((name) => /lz4|zstd/.test(name))
	.map((name) => join(fixtures, "interop/sources/arrow", name));

test.each([
	...[2 ** 28 + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 8, 2 ** 40, 2 ** 62],
	...[-2, -(2 ** 40)],
])(
	"a compressed buffer of Arrow that says it has %i bytes is refused",
	async (size) => {
		const directory = temporaryDirectory();
		expect(arrowFiles.length).toBeGreaterThan(5);
		const before = process.memoryUsage().arrayBuffers;
		for (const [number, file] of arrowFiles.entries()) {
			const bytes = readFileSync(file);
			const places = lengthsIn(bytes);
			expect(places.length, file).toBeGreaterThan(0);
			for (const at of places) bytes.writeBigInt64LE(BigInt(size), at);
			const input = join(directory, `${number}.arrow`);
			writeFileSync(input, bytes);
			const out = join(directory, `out-${number}`);
			for (const read of [
				() =>
					build({
						...{ inputs: [input], tokenizer: tokenizerPath, seqLen: 64 },
						...{ workers: 0, out },
					}),
				() =>
					packRecords({
						...{ inputs: [input], lengthColumn: "n", passThrough: true },
						...{ seqLen: 64, out },
					}),
			]) {
				const error = await read().catch((error) => error);
				expect(error, file).toBeInstanceOf(SeqpackError);
				expect(error.message.length).toBeLessThan(1000);
			}
		}
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 27);
	},
);
