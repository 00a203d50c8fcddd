import { describe, expect, test, vi } from "vitest";
import type { Int32Buffer } from "../../src/core/buffers.js";
import { BaseTokenizer } from "../../src/tokenizer/base-tokenizer.js";

/** A token for each UTF-16 unit. */
class Units extends BaseTokenizer {
	readonly engine = "units";
	readonly vocabSize = 0x10000;
	readonly bos = null;
	readonly eos = null;
	encodeInto(text: string, out: Int32Buffer): void {
		for (let i = 0; i < text.length; i++) out.push(text.charCodeAt(i));
	}
	decode(ids: ArrayLike<number>): string {
		return String.fromCharCode(...Array.from(ids));
	}
	tokenToId(): undefined {}
}

describe.each([
	["in Node", globalThis.Buffer],
	["in a browser", undefined],
])("%s", (_, buffer) => {
	const lengths = [0, 1, 100, (1 << 14) - 1, 1 << 14, 300_000];

	test.each(lengths)("a batch of %i ids stays as it is", (length) => {
		vi.stubGlobal("Buffer", buffer);
		const units = new Units();
		const batch = units.encodeBatch(["a".repeat(length), "b"]);
		units.encodeBatch(["c".repeat(length + 10)]);
		vi.unstubAllGlobals();
		expect([...batch.offsets]).toEqual([0, length, length + 1]);
		expect(batch.ids).toHaveLength(length + 1);
		expect(batch.ids.subarray(0, length).every((id) => id === 97)).toBe(true);
		expect(batch.ids[length]).toBe(98);
		// Of its own, so that it can be sent to another thread.
		expect(batch.ids.buffer.byteLength).toBe(batch.ids.byteLength);
	});
});
