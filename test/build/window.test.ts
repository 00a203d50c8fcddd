import { describe, expect, test } from "vitest";
import { Window } from "../../src/build/window.js";
import type { Int32Buffer } from "../../src/core/buffers.js";
import type { Settings } from "../../src/dataset/settings.js";
import { emptyTotals } from "../../src/dataset/totals.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";

/** Gives the ids that a text lists, whatever they are. */
const careless = {
	engine: "careless",
	vocabSize: 100,
	encodeInto(text: string, out: Int32Buffer) {
		out.append(text.split(" ").map(Number));
	},
} as unknown as Tokenizer;

const settings = { bos: null, eos: 7, window: 10 } as Settings;

function windowWith(text: string) {
	const totals = emptyTotals();
	const window = new Window(0, settings, careless, totals);
	const batch = { texts: [text], ids: [null], positions: [0], lines: [1] };
	window.add(batch, 0, "corpus.jsonl");
	return { window, totals };
}

describe("token ids are checked before they are kept", () => {
	test.each(["100", "1 2 -1", "2147483648"])("%s", (text) => {
		expect(() => windowWith(text)).toThrow(
			/corpus\.jsonl: the tokenizer gave the token id -?\d+, which is not in its vocabulary of 100/,
		);
	});
});

test("a window is full once it holds the tokens asked for", () => {
	expect(windowWith("1 2 3").window.isFull).toBe(false);
	const { window, totals } = windowWith("1 2 3 4 5 6 7 8 9");
	expect(window.isFull).toBe(true);
	expect(totals).toMatchObject({ textTokens: 9, specialTokens: 1 });
});
