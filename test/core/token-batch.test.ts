import fc from "fast-check";
import { expect, test } from "vitest";
import { listLengths, TokenBatchBuilder } from "../../src/core/token-batch.js";

const lists = fc.array(
	fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
);

test("a builder gives back the lists put in, also after it is cleared", () => {
	fc.assert(
		fc.property(lists, lists, (first, second) => {
			const builder = new TokenBatchBuilder(1);
			for (const given of [first, second]) {
				builder.clear();
				for (const list of given) {
					builder.ids.append(list);
					builder.endList();
				}
				const { ids, offsets } = builder.view();
				expect(builder.lists).toBe(given.length);
				expect([...listLengths(offsets)]).toEqual(given.map((l) => l.length));
				given.forEach((list, i) => {
					expect([...ids.subarray(offsets[i], offsets[i + 1])]).toEqual(list);
				});
			}
		}),
	);
});
