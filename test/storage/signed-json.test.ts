import { expect, test } from "vitest";
import { parseSignedJson, signedJson } from "../../src/storage/signed-json.js";

const value = { name: "one", files: [{ path: "a" }], beside: [] };

test("what was signed is read as it was", () => {
	expect(parseSignedJson(Buffer.from(signedJson(value)), "beside")).toEqual({
		value,
		fault: null,
	});
});

test("what is not signed is read too, and ends with its last field", () => {
	const unsigned = Buffer.from(JSON.stringify(value));
	expect(parseSignedJson(unsigned, "beside").fault).toBe(null);
	expect(parseSignedJson(unsigned, "name").fault).not.toBe(null);
});

test("each bit of it that is flipped is found, its signature's too", () => {
	const bytes = Buffer.from(signedJson(value));
	for (let bit = 0; bit < 8 * bytes.length; bit++) {
		bytes[bit >> 3] ^= 1 << (bit & 7);
		let fault: string | null;
		try {
			({ fault } = parseSignedJson(bytes, "beside"));
		} catch (error) {
			fault = (error as Error).message;
		}
		expect([bit, fault]).not.toEqual([bit, null]);
		bytes[bit >> 3] ^= 1 << (bit & 7);
	}
});
