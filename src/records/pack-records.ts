import { optionName, UsageError } from "../core/errors.js";
import { resolveOptions } from "../core/resolve-options.js";
import { withoutSlashes } from "../core/text.js";
import { MANIFEST } from "../dataset/manifest.js";
import {
	type PackRecordsOptions,
	type PackRecordsValues,
	packRecordsTable,
} from "../options/pack-records.js";
import { checkForCapacity } from "../pack/pack-documents.js";
import { storageAt } from "../storage/storages.js";
import { tableFormats } from "../tables/tables.js";
import { findRecordFiles } from "./record-files.js";
import { hashOfPacking, RecordPacking } from "./record-packing.js";
import {
	type RecordsDirectory,
	withRecordsDirectory,
} from "./records-directory.js";
import type { RecordsManifest } from "./records-manifest.js";

/** What packing records came to. */
export interface PackRecordsResult {
	/** `packed`, or `already-packed` when just that was there and nothing was done. */
	status: "packed" | "already-packed";
	out: string;
	manifest: RecordsManifest;
	seconds: number;
}

/**
 * Packs records by their lengths alone, whatever is in them, and writes which share a
 * row; or, with `passThrough`, the records themselves, each column as a list a row. The
 * same call gives the same bytes. What it replaces stays whole until it is done; stopped
 * or killed, it leaves nothing, and begins anew.
 * @throws UsageError, DataError that name file and record
 */
export async function packRecords(
	given: PackRecordsOptions,
): Promise<PackRecordsResult> {
	const began = performance.now();
	const values = resolveOptions(packRecordsTable, given);
	checkForCapacity(values.seqLen, values);
	const compression = compressionOf(values);
	const out = withoutSlashes(values.out);
	for (const input of values.inputs) await requireNoDataset(input);
	const files = await findRecordFiles(values, out);
	const hash = hashOfPacking(values, files, compression);
	const resultOf = (
		status: PackRecordsResult["status"],
		manifest: RecordsManifest,
	): PackRecordsResult => {
		const seconds = (performance.now() - began) / 1000;
		return { status, out, manifest, seconds };
	};
	const finished = async (there: RecordsDirectory) => {
		const manifest = await there.finished(hash);
		return manifest && resultOf("already-packed", manifest);
	};
	return withRecordsDirectory(out, values.overwrite, finished, async (to) => {
		const packing = new RecordPacking(values, files, compression, to);
		return resultOf("packed", await packing.run());
	});
}

/** @throws UsageError `unknown-name` */
function compressionOf({ format, compression }: PackRecordsValues): string {
	const { compressions } = tableFormats.find(format);
	if (compression !== undefined && !compressions.includes(compression))
		throw new UsageError(
			"unknown-name",
			`${optionName("compression")} is "${compression}", and files of the format ${format} have: ${compressions.join(", ")}.`,
		);
	return compression ?? compressions[0];
}

/** @throws UsageError `ignored-option` */
async function requireNoDataset(input: string): Promise<void> {
	const directory = withoutSlashes(input);
	const storage = storageAt(directory);
	if ((await storage.stat(directory))?.kind !== "directory") return;
	if ((await storage.stat(`${directory}/${MANIFEST}`)) !== null)
		throw new UsageError(
			"ignored-option",
			`${optionName("lengthColumn")} would change nothing: it is for files of records, and ${directory} is a dataset of seqpack, which knows its lengths. Leave it out.`,
		);
}
