import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { longDocuments } from "../../src/decompose/long-documents.js";
import {
	droppedTokens,
	packDocuments,
	strategies,
} from "../../src/pack/pack-documents.js";
import { checkPacking, packsOf } from "./instances.js";

const documents = fc.tuple(
	fc.array(fc.nat(150), { maxLength: 80 }),
	fc.integer({ min: 1, max: 64 }),
);

describe.each(Object.keys(strategies))("%s", (packer) => {
	test("has every token of every document in one pack, none over its row", () => {
		fc.assert(
			fc.property(documents, ([list, capacity]) => {
				const lengths = Int32Array.from(list);
				const { pieces, packing } = packDocuments(lengths, capacity, {
					packer,
				});
				checkPacking(pieces.length, capacity, packing);
				const covered = new Int32Array(list.length);
				for (let i = 0; i < pieces.length.length; i++) {
					const document = pieces.document[i];
					expect(pieces.start[i]).toBe(covered[document]);
					covered[document] += pieces.length[i];
				}
				expect(covered).toEqual(lengths);
			}),
		);
	});
});

describe.each(Object.keys(longDocuments).filter((name) => name !== "error"))(
	"long documents: %s",
	(name) => {
		test("every token is in a sequence or counted as dropped, with a reason", () => {
			fc.assert(
				fc.property(
					documents,
					fc.integer({ min: 1, max: 64 }),
					([list, capacity], least) => {
						const lengths = Int32Array.from(list);
						const options = {
							longDocuments: name,
							minSequence: Math.min(least, capacity),
						};
						const { pieces, packing } = packDocuments(
							lengths,
							capacity,
							options,
						);
						checkPacking(pieces.length, capacity, packing);
						const dropped = droppedTokens(lengths, pieces, options, capacity);
						const kept = new Int32Array(list.length);
						for (let i = 0; i < pieces.length.length; i++) {
							expect(pieces.length[i]).toBeGreaterThanOrEqual(
								options.minSequence,
							);
							kept[pieces.document[i]] += pieces.length[i];
						}
						for (const [d, length] of list.entries()) {
							expect(kept[d] + dropped.tokens[d]).toBe(length);
							if (dropped.tokens[d] > 0)
								expect(["truncated", "too-long", "too-short"]).toContain(
									dropped.reason(d),
								);
						}
					},
				),
			);
		});
	},
);

test("concat fills every row but the last", () => {
	fc.assert(
		fc.property(documents, ([list, capacity]) => {
			const lengths = Int32Array.from(list);
			const tokens = list.reduce((sum, length) => sum + length, 0);
			const { pieces, packing } = packDocuments(lengths, capacity, {
				packer: "concat",
			});
			const rows = packsOf(packing).map((pack) =>
				pack.reduce((sum, piece) => sum + pieces.length[piece], 0),
			);
			expect(rows.length).toBe(Math.ceil(tokens / capacity));
			for (const row of rows.slice(0, -1)) expect(row).toBe(capacity);
		}),
	);
});

test("balanced-split cuts as often as split, into lengths that differ by one at most", () => {
	const { pieces } = packDocuments(Int32Array.of(10, 9, 4), 4, {
		longDocuments: "balanced-split",
	});
	expect([...pieces.length]).toEqual([4, 3, 3, 3, 3, 3, 4]);
	expect([...pieces.start]).toEqual([0, 4, 7, 0, 3, 6, 0]);
});

describe("the examples of TRL's pack_dataset", () => {
	// Tokens 1-5, 6-7, 8-10 and 11, in rows of 4.
	const lengths = Int32Array.of(5, 2, 3, 1);
	const firstToken = [1, 6, 8, 11];
	const rows = (longDocuments: string) => {
		const { pieces, packing } = packDocuments(lengths, 4, { longDocuments });
		return packsOf(packing).map((pack) =>
			pack.flatMap((piece) =>
				Array.from(
					{ length: pieces.length[piece] },
					(_, i) =>
						firstToken[pieces.document[piece]] + pieces.start[piece] + i,
				),
			),
		);
	};

	test("strategy bfd, which truncates", () => {
		expect(rows("truncate")).toEqual([
			[1, 2, 3, 4],
			[8, 9, 10, 11],
			[6, 7],
		]);
	});

	test("strategy bfd_split", () => {
		expect(rows("split")).toEqual([
			[1, 2, 3, 4],
			[8, 9, 10, 5],
			[6, 7, 11],
		]);
	});
});

test("sequences are packed with room up to a multiple", () => {
	const { pieces, packing } = packDocuments(Int32Array.of(5, 3, 3, 3), 16, {
		padDocumentToMultiple: 4,
	});
	expect([...pieces.length]).toEqual([5, 3, 3, 3]);
	expect(packsOf(packing)).toEqual([[0, 1, 2], [3]]);
});

test.each([
	[{ longDocuments: "error" }, /document 1 has 9 tokens, and a row holds 8/],
	[{ longDocuments: "tear" }, /no way "tear".*split, balanced-split/],
	[{ packer: "tetris" }, /no packer "tetris".*concat/],
	[
		{ packer: "concat", longDocuments: "drop" },
		/concat cuts long documents by its own rule/,
	],
	[{ minSequence: 0 }, /--min-sequence\) is 0: .* from 1 to 8/],
	[{ minSequence: 9 }, /--min-sequence\) is 9: .* from 1 to 8/],
	[
		{ padDocumentToMultiple: 16 },
		/--pad-document-to-multiple\) is 16: .* from 1 to 8/,
	],
	[{ padDocumentToMultiple: 3 }, /is 3, which does not divide a row of 8/],
	[{ maxSequences: 0 }, /cannot hold 0 sequences/],
])("bad use: %j", (options, sentence) => {
	expect(() => packDocuments(Int32Array.of(3, 9), 8, options)).toThrow(
		sentence,
	);
});
