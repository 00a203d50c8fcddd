import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { remainders } from "../../src/decompose/cut.js";
import type { DecomposeOptions } from "../../src/decompose/decompose-options.js";
import {
	decomposers,
	findDecomposer,
} from "../../src/decompose/decomposers.js";
import { bucketOf } from "../../src/decompose/whole.js";

const decompose = (
	name: string,
	lengths: number[],
	options: Partial<DecomposeOptions> = {},
	seed = 1,
) => {
	const pieces = findDecomposer(name)(
		Int32Array.from(lengths),
		{ minLength: 4, maxLength: 32, ...options },
		createRandom(seed),
	);
	return { pieces, left: remainders(Int32Array.from(lengths), pieces) };
};

const lengths = fc.array(fc.nat(500), { maxLength: 50 });

describe.each(Object.keys(decomposers))("%s", (name) => {
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
	["binary", { minLength: 3 }, /--min-length\) is 3: give a power of two/],
	["binary", { maxLength: 48 }, /--max-length\) is 48: give a power of two/],
	["binary", { minLength: 64 }, /is 64, more than maxLength .*, 32/],
	["binary-random", { minLength: 0 }, /--min-length\) is 0/],
	["fixed", { maxLength: 0 }, /pieces of 0 tokens/],
	["fixed", { overlap: 32 }, /windows of 32 tokens cannot overlap by 32/],
	["nearest", { buckets: [] }, /no lengths of buckets/],
	["nearest", { buckets: [8, 8] }, /must ascend, and 8 comes after 8/],
	["whole", { buckets: [0] }, /sequences of 0 tokens/],
	["halves", {}, /no decomposer "halves"; there are: binary/],
])("%s refuses %j", (name, options, sentence) => {
	expect(() => decompose(name, [100], options)).toThrow(sentence);
});
