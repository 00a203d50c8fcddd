import { sum } from "../../../core/arithmetic.js";
import type { BucketFigures, Figures } from "../../figures/figures.js";
import { colour, MUTED } from "../colours.js";
import { drawnEntries, othersText } from "../drawn-entries.js";
import { panel } from "../panel.js";
import { counted, percent, shareText } from "../texts.js";

export const tokensByBucket = panel({
	heading: "Tokens by bucket",
	data: ({ buckets, kind }: Figures) =>
		buckets.entries.some(({ tokens }) => tokens > 0) ? { buckets, kind } : null,
	scale: (all) =>
		Math.max(
			...all.flatMap(({ buckets }) =>
				buckets.entries.map(({ tokens }) => tokens),
			),
		),
	view({ buckets, kind }, most, { bars }) {
		const { entries, rest } = buckets;
		const restTokens = rest?.tokens ?? 0;
		const all = sum(entries.map(({ tokens }) => tokens)) + restTokens;
		const { drawn, others } = drawnEntries(
			buckets,
			({ tokens }) => tokens,
			restTokens,
		);
		const largest = entries.reduce((a, b) => (b.tokens > a.tokens ? b : a));
		const count = entries.length + (rest?.count ?? 0);
		const name = bucketName(entries);
		return {
			says:
				count === 1
					? `All ${counted(all, "token")} are in rows of ${name(largest)}.`
					: `${counted(all, "token")} in ${counted(count, "bucket")}; most of them, ${percent(largest.tokens / all)}, in rows of ${name(largest)}.${othersText(others, drawn.length, "tokens")}`,
			pictures: [
				bars({
					label: `Tokens by bucket: ${counted(all, "token")} in ${counted(count, "bucket")}`,
					most: Math.max(most, others?.value ?? 0),
					rows: [
						...drawn.map((bucket) => ({
							name: name(bucket),
							text: shareText(bucket.tokens, all),
							parts: [{ value: bucket.tokens, colour: colour(0) }],
						})),
						...(others === null
							? []
							: [
									{
										name: counted(others.count, "other"),
										text: shareText(others.value, all),
										parts: [{ value: others.value, colour: MUTED }],
									},
								]),
					],
				}),
			],
			table: {
				heads: [
					...["length", "split", "stratum", "rows", "sequences"],
					...[
						"tokens",
						"share",
						kind === "plan" ? "fill of the dataset" : "fill",
					],
				],
				rows: [
					...entries.map((bucket) => [
						...[bucket.length, bucket.split, bucket.stratum ?? ""],
						...[bucket.rows, bucket.sequences, bucket.tokens],
						...[percent(bucket.share), percent(bucket.fill)],
					]),
					...(rest === null
						? []
						: [
								[
									...[counted(rest.count, "other"), "", ""],
									...[rest.rows, null, rest.tokens],
									...[percent(all === 0 ? 0 : rest.tokens / all), ""],
								],
							]),
				],
			},
		};
	},
});

/** Of buckets what tells them apart. */
export function bucketName(
	entries: readonly BucketFigures[],
): (bucket: BucketFigures) => string {
	const hasSplits = new Set(entries.map(({ split }) => split)).size > 1;
	return ({ length, split, stratum }) =>
		[
			length > 2 ** 30 ? "any length" : counted(length, "token"),
			...(hasSplits ? [split] : []),
			...(stratum === null ? [] : [stratum]),
		].join(", ");
}
