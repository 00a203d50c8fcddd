import { UsageError } from "../../core/errors.js";
import { withoutSlashes } from "../../core/text.js";
import { MANIFEST } from "../../dataset/manifest.js";
import type {
	VerifyOptions,
	VerifyResult,
} from "../../dataset/verify/result.js";
import { verifyDataset } from "../../dataset/verify/verify-dataset.js";
import { PLAN_FILE } from "../../plan/curriculum-plan.js";
import { RECORDS_MANIFEST } from "../../records/records-manifest.js";
import { EXPORT_FILE } from "../../sources/find/own-files.js";
import { storageAt } from "../../storage/storages.js";
import { verifyExport } from "./verify-export.js";
import { verifyPlan } from "./verify-plan.js";
import { verifyRecords } from "./verify-records.js";

/** Something that seqpack writes, and that can be checked once it is there. */
export interface Verifier {
	/** The file in a directory that says what the others are. */
	readonly manifest: string;
	/** @throws UsageError, DataError where there is none to check against */
	verify(directory: string, options: VerifyOptions): Promise<VerifyResult>;
}

/** What verify can check, by kind. */
export const verifiers: Readonly<Record<string, Verifier>> = {
	dataset: { manifest: MANIFEST, verify: verifyDataset },
	plan: { manifest: PLAN_FILE, verify: verifyPlan },
	records: { manifest: RECORDS_MANIFEST, verify: verifyRecords },
	export: { manifest: EXPORT_FILE, verify: verifyExport },
};

/**
 * Reads what is in a directory again and checks it against its manifest, whatever it is: see
 * `verifiers`.
 * @throws UsageError, DataError when there is no manifest to check against.
 */
export async function verify(
	directory: string,
	options: VerifyOptions = {},
): Promise<VerifyResult> {
	const place = withoutSlashes(directory);
	const storage = storageAt(place);
	const found: Verifier[] = [];
	for (const verifier of Object.values(verifiers))
		if ((await storage.stat(`${place}/${verifier.manifest}`)) !== null)
			found.push(verifier);
	if (found.length > 1)
		throw new UsageError(
			"not-a-dataset",
			`${place} has both ${found[0].manifest} and ${found[1].manifest}: move one of them to a directory of its own.`,
		);
	const { verify } = found[0] ?? verifiers.dataset;
	return verify(place, options);
}
