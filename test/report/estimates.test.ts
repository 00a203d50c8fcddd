import { expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { byRatio, exactly, total } from "../../src/report/estimates.js";

test("ranges hold for about 19 of 20 samples", () => {
	const random = createRandom(1);
	const uniform = () => random() / 2 ** 32;
	const parts = Array.from({ length: 400 }, () => {
		const size = 4 + 2 * uniform();
		return { size, value: size * (1 + uniform()) ** 2 };
	});
	const size = parts.reduce((sum, part) => sum + part.size, 0);
	const value = parts.reduce((sum, part) => sum + part.value, 0);
	let held = 0;
	for (let i = 0; i < 2000; i++) {
		const some = Array.from(
			{ length: 8 },
			() => parts[Math.floor(uniform() * parts.length)],
		);
		const found = byRatio(some, size);
		if (Math.abs(found.value - value) <= (found.error ?? 0)) held++;
	}
	expect(held / 2000).toBeGreaterThan(0.92);
	expect(held / 2000).toBeLessThan(0.98);
	expect(byRatio(parts, size).error).toBeCloseTo(0, 4);
});

test("what is exact stays so, and what is not known makes a sum unknown", () => {
	const one = byRatio([{ size: 1, value: 3 }], 4);
	expect(one).toEqual({ value: 12, error: null });
	expect(total([exactly(2), exactly(3)])).toEqual({ value: 5, error: 0 });
	expect(total([exactly(2), one])).toEqual({ value: 14, error: null });
});
