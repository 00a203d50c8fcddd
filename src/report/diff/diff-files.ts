import type { DatasetFile } from "../../dataset/manifest.js";
import {
	RECORDS_MANIFEST,
	type RecordsManifest,
} from "../../records/records-manifest.js";
import { EXPORT_FILE } from "../../sources/find/own-files.js";
import { readFileList } from "../verify/file-list.js";
import { differingFiles, differingValues } from "./differing-values.js";
import type { Diffing } from "./diffing.js";
import type { DiffResult } from "./result.js";

/** Compares packed records: their options and summaries, and the files, by their hashes. */
export async function diffRecords(
	directoryA: string,
	directoryB: string,
	{ limit }: Diffing,
): Promise<Omit<DiffResult, "a" | "b">> {
	const [a, b] = await listsOf<RecordsManifest>(
		...([[directoryA, directoryB], RECORDS_MANIFEST, "shards"] as const),
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
	const [a, b] = await listsOf<Said & { files: DatasetFile[] }>(
		...([[directoryA, directoryB], EXPORT_FILE, "files"] as const),
	);
	const said = ({ files: _, source: __, hash: ___, ...rest }: typeof a) => rest;
	return filesResult("export", {
		settings: differingValues(said(a), said(b), limit),
		inputs: { count: 0, list: [] },
		files: differingFiles(named(a.files), named(b.files), limit),
		totals: [],
	});
}

const listsOf = <T>(
	directories: readonly string[],
	name: string,
	key: string & keyof T,
) =>
	Promise.all(
		directories.map((directory) => readFileList<T>(directory, name, key)),
	);

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
