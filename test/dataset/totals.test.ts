import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addCounts } from "../../src/core/counts.js";
import {
	allRows,
	discrepancies,
	emptyRowCounts,
	emptyTotals,
} from "../../src/dataset/totals.js";

/** Counts by their paths, such as `dropped too-long tokens`. */
function flat(counts: object, path: string[] = []): [string, number][] {
	return Object.entries(counts).flatMap(([key, value]) =>
		typeof value === "number"
			? [[JSON.stringify([...path, key]), value] as [string, number]]
			: flat(value, [...path, key]),
	);
}

const reason = fc.oneof(
	fc.constantFrom("__proto__", "constructor", "x"),
	fc.string(),
);
const counts = fc.record(
	{
		records: fc.nat(),
		skippedRecords: fc.dictionary(reason, fc.nat(), { noNullPrototype: true }),
		dropped: fc.dictionary(
			reason,
			fc.record({ documents: fc.nat(), tokens: fc.nat() }),
			{ noNullPrototype: true },
		),
		buckets: fc.dictionary(
			fc.constantFrom("256", "512"),
			fc
				.constant(null)
				.map(() => ({ ...emptyRowCounts(), rows: 3, tokens: 5 })),
		),
	},
	{ requiredKeys: [] },
);

describe("addCounts", () => {
	test("adds what is at each path, whatever the names", () => {
		fc.assert(
			fc.property(fc.array(counts), (list) => {
				const due = new Map(flat(emptyTotals()));
				for (const each of list)
					for (const [path, count] of flat(each))
						due.set(path, (due.get(path) ?? 0) + count);
				const sums = emptyTotals();
				for (const each of list) addCounts(sums, each);
				expect(new Map(flat(sums))).toEqual(due);
			}),
		);
	});

	test("a reason called __proto__ changes no object", () => {
		const more = JSON.parse(
			'{"dropped":{"__proto__":{"documents":1,"tokens":2}},"skippedRecords":{"__proto__":3}}',
		);
		const sums = emptyTotals();
		for (let times = 0; times < 2; times++) addCounts(sums, more);
		expect(Object.entries(sums.dropped)).toEqual([
			["__proto__", { documents: 2, tokens: 4 }],
		]);
		expect(Object.entries(sums.skippedRecords)).toEqual([["__proto__", 6]]);
		expect(Object.keys(Object.prototype)).toEqual([]);
		expect(({} as Record<string, unknown>).tokens).toBeUndefined();
		expect(Object.getPrototypeOf(sums.dropped)).toBe(Object.prototype);
	});

	test("does not change what it adds", () => {
		const more = { dropped: { x: { documents: 1, tokens: 1 } } };
		const sums = addCounts(emptyTotals(), more);
		addCounts(sums, more);
		expect(more).toEqual({ dropped: { x: { documents: 1, tokens: 1 } } });
	});
});

test("all rows are those of the buckets together", () => {
	const totals = addCounts(emptyTotals(), {
		buckets: {
			256: { ...emptyRowCounts(), rows: 2, tokens: 300, context: 7 },
			512: { ...emptyRowCounts(), rows: 1, tokens: 500 },
		},
	});
	expect(allRows(totals)).toEqual({
		...emptyRowCounts(),
		...{ rows: 3, tokens: 800, context: 7 },
	});
	expect(totals.buckets[256].rows).toBe(2);
});

describe("discrepancies", () => {
	const balanced = () =>
		addCounts(emptyTotals(), {
			...{ records: 5, skippedRecords: { "not-json": 1 }, documents: 4 },
			...{ textTokens: 90, specialTokens: 4, repeatedTokens: 6 },
			dropped: { "too-short": { documents: 1, tokens: 10 } },
			buckets: { 64: { ...emptyRowCounts(), tokens: 90 } },
		});

	test("are none where records and tokens balance", () => {
		expect(discrepancies(balanced())).toEqual([]);
	});

	test.each([
		[{ records: 1 }, /^6 records were read, but 4 documents, 1 skipped/],
		[{ documents: 1 }, /^5 records were read, but 5 documents/],
		[{ skippedRecords: { "no-text": 1 } }, / 2 skipped records/],
		[{ leftOutRecords: { where: 1 } }, / and 1 that were not wanted/],
		[{ textTokens: 1 }, /^95 tokens were read, but 84 are in rows and 10/],
		[{ repeatedTokens: 1 }, /but 83 are in rows/],
		[{ dropped: { x: { documents: 1, tokens: 1 } } }, /and 11 are counted/],
		[{ buckets: { 64: { tokens: 1 } } }, /but 85 are in rows/],
	])("tell of %j too many", (more, sentence) => {
		const found = discrepancies(addCounts(balanced(), more));
		expect(found).toEqual([expect.stringMatching(sentence)]);
	});
});
