import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cuts } from "../../src/decompose/cuts.js";
import { longDocuments } from "../../src/decompose/long-documents.js";
import {
	type PackDocumentsOptions,
	packDocuments,
} from "../../src/pack/pack-documents.js";
import { packers } from "../../src/pack/packers.js";
import { checkPacking, packsOf } from "./instances.js";

const documents = fc.tuple(
	fc.array(fc.nat(150), { maxLength: 80 }),
	fc.integer({ min: 1, max: 64 }),
);

describe.each(packers.names)("%s", (packer) => {
	const { cuts: ownCut, fillsRows } = packers.find(packer);

	test("has every token of every document in one pack, none over its row", () => {
		fc.assert(
			fc.property(documents, ([list, capacity]) => {
				const lengths = Int32Array.from(list);
				const { pieces, packing, dropped } = packDocuments(lengths, capacity, {
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
				expect(dropped.tokens).toEqual(new Int32Array(list.length));
			}),
		);
	});

	const attempt = (options: PackDocumentsOptions) => () =>
		packDocuments(Int32Array.of(3, 9), 8, { packer, ...options });

	test("takes a rule for long documents unless it has a cut of its own", () => {
		const ruled = attempt({ longDocuments: "truncate" });
		if (ownCut === undefined) expect(ruled).not.toThrow();
		else expect(ruled).toThrow(/longDocuments would change nothing/);
	});

	test("leaves out short sequences and rounds up unless it fills rows", () => {
		for (const options of [{ minSequence: 2 }, { padDocumentToMultiple: 2 }])
			if (fillsRows) expect(attempt(options)).toThrow(/would change nothing/);
			else expect(attempt(options)).not.toThrow();
	});
});

/** The rules that take any document. */
const rules = longDocuments.names.filter((name) => {
	try {
		packDocuments(Int32Array.of(9), 8, { longDocuments: name });
		return true;
	} catch {
		return false;
	}
});

describe.each(rules)("long documents: %s", (name) => {
	test("every token is in a sequence or counted as dropped, with a reason", () => {
		fc.assert(
			fc.property(
				documents,
				fc.integer({ min: 1, max: 64 }),
				([list, capacity], least) => {
					const lengths = Int32Array.from(list);
					const minSequence = Math.min(least, capacity);
					const { pieces, packing, dropped } = packDocuments(
						lengths,
						capacity,
						{ longDocuments: name, minSequence },
					);
					checkPacking(pieces.length, capacity, packing);
					const kept = new Int32Array(list.length);
					for (let i = 0; i < pieces.length.length; i++) {
						expect(pieces.length[i]).toBeGreaterThanOrEqual(minSequence);
						kept[pieces.document[i]] += pieces.length[i];
					}
					const ofRule = cuts.find(name).dropReasons;
					for (const [d, length] of list.entries()) {
						expect(kept[d] + dropped.tokens[d]).toBe(length);
						if (dropped.tokens[d] === 0) continue;
						expect(dropped.reason(d)).toBe(
							length > capacity && ofRule !== null ? ofRule.some : "too-short",
						);
					}
				},
			),
		);
	});
});

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
	const rows = (longDocuments: "truncate" | "split") => {
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
	[
		{ longDocuments: "error" },
		"long-document",
		/document 1 has 9 tokens, and a sequence may have 8/,
	],
	[
		{ longDocuments: "tear" },
		"unknown-name",
		/longDocuments is "tear".*split, balanced-split/,
	],
	[{ packer: "tetris" }, "unknown-name", /packer is "tetris".*concat/],
	[
		{ packer: "concat", longDocuments: "drop" },
		"ignored-option",
		/longDocuments would change nothing: .* packer is concat/,
	],
	[{ minSequence: 0 }, "bad-option", /minSequence is 0: .* at least 1/],
	[{ minSequence: 9 }, "bad-option", /minSequence is 9, more than a row of 8/],
	[
		{ padDocumentToMultiple: 16 },
		"bad-option",
		/padDocumentToMultiple is 16, more than a row of 8/,
	],
	[
		{ padDocumentToMultiple: 3 },
		"bad-option",
		/is 3, which does not divide a row of 8/,
	],
	[{ maxSequence: 9 }, "bad-option", /maxSequence is 9, more than a row of 8/],
	[
		{ maxSequence: 4, minSequence: 5 },
		"bad-option",
		/minSequence is 5, more than maxSequence, 4: no sequence/,
	],
	[{ maxSequences: 0 }, "bad-option", /maxSequences is 0: /],
	[{ maxSequense: 2 }, "unknown-option", /did you mean maxSequence\?/],
])("bad use: %j", (options, code, sentence) => {
	const attempt = () =>
		packDocuments(Int32Array.of(3, 9), 8, options as PackDocumentsOptions);
	expect(attempt).toThrow(sentence);
	expect(attempt).toThrow(expect.objectContaining({ code }));
});

test("the error of a long document says which it is", () => {
	expect(() =>
		packDocuments(Int32Array.of(3, 9), 8, { longDocuments: "error" }),
	).toThrow(expect.objectContaining({ document: 1, tokens: 9, maxLength: 8 }));
});
