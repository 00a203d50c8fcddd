import { withoutSlashes } from "../../core/text.js";
import type {
	VerifyOptions,
	VerifyResult,
} from "../../dataset/verify/result.js";
import { verifyDataset } from "../../dataset/verify/verify-dataset.js";
import { type Written, writtenAt } from "../written.js";
import { verifyExport } from "./verify-export.js";
import { verifyPlan } from "./verify-plan.js";
import { verifyRecords } from "./verify-records.js";

/** @throws UsageError, DataError where there is none to check against */
export type Verifier = (
	directory: string,
	options: VerifyOptions,
) => Promise<VerifyResult>;

/** What verify can check, by kind. */
export const verifiers: Readonly<Record<Written, Verifier>> = {
	dataset: verifyDataset,
	plan: verifyPlan,
	records: verifyRecords,
	export: verifyExport,
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
	const kind = (await writtenAt(place)) ?? "dataset";
	return verifiers[kind](place, options);
}
