import { expect, test } from "vitest";
import { comparePackers } from "../../src/pack/compare.js";
import { packDocuments } from "../../src/pack/pack-documents.js";
import { packers } from "../../src/pack/packers.js";
import { naturalLengths } from "./instances.js";

const lengths = naturalLengths(3000, 300, 1.3, 5000);
const reports = [...comparePackers(lengths, 2048)];
const of = (name: string) => {
	const found = reports.find(({ packer }) => packer === name);
	if (found === undefined) throw new Error(name);
	return found;
};

test("tells of every packer, and what it tells adds up", () => {
	expect(reports.map(({ packer }) => packer)).toEqual(packers.names);
	const tokens = lengths.reduce((sum, length) => sum + length, 0);
	for (const report of reports) {
		const { packer, rows, fill, padding, droppedTokens } = report;
		const { packing } = packDocuments(lengths, 2048, { packer });
		expect(rows).toBe(packing.packOffsets.length - 1);
		expect(rows).toBeGreaterThanOrEqual(report.lowerBoundRows);
		expect(droppedTokens).toBe(0);
		expect(padding).toBe(rows * 2048 - tokens);
		expect(fill).toBeCloseTo(tokens / (rows * 2048), 12);
		expect(report.imbalanceBalanced).toBeLessThanOrEqual(report.imbalance);
	}
});

test("shows what each packer is for", () => {
	const long = lengths.filter((length) => length > 2048).length;
	expect(of("best-fit-decreasing").cutDocuments).toBe(long);
	expect(of("concat").cutDocuments).toBeGreaterThan(3 * long);
	expect(of("concat").padding).toBeLessThan(2048);
	expect(of("padded").sequencesPerRow).toBe(1);
	expect(of("padded").rows).toBeGreaterThan(2 * of("capped").rows);
	// Cutting leaves less to attend to.
	expect(of("concat").attention).toBeLessThan(of("best-fit").attention);
});

test("leaves out packers that the options rule out, unless they are asked for", () => {
	const some = [...comparePackers(lengths, 2048, { maxSequences: 4 })];
	expect(some.map(({ packer }) => packer)).toEqual(
		packers.where(({ options }) => "maxSequences" in options),
	);
	expect(() => [
		...comparePackers(lengths, 2048, {
			maxSequences: 4,
			packers: ["column-generation"],
		}),
	]).toThrow(/maxSequences would change nothing/);
	expect(() => [
		...comparePackers(lengths, 2048, { minSequence: 9999 }),
	]).toThrow(/minSequence is 9999/);
	expect(() => [
		...comparePackers(lengths, 2048, { openPacks: 3, longDocuments: "split" }),
	]).not.toThrow();
});
