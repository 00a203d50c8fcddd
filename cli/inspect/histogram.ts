import { counted, grouped } from "../../src/core/number-texts.js";
import type {
	LengthBin,
	LengthHistogram,
} from "../../src/report/figures/figures.js";
import { bar, pad, widthOf } from "../width.js";
import { heading, type View, wrapped } from "./view.js";

/** Ranges that are drawn each by itself, at most. */
const MOST_BINS = 16;

/**
 * A histogram with a line for each range. Bars are as long as the logarithm of the count, so that few
 * very long ones are seen beside many short ones.
 */
export function drawHistogram(
	view: View,
	title: string,
	{ count, tokens, min, max, bins }: LengthHistogram,
	/** What is counted: `document`. */
	one: string,
	/** What lengths are lengths in, `token`; "" where they are not of tokens. */
	unit: string,
): string[] {
	const ranges = (bins.length > MOST_BINS ? doublings(bins) : bins).map(
		(range) => ({
			...range,
			first: Math.max(min, range.first),
			last: Math.min(max, range.last),
		}),
	);
	const most = Math.max(...ranges.map((range) => range.count));
	const texts = ranges.map((range) => [
		rangeText(range, view),
		grouped(range.count),
		tokens === 0 ? "" : `${((100 * range.tokens) / tokens).toFixed(1)} %`,
	]);
	const heads = ["", "count", unit === "" ? "" : `of ${unit}s`];
	const hasShares = unit !== "";
	const widths = heads.map((head, i) =>
		Math.max(widthOf(head), ...texts.map((row) => widthOf(row[i]))),
	);
	const cells = (row: readonly string[]) =>
		[0, 1, ...(hasShares ? [2] : [])]
			.map((i) => `  ${pad(row[i], widths[i], "start")}`)
			.join("");
	const room = Math.max(4, view.columns - widthOf(cells(heads)) - 2);
	const lines = ranges.map((range, i) => {
		const share = Math.log1p(range.count) / Math.log1p(Math.max(1, most));
		const { full } = bar(share, Math.min(room, 60), view.hasUnicode);
		return `${cells(texts[i])}  ${view.style("cyan", full)}`.trimEnd();
	});
	const mean = (tokens / count).toFixed(1);
	const of = unit === "" ? "" : `, ${counted(tokens, unit)}`;
	return [
		heading(view, title),
		...wrapped(
			`  ${counted(count, one)}${of}; from ${grouped(min)} to ${grouped(max)}, ${mean} on average`,
			view.columns,
			2,
		),
		view.style("dim", `${cells(heads)}  logarithmic`),
		...lines,
	];
}

function rangeText({ first, last }: LengthBin, { hasUnicode }: View): string {
	if (first === last) return grouped(first);
	return `${grouped(first)}${hasUnicode ? "–" : "-"}${grouped(last)}`;
}

/** The same with a range from each power of two to the next. */
function doublings(bins: readonly LengthBin[]): LengthBin[] {
	const ranges = new Map<number, LengthBin>();
	for (const { first, count, tokens } of bins) {
		const power = first === 0 ? -1 : Math.floor(Math.log2(first));
		const range = ranges.get(power) ?? {
			first: power === -1 ? 0 : 2 ** power,
			last: power === -1 ? 0 : 2 ** (power + 1) - 1,
			...{ count: 0, tokens: 0 },
		};
		range.count += count;
		range.tokens += tokens;
		ranges.set(power, range);
	}
	return [...ranges.values()];
}
