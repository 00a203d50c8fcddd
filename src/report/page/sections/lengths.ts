import type { LengthHistogram } from "../../figures/figures.js";
import { colour } from "../colours.js";
import { type Panel, panel, type Section, type Table } from "../panel.js";
import {
	counted,
	countedRange,
	grouped,
	meanText,
	percent,
	rangeText,
} from "../texts.js";

/** How many there are of each length. */
function lengthsPanel({
	of,
	...facts
}: {
	heading: string;
	/** What is counted, in the singular. */
	one: string;
	/** What a length is counted in, in the singular. */
	unit: string;
	of: "documentLengths" | "sequenceLengths" | "sequencesPerRow";
}): Panel {
	const hasTokens = of !== "sequencesPerRow";
	return panel({
		heading: facts.heading,
		data: (figures) => {
			const histogram = figures[of];
			return histogram === null || histogram.count === 0 ? null : histogram;
		},
		scale: (all) => ({
			min: Math.min(...all.map(({ bins }) => bins[0].first)),
			max: Math.max(...all.map(({ max }) => max)),
			// Bins are drawn whole.
			end: Math.max(...all.map(({ bins }) => bins[bins.length - 1].last)),
		}),
		view(histogram, { min, max, end }, { histogram: draw, sharesOf }) {
			const isLog = max > (hasTokens ? 16 : 64);
			const { bins } = histogram;
			const shares = sharesOf(bins);
			return {
				says: sentence(histogram, facts, hasTokens),
				pictures: [
					draw({
						label: `${facts.heading}: ${counted(histogram.count, facts.one)} of ${countedRange(histogram.min, histogram.max, facts.unit)}`,
						bins,
						x: {
							label: hasTokens ? "tokens" : "sequences in a row",
							domain: isLog
								? [Math.max(min, 0.5), end + 1]
								: [min - 0.5, end + 0.5],
							isLog,
						},
						most: Math.max(
							...shares.map(({ count, tokens }) =>
								Math.max(count, hasTokens ? tokens : 0),
							),
						),
						hasTokens,
					}),
				],
				legend: hasTokens
					? [
							{ colour: colour(0), name: `share of the ${facts.one}s` },
							{ colour: colour(1), name: "share of the tokens", mark: "line" },
						]
					: [],
				table: tableOf(histogram, facts, hasTokens),
			};
		},
	});
}

function sentence(
	{ count, tokens, min, max, bins }: LengthHistogram,
	{ one, unit }: { one: string; unit: string },
	hasTokens: boolean,
): string {
	if (min === max)
		return `${counted(count, one)}, each of ${counted(min, unit)}.`;
	const middle = firstPast(bins, ({ count }) => count, count / 2);
	const long = firstPast(
		[...bins].reverse(),
		({ tokens }) => tokens,
		tokens / 2,
	);
	const range = `${counted(count, one)} of ${countedRange(min, max, unit)}`;
	const half = `at least half have at most ${grouped(Math.min(middle.last, max))}`;
	if (!hasTokens) return `${range}; ${half}.`;
	return `${range}, ${meanText(tokens / count)} on average; ${half}. At least half of the tokens are in ${one}s of ${grouped(Math.max(long.first, min))} or more.`;
}

/** The bin in which a running sum reaches a value. */
function firstPast<B>(
	bins: readonly B[],
	amountOf: (bin: B) => number,
	value: number,
): B {
	let sum = 0;
	for (const bin of bins) {
		sum += amountOf(bin);
		if (sum >= value) return bin;
	}
	return bins[bins.length - 1];
}

function tableOf(
	{ bins, count, tokens }: LengthHistogram,
	{ one, unit }: { one: string; unit: string },
	hasTokens: boolean,
): Table {
	return {
		heads: [
			...[`${unit}s`, `${one}s`, "share"],
			...(hasTokens ? ["tokens", "share of tokens"] : []),
		],
		rows: bins.map((bin) => [
			...[
				rangeText(bin.first, bin.last),
				bin.count,
				percent(bin.count / count),
			],
			...(hasTokens
				? [bin.tokens, percent(tokens === 0 ? 0 : bin.tokens / tokens)]
				: []),
		]),
	};
}

export const lengths: Section = {
	id: "lengths",
	heading: "Lengths",
	panels: [
		lengthsPanel({
			heading: "Documents by length",
			...{ one: "document", unit: "token", of: "documentLengths" },
		}),
		lengthsPanel({
			heading: "Sequences by length",
			...{ one: "sequence", unit: "token", of: "sequenceLengths" },
		}),
		lengthsPanel({
			heading: "Sequences in a row",
			...{ one: "row", unit: "sequence", of: "sequencesPerRow" },
		}),
	],
};
