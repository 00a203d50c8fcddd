import fc from "fast-check";
import { expect, test } from "vitest";
import { characterOfByte } from "../../src/tokenizer/byte-characters.js";
import { orderSymbols, SIDES } from "../../src/tokenizer/symbol-order.js";

/** A word as a byte-level vocabulary writes it. */
function spelled(word: string): string {
	return Array.from(
		new TextEncoder().encode(word),
		(byte) => characterOfByte[byte],
	).join("");
}

test("numbers every token once, and tells by the number where it may be", () => {
	const token = fc.option(fc.string({ unit: "binary" }), { nil: undefined });
	fc.assert(
		fc.property(
			fc.array(fc.tuple(token, fc.nat(3))),
			fc.constantFrom("bytes" as const, "characters" as const),
			(tokensAndSides, symbols) => {
				const tokens = tokensAndSides.map(([token]) => token);
				const sides = Uint8Array.from(tokensAndSides, ([, of]) => of);
				const order = orderSymbols(tokens, sides, symbols);
				const { symbolOf, idOf } = order;
				expect(symbolOf).toHaveLength(tokens.length);
				expect([...idOf].sort((a, b) => a - b)).toEqual([...tokens.keys()]);
				for (const id of tokens.keys()) {
					const symbol = symbolOf[id];
					expect(idOf[symbol]).toBe(id);
					expect(symbol < order.leftEnd).toBe((sides[id] & SIDES.left) !== 0);
					expect(symbol >= order.rightStart && symbol < order.rightEnd).toBe(
						(sides[id] & SIDES.right) !== 0,
					);
				}
			},
		),
	);
});

test.each([
	["bytes", spelled],
	["characters", (word: string) => word.replaceAll(" ", "\u2581")],
] as const)("has those of one script side by side: %s", (symbols, spell) => {
	const words = [" the", " и", "в", "的", "cat", " на", "是", "7", "ё", " 中"];
	const sides = new Uint8Array(words.length);
	const { idOf } = orderSymbols(words.map(spell), sides, symbols);
	const scripts = Array.from(idOf, (id) =>
		/\p{sc=Cyrl}/u.test(words[id]) ? 1 : /\p{sc=Hani}/u.test(words[id]) ? 2 : 0,
	);
	expect(scripts).toEqual([0, 0, 0, 1, 1, 1, 1, 2, 2, 2]);
});
