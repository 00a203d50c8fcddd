import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decomposeDocuments } from "../../src/decompose/decompose-documents.js";

const split = (lengths: Int32Array, maxLength: number) =>
	decomposeDocuments(lengths, { name: "split", maxLength }).pieces;

test("pieces cover each document once, in order, as long as allowed", () => {
	fc.assert(
		fc.property(
			fc.array(fc.nat(300)),
			fc.integer({ min: 1, max: 64 }),
			(lengths, maxLength) => {
				const pieces = split(Int32Array.from(lengths), maxLength);
				let piece = 0;
				lengths.forEach((length, document) => {
					let covered = 0;
					while (pieces.document[piece] === document) {
						equal(pieces.start[piece], covered);
						covered += pieces.length[piece];
						const isLast = covered === length;
						if (!isLast) equal(pieces.length[piece], maxLength);
						ok(pieces.length[piece] <= maxLength);
						ok(pieces.length[piece] > 0);
						piece++;
					}
					equal(covered, length);
				});
				equal(piece, pieces.length.length);
			},
		),
	);
});

test("a length that cannot be is refused", () => {
	for (const bad of [0, -1, 1.5, Number.NaN])
		expect(() => split(Int32Array.of(3), bad)).toThrow(/whole number/);
});
