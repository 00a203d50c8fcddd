import fc from "fast-check";
import { expect, test } from "vitest";
import { joinSides } from "../../src/dataset/verify/join-sides.js";

const row = (sequences: [doc: bigint, start: number, length: number][]) => ({
	docIds: BigInt64Array.from(sequences, ([doc]) => doc),
	docOffsets: Int32Array.from(sequences, ([, start]) => start),
	lengths: Int32Array.from(sequences, ([, , length]) => length),
	facts: {},
	labels: Int32Array.from(sequences, ([, , length]) => length - 1),
});

const document = fc.array(fc.integer({ min: 1, max: 9 }), {
	minLength: 1,
	maxLength: 3,
});

test("the sides of a document are one, however many they are", () => {
	fc.assert(
		fc.property(fc.array(document, { maxLength: 8 }), (all) => {
			const sequences = all.flatMap((sides, doc) => {
				let start = 0;
				return sides.map((length): [bigint, number, number] => {
					start += length;
					return [BigInt(doc), start - length, length];
				});
			});
			const totals = all.map((sides) => sides.reduce((a, b) => a + b, 0));
			const joined = joinSides(row(sequences));
			expect([...joined.lengths]).toEqual(totals);
			expect([...joined.docIds]).toEqual(all.map((_, doc) => BigInt(doc)));
			expect([...joined.docOffsets]).toEqual(all.map(() => 0));
			expect([...(joined.labels ?? [])]).toEqual(
				all.map((sides, doc) => totals[doc] - sides.length),
			);
		}),
	);
});

test("sides that are apart, or the wrong way round, stay what they are", () => {
	for (const sequences of [
		[
			[1n, 0, 4],
			[2n, 0, 3],
			[1n, 4, 5],
		],
		[
			[1n, 4, 5],
			[1n, 0, 4],
		],
		[
			[1n, 0, 4],
			[1n, 5, 4],
		],
	] as [bigint, number, number][][]) {
		const { lengths } = joinSides(row(sequences));
		expect([...lengths]).toEqual(sequences.map(([, , length]) => length));
	}
});
