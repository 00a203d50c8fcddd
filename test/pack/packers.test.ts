import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowerBound } from "../../src/pack/lower-bound.js";
import { pack, packers } from "../../src/pack/pack.js";
import type { Packing } from "../../src/pack/packing.js";

/** A capacity, and lengths from 1 to it, of the shapes that packers find hard. */
const instance = fc.integer({ min: 1, max: 200 }).chain((capacity) =>
	fc.tuple(
		fc.constant(capacity),
		fc.oneof(
			fc.array(fc.integer({ min: 1, max: capacity }), { maxLength: 300 }),
			fc.array(
				fc.integer({
					min: Math.ceil(capacity / 3),
					max: Math.ceil(capacity / 2),
				}),
			),
			fc
				.tuple(fc.nat(300), fc.integer({ min: 1, max: capacity }))
				.map(([n, length]) => Array<number>(n).fill(length)),
			fc.array(fc.constantFrom(1, capacity, Math.floor(capacity / 2) + 1)),
		),
	),
);

function checkPacking(
	lengths: Int32Array,
	capacity: number,
	{ order, packOffsets }: Packing,
): void {
	const packs = packOffsets.length - 1;
	expect(packOffsets[0]).toBe(0);
	expect(packOffsets[packs]).toBe(lengths.length);
	expect([...order].sort((a, b) => a - b)).toEqual([...lengths.keys()]);
	for (let p = 0; p < packs; p++) {
		let tokens = 0;
		for (let at = packOffsets[p]; at < packOffsets[p + 1]; at++)
			tokens += lengths[order[at]];
		expect(tokens).toBeGreaterThan(0);
		expect(tokens).toBeLessThanOrEqual(capacity);
	}
	expect(packs).toBeGreaterThanOrEqual(lowerBound(lengths, capacity));
}

describe.each(Object.keys(packers))("%s", (packer) => {
	test("puts each sequence in one pack, and no pack over capacity", () => {
		fc.assert(
			fc.property(instance, ([capacity, list]) => {
				const lengths = Int32Array.from(list);
				checkPacking(lengths, capacity, pack(lengths, capacity, { packer }));
			}),
			{ numRuns: 300 },
		);
	});

	test("says what is wrong with lengths that cannot be packed", () => {
		const attempt = (lengths: number[], capacity: number) => () =>
			pack(Int32Array.from(lengths), capacity, { packer });
		expect(attempt([1], 0)).toThrow(/cannot hold 0 tokens/);
		expect(attempt([1], 2.5)).toThrow(/cannot hold 2.5 tokens/);
		expect(attempt([3, 0], 4)).toThrow(/sequence 1 has 0 tokens/);
		expect(attempt([3, -2], 4)).toThrow(/sequence 1 has -2 tokens/);
		expect(attempt([5], 4)).toThrow(/sequence 0 has 5 tokens.*from 1 to 4/);
	});

	test("packs nothing into no packs", () => {
		const { order, packOffsets } = pack(new Int32Array(0), 8, { packer });
		expect([order.length, [...packOffsets]]).toEqual([0, [0]]);
	});
});

test("an unknown packer is named with those there are", () => {
	expect(() => pack(Int32Array.of(1), 2, { packer: "toString" })).toThrow(
		/no packer "toString".*best-fit-decreasing/,
	);
});
