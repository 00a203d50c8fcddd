import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashPair } from "../../src/tokenizer/hash-pair.js";
import { PairTable } from "../../src/tokenizer/pair-table.js";

const token = fc.nat(2 ** 21 - 2);
const rank = fc.nat(2 ** 22 - 2);

test("holds what a map holds, the later of two for one pair", () => {
	const few = fc.nat(5);
	const entry = fc.tuple(fc.oneof(token, few), fc.oneof(token, few), rank);
	fc.assert(
		fc.property(
			fc.array(entry, { maxLength: 400 }),
			fc.array(entry),
			fc.nat(500),
			(entries, others, expected) => {
				const table = new PairTable(expected);
				const map = new Map<string, number>();
				for (const [left, right, value] of entries) {
					table.set(left, right, value);
					map.set(`${left} ${right}`, value);
				}
				for (const [left, right] of [...entries, ...others])
					expect(table.get(left, right)).toBe(
						map.get(`${left} ${right}`) ?? -1,
					);
			},
		),
	);
});

test("takes as many as were said, and no more room than for those", () => {
	const pairs = 400_000;
	const table = new PairTable(pairs);
	const { length } = table.entries;
	for (let i = 0; i < pairs; i++) table.set(i % 1999, (i * 7919) % 199_999, i);
	expect(table.entries).toHaveLength(length);
	expect(length * 4).toBeLessThan(pairs * 16);
	for (let i = 0; i < pairs; i++)
		expect(table.get(i % 1999, (i * 7919) % 199_999)).toBe(i);
});

describe("where the kernel looks", () => {
	test("a pair is in the bucket of its hash, or in the other", () => {
		fc.assert(
			fc.property(
				fc.uniqueArray(fc.tuple(token, token), {
					selector: (pair) => pair.join(),
					maxLength: 300,
				}),
				(pairs) => {
					const table = new PairTable(pairs.length);
					for (const [i, [left, right]] of pairs.entries())
						table.set(left, right, i);
					const entries = new BigUint64Array(table.entries.buffer);
					for (const [i, [left, right]] of pairs.entries()) {
						const hash = hashPair(left, right);
						const first = hash & table.mask;
						const second = Math.imul(hash, 0x85ebca77) >>> table.shift;
						const due =
							(BigInt(right) << 43n) | (BigInt(left) << 22n) | BigInt(i);
						const found = [first, second].flatMap((bucket) => [
							...entries.subarray(bucket * 2, bucket * 2 + 2),
						]);
						expect(found).toContain(due);
					}
				},
			),
		);
	});
});
