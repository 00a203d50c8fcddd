import fc from "fast-check";
import { expect, test } from "vitest";
import { IntListsBuilder } from "../../src/core/int-lists.js";
import { pack } from "../../src/pack/pack.js";
import { packsOfSides, piecesOfSides } from "../../src/pack/sides.js";

const CAPACITY = 40;

/** The lengths of the sides of each document. */
const documents = fc.array(
	fc
		.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 })
		.map((sides) => ({ sides, total: sides.reduce((a, b) => a + b, 0) })),
	{ minLength: 1, maxLength: 30 },
);

test("packs of documents hold their sides one after the other, each once", () => {
	fc.assert(
		fc.property(documents, (all) => {
			const borders = new IntListsBuilder();
			for (const { sides } of all) {
				let at = 0;
				for (const length of sides.slice(0, -1)) {
					at += length;
					borders.values.push(at);
				}
				borders.endList();
			}
			const length = Int32Array.from(all, ({ total }) => total);
			const document = length.map((_, d) => d);
			const start = new Int32Array(length.length);
			const packing = pack(length, CAPACITY);
			const { pieces, first } = piecesOfSides(
				{ document, start, length },
				borders.view(),
			);
			const packs = packsOfSides(packing, first);
			expect(packs.packOffsets).toHaveLength(packing.packOffsets.length);
			for (let p = 0; p + 1 < packs.packOffsets.length; p++) {
				const due = [
					...packing.order.subarray(
						packing.packOffsets[p],
						packing.packOffsets[p + 1],
					),
				].flatMap((d) => {
					let at = 0;
					return all[d].sides.map((tokens) => {
						at += tokens;
						return [d, at - tokens, tokens];
					});
				});
				const found = [
					...packs.order.subarray(
						packs.packOffsets[p],
						packs.packOffsets[p + 1],
					),
				].map((i) => [pieces.document[i], pieces.start[i], pieces.length[i]]);
				expect(found).toEqual(due);
			}
		}),
	);
});

test("documents without sides stay the pieces that they are", () => {
	const pieces = {
		document: Int32Array.of(0, 0, 1),
		start: Int32Array.of(0, 5, 0),
		length: Int32Array.of(5, 2, 3),
	};
	const packing = {
		order: Int32Array.of(2, 0, 1),
		packOffsets: Int32Array.of(0, 3),
	};
	for (const sides of [
		null,
		{ values: new Int32Array(0), offsets: new Int32Array(3) },
	]) {
		const of = piecesOfSides(pieces, sides);
		expect(of.pieces).toBe(pieces);
		expect(packsOfSides(packing, of.first)).toBe(packing);
	}
});
