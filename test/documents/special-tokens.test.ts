import { expect, test } from "vitest";
import { specialTokens } from "../../src/documents/special-tokens.js";
import { idsInText } from "./ids-in-text.js";

test.each([
	[{}, { bos: null, eos: 7 }],
	[{ addEos: false }, { bos: null, eos: null }],
	[{ addEos: true }, { bos: null, eos: 7 }],
	[{ eosToken: "<start>" }, { bos: null, eos: 1 }],
	[
		{ addBos: true, bosToken: "<start>" },
		{ bos: 1, eos: 7 },
	],
])("%j", (options, ids) => {
	expect(specialTokens(options, idsInText)).toEqual(ids);
});

test("without a token of its own or a name there is no EOS unless one is asked for", () => {
	const without = { ...idsInText, eos: null };
	expect(specialTokens({}, without)).toEqual({ bos: null, eos: null });
	expect(() => specialTokens({ addEos: true }, without)).toThrow(/its EOS/);
});

test.each([
	[{ addBos: true }, "missing-option", "bosToken"],
	[{ addBos: true, bosToken: "<none>" }, "unknown-name", "bosToken"],
	[{ eosToken: "<none>" }, "unknown-name", "eosToken"],
	[{ bosToken: "<start>" }, "ignored-option", "bosToken"],
	[{ addEos: false, eosToken: "<start>" }, "ignored-option", "eosToken"],
])("%j is refused", (options, code, option) => {
	expect(() => specialTokens(options, idsInText)).toThrow(
		expect.objectContaining({
			code,
			exitCode: 2,
			options: expect.arrayContaining([option]),
		}),
	);
});
