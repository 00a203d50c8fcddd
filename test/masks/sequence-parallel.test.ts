import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rowShare, sharedWidth } from "../../src/masks/row-share.js";
import {
	paddedCuSeqlens,
	type Sharing,
	sequenceMultiple,
	sequenceShares,
	shareCosts,
	sharedLengths,
	shareSpans,
} from "../../src/masks.js";
import { partitionedIndices } from "./partitioned-indices.js";

const sum = (numbers: Iterable<number>) => {
	let total = 0;
	for (const number of numbers) total += number;
	return total;
};
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

function tokensOf(spans: readonly (readonly [number, number])[]): number[] {
	return spans.flatMap(([from, to]) => range(to - from).map((i) => from + i));
}

const lengths = fc
	.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 })
	.map((numbers) => Int32Array.from(numbers));
const shared = fc.record({
	seqLengths: lengths,
	parts: fc.integer({ min: 2, max: 5 }),
	times: fc.integer({ min: 1, max: 3 }),
	tail: fc.nat(3),
});

describe("shares by document", () => {
	test("are the tokens that Transformer Engine's kernels take for them", () => {
		fc.assert(
			fc.property(shared, ({ seqLengths, parts, times, tail }) => {
				const multiple = 2 * parts * times;
				const sharing: Sharing = { shares: "document-zigzag", parts, multiple };
				const padding = tail * multiple;
				const { cuSeqlensPadded } = paddedCuSeqlens(
					seqLengths,
					multiple,
					sum(seqLengths) + padding,
				);
				const total = cuSeqlensPadded[cuSeqlensPadded.length - 1];
				for (const part of range(parts))
					expect(
						tokensOf(shareSpans(seqLengths, sharing, part, total)),
					).toEqual(partitionedIndices(cuSeqlensPadded, total, parts, part));
			}),
		);
	});

	test("have every token once, and as many of each sequence on every rank", () => {
		fc.assert(
			fc.property(
				shared,
				fc.constantFrom(...sequenceShares.names),
				({ seqLengths, parts, tail }, shares) => {
					const sharing = { shares, parts };
					const used = sum(sharedLengths(seqLengths, sharing));
					const multiple = 2 * parts;
					const rowLength = (Math.ceil(used / multiple) + tail) * multiple;
					const given = range(parts).map((part) =>
						tokensOf(shareSpans(seqLengths, sharing, part, rowLength)),
					);
					for (const tokens of given)
						expect(tokens).toHaveLength(rowLength / parts);
					expect(given.flat().sort((a, b) => a - b)).toEqual(range(rowLength));
					if (!sequenceShares.find(shares).cutsSequences) return;
					const { cuSeqlensPadded: borders } = paddedCuSeqlens(
						seqLengths,
						sequenceMultiple(sharing),
					);
					for (const [i, to] of borders.subarray(1).entries()) {
						const counts = given.map(
							(tokens) =>
								tokens.filter((token) => borders[i] <= token && token < to)
									.length,
						);
						expect(new Set(counts).size).toBe(1);
					}
				},
			),
		);
	});

	test("cut nothing from padding that another sequence has", () => {
		const sharing = { shares: "document-contiguous", parts: 2 } as const;
		expect([...sharedLengths(Int32Array.of(1, 4, 5), sharing)]).toEqual([
			2, 4, 6,
		]);
		expect(shareSpans(Int32Array.of(1, 4, 5), sharing, 1)).toEqual([
			[1, 2],
			[4, 6],
			[9, 12],
		]);
	});

	test.each([
		[12, "document-zigzag", 8, /multiple of 12 .* into 16 equal parts/],
		[0, "document-contiguous", 2, /give a multiple of 2\./],
	] as const)(
		"of a multiple of %i are refused",
		(multiple, shares, parts, what) => {
			const lengths = Int32Array.of(4, 12);
			expect(() => shareSpans(lengths, { shares, parts, multiple }, 0)).toThrow(
				what,
			);
		},
	);
});

