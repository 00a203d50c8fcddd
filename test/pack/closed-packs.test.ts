import fc from "fast-check";
import { expect, test } from "vitest";
import { closedPacks } from "../../src/pack/closed-packs.js";
import { pack } from "../../src/pack.js";

const capacity = 100;
const cases = fc.record({
	lengths: fc
		.array(fc.integer({ min: 1, max: capacity }), {
			minLength: 1,
			maxLength: 60,
		})
		.map((lengths) => Int32Array.from(lengths)),
	ranks: fc.integer({ min: 1, max: 9 }),
	repacks: fc.boolean(),
});

test("closes whole steps where there are enough, the fullest packs, and at least three in four", () => {
	fc.assert(
		fc.property(cases, ({ lengths, ranks, repacks }) => {
			const packing = pack(lengths, capacity);
			const { order, packOffsets } = packing;
			const packs = packOffsets.length - 1;
			const closed = closedPacks(lengths, packing, capacity, {
				ranks,
				repacks,
			});
			expect([...closed]).toEqual([...new Set(closed)].sort((a, b) => a - b));
			expect(closed.length).toBeGreaterThan(0);
			expect(packs - closed.length).toBeLessThan(packs / 4 + ranks);
			if (packs >= 2 * ranks) expect(closed.length % ranks).toBe(0);
			if (!repacks && ranks === 1) expect(closed).toHaveLength(packs);
			const fill = (pack: number) =>
				order
					.subarray(packOffsets[pack], packOffsets[pack + 1])
					.reduce((sum, i) => sum + lengths[i], 0);
			const isClosed = new Set(closed);
			const open = Array.from({ length: packs }, (_, i) => i).filter(
				(pack) => !isClosed.has(pack),
			);
			for (const pack of open)
				for (const other of closed)
					expect(fill(pack)).toBeLessThanOrEqual(fill(other));
		}),
	);
});
