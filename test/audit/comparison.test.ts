import fc from "fast-check";
import { expect, test } from "vitest";
import type { AuditRow } from "../../src/audit/row.js";
import { Comparison } from "../../src/audit/source/comparison.js";
import { PartHashes } from "../../src/audit/source/sequence-hash.js";

const [BOS, EOS] = [1, 2];
const place = () => "here";

/** A row of one sequence. */
function rowOf(ids: readonly number[], number: number): AuditRow {
	return {
		...{ place, shard: 0, number, ids: Int32Array.from(ids) },
		borders: Int32Array.of(0, ids.length),
		...{
			isGuessed: false,
			sequencesInPadding: 0,
			lostLabels: 0,
			hidesBorders: false,
		},
		...{ trained: null, isMask: false, isAnswerMask: false, labels: null },
	};
}

test("a part of a list has the key of the same ids alone, and other ids another one", () => {
	const [whole, alone] = [new PartHashes(), new PartHashes()];
	const ids = fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), {
		minLength: 1,
		maxLength: 50,
	});
	fc.assert(
		fc.property(fc.array(ids, { minLength: 1, maxLength: 5 }), (parts) => {
			whole.read(Int32Array.from(parts.flat()));
			const keys = new Map<number, string>();
			let start = 0;
			for (const part of parts) {
				alone.read(Int32Array.from(part));
				const key = alone.keyOf(0, part.length);
				expect(whole.keyOf(start, start + part.length)).toBe(key);
				expect(Number.isSafeInteger(key - 1) && key > 0).toBe(true);
				expect(keys.get(key) ?? `${part}`).toBe(`${part}`);
				keys.set(key, `${part}`);
				start += part.length;
			}
		}),
	);
});

test("runs of one id, and their orders, have keys of their own", () => {
	const hashes = new PartHashes();
	const keys = new Set<number>();
	for (let length = 1; length <= 2000; length++) {
		hashes.read(new Int32Array(length).fill(7));
		keys.add(hashes.keyOf(0, length));
	}
	for (let bits = 0; bits < 1 << 12; bits++) {
		hashes.read(Int32Array.from({ length: 12 }, (_, i) => (bits >> i) & 1));
		keys.add(hashes.keyOf(0, 12));
	}
	expect(keys.size).toBe(2000 + (1 << 12));
});

test("documents are found whole and in parts, in any order, and each as often as it is there", () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: 1, max: 40 }), {
				minLength: 1,
				maxLength: 12,
			}),
			fc.integer({ min: 8, max: 20 }),
			fc.integer(),
			fc.boolean(),
			(lengths, longest, seed, hasBos) => {
				let next = 3;
				const documents = lengths.map((length) =>
					Array.from({ length }, () => next++),
				);
				const comparison = new Comparison(BOS, EOS, true);
				const rows = documents.flatMap((ids) => {
					const around = hasBos ? [BOS, ...ids, EOS] : [...ids, EOS];
					const count = Math.ceil(around.length / longest);
					return Array.from({ length: count }, (_, i) =>
						around.slice(i * longest, (i + 1) * longest),
					);
				});
				const order = rows
					.map((row, i) => ({ row, at: Math.imul(seed | 1, i + 1) }))
					.sort((a, b) => a.at - b.at);
				for (const [i, { row }] of order.entries())
					comparison.addRow(rowOf(row, i));
				for (const ids of documents)
					comparison.addDocument(Int32Array.from(ids), place);
				expect(comparison.lost.count).toBe(0);
				expect(comparison.deliveredTokens).toBe(documents.flat().length);
				expect(comparison.unknown().count).toBe(0);
				// Once more, and there is nothing left of it.
				comparison.addDocument(Int32Array.from(documents[0]), place);
				expect(comparison.lost.count).toBe(1);
			},
		),
	);
});

test("many sequences are kept apart, and the first that are left over are told", () => {
	const comparison = new Comparison(BOS, EOS, false);
	const count = 5000;
	for (let i = 0; i < count; i++)
		comparison.addRow(rowOf([3 + (i >> 6), 3 + (i & 63)], i + 1));
	for (let i = count - 1; i >= 0; i--)
		if (i % 1000 !== 7)
			comparison.addDocument(Int32Array.of(3 + (i >> 6), 3 + (i & 63)), place);
	expect(comparison.whole).toBe(count - 5);
	expect(comparison.lost.count).toBe(0);
	expect(comparison.unknown()).toEqual({
		count: 5,
		first: [8, 1008, 2008].map((number) => ({ shard: 0, number })),
	});
});