describe("costs of shares", () => {
	test("are the pairs that tokens attend to, one by one", () => {
		fc.assert(
			fc.property(
				shared,
				fc.constantFrom(...sequenceShares.names),
				({ seqLengths, parts }, shares) => {
					const sharing = { shares, parts };
					const used = sum(sharedLengths(seqLengths, sharing));
					const rowLength = Math.ceil(used / (2 * parts)) * 2 * parts;
					const costs = new Array(rowLength).fill(0);
					let at = 0;
					const roomy = sharedLengths(seqLengths, sharing);
					for (const [i, length] of seqLengths.entries()) {
						for (let k = 0; k < length; k++) costs[at + k] = k + 1;
						at += roomy[i];
					}
					const due = range(parts).map((part) =>
						sum(
							tokensOf(shareSpans(seqLengths, sharing, part, rowLength)).map(
								(token) => costs[token],
							),
						),
					);
					expect([...shareCosts(seqLengths, sharing, rowLength)]).toEqual(due);
				},
			),
		);
	});

	test("of 4 and 12 tokens on two ranks", () => {
		const lengths = Int32Array.of(4, 12);
		const costs = (shares: Sharing["shares"]) => [
			...shareCosts(lengths, { shares, parts: 2 }),
		];
		expect(costs("zigzag")).toEqual([52, 36]);
		expect(costs("document-zigzag")).toEqual([44, 44]);
	});

	test("of one of 65,536 and 64 of 1,024 on eight ranks", () => {
		const lengths = Int32Array.from([65_536, ...new Array(64).fill(1024)]);
		const overMean = (shares: Sharing["shares"]) => {
			const costs = shareCosts(lengths, { shares, parts: 8 });
			return Math.max(...costs) / (sum(costs) / 8);
		};
		expect(overMean("zigzag")).toBeCloseTo(1.86, 2);
		expect(overMean("document-zigzag")).toBe(1);
		expect(overMean("document-contiguous")).toBeCloseTo(1.875, 2);
	});

	test("are the same on all ranks where documents are cut in zigzag without padding", () => {
		fc.assert(
			fc.property(shared, ({ seqLengths, parts, times }) => {
				const multiple = 2 * parts * times;
				const whole = seqLengths.map((length) => length * multiple);
				const sharing = { shares: "document-zigzag", parts, multiple } as const;
				const costs = shareCosts(whole, sharing);
				expect(new Set(costs).size).toBe(1);
			}),
		);
	});
});

describe("the share of a row", () => {
	const share = { shares: "document-zigzag", parts: 2, multiple: 4 } as const;

	test("has padding after each sequence, and at the row's end as one more", () => {
		const lengths = Int32Array.of(3, 5);
		const width = 16;
		const [first, second] = [0, 1].map((part) =>
			rowShare(lengths, { ...share, part, most: 8, width }),
		);
		expect(first.rowLength).toBe(12);
		expect(first.padding).toBe(4);
		// In the row: 1 2 3 p, 4 5 6 7 8 p p p, and 0 0 0 0.
		const values = [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0];
		expect([...first.cut(values, -1)]).toEqual([1, -1, 4, 5, -1, -1, 0, 0]);
		expect([...second.cut(values, -1)]).toEqual([2, 3, 6, 7, 8, -1, 0, 0]);
		expect([...first.cut(values, "counted")]).toEqual([
			1, 4, 4, 5, 10, 11, 0, 0,
		]);
		expect([...first.cut(values, "repeated")]).toEqual([
			1, 3, 4, 5, 8, 8, 0, 0,
		]);
	});

	test("leaves out tokens beyond what is given of a row", () => {
		const lengths = Int32Array.of(9);
		expect(sharedWidth([lengths], 8, share)).toBe(8);
		const given = rowShare(lengths, { ...share, part: 0, most: 8, width: 8 });
		expect([...given.seqLengths]).toEqual([8]);
		expect([...given.cut(range(9), -1)]).toEqual([0, 1, 6, 7]);
	});

	test("of the longest row is without padding at its end", () => {
		const rows = [Int32Array.of(1, 1), Int32Array.of(7), Int32Array.of(2)];
		expect(sharedWidth(rows, 7, share)).toBe(8);
	});
});
