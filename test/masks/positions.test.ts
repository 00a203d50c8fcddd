import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import {
	parsePositionRule,
	randomPositions,
	ruledPositions,
	scalePositions,
	stretchPositions,
} from "../../src/masks/positions.js";
import { paddedRow } from "./rows.js";

describe("positions", () => {
	test("are divided, as Giraffe divides them by 4 and 16", () => {
		expect([...scalePositions([0, 1, 2, 2047], 4)]).toEqual([
			0, 0.25, 0.5, 511.75,
		]);
		expect([...scalePositions([8], 16)]).toEqual([0.5]);
	});

	test("are stretched as Long-CLIP does it: 20 kept, 248 tokens in 77 positions", () => {
		expect([...stretchPositions([0, 20, 21, 244, 247], 20, 4)]).toEqual([
			0, 20, 20.25, 76, 76.75,
		]);
	});

	test("at random ascend from 0 to the last by distances of 1 on average", () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 2, max: 300 }),
				fc.nat(),
				(length, seed) => {
					const positions = randomPositions(length, createRandom(seed));
					expect(positions[0]).toBe(0);
					expect(positions[length - 1]).toBeCloseTo(length - 1, 3);
					for (let i = 1; i < length; i++)
						expect(positions[i]).toBeGreaterThan(positions[i - 1]);
				},
			),
		);
		expect([...randomPositions(1, createRandom(1))]).toEqual([0]);
	});

	test("at random are a sequence's own, wherever it lies", () => {
		const rule = { kind: "random", seed: 3 } as const;
		fc.assert(
			fc.property(paddedRow, ({ row, rowLength }) => {
				const whole = ruledPositions(row, rule, rowLength);
				expect(whole).toHaveLength(rowLength);
				let start = 0;
				for (const length of row.seqLengths) {
					const alone = {
						ids: row.ids.subarray(start, start + length),
						seqLengths: Int32Array.of(length),
					};
					expect(whole.subarray(start, start + length)).toEqual(
						ruledPositions(alone, rule),
					);
					start += length;
				}
			}),
		);
	});

	test("go by a rule as people write it", () => {
		expect(parsePositionRule("linear:4")).toEqual({
			kind: "linear",
			factor: 4,
		});
		expect(parsePositionRule("stretch:20,4")).toEqual({
			...{ kind: "stretch", kept: 20, factor: 4 },
		});
		expect(parsePositionRule("random")).toEqual({ kind: "random", seed: 0 });
		expect(parsePositionRule("random:7")).toEqual({ kind: "random", seed: 7 });
		for (const wrong of [
			"",
			"linear",
			"linear:0",
			"linear:x",
			// Positions that no number of 32 bits holds, or that are all 0.
			"linear:1e-300",
			"linear:1e50",
			"stretch:4,1e-300",
			"stretch:4",
			"stretch:1.5,4",
			"random:-1",
			"cubic:2",
		])
			expect(parsePositionRule(wrong), wrong).toMatch(/give linear:4/);
	});
});
