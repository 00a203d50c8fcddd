import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fill, longUnits } from "../../src/segment/fill-units.js";
import { costStarts, fillUnits } from "../../src/segment.js";

const lengthsOf = (...of: Parameters<typeof fillUnits>) => [
	...fillUnits(...of).length,
];

describe("segments of published code", () => {
	test("SMITH: blocks of 20 tokens, 3 of them for others; sentences of 10, 5 and 23", () => {
		// Its third block is empty, and 6 tokens are lost.
		expect(lengthsOf([10, 5, 23], 17)).toEqual([15, 17, 6]);
	});

	test("InftyThink: steps of 1000, 2000, 1500, 3000, 100 at 4096", () => {
		const steps = [1000, 2000, 1500, 3000, 100];
		expect(lengthsOf(steps, 4096, "after")).toEqual([4500, 3100]);
		expect(lengthsOf(steps, 4096, "before")).toEqual([3000, 1500, 3100]);
	});

	test("SEA: windows of 32 blocks, 16 of which the next one has, too", () => {
		const { start, length } = fillUnits(Array(70).fill(3), 1000, "before", {
			units: 32,
			overlap: 16,
		});
		expect([...start]).toEqual([0, 48, 96, 144]);
		expect([...length]).toEqual([96, 96, 96, 66]);
	});

	test("Mem-alpha: a first sentence longer than a chunk leaves no chunk empty", () => {
		expect(lengthsOf([5000, 10], 4096)).toEqual([4096, 914]);
	});
});

const rules = fc.record({
	tokens: fc.integer({ min: 1, max: 12 }),
	close: fc.constantFrom("before" as const, "after" as const),
	more: fc.record({
		mostTokens: fc.integer({ min: 12, max: 20 }),
		units: fc.integer({ min: 1, max: 6 }),
		overlap: fc.nat(5),
	}),
});
const lengths = fc.array(fc.nat(30), { maxLength: 30 });

test("segments have every token, begin at units, and are as full as they can be", () => {
	fc.assert(
		fc.property(lengths, rules, (list, { tokens, close, more }) => {
			const { mostTokens, units, overlap } = more;
			const { start, length } = fillUnits(list, tokens, close, more);
			const total = list.reduce((sum, each) => sum + each, 0);
			/** Where units begin and end, and parts of those that are too long. */
			const borders = new Set([0]);
			let end = 0;
			for (const each of list) {
				for (let part = tokens; part < each; part += tokens)
					borders.add(end + part);
				end += each;
				borders.add(end);
			}
			const sorted = [...borders].sort((a, b) => a - b);
			let covered = 0;
			for (let i = 0; i < start.length; i++) {
				const until = start[i] + length[i];
				expect(borders).toContain(start[i]);
				expect(borders).toContain(until);
				expect(until).toBeGreaterThan(covered);
				const [first, last] = [start[i], until].map((at) => sorted.indexOf(at));
				const shared = sorted.indexOf(covered) - first;
				expect(shared).toBeGreaterThanOrEqual(0);
				expect(shared).toBeLessThanOrEqual(overlap);
				expect(last - first).toBeLessThanOrEqual(units);
				expect(length[i]).toBeLessThanOrEqual(
					close === "before" ? tokens : mostTokens,
				);
				if (close === "after")
					expect(sorted[last - 1] - start[i]).toBeLessThanOrEqual(tokens);
				if (until < total) {
					const withNext = sorted[last + 1] - start[i];
					expect(
						last - first === units ||
							(close === "before"
								? withNext > tokens
								: length[i] > tokens || withNext > mostTokens),
					).toBe(true);
				}
				covered = until;
			}
			expect(covered).toBe(total);
		}),
	);
});

test("tokens are units of one each", () => {
	fc.assert(
		fc.property(fc.nat(60), rules, (length, { tokens, close, more }) => {
			const found: number[][] = [];
			fill(length, null, { tokens, close, ...more }, (...of) => found.push(of));
			const due = fillUnits(Array(length).fill(1), tokens, close, more);
			expect(found).toEqual(
				Array.from(due.start, (start, i) => [start, start + due.length[i]]),
			);
		}),
	);
});

test("units that are cut are counted", () => {
	expect(longUnits(38, [10, 15], 17)).toBe(1);
	expect(longUnits(38, [10, 15], 4)).toBe(3);
	expect(longUnits(0, [], 4)).toBe(0);
});

test("runs of tokens have costs of up to a sum, or one token that costs more", () => {
	expect([...costStarts([8, 8, 1, 15, 16, 17, 3, 0], 16)]).toEqual([
		0, 2, 4, 5, 6,
	]);
	expect([...costStarts([], 16)]).toEqual([]);
});
