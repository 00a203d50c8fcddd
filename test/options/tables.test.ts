import { describe, expect, test } from "vitest";
import type { OptionTable } from "../../src/core/option.js";
import { whyIgnored } from "../../src/core/resolve-options.js";
import { batchesTable } from "../../src/options/batches.js";
import { buildTable } from "../../src/options/build.js";
import { curriculumTable } from "../../src/options/curriculum.js";
import { exportToTable } from "../../src/options/export.js";
import { exportTable, packStoreTable } from "../../src/options/pack-store.js";
import { compareTable } from "../../src/pack/compare.js";
import { documentLengthsTable } from "../../src/report/document-lengths.js";

const tables: Record<string, OptionTable> = {
	build: buildTable,
	curriculum: curriculumTable,
	batches: batchesTable,
	compare: compareTable,
	documentLengths: documentLengthsTable,
	packStore: packStoreTable,
	export: exportTable,
	exportTo: exportToTable,
};

describe.each(Object.entries(tables))("%s", (_, table) => {
	test.each(Object.entries(table))("%s", (name, option) => {
		expect(name).toMatch(/^[a-z][a-zA-Z]*$/);
		expect(option.help).toMatch(/^[^\n]{5,}[^.\n]$/);
		const { default: given, of = {} } = option;
		if (given !== undefined) expect(option.type.fault(given)).toBeNull();
		for (const [selector, allowed] of Object.entries(of)) {
			// Of what it goes with there is an option, that comes before it.
			const names = Object.keys(table);
			expect(names).toContain(selector);
			expect(names.indexOf(selector)).toBeLessThan(names.indexOf(name));
			for (const value of allowed) {
				const { type } = table[selector];
				expect(type.fault(value === "true" ? true : value)).toBeNull();
				const others = Object.fromEntries(
					Object.entries(of).map(([other, [first]]) => [other, first]),
				);
				expect(whyIgnored(option, { ...others, [selector]: value })).toBeNull();
			}
		}
	});
});
