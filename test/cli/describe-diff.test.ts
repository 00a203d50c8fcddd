import { expect, test } from "vitest";
import { describeDiff } from "../../cli/describe-diff.js";
import type { DiffResult } from "../../src/report/diff/result.js";

test("names of the input begin no line, and tell a terminal nothing", () => {
	const name = "x\nnote: all is well\u001b[2J";
	const none = { count: 0, list: [] };
	const changed = { id: name, source: name, position: 0, a: 1, b: 2 };
	const segment = { document: name, offset: 0, tokens: 1 };
	const side = { segments: 1, differing: { count: 1, list: [segment] } };
	const result: DiffResult = {
		kind: "dataset",
		a: "a",
		b: "b",
		same: false,
		byHash: false,
		settings: { count: 1, list: [{ name, a: name, b: null }] },
		inputs: { count: 1, list: [{ name, change: "gone", a: 1, b: null }] },
		files: none,
		totals: [],
		documents: {
			...{ a: 1, b: 1, by: "tokens", same: 0, moved: 0, inPart: 0 },
			changed: { count: 1, list: [changed] },
			added: none,
			gone: none,
		},
		rows: {
			...{ a: 1, b: 1, equal: 0, moved: 0, firstMoved: null },
			...{ onlyA: 1, onlyB: 1, first: [{ row: 0, a: side, b: side }] },
		},
		steps: null,
		notes: [],
	};
	const text = describeDiff(result);
	expect(text).not.toContain("\u001b");
	expect(text.split("\n").filter((line) => line.startsWith("note"))).toEqual(
		[],
	);
	expect(text).toContain("x\\u000anote: all is well\\u001b[2J");
});
