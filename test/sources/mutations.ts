import fc from "fast-check";
import { expect } from "vitest";
import { badRecordReasons } from "../../src/sources/read-records.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { inputsOf, readAllOf, wholeFiles } from "./reading.js";

const mutation = fc.record({
	/** Where, as a share of the file. */
	at: fc.double({ min: 0, max: 0.999, noNaN: true }),
	bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
	how: fc.constantFrom("overwrite", "insert", "remove", "cut"),
});

function mutated(
	bytes: Buffer,
	{ at, bytes: by, how }: typeof mutation extends fc.Arbitrary<infer T> ? T : 0,
): Buffer {
	const place = Math.floor(at * bytes.length);
	const before = bytes.subarray(0, place);
	if (how === "cut") return before;
	const rest = bytes.subarray(place + (how === "insert" ? 0 : by.length));
	return Buffer.concat(how === "remove" ? [before, rest] : [before, by, rest]);
}

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
			fc.array(mutation, { minLength: 1, maxLength: 3 }),
			fc.integer({ min: 1, max: 700 }),
			async (mutations, most) => {
				const file = mutations.reduce(mutated, bytes);
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
