import fc from "fast-check";
import { expect, test } from "vitest";
import { BitSet } from "../../src/core/bit-set.js";

test("finds the nearest members from either side, as a sorted list does", () => {
	fc.assert(
		fc.property(
			fc
				.integer({ min: 0, max: 5000 })
				.chain((most) =>
					fc.tuple(
						fc.constant(most),
						fc.array(fc.nat(most)),
						fc.array(fc.nat(most)),
						fc.array(fc.nat(most), { minLength: 1 }),
					),
				),
			([most, added, deleted, asked]) => {
				const set = new BitSet(most);
				for (const value of added) set.add(value);
				for (const value of deleted) set.delete(value);
				const members = added
					.filter((value) => !deleted.includes(value))
					.sort((a, b) => a - b);
				for (const value of [...asked, 0, most]) {
					expect(set.smallestFrom(value)).toBe(
						members.find((member) => member >= value) ?? -1,
					);
					expect(set.largestUpTo(value)).toBe(
						members.findLast((member) => member <= value) ?? -1,
					);
				}
			},
		),
	);
});
