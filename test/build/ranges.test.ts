import fc from "fast-check";
import { expect, test } from "vitest";
import { numbersOfRanges, rangesText } from "../../src/build/ranges.js";

test("ranges hold the numbers that they are of, and no two touch", () => {
	fc.assert(
		fc.property(fc.uniqueArray(fc.nat(60)), (numbers) => {
			numbers.sort((a, b) => a - b);
			const text = rangesText(numbers);
			const ranges = text === "" ? [] : text.split(",");
			expect(numbersOfRanges(text)).toEqual(numbers);
			const gaps = numbers.filter((n, i) => i > 0 && n > numbers[i - 1] + 1);
			expect(ranges.length).toBe(numbers.length === 0 ? 0 : gaps.length + 1);
		}),
	);
	expect(rangesText([0, 1, 2, 3, 7, 9, 10])).toBe("0-3,7,9-10");
	expect(numbersOfRanges("0-3,7,9-10")).toEqual([0, 1, 2, 3, 7, 9, 10]);
});
