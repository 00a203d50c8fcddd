import type { DatasetFile } from "../../dataset/manifest.js";
import type { RecordsManifest } from "../../records/records-manifest.js";
import { type ExportList, readExportList } from "../export-list.js";
import { readRecordsManifest } from "../read-records-manifest.js";
import { differingFiles, differingValues } from "./differing-values.js";
import type { Diffing } from "./diffing.js";
import type { DiffResult } from "./result.js";

/** Compares packed records: their options and summaries, and the files, by their hashes. */
export async function diffRecords(
	directoryA: string,
	directoryB: string,
	{ limit }: Diffing,
): Promise<Omit<DiffResult, "a" | "b">> {
	const [a, b] = await Promise.all(
		[directoryA, directoryB].map(readRecordsManifest),
	);
	const inputs = ({ inputs }: RecordsManifest) =>
		inputs.map(({ source, bytes, fingerprint }) => ({
			...{ name: source, bytes, hash: fingerprint },
		}));
	return filesResult("records", {
		settings: differingValues(a.options, b.options, limit),
		inputs: differingFiles(inputs(a), inputs(b), limit),
		files: differingFiles(named(a.shards), named(b.shards), limit),
		totals: differingValues(a.summary, b.summary, Infinity).list,
	});
}

/** What an export says of itself. */
type Said = Record<string, unknown>;

/**
 * Compares exports: what they say of themselves, but for where their dataset lies, and the files, by their
 * hashes.
 */
export async function diffExports(
	directoryA: string,
	directoryB: string,
	{ limit }: Diffing,
): Promise<Omit<DiffResult, "a" | "b">> {
	const [a, b] = await Promise.all(
		[directoryA, directoryB].map(readExportList),
	);
	const said = (list: ExportList): Said => {
		const { files: _, source: __, hash: ___, ...rest }: Said = { ...list };
		return rest;
	};
	return filesResult("export", {
		settings: differingValues(said(a), said(b), limit),
		inputs: { count: 0, list: [] },
		files: differingFiles(named(a.files), named(b.files), limit),
		totals: [],
	});
}

function named(files: readonly DatasetFile[]) {
	return files.map(({ path, bytes, sha256 }) => ({
		...{ name: path, bytes, hash: sha256 },
	}));
}

function filesResult(
	kind: "records" | "export",
	said: Pick<DiffResult, "settings" | "inputs" | "files" | "totals">,
): Omit<DiffResult, "a" | "b"> {
	const { settings, inputs, files, totals } = said;
	const differ = settings.count + inputs.count + files.count + totals.length;
	return {
		...{ kind, same: differ === 0, byHash: true, ...said },
		...{ documents: null, rows: null, steps: null, notes: [] },
	};
}
