import { sum } from "../core/arithmetic.js";
import { countSkipped } from "../sources/find/left-out.js";
import type { Manifest } from "./manifest.js";

/** How many records and files a dataset lacks because they could not be used. */
export function skippedIn({
	totals,
	composed = [],
	leftOutInputs = [],
}: Manifest): number {
	return sum([
		...Object.values(totals.skippedRecords),
		...composed.flatMap(({ skipped }) => Object.values(skipped)),
		countSkipped(leftOutInputs),
	]);
}
