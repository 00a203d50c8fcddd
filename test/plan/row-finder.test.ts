import { expect, test } from "vitest";
import type { StageBucket } from "../../src/curriculum/plan-stage.js";
import { RowFinder } from "../../src/plan/row-finder.js";
import type { RowReader } from "../../src/plan/row-reader.js";

test("what a changed plan reads that its datasets do not have is told", () => {
	const bucket = {
		length: 64,
		rows: 8,
		sources: [{ dataset: 1, rows: 8, count: 8 }],
	} as unknown as StageBucket;
	const rows = { count: 8 } as RowReader;
	const finder = new RowFinder(bucket, [rows], 1);
	expect(finder.rowsOf(1)).toBe(rows);
	const refused = /sequences that its datasets do not have: it was changed/;
	for (const dataset of [0, 2, -1])
		expect(() => finder.rowsOf(dataset)).toThrow(refused);
	for (const place of [-1, Number.NaN, undefined as unknown as number])
		expect(() => finder.find(place)).toThrow(refused);
});
