import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutWindow } from "../../src/build/cut-window.js";
import type { Window } from "../../src/build/windows.js";
import { createRandom } from "../../src/core/random.js";
import { TokenBatchBuilder } from "../../src/core/token-batch.js";
import type { Settings, SourceSettings } from "../../src/dataset/settings.js";
import { LongDocumentError } from "../../src/decompose/at-most-one.js";
import { cuts } from "../../src/decompose/cuts.js";
import { bucketsOf } from "../../src/decompose/decompose-documents.js";

function windowOf(lengths: number[], first: number): Window {
	const tokens = new TokenBatchBuilder();
	for (const length of lengths) {
		tokens.ids.append(Array.from({ length }, (_, i) => i));
		tokens.endList();
	}
	return {
		...{ task: 3, first, tokens: tokens.view() },
		lengths: Int32Array.from(lengths),
		ids: lengths.map(() => null),
		sources: lengths.map((_, d) => `${d}.jsonl`),
		positions: lengths.map((_, d) => 100 * d),
		splits: null,
		cuts: null,
		sides: null,
	};
}

function cut(lengths: number[], first: number, of: Settings["cut"]) {
	const settings = { cut: of, buckets: [{}] } as Settings;
	const source = { conversations: null } as SourceSettings;
	return cutWindow(windowOf(lengths, first), settings, source, createRandom(1));
}

describe.each(cuts.names)("%s", (name) => {
	const { options } = cuts.find(name);
	test("every token of every document is in sequences or counted as dropped", () => {
		fc.assert(
			fc.property(
				fc.array(fc.nat(70), { maxLength: 30 }),
				fc.nat(1000),
				fc.integer({ min: 1, max: 5 }),
				fc.constantFrom("drop", "keep", "pack"),
				(lengths, first, minSequence, remainder) => {
					const own = {
						...("minLength" in options ? { minLength: 4 } : {}),
						...("remainder" in options ? { remainder } : {}),
						...("overlap" in options ? { overlap: 5 } : {}),
					};
					const maxLength = name === "error" ? 128 : 16;
					const of = {
						name,
						...("maxLength" in options ? { maxLength } : {}),
						...own,
						minSequence,
					};
					const { sequences, dropped, counts } = cut(lengths, first, of);
					const { pieces, doc, buckets } = sequences;
					const capacities = bucketsOf(of as never).map(
						({ capacity }) => capacity,
					);
					const reasons: Record<string, { documents: number; tokens: number }> =
						{};
					let repeated = 0;
					let cutDocuments = 0;
					lengths.forEach((length, document) => {
						const covered = new Set<number>();
						let tokens = 0;
						let count = 0;
						pieces.document.forEach((of, piece) => {
							if (of !== document) return;
							count++;
							tokens += pieces.length[piece];
							expect(pieces.length[piece]).toBeGreaterThanOrEqual(minSequence);
							expect(pieces.length[piece]).toBeLessThanOrEqual(
								capacities[buckets[piece]],
							);
							for (let i = 0; i < pieces.length[piece]; i++)
								covered.add(pieces.start[piece] + i);
						});
						for (const token of covered) expect(token).toBeLessThan(length);
						repeated += tokens - covered.size;
						const lost = length - covered.size;
						expect(dropped.tokens[document]).toBe(lost);
						const reason = dropped.reasons[document];
						expect(reason !== null).toBe(lost > 0 || length === 0);
						expect(reason === "empty").toBe(length === 0);
						if (reason !== null) {
							reasons[reason] ??= { documents: 0, tokens: 0 };
							reasons[reason].documents++;
							reasons[reason].tokens += lost;
						}
						if (count > 1 || (count === 1 && lost > 0)) cutDocuments++;
					});
					expect(counts).toEqual({
						...{ dropped: reasons, repeatedTokens: repeated, cutDocuments },
					});
					expect([...doc.number]).toEqual(lengths.map((_, d) => first + d));
					expect([...doc.task]).toEqual(lengths.map(() => 3));
				},
			),
		);
	});
});

test("a document that is too long is named by its file and place", () => {
	expect(() => cut([3, 20], 0, { name: "error", maxLength: 16 })).toThrow(
		/^1\.jsonl: the document at byte 100 has 20 tokens, and a sequence may have 16/,
	);
	expect(() => cut([20], 0, { name: "error", maxLength: 16 })).toThrow(
		LongDocumentError,
	);
});
