import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { LongDocumentError } from "../../src/decompose/at-most-one.js";
import { cuts } from "../../src/decompose/cuts.js";
import {
	bucketsOf,
	type DecomposeOptions,
	decomposeDocuments,
	startRule,
} from "../../src/decompose/decompose-documents.js";

/** Values of all options that cuts have. */
const values = fc.record({
	minLength: fc.constantFrom(1, 4, 16),
	maxLength: fc.constantFrom(16, 32),
	buckets: fc.option(fc.constantFrom([3], [5, 12, 30], [4, 8, 16, 32]), {
		nil: undefined,
	}),
	plusOne: fc.boolean(),
	overlap: fc.nat(15),
	remainder: fc.constantFrom("drop", "keep", "pack"),
});

const lengths = fc.array(fc.nat(200), { maxLength: 40 });

describe.each(cuts.names)("%s", (name) => {
	const cut = cuts.find(name);

	/** The options that the cut has; lengths are given in one way. */
	const optionsOf = (all: Record<string, unknown>): DecomposeOptions => {
		const own = Object.keys(all).filter((option) => option in cut.options);
		const byName = own.includes("buckets") && all.buckets !== undefined;
		const given = own.filter(
			(option) => !byName || !["minLength", "maxLength"].includes(option),
		);
		return {
			name,
			...Object.fromEntries(given.map((option) => [option, all[option]])),
		} as DecomposeOptions;
	};

	/** What becomes of documents; null where the cut takes no document as long. */
	const decompose = (list: number[], options: DecomposeOptions) => {
		try {
			const all = Int32Array.from(list);
			return decomposeDocuments(all, options, createRandom(3));
		} catch (error) {
			if (!(error instanceof LongDocumentError)) throw error;
			const { document, tokens, maxLength } = error;
			equal(tokens, list[document]);
			ok(tokens > maxLength);
			return null;
		}
	};

	test("has every token in a sequence, or dropped for a reason", () => {
		fc.assert(
			fc.property(lengths, values, fc.nat(20), (list, all, minSequence) => {
				const options = { ...optionsOf(all), minSequence: minSequence + 1 };
				const found = decompose(list, options);
				if (found === null) return;
				const { pieces, dropped, repeatedTokens } = found;
				const met = list.map(() => new Set<number>());
				let tokens = 0;
				for (const [i, document] of pieces.document.entries()) {
					ok(pieces.length[i] > minSequence);
					tokens += pieces.length[i];
					for (let t = 0; t < pieces.length[i]; t++)
						met[document].add(pieces.start[i] + t);
				}
				const kept = met.reduce((sum, { size }) => sum + size, 0);
				equal(repeatedTokens, tokens - kept);
				for (const [document, length] of list.entries()) {
					equal(dropped.tokens[document], length - met[document].size);
					expect(dropped.reason(document)).toMatch(/^[a-z]+(-[a-z]+)*$/);
				}
			}),
		);
	});

	test("drops nothing where remainders are kept, or where it says so", () => {
		fc.assert(
			fc.property(lengths, values, (list, all) => {
				if (cut.dropReasons !== null && !("remainder" in cut.options)) return;
				const found = decompose(list, optionsOf({ ...all, remainder: "keep" }));
				if (found === null) return;
				expect(found.dropped.tokens).toEqual(new Int32Array(list.length));
			}),
		);
	});

	test("puts each sequence into the smallest bucket that holds it, and fills rows if it says so", () => {
		fc.assert(
			fc.property(lengths, values, (list, all) => {
				const options = optionsOf({ ...all, remainder: "drop" });
				const buckets = bucketsOf(options);
				const found = decompose(list, options);
				if (found === null) return;
				for (const [i, bucket] of found.buckets.entries()) {
					const length: number = found.pieces.length[i];
					ok(length <= buckets[bucket].capacity);
					if (bucket > 0) ok(length > buckets[bucket - 1].capacity);
					if (cut.fillsRows) equal(length, buckets[bucket].capacity);
				}
			}),
		);
	});

	test("begins each sequence where its rule says", () => {
		fc.assert(
			fc.property(lengths, values, (list, all) => {
				const options = optionsOf(all);
				const begins = startRule(options);
				const found = decompose(list, options);
				const covered = list.map(() => 0);
				for (const [i, document] of (found?.pieces.document ?? []).entries()) {
					const { start, length } = (found as NonNullable<typeof found>).pieces;
					equal(start[i], begins(covered[document], length[i]));
					ok(start[i] <= covered[document]);
					ok(start[i] + length[i] > covered[document]);
					covered[document] = start[i] + length[i];
				}
			}),
		);
	});
});

test("what windows that overlap leave begins where the last one ends", () => {
	const { pieces, repeatedTokens, dropped } = decomposeDocuments(
		Int32Array.of(25),
		{ name: "fixed", maxLength: 10, overlap: 4, remainder: "keep" },
	);
	expect([...pieces.start]).toEqual([0, 6, 12, 22]);
	expect([...pieces.length]).toEqual([10, 10, 10, 3]);
	expect(repeatedTokens).toBe(8);
	expect([...dropped.tokens]).toEqual([0]);
});

test.each([
	["binary", { minLength: 8, maxLength: 8 }, 19, 3, "remainder"],
	["binary", { minLength: 8, maxLength: 8 }, 7, 7, "too-short"],
	["truncate", { maxLength: 8 }, 19, 11, "truncated"],
	["drop", { maxLength: 8 }, 19, 19, "too-long"],
	["split", { maxLength: 8, minSequence: 4 }, 19, 3, "too-short"],
	["drop", { maxLength: 8, minSequence: 4 }, 3, 3, "too-short"],
] as const)(
	"%s with %j: of %i tokens %i are dropped, %s",
	(name, options, length, tokens, reason) => {
		const { dropped } = decomposeDocuments(Int32Array.of(length), {
			name,
			...options,
		} as DecomposeOptions);
		expect(dropped.tokens[0]).toBe(tokens);
		expect(dropped.reason(0)).toBe(reason);
	},
);

test("an unknown cut is named with those there are", () => {
	expect(() =>
		decomposeDocuments(Int32Array.of(3), { name: "halves" as "whole" }),
	).toThrow(/no cut "halves".*binary, .*concatenate/);
});
