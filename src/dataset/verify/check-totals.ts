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
		| "trees"
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
	const due = summarize({ ...totals, ...found }, settings, rooms);
	compare(due, summary, "summary", problems);
}

/** Compares numbers at every depth; one that is missing is 0. */
function compare(
	found: unknown,
	said: unknown,
	what: string,
	problems: Problems,
): void {
	if (hasParts(found) && hasParts(said)) {
		for (const key of new Set([...Object.keys(found), ...Object.keys(said)]))
			compare(found[key], said[key], `${what}.${key}`, problems);
		return;
	}
	const none = hasParts(found ?? said) ? {} : 0;
	if (found === undefined || said === undefined) {
		if (found !== said) compare(found ?? none, said ?? none, what, problems);
	} else if (found !== said)
		problems.add(
			`the files come to ${JSON.stringify(found)} for ${what}; the manifest says ${JSON.stringify(said)}`,
		);
}

/** Whether a value is compared part by part: an object or a list. */
function hasParts(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null;
}
