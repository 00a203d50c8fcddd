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

test.each([
	[{ bos: true, eos: false }, {}, { bos: 6, eos: null }],
	[{ bos: false, eos: true }, {}, { bos: null, eos: 7 }],
	[{ bos: true, eos: false }, { addBos: false }, { bos: null, eos: null }],
	[{ bos: false, eos: false }, { addBos: true }, { bos: 6, eos: null }],
	[{ bos: false, eos: false }, { addEos: true }, { bos: null, eos: 7 }],
	[{ bos: false, eos: false }, { eosToken: "<start>" }, { bos: null, eos: 1 }],
	[{ bos: true, eos: false }, { bosToken: "<start>" }, { bos: 1, eos: null }],
])("where the configuration says %j, %j", (added, options, ids) => {
	const configured = {
		...idsInText,
		bos: { token: "<begin>", id: 6, added: added.bos },
		eos: { token: "<end>", id: 7, added: added.eos },
	};
	expect(specialTokens(options, configured)).toEqual(ids);
});

test("EOS ends the answers of a model, whatever the configuration says of texts", () => {
	const configured = {
		...idsInText,
		eos: { token: "<end>", id: 7, added: false },
	};
	expect(specialTokens({}, configured, true).eos).toBe(7);
	expect(specialTokens({ addEos: false }, configured, true).eos).toBe(null);
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
