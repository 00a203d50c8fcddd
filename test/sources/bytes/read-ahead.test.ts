import fc from "fast-check";
import { expect, test } from "vitest";
import { readAhead } from "../../../src/sources/bytes/read-ahead.js";

/** Pieces of some lengths, and an error after them; notes what is asked for. */
function source(lengths: readonly number[], error: Error | null = null) {
	const seen = { asked: 0, closed: false };
	async function* pieces(): AsyncGenerator<Buffer> {
		try {
			for (const [i, length] of lengths.entries()) {
				seen.asked++;
				yield Buffer.alloc(length, i);
			}
			seen.asked++;
			if (error !== null) throw error;
		} finally {
			seen.closed = true;
		}
	}
	return { seen, pieces: pieces() };
}

const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 8 });

test("all pieces come in order, and what is behind the end is asked for only when it is its turn", async () => {
	await fc.assert(
		fc.asyncProperty(lengths, fc.nat(200), async (lengths, end) => {
			const { seen, pieces } = source(lengths);
			let given = 0;
			let position = 0;
			for await (const piece of readAhead(pieces, (at) => at < end)) {
				expect(piece).toEqual(Buffer.alloc(lengths[given], given));
				given++;
				position += piece.length;
				expect(seen.asked).toBe(position < end ? given + 1 : given);
			}
			expect(given).toBe(lengths.length);
			expect(seen.closed).toBe(true);
		}),
	);
});

test("an error comes after the pieces before it, and not at all where reading stops", async () => {
	const failing = source([1, 2], new Error("broken"));
	const got: number[] = [];
	const reading = (async () => {
		for await (const { length } of readAhead(failing.pieces, () => true))
			got.push(length);
	})();
	await expect(reading).rejects.toThrow("broken");
	expect(got).toEqual([1, 2]);
	const stopped = source([1], new Error("never met"));
	for await (const _ of readAhead(stopped.pieces, () => true)) break;
	expect(stopped.seen.closed).toBe(true);
});
