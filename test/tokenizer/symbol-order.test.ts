import fc from "fast-check";
import { expect, test } from "vitest";
import { characterOfByte } from "../../src/tokenizer/byte-characters.js";
import { orderByScript } from "../../src/tokenizer/symbol-order.js";

/** A word as a byte-level vocabulary writes it. */
function spelled(word: string): string {
	return Array.from(
		new TextEncoder().encode(word),
		(byte) => characterOfByte[byte],
	).join("");
}

test("numbers every token once", () => {
	const token = fc.option(fc.string({ unit: "binary" }), { nil: undefined });
	fc.assert(
		fc.property(
			fc.array(token),
			fc.constantFrom("bytes" as const, "characters" as const),
			(tokens, symbols) => {
				const { symbolOf, idOf } = orderByScript(tokens, symbols);
				expect(symbolOf).toHaveLength(tokens.length);
				expect([...idOf].sort((a, b) => a - b)).toEqual([...tokens.keys()]);
				for (const id of tokens.keys()) expect(idOf[symbolOf[id]]).toBe(id);
			},
		),
	);
});

test.each([
	["bytes", spelled],
	["characters", (word: string) => word.replaceAll(" ", "\u2581")],
] as const)("has those of one script side by side: %s", (symbols, spell) => {
	const words = [" the", " и", "в", "的", "cat", " на", "是", "7", "ё", " 中"];
	const { idOf } = orderByScript(words.map(spell), symbols);
	const scripts = Array.from(idOf, (id) =>
		/\p{sc=Cyrl}/u.test(words[id]) ? 1 : /\p{sc=Hani}/u.test(words[id]) ? 2 : 0,
	);
	expect(scripts).toEqual([0, 0, 0, 1, 1, 1, 1, 2, 2, 2]);
});
