import { expect, test } from "vitest";
import { byteSet } from "../../src/tokenizer/byte-set.js";

test("has a bit for each byte of the set, and no others", () => {
	const members = Uint8Array.from({ length: 256 }, (_, byte) =>
		Number((byte * 7) % 5 === 0),
	);
	const set = byteSet(members);
	for (let byte = 0; byte < 256; byte++) {
		const half = (byte & 15) < 8 ? 0 : 16;
		const bit = (set[half + (byte >> 4)] >> (byte & 7)) & 1;
		expect(bit).toBe(members[byte]);
	}
});
