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
	out: string;
	bytes: number;
	/** What it shows, of each path. */
	figures: Figures[];
	seconds: number;
}

/**
 * Writes a page that shows what is at paths: one file that needs nothing else.
 * @throws UsageError `report-there` where something is there already
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
	await requireFree(storage, out, overwrite);
	const figures: Figures[] = [];
	for (const path of paths)
		figures.push(withoutCredentials(await readFigures(path, shown)));
	const page = await reportHtml(figures, { title });
	await removePartials(storage, out);
	if (overwrite) await writeAll(storage, out, page, { unhashed: true });
	else if (!(await storage.createExclusive(out, page))) throw isThere(out);
	return {
		out,
		bytes: Buffer.byteLength(page),
		figures,
		seconds: (performance.now() - began) / 1000,
	};
}

/** @throws UsageError where there is something that is not to be replaced */
async function requireFree(
	storage: Storage,
	out: string,
	overwrite: boolean,
): Promise<void> {
	const found = await storage.stat(out);
	if (found === null) return;
	if (found.kind !== "file")
		throw new UsageError(
			"report-there",
			`${out} is no file: name the HTML file to write (${optionName("out")}).`,
		);
	if (!overwrite) throw isThere(out);
	if (!(await isReport(storage, out)))
		throw new UsageError(
			"report-there",
			`${out} is no report of seqpack, and is left as it is: name another file (${optionName("out")}).`,
		);
}

const isThere = (out: string) =>
	new UsageError(
		"report-there",
		`${out} is there already: name another file (${optionName("out")}), or replace a report with ${optionName("overwrite", true)}.`,
	);

async function isReport(storage: Storage, path: string): Promise<boolean> {
	const page = await readAll(storage, path);
	return page.subarray(0, 4096).includes(GENERATOR);
}

/** What sentences and facts tell, without what lets one in. */
function withoutCredentials(figures: Figures): Figures {
	const { notes, facts, plan } = figures;
	return {
		...figures,
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
