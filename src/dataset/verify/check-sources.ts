import { quoted } from "../../core/text.js";
import type { Manifest, SourceTotals } from "../manifest.js";
import { type ShardCounts, shardCounts } from "../totals.js";
import type { Problems } from "./problems.js";

/** What was counted again of one source. */
export interface RecountedSource extends ShardCounts {
	documents: number;
	/** Of the documents as they were read. */
	tokensRead: number;
}

/** What the manifest says of all sources together, in its totals. */
const SUMS = [
	"records",
	"documents",
	"textBytes",
	"textTokens",
	"specialTokens",
] as const;

/**
 * Compares what the files come to by source with what the manifest says.
 * @param found By the sources' names.
 */
export function checkSources(
	{ sources, totals }: Manifest,
	found: ReadonlyMap<string | null, RecountedSource>,
	problems: Problems,
): void {
	for (const key of SUMS) {
		const sum = sources.reduce((total, source) => total + source[key], 0);
		if (sum !== totals[key])
			problems.add(
				`the manifest's sources have ${sum} ${key} together, and its totals ${totals[key]}`,
			);
	}
	for (const name of found.keys())
		if (!sources.some((source) => source.name === name))
			problems.add(
				`there are files of a source ${quoted(name)}, which the manifest does not list`,
			);
	for (const source of sources) checkSource(source, found, problems);
}

function checkSource(
	{ name, textTokens, specialTokens, ...said }: SourceTotals,
	all: ReadonlyMap<string | null, RecountedSource>,
	problems: Problems,
): void {
	const found = all.get(name);
	const due = { ...said, tokensRead: textTokens + specialTokens };
	for (const key of ["documents", ...shardCounts, "tokensRead"] as const) {
		const count = found?.[key] ?? 0;
		if (count !== due[key])
			problems.add(
				`the files of the source ${quoted(name)} come to ${count} for ${key}; the manifest says ${due[key]}`,
			);
	}
}
