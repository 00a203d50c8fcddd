import fc from "fast-check";
import { expect, test } from "vitest";
import {
	Float32Buffer,
	Int32Buffer,
	Int64Buffer,
} from "../../src/core/buffers.js";

test("an Int32Buffer refuses what no typed array could hold", () => {
	const buffer = new Int32Buffer(1);
	expect(() => buffer.reserve(2 ** 31)).toThrow(RangeError);
});

test("an Int64Buffer holds any int64 by its words, also once it was emptied", () => {
	const buffer = new Int64Buffer();
	fc.assert(
		fc.property(
			fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), {
				maxLength: 2000,
			}),
			(numbers) => {
				buffer.length = 0;
				for (const number of numbers)
					buffer.push(
						Number(number >> 32n),
						Number(BigInt.asUintN(32, number)),
					);
				expect(buffer.length).toBe(numbers.length);
				expect([...buffer.view()]).toEqual(numbers);
			},
		),
	);
});

test("a Float32Buffer gives zeros to write to, also where it held others before", () => {
	const buffer = new Float32Buffer();
	fc.assert(
		fc.property(fc.array(fc.nat(1500), { maxLength: 5 }), (counts) => {
			buffer.length = 0;
			const due: number[] = [];
			for (const [i, count] of counts.entries()) {
				const added = buffer.extend(count);
				expect(added.every((value) => value === 0)).toBe(true);
				added.fill(i + 1);
				due.push(...Array(count).fill(i + 1));
			}
			expect([...buffer.view()]).toEqual(due);
		}),
	);
});
