import fc from "fast-check";
import { snappyUncompress } from "hyparquet";
import { expect, test } from "vitest";
import { compressSnappy } from "../../src/tables/snappy.js";

function uncompressed(compressed: Uint8Array, length: number): Uint8Array {
	const bytes = new Uint8Array(length);
	snappyUncompress(compressed, bytes);
	return bytes;
}

/** Texts of few and of many different bytes, repeated near and far. */
const part = fc
	.tuple(
		fc.uint8Array({ minLength: 1, maxLength: 70 }),
		fc.integer({ min: 1, max: 3000 }),
		fc.boolean(),
	)
	.map(([bytes, times, sparse]) => {
		const all = new Uint8Array(bytes.length * times);
		for (let i = 0; i < all.length; i++)
			all[i] = sparse
				? Math.imul(i * 7919 + bytes[0], 0x9e3779b1) >>> 24
				: bytes[i % bytes.length];
		return all;
	});

test("what is compressed, from any parts, hyparquet gives back", () => {
	fc.assert(
		fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
			const whole = Buffer.concat(parts);
			const compressed = compressSnappy(parts);
			expect(
				Buffer.compare(uncompressed(compressed, whole.length), whole),
			).toBe(0);
		}),
		{ numRuns: 200 },
	);
});

test("what repeats nothing grows by a thousandth at most, what repeats all becomes a twentieth", () => {
	const length = 1 << 20;
	const words = new Uint32Array(length / 4);
	for (let i = 0, state = 1; i < words.length; i++) {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		words[i] = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
	}
	const random = new Uint8Array(words.buffer);
	expect(compressSnappy([random]).length).toBeLessThan(length * 1.001);
	expect(compressSnappy([new Uint8Array(length)]).length).toBeLessThan(
		length / 20,
	);
});
