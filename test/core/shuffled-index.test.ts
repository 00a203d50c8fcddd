import fc from "fast-check";
import { expect, test } from "vitest";
import { shuffledIndex } from "../../src/core/shuffled-index.js";

test("is a permutation, whatever the count and the key", () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 3000 }), fc.nat(), (count, seed) => {
			const at = shuffledIndex(count, seed, 7);
			const seen = new Uint8Array(count);
			for (let place = 0; place < count; place++) seen[at(place)]++;
			expect(seen.every((times) => times === 1)).toBe(true);
		}),
	);
});

test.each([2, 3, 5, 8, 13])(
	"every number of %i is as likely at every place",
	(count) => {
		const keys = 20_000;
		const times = new Int32Array(count * count);
		for (let key = 0; key < keys; key++) {
			const at = shuffledIndex(count, key);
			for (let place = 0; place < count; place++)
				times[place * count + at(place)]++;
		}
		const due = keys / count;
		for (const found of times)
			expect(Math.abs(found - due) / Math.sqrt(due)).toBeLessThan(5);
	},
);

test("neighbours are far apart, and keys give unrelated orders", () => {
	const count = 100_000;
	const one = shuffledIndex(count, 1);
	const other = shuffledIndex(count, 2);
	let distance = 0;
	let same = 0;
	for (let place = 0; place + 1 < count; place++) {
		distance += Math.abs(one(place + 1) - one(place));
		same += Number(one(place) === other(place));
	}
	// The mean distance of two random numbers is a third of the range.
	expect(distance / count / count).toBeCloseTo(1 / 3, 2);
	expect(same).toBeLessThan(10);
});

test("reaches beyond 32 bits", () => {
	const count = 2 ** 40 + 12_345;
	const at = shuffledIndex(count, 3);
	const found = new Set<number>();
	for (let place = count - 1000; place < count; place++) found.add(at(place));
	expect(found.size).toBe(1000);
	for (const number of found) expect(number).toBeLessThan(count);
	expect(Math.max(...found)).toBeGreaterThan(2 ** 39);
});
