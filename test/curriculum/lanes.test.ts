import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { documentsOfLanes, leastSteps } from "../../src/curriculum/lanes.js";

const someChunks = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 });
const lanesBefore = fc.array(fc.nat(50), { minLength: 1, maxLength: 9 });

describe("documents of lanes", () => {
	test("each document has one lane, which reads one after the other without a gap", () => {
		fc.assert(
			fc.property(someChunks, lanesBefore, fc.nat(), (list, before, seed) => {
				const loads = Float64Array.from(before);
				const chunks = Int32Array.from(list);
				const random = createRandom(seed);
				const { order, lane, firstStep } = documentsOfLanes(
					chunks,
					loads,
					random,
				);
				expect([...order].sort((a, b) => a - b)).toEqual([...chunks.keys()]);
				const next = [...before];
				order.forEach((document, i) => {
					if (i > 0) expect(lane[i]).toBeGreaterThanOrEqual(lane[i - 1]);
					expect(firstStep[i]).toBe(next[lane[i]]);
					next[lane[i]] += chunks[document];
				});
				expect([...loads]).toEqual(next);
			}),
		);
	});

	test("lanes differ by the longest document at most, window after window", () => {
		fc.assert(
			fc.property(
				fc.array(someChunks, { minLength: 1, maxLength: 4 }),
				fc.integer({ min: 1, max: 9 }),
				(windows, lanes) => {
					const loads = new Float64Array(lanes);
					for (const [seed, list] of windows.entries())
						documentsOfLanes(Int32Array.from(list), loads, createRandom(seed));
					const longest = Math.max(0, ...windows.flat());
					const most = Math.max(...loads);
					expect(most - Math.min(...loads)).toBeLessThanOrEqual(longest);
					const all = windows.flat().reduce((sum, n) => sum + n, 0);
					const least = leastSteps(all, longest, lanes);
					expect(most).toBeGreaterThanOrEqual(least);
					// Graham's bound for lists in any order.
					expect(most).toBeLessThanOrEqual(2 * least);
				},
			),
		);
	});

	test("no more than 4/3 of the fewest steps, by trying all ways", () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 1, max: 20 }), {
					minLength: 1,
					maxLength: 7,
				}),
				fc.integer({ min: 1, max: 3 }),
				(list, lanes) => {
					const loads = new Float64Array(lanes);
					documentsOfLanes(Int32Array.from(list), loads, createRandom(1));
					let fewest = Number.POSITIVE_INFINITY;
					for (let way = 0; way < lanes ** list.length; way++) {
						const tried = Array(lanes).fill(0);
						list.forEach((n, i) => {
							tried[Math.floor(way / lanes ** i) % lanes] += n;
						});
						fewest = Math.min(fewest, ...[Math.max(...tried)]);
					}
					const all = list.reduce((sum, n) => sum + n, 0);
					expect(leastSteps(all, Math.max(...list), lanes)).toBeLessThanOrEqual(
						fewest,
					);
					expect(3 * Math.max(...loads)).toBeLessThanOrEqual(4 * fewest);
				},
			),
			{ numRuns: 60 },
		);
	});

	test("many documents of usual lengths leave lanes level, and lengths do not fall as steps go on", () => {
		const random = createRandom(7);
		const chunks = Int32Array.from({ length: 4096 }, () =>
			Math.ceil(2 ** ((random() / 2 ** 32) * 6)),
		);
		const loads = new Float64Array(64);
		const { order, firstStep } = documentsOfLanes(chunks, loads, random);
		expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
		const half = Math.max(...loads) / 2;
		const mean = (isEarly: boolean) => {
			const of = [...order].filter((_, i) => firstStep[i] < half === isEarly);
			return (
				of.reduce((sum, document) => sum + chunks[document], 0) / of.length
			);
		};
		expect(mean(true) / mean(false)).toBeGreaterThan(0.8);
		expect(mean(true) / mean(false)).toBeLessThan(1.25);
	});
});
