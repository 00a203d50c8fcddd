import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_IDS } from "../../src/tokenizer/kernel-shape.js";
import { PairTable } from "../../src/tokenizer/pair-table.js";

type Merge = [left: number, right: number, made: number];

function tableOf(merges: Merge[], tokens: number): PairTable {
	const column = (i: number) => Int32Array.from(merges, (merge) => merge[i]);
	return new PairTable(
		{ lefts: column(0), rights: column(1), made: column(2) },
		tokens,
	);
}

/** As the kernel does it: the bucket, and the next ones as long as it overflows. */
function lookUp(table: PairTable, left: number, right: number) {
	const entries = new BigUint64Array(table.entries.buffer);
	let bucket = table.bucket(left, right);
	for (;;) {
		const four = entries.subarray(bucket * 4, bucket * 4 + 4);
		for (const entry of four)
			if (((entry >> 42n) & 0x1fffffn) === BigInt(right))
				return {
					rank: Number(entry & 0x1fffffn),
					made: Number((entry >> 21n) & 0x1fffffn),
				};
		if (four[3] >> 63n === 0n) return null;
		bucket++;
	}
}

const TOKENS = 50;
const few = fc.nat(TOKENS - 1);

test("holds what a map holds, the later of two for one pair", () => {
	const right = fc.oneof(few, fc.nat(MAX_IDS - 1));
	const merge = fc.tuple(fc.oneof(few, fc.nat(2)), right, fc.nat(MAX_IDS - 1));
	fc.assert(
		fc.property(
			fc.array(merge, { maxLength: 400 }),
			fc.array(fc.tuple(few, right)),
			(merges, others) => {
				const table = tableOf(merges, TOKENS);
				const map = new Map<string, { rank: number; made: number }>();
				for (const [rank, [left, right, made]] of merges.entries())
					map.set(`${left} ${right}`, { rank, made });
				for (const [left, right] of [...merges, ...others]) {
					const due = map.get(`${left} ${right}`);
					equal(table.rank(left, right), due?.rank ?? -1);
					deepEqual(lookUp(table, left, right), due ?? null);
				}
				// Tokens that no merge has on its left, and what stands outside of a word.
				for (const [left, right] of merges) {
					equal(lookUp(table, TOKENS, right), null);
					equal(lookUp(table, TOKENS + right, right), null);
					if (!merges.some((merge) => merge[1] === TOKENS))
						equal(lookUp(table, left, TOKENS), null);
				}
			},
		),
	);
});

describe("a row of many", () => {
	const merges = Array.from(
		{ length: 300_000 },
		(_, i): Merge => [i % 7, (i * 7919) % 1_999_993, i],
	);
	const table = tableOf(merges, 10);

	test("has them all", () => {
		for (const [rank, [left, right, made]] of merges.entries())
			deepEqual(lookUp(table, left, right), { rank, made });
	});

	test("takes no more than twice the room that is filled, or four times", () => {
		expect(table.entries.byteLength).toBeLessThan(merges.length * 8 * 4.1);
	});

	test("is left before the next row begins", () => {
		for (let left = 0; left < 7; left++)
			for (let right = 0; right < 2e6; right += 1009)
				if (table.rank(left, right) === -1)
					expect(lookUp(table, left, right)).toBeNull();
	});
});
