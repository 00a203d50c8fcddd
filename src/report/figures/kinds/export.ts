import { optionName, SeqpackError, UsageError } from "../../../core/errors.js";
import { findInputs } from "../../../sources/find/find-inputs.js";
import { readExportList, readSaidOfExport } from "../../export-list.js";
import { written } from "../../written.js";
import { emptyFigures } from "../empty-figures.js";
import type { FigureReader } from "../figure-kind.js";
import {
	type TokenFiles,
	tokenFileFigures,
	tokenFilesOf,
} from "../token-files.js";

/** An export: what seqpack noted of it, and what can be read of its files. */
export const exported: FigureReader = {
	meaning: "an export for a trainer",
	options: ["rows"],
	// What was composed is texts, as those that it is made of.
	find: async (path, storage) =>
		(await storage.stat(`${path}/${written.export}`)) !== null &&
		(await readExportList(path)).composed === undefined,
	async read(path, settings) {
		const list = await readSaidOfExport(path);
		const found = await tokensAt(path);
		if (found === null && settings.rows !== undefined)
			throw new UsageError(
				"ignored-option",
				`${optionName("rows")} would change nothing: ${path} is an export to ${list.to}, whose files are not read. Leave it out.`,
			);
		const figures =
			found === null
				? emptyFigures("export", path)
				: await tokenFileFigures(path, found, settings);
		return {
			...figures,
			kind: "export",
			facts: [
				{ name: "format", value: list.to },
				{ name: "made by", value: `seqpack ${list.seqpackVersion}` },
				{ name: "of", value: list.source },
				{ name: "plan", value: list.planHash.slice(0, 12) },
			],
			notes: [
				...figures.notes,
				...(found === null
					? [
							"lengths are not read: no file begins with a row of tokens as audit reads them",
						]
					: []),
				...list.notices,
			],
			totals: {
				...figures.totals,
				rows: list.counts.rows ?? figures.totals.rows,
				tokens: list.counts.tokens ?? figures.totals.tokens,
				files: list.files.length,
				bytes: list.files.reduce((sum, { bytes }) => sum + bytes, 0),
			},
		};
	},
};

async function tokensAt(path: string): Promise<TokenFiles | null> {
	try {
		return await tokenFilesOf((await findInputs([path])).files);
	} catch (error) {
		if (!(error instanceof SeqpackError)) throw error;
		return null;
	}
}
