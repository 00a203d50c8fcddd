import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LongDocumentError } from "../../src/decompose/at-most-one.js";
import { type CutName, cuts } from "../../src/decompose/cuts.js";
import { decomposeDocuments } from "../../src/decompose/decompose-documents.js";
import { longConversations } from "../../src/decompose/long-conversations.js";

const MAX = 10;

/** Documents as the tokens of their turns. */
const conversations = fc.array(
	fc.array(fc.integer({ min: 1, max: 14 }), { maxLength: 6 }),
	{ maxLength: 5 },
);

function cut(documents: number[][], name: CutName) {
	const ends = documents.map((turns) => {
		let end = 0;
		return turns.map((tokens) => {
			end += tokens;
			return end;
		});
	});
	const places = ends.map((each) => each.slice(0, -1));
	const offsets = [0];
	for (const each of places)
		offsets.push(offsets[offsets.length - 1] + each.length);
	const lengths = Int32Array.from(ends, (each) => each.at(-1) ?? 0);
	const { pieces, dropped } = decomposeDocuments(
		lengths,
		{ name, maxLength: MAX } as never,
		undefined,
		{
			values: Int32Array.from(places.flat()),
			offsets: Int32Array.from(offsets),
		},
	);
	const parts: [number, number][][] = documents.map(() => []);
	pieces.document.forEach((document, i) => {
		const start = pieces.start[i];
		parts[document].push([start, start + pieces.length[i]]);
	});
	return { ends, parts, lengths, dropped };
}

describe.each(["split-turns", "truncate-left", "truncate-right"] as const)(
	"%s",
	(name) => {
		test("cuts between turns only, and nothing that fits", () => {
			fc.assert(
				fc.property(conversations, (documents) => {
					const { ends, parts, lengths, dropped } = cut(documents, name);
					for (const [d, length] of lengths.entries()) {
						const kept = parts[d].reduce((sum, [a, b]) => sum + b - a, 0);
						expect(dropped.tokens[d]).toBe(length - kept);
						if (length > 0 && length <= MAX)
							expect(parts[d]).toEqual([[0, length]]);
						let last = 0;
						for (const [start, end] of parts[d]) {
							expect(end - start).toBeLessThanOrEqual(MAX);
							expect(start).toBeGreaterThanOrEqual(last);
							for (const place of [start, end])
								expect([0, ...ends[d]]).toContain(place);
							last = end;
						}
					}
				}),
			);
		});

		test("keeps as much as any cut of its kind can", () => {
			fc.assert(
				fc.property(conversations, (documents) => {
					const { ends, parts, lengths } = cut(documents, name);
					for (const [d, length] of lengths.entries()) {
						if (length <= MAX) continue;
						const borders = [0, ...ends[d]];
						const kept = parts[d].reduce((sum, [a, b]) => sum + b - a, 0);
						const best = {
							"split-turns": documents[d].reduce(
								(sum, tokens) => sum + (tokens <= MAX ? tokens : 0),
								0,
							),
							"truncate-left": Math.max(
								...borders.map((b) => (length - b <= MAX ? length - b : 0)),
							),
							"truncate-right": Math.max(
								...borders.map((b) => (b <= MAX ? b : 0)),
							),
						}[name];
						expect(kept).toBe(best);
					}
				}),
			);
		});
	},
);

test("split makes as few sequences as can be", () => {
	const { parts } = cut(
		[
			[4, 4, 4, 4, 4],
			[3, 12, 3, 3],
		],
		"split-turns",
	);
	expect(parts).toEqual([
		[
			[0, 8],
			[8, 16],
			[16, 20],
		],
		[
			[0, 3],
			[15, 21],
		],
	]);
});

test("every rule is a cut, and error names the document", () => {
	for (const [, { cut: name }] of longConversations.entries())
		expect(cuts.has(name)).toBe(true);
	expect(() => cut([[3], [4, 7]], "error")).toThrow(LongDocumentError);
});
