import { canonicalJson } from "../../storage/hash.js";
import type { Manifest } from "../manifest.js";
import { summarize } from "../summary.js";
import { discrepancies, type Totals } from "../totals.js";
import type { Problems } from "./problems.js";

/** What was counted again from the files. */
export interface Recounted
	extends Pick<
		Totals,
		| "documents"
		| "buckets"
		| "dropped"
		| "repeatedTokens"
		| "cutDocuments"
		| "skippedRecords"
	> {
	/** Of the documents as they were read. */
	tokensRead: number;
}

/**
 * Compares what the files come to with what the manifest says.
 * @param rooms For each bucket, sequences by the room that they take.
 */
export function checkTotals(
	{ totals, summary, settings }: Manifest,
	{ tokensRead, ...found }: Recounted,
	rooms: readonly Float64Array[],
	problems: Problems,
): void {
	for (const sentence of discrepancies(totals))
		problems.add(`the manifest's totals do not balance: ${sentence}`);
	for (const key of Object.keys(found) as (keyof typeof found)[])
		compare(found[key], totals[key], `totals.${key}`, problems);
	const { textTokens, specialTokens } = totals;
	compare(tokensRead, textTokens + specialTokens, "tokens read", problems);
	const due = summarize(totals, settings, rooms);
	for (const key of Object.keys(due) as (keyof typeof due)[])
		if (canonicalJson(due[key]) !== canonicalJson(summary[key]))
			problems.add(
				`the summary's ${key} is ${JSON.stringify(summary[key])}; the rows come to ${JSON.stringify(due[key])}`,
			);
}

/** Numbers, or objects of them, that are equal; one that is missing is 0. */
function compare(
	found: unknown,
	said: unknown,
	what: string,
	problems: Problems,
): void {
	if (typeof found === "object" || typeof said === "object") {
		const a = (found ?? {}) as Record<string, unknown>;
		const b = (said ?? {}) as Record<string, unknown>;
		for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
			compare(a[key], b[key], `${what}.${key}`, problems);
		return;
	}
	if ((found ?? 0) !== (said ?? 0))
		problems.add(
			`the files come to ${found ?? 0} for ${what}; the manifest says ${said ?? 0}`,
		);
}
