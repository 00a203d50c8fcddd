import { optionName, UsageError } from "../core/errors.js";
import { resolveOptions } from "../core/resolve-options.js";
import { redacted } from "../core/secrets.js";
import {
	MOST_PATHS,
	type ReportOptions,
	reportTable,
} from "../options/report.js";
import {
	readAll,
	removePartials,
	type Storage,
	writeAll,
} from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import type { Figures } from "./figures/figures.js";
import { readFigures } from "./figures/read-figures.js";
import { GENERATOR } from "./page/generator.js";
import { reportHtml } from "./page/page.js";

export interface ReportResult {
	/** `already-written`: the file was there, with the same in it. */
	status: "written" | "already-written";
	out: string;
	bytes: number;
	/** What it shows, of each path. */
	figures: Figures[];
	seconds: number;
}

/**
 * Writes a page that shows what is at paths: one file that needs nothing else.
 * @throws UsageError `report-there` where something else is there already
 */
export async function writeReport(
	paths: readonly string[],
	options: Omit<ReportOptions, "paths">,
): Promise<ReportResult> {
	const began = performance.now();
	const { out, title, overwrite } = resolveOptions(reportTable, {
		...options,
		paths,
	});
	const { out: _, title: __, overwrite: ___, ...shown } = options;
	if (paths.length === 0 || paths.length > MOST_PATHS)
		throw new UsageError(
			"bad-option",
			`a report shows one path, or up to ${MOST_PATHS} side by side, and ${paths.length} are given: name a corpus by its directory, or by a quoted glob.`,
		);
	const storage = storageAt(out);
	storage.requireWritable?.(out);
	const there = await reportAt(storage, out);
	const figures: Figures[] = [];
	for (const path of paths)
		figures.push(withoutCredentials(await readFigures(path, shown)));
	const page = await reportHtml(figures, { title });
	const isSame = there?.equals(Buffer.from(page)) ?? false;
	if (!isSame) {
		if (there !== null && !overwrite)
			throw new UsageError(
				"report-there",
				`${out} is another report: name another file (${optionName("out")}), or replace it with ${optionName("overwrite", true)}.`,
			);
		await removePartials(storage, out);
		if (overwrite) await writeAll(storage, out, page, { unhashed: true });
		else if (!(await storage.createExclusive(out, page)))
			throw new UsageError(
				"report-there",
				`${out} was made in the meantime, or is a link that leads nowhere, and is left as it is: name another file (${optionName("out")}).`,
			);
	}
	return {
		status: isSame ? "already-written" : "written",
		out,
		bytes: Buffer.byteLength(page),
		figures,
		seconds: (performance.now() - began) / 1000,
	};
}

/**
 * The report that is there; null: nothing is.
 * @throws UsageError where there is something else
 */
async function reportAt(storage: Storage, out: string): Promise<Buffer | null> {
	const found = await storage.stat(out);
	if (found === null) return null;
	if (found.kind !== "file")
		throw new UsageError(
			"report-there",
			`${out} is no file: name the HTML file to write (${optionName("out")}).`,
		);
	const page = await readAll(storage, out);
	if (!page.subarray(0, 4096).includes(GENERATOR))
		throw new UsageError(
			"report-there",
			`${out} is no report of seqpack, and is left as it is: name another file (${optionName("out")}).`,
		);
	return page;
}

/** What sentences and facts tell, without what lets one in. */
function withoutCredentials(figures: Figures): Figures {
	const { faults, notes, facts, plan } = figures;
	return {
		...figures,
		faults: faults.map(redacted),
		notes: notes.map(redacted),
		facts: facts.map(({ name, value }) => ({ name, value: redacted(value) })),
		plan:
			plan === null
				? null
				: {
						...plan,
						missing: plan.missing === null ? null : redacted(plan.missing),
					},
	};
}
