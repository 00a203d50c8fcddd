import { expect, test } from "vitest";
import { InterruptedError } from "../../../src/core/errors.js";
import { compareDocuments } from "../../../src/report/diff/compare-documents.js";
import { compareRows } from "../../../src/report/diff/compare-rows.js";
import { Spill } from "../../../src/report/diff/spill.js";

test("comparing stops between two parts of what was read", async () => {
	let parts = 0;
	const diffing = {
		limit: 1,
		onRows() {
			if (++parts === 2) throw new InterruptedError("comparing was stopped.");
		},
	};
	const spill = () => new Spill(4);
	const stopped = /comparing was stopped/;
	await expect(compareRows(spill(), spill(), diffing)).rejects.toThrow(stopped);
	expect(parts).toBe(2);
	parts = 0;
	const documents = compareDocuments(spill(), spill(), 4, diffing);
	await expect(documents).rejects.toThrow(stopped);
	expect(parts).toBe(2);
});
