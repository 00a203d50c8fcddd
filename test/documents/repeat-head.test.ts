import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IntListsBuilder } from "../../src/core/int-lists.js";
import { TokenBatchBuilder } from "../../src/core/token-batch.js";
import { decomposeDocuments } from "../../src/decompose/decompose-documents.js";
import { repeatHeadOf } from "../../src/documents/repeat-head.js";

const CAPACITY = 12;

/** A document of a head and turns, by their tokens. */
const anyDocument = fc.record({
	head: fc.integer({ min: 1, max: 4 }),
	turns: fc.array(fc.integer({ min: 1, max: 9 }), {
		minLength: 1,
		maxLength: 7,
	}),
});

/** The sequences of a document whose token i is i, as tokens, and what is trained on. */
function sequencesOf(
	{ head, turns }: { head: number; turns: number[] },
	cut: "split-turns" | "truncate-left" | "truncate-right",
) {
	const builder = new TokenBatchBuilder(16, true);
	const cuts = new IntListsBuilder();
	let at = head;
	const borders = turns.map((tokens) => {
		at += tokens;
		return at;
	});
	builder.ids.append(Array.from({ length: at }, (_, i) => i));
	builder.lossMask?.extend(at, 1);
	cuts.values.append(borders.slice(0, -1));
	cuts.endList();
	repeatHeadOf(builder, cuts, 0, head, {
		capacity: CAPACITY,
		keepsLast: cut === "truncate-left",
	});
	builder.endList();
	const { ids, offsets, lossMask } = builder.view();
	expect(lossMask).toHaveLength(ids.length);
	const { pieces } = decomposeDocuments(
		offsets.slice(1),
		{ name: cut, maxLength: CAPACITY },
		undefined,
		cuts.view(),
	);
	return Array.from(pieces.start, (start, i) => ({
		tokens: [...ids.subarray(start, start + pieces.length[i])],
		trained: [...ids.subarray(start, start + pieces.length[i])].filter(
			(_, k) => lossMask?.[start + k] === 1,
		),
	}));
}

describe.each(["split-turns", "truncate-left", "truncate-right"] as const)(
	"%s",
	(cut) => {
		test("each sequence is the head, and whole turns that follow one another", () => {
			fc.assert(
				fc.property(anyDocument, (document) => {
					const { head, turns } = document;
					const starts = turns.map((_, i) =>
						turns.slice(0, i).reduce((sum, tokens) => sum + tokens, head),
					);
					const end = turns.reduce((sum, tokens) => sum + tokens, head);
					const heads = Array.from({ length: head }, (_, i) => i);
					const sequences = sequencesOf(document, cut);
					const rests = sequences.map(({ tokens }) => {
						expect(tokens.length).toBeLessThanOrEqual(CAPACITY);
						expect(tokens.slice(0, head)).toEqual(heads);
						return tokens.slice(head);
					});
					for (const rest of rests) {
						expect(starts).toContain(rest[0]);
						expect([...starts, end]).toContain((rest.at(-1) ?? 0) + 1);
						expect(rest).toEqual(rest.map((_, i) => rest[0] + i));
					}
					const due = starts.flatMap((start, i) =>
						head + turns[i] <= CAPACITY
							? Array.from({ length: turns[i] }, (_, k) => start + k)
							: [],
					);
					if (cut === "split-turns") expect(rests.flat()).toEqual(due);
					// The head is trained on once, where it comes first.
					const trained = sequences.flatMap(({ trained }) => trained);
					expect(new Set(trained).size).toBe(trained.length);
					if (end <= CAPACITY) expect(rests).toHaveLength(1);
					if (cut === "truncate-left" && rests.length > 0) {
						expect(rests[0].at(-1)).toBe(end - 1);
						const before = starts.findLast((start) => start < rests[0][0]);
						if (before !== undefined)
							expect(head + end - before).toBeGreaterThan(CAPACITY);
					}
				}),
			);
		});
	},
);
