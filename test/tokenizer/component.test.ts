import { expect, test } from "vitest";
import { Component } from "../../src/tokenizer/component.js";
import { readNormalizer } from "../../src/tokenizer/normalizers/normalizers.js";
import { readPreTokenizer } from "../../src/tokenizer/pre-tokenizers/pre-tokenizers.js";

const component = (json: unknown) => new Component(json, "it", "t.json");

test("sequences within sequences end in a sentence, not in an overflow", () => {
	let json: object = { type: "NFC" };
	for (let i = 0; i < 5000; i++)
		json = { type: "Sequence", normalizers: [json], pretokenizers: [json] };
	for (const read of [readNormalizer, readPreTokenizer])
		expect(() => read(component(json))).toThrow(
			/t\.json is not a usable tokenizer\.json: it\..* one of 50 that lie in each other/,
		);
});

test.each([
	[{ pattern: { String: "a", Regex: "b" } }, /"String" or "Regex" alone/],
	[{ pattern: { String: 3 } }, /its "pattern" is \{"String":3\}/],
	[{ pattern: "a" }, /its "pattern" is "a"/],
	[{}, /it has no "pattern"/],
])("%j has no pattern", (json, sentence) => {
	expect(() => component(json).pattern("pattern")).toThrow(sentence);
});

test.each([null, 3, "NFC", ["NFC"], undefined])(
	"%j is no component",
	(json) => {
		expect(() => component(json)).toThrow(/it cannot be used: it is /);
	},
);
