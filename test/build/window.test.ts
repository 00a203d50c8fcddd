import { expect, test } from "vitest";
import { Window } from "../../src/build/window.js";
import type { Settings } from "../../src/dataset/settings.js";
import { emptyTotals } from "../../src/dataset/totals.js";

test("a window is full once it holds the tokens asked for", () => {
	const settings = { window: 10 } as Settings;
	const window = new Window(0, settings, emptyTotals());
	const batch = {
		tokens: {
			ids: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
			offsets: Int32Array.of(0, 3, 10),
		},
		ids: [null, "b"],
		positions: [0, 20],
		numbers: [1, 2],
		source: "corpus.jsonl",
		bytes: 40,
	};
	expect(window.isEmpty).toBe(true);
	window.add(batch, 0);
	expect(window.isEmpty).toBe(false);
	expect(window.isFull).toBe(false);
	window.add(batch, 1);
	expect(window.isFull).toBe(true);
});
