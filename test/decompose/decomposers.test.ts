import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { bucketOf } from "../../src/decompose/buckets.js";
import {
	type DecomposeOptions,
	decomposeDocuments,
} from "../../src/decompose/decompose-documents.js";
import { decomposers } from "../../src/decompose/decomposers.js";
import { remainders } from "../../src/decompose/remainders.js";

const decompose = (
	name: string,
	list: number[],
	options: object = {},
	seed = 1,
) => {
	const lengths = Int32Array.from(list);
	const ends = "minLength" in decomposers.find(name).options;
	const given = {
		name,
		...(ends && !("buckets" in options) ? { minLength: 4 } : {}),
		...("buckets" in options ? {} : { maxLength: 32 }),
		...options,
	} as DecomposeOptions;
	const { pieces } = decomposeDocuments(lengths, given, createRandom(seed));
	return { pieces, left: remainders(lengths, pieces) };
};

const lengths = fc.array(fc.nat(500), { maxLength: 50 });

describe.each(decomposers.names)("%s", (name) => {
	test("covers each document from its beginning on, and leaves the rest", () => {
		fc.assert(
			fc.property(lengths, fc.nat(9), (list, seed) => {
				const { pieces, left } = decompose(name, list, {}, seed);
				const covered = list.map(() => 0);
				for (const { document, start, length } of [pieces, left])
					for (const [i, d] of document.entries()) {
						expect(start[i]).toBe(covered[d]);
						expect(length[i]).toBeGreaterThan(0);
						covered[d] += length[i];
					}
				expect(covered).toEqual(list);
				for (const rest of left.length) expect(rest).toBeLessThan(32);
			}),
		);
	});

	test("gives the same pieces for the same seed", () => {
		const list = Array.from({ length: 100 }, (_, i) => i * 7);
		expect(decompose(name, list, {}, 3)).toEqual(decompose(name, list, {}, 3));
	});
});

test("binary: the digits of the length, the largest first", () => {
	fc.assert(
		fc.property(fc.nat(31 + 32 * 5), (length) => {
			const { pieces, left } = decompose("binary", [length]);
			const whole = Array<number>(Math.floor(length / 32)).fill(32);
			const digits = [16, 8, 4].filter((digit) => (length & digit) !== 0);
			expect([...pieces.length]).toEqual([...whole, ...digits]);
			expect([...left.length]).toEqual(length % 4 === 0 ? [] : [length % 4]);
		}),
	);
});

test("binary with plusOne: k is floor(log2(n - 1)) of what is left, as the authors have it", () => {
	fc.assert(
		fc.property(fc.nat(5000), (length) => {
			const { pieces } = decompose("binary", [length], {
				minLength: 16,
				maxLength: 256,
				plusOne: true,
			});
			const due: number[] = [];
			for (let n = length; n > 1; ) {
				const k = Math.min(8, Math.floor(Math.log2(n - 1)));
				if (k < 4) break;
				due.push(2 ** k + 1);
				n -= 2 ** k + 1;
			}
			expect([...pieces.length]).toEqual(due);
		}),
	);
});

test("binary-random: lengths of long documents are drawn with odds 1, 2, 4 from the longest on", () => {
	const { pieces } = decompose("binary-random", [2_000_000]);
	const counts = new Map<number, number>();
	for (const length of pieces.length)
		counts.set(length, (counts.get(length) ?? 0) + 1);
	const drawn = pieces.length.length;
	for (const [length, odds] of [
		[32, 1],
		[16, 2],
		[8, 4],
		[4, 8],
	]) {
		const share = (counts.get(length) ?? 0) / drawn;
		// Within five standard deviations.
		const due = odds / 15;
		const deviation = Math.sqrt((due * (1 - due)) / drawn);
		expect(Math.abs(share - due)).toBeLessThan(5 * deviation);
	}
});

test("binary-random is binary for documents of less than twice the longest", () => {
	const list = Array.from({ length: 64 }, (_, i) => i);
	expect(decompose("binary-random", list)).toEqual(decompose("binary", list));
});

test("fixed: windows, with and without overlap", () => {
	const windows = (overlap: number) => {
		const { pieces, left } = decompose("fixed", [10, 3], {
			maxLength: 4,
			overlap,
		});
		return [[...pieces.start], [...left.length]];
	};
	expect(windows(0)).toEqual([
		[0, 4],
		[2, 3],
	]);
	expect(windows(1)).toEqual([[0, 3, 6], [3]]);
});

test("nearest: the longest bucket that fits, any lengths; with powers of two it is binary", () => {
	const { pieces, left } = decompose("nearest", [1000], {
		buckets: [96, 200, 350],
	});
	expect([...pieces.length]).toEqual([350, 350, 200, 96]);
	expect([...left.length]).toEqual([4]);
	fc.assert(
		fc.property(lengths, (list) => {
			expect(decompose("nearest", list)).toEqual(decompose("binary", list));
		}),
	);
});

test("whole: each document is one piece, of the smallest bucket that holds it", () => {
	const { pieces, left } = decompose("whole", [3, 17, 70, 0]);
	expect([...pieces.length]).toEqual([3, 17, 32, 32, 6]);
	expect([...pieces.document]).toEqual([0, 1, 2, 2, 2]);
	expect(left.length).toHaveLength(0);
	const buckets = [4, 8, 16, 32];
	expect([...pieces.length].map((n) => bucketOf(n, buckets))).toEqual([
		0, 3, 3, 3, 1,
	]);
	expect(bucketOf(33, buckets)).toBe(-1);
});

test.each([
	["binary", { minLength: 3 }, /minLength is 3: give a power of two/],
	["binary", { maxLength: 48 }, /maxLength is 48: give a power of two/],
	["binary", { minLength: 64 }, /is 64, more than maxLength, which is 32/],
	["binary-random", { minLength: 0 }, /minLength is 0: .* from 1 to/],
	["fixed", { maxLength: 0 }, /maxLength is 0: .* from 1 to/],
	["fixed", { overlap: 32 }, /overlap is 32, and windows have 32 tokens/],
	["nearest", { buckets: [] }, /buckets is empty/],
	["nearest", { buckets: [8, 8] }, /must ascend, and 8 comes after 8/],
	["whole", { buckets: [0] }, /buckets is 0: .* at least 1/],
])("%s refuses %j", (name, options, sentence) => {
	const attempt = () => decompose(name, [100], options);
	expect(attempt).toThrow(sentence);
	expect(attempt).toThrow(expect.objectContaining({ code: "bad-option" }));
});

test("buckets leave nothing for minLength and maxLength to say", () => {
	const given = { buckets: [8, 20], minLength: 4 };
	expect(() => decompose("nearest", [100], given)).toThrow(
		expect.objectContaining({
			code: "ignored-option",
			message: expect.stringMatching(
				/minLength would change nothing: buckets gives the lengths/,
			),
		}),
	);
	// What was resolved once may be given again.
	const ends = { buckets: [8, 20], minLength: 8, maxLength: 20 };
	expect(decompose("nearest", [100], ends)).toEqual(
		decompose("nearest", [100], { buckets: [8, 20] }),
	);
});
