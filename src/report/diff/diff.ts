import { InterruptedError, UsageError } from "../../core/errors.js";
import { progressOf, tellingNow } from "../../core/progress.js";
import { resolveOptions } from "../../core/resolve-options.js";
import { withoutSecrets } from "../../core/secrets.js";
import { withoutSlashes } from "../../core/text.js";
import { type DiffOptions, diffTable } from "../../options/diff.js";
import { type Written, writtenAt } from "../written.js";
import { diffDatasets } from "./diff-datasets.js";
import { diffExports, diffRecords } from "./diff-files.js";
import { diffPlans } from "./diff-plans.js";
import type { Diffing } from "./diffing.js";
import type { DiffResult } from "./result.js";

type Differ = (
	a: string,
	b: string,
	diffing: Diffing,
) => Promise<Omit<DiffResult, "a" | "b">>;

/** What can be compared, by kind. */
export const differs: Readonly<Record<Written, Differ>> = {
	dataset: diffDatasets,
	plan: diffPlans,
	records: diffRecords,
	export: diffExports,
};

const meanings: Readonly<Record<Written, string>> = {
	dataset: "a dataset",
	plan: "a plan",
	records: "packed records",
	export: "an export",
};

/**
 * Tells what differs between two datasets (stores and packings too), two plans, packed records or exports. Of
 * datasets that are not the same by their hashes all rows are read; what is compared of them is written aside where it is much.
 * @throws UsageError `other-kind` where they are not of a kind; UsageError, DataError where one cannot be read
 */
export async function diff(
	a: string,
	b: string,
	{ signal, onProgress, ...options }: DiffOptions = {},
): Promise<DiffResult> {
	const { limit } = resolveOptions(diffTable, options);
	const places = [a, b].map(withoutSlashes);
	const kinds: Written[] = [];
	for (const place of places) kinds.push((await writtenAt(place)) ?? "dataset");
	if (kinds[0] !== kinds[1])
		throw new UsageError(
			"other-kind",
			`${places[0]} is ${meanings[kinds[0]]}, and ${places[1]} is ${meanings[kinds[1]]}: name two of a kind.`,
		);
	const tell = tellingNow(onProgress);
	let rows = 0;
	const result = await differs[kinds[0]](places[0], places[1], {
		limit,
		onRows(count) {
			if (signal?.aborted) throw new InterruptedError("comparing was stopped.");
			rows += count;
			tell(() => progressOf("comparing", "row", { done: rows }));
		},
	});
	return { a: withoutSecrets(a), b: withoutSecrets(b), ...result };
}
