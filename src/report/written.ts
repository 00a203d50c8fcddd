import { UsageError } from "../core/errors.js";
import { MANIFEST } from "../dataset/manifest.js";
import { PLAN_FILE } from "../plan/curriculum-plan.js";
import { RECORDS_MANIFEST } from "../records/records-manifest.js";
import { EXPORT_FILE } from "../sources/find/own-files.js";
import { storageAt } from "../storage/storages.js";

/** What seqpack writes into directories, by the file there that says what the others are. */
export const written = {
	dataset: MANIFEST,
	plan: PLAN_FILE,
	records: RECORDS_MANIFEST,
	export: EXPORT_FILE,
} as const;

export type Written = keyof typeof written;

/**
 * What of seqpack is in a directory; null where nothing is.
 * @throws UsageError `not-a-dataset` where there are two
 */
export async function writtenAt(directory: string): Promise<Written | null> {
	const storage = storageAt(directory);
	const found: Written[] = [];
	for (const [kind, manifest] of Object.entries(written))
		if ((await storage.stat(`${directory}/${manifest}`)) !== null)
			found.push(kind as Written);
	if (found.length > 1)
		throw new UsageError(
			"not-a-dataset",
			`${directory} has both ${written[found[0]]} and ${written[found[1]]}: move one of them to a directory of its own.`,
		);
	return found[0] ?? null;
}
