import fc from "fast-check";
import { expect } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { badRecordReasons } from "../../src/sources/read-records.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { mutateBytes } from "../fuzz/mutate.js";
import { inputsOf, readAllOf, wholeFiles } from "./reading.js";

/**
 * Changes a file in a few places many times over: what comes out are documents and
 * records with a declared reason, whatever the sizes of reads.
 */
export async function expectSoundReading(
	name: string,
	bytes: Buffer,
	options: { textField?: string } = {},
): Promise<void> {
	const declared = badRecordReasons();
	const read = async (file: Buffer, most: number) => {
		const files = { [name]: file };
		const storage = memoryStorage(files, most);
		const spans = await wholeFiles(storage, inputsOf(files));
		return readAllOf(storage, spans, options);
	};
	await fc.assert(
		fc.asyncProperty(
			fc.nat(),
			fc.integer({ min: 1, max: 700 }),
			async (seed, most) => {
				const file = mutateBytes(bytes, createRandom(seed));
				const result = await read(file, 1 << 20);
				for (const { reason, sentence } of result.bad) {
					expect(declared).toHaveProperty(reason);
					expect(sentence).toMatch(/onError/);
				}
				expect(result.counts[0].records).toBe(
					result.documents.length + result.bad.length,
				);
				const inPieces = await read(file, most);
				expect(inPieces.documents).toEqual(result.documents);
				expect(inPieces.bad).toEqual(result.bad);
			},
		),
		{ seed: 14, numRuns: 300 },
	);
}
