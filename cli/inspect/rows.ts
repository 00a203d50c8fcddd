import { counted, grouped } from "../../src/core/number-texts.js";
import type {
	SampleRow,
	SampleSegment,
} from "../../src/report/figures/figures.js";
import type { Format } from "../terminal.js";
import { truncate, widthOf } from "../width.js";
import { heading, shown, type View, wrapped } from "./view.js";

/** Lines of a row where nobody asked for it. */
const USUAL_LINES = 3;
/** Colours of borders, in turns. */
const BORDERS: Format[] = [
	["bold", "cyan"],
	["bold", "magenta"],
];

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A piece of a text that is shown in one way; null: as text is. Numbers are kept whole. */
type Span = [
	text: string,
	format: Format | null,
	isNumbers?: boolean | undefined,
];

const wordsOf = (text: string) => text.match(/[^ ]* ?/g) ?? [];

/**
 * Rows with their segments. With colours a border stands before each segment, and what is not trained on is dim;
 * without, brackets say both.
 * @param isAsked Whether all that there is of them is to be shown.
 */
export function drawRows(
	view: View,
	rows: readonly SampleRow[],
	isAsked: boolean,
	/** What they are called: "row", "document". */
	name: string,
): string[] {
	if (rows.length === 0) return [];
	const hasMask = rows.some(({ segments }) =>
		segments.some(({ trained }) => trained !== null),
	);
	const hasContent = rows.some(({ segments }) =>
		segments.some(({ ids, text }) => ids.length > 0 || text !== null),
	);
	return [
		heading(view, name === "row" ? "Rows" : "Documents"),
		...(hasContent
			? wrapped(`  ${legend(view, hasMask)}`, view.columns, 2)
			: []
		).map((line) => view.style("dim", line)),
		...rows.flatMap((row) => drawRow(view, row, isAsked, name)),
	];
}

function drawRow(
	view: View,
	row: SampleRow,
	isAsked: boolean,
	name: string,
): string[] {
	const { length, segments, segmentCount, shownTokens } = row;
	const indent = "    ";
	const isDocument = name !== "row";
	const head = isDocument
		? documentHead(row)
		: `${name} ${grouped(row.row)}: ${counted(length, "token")} in ${counted(segmentCount, "segment")}`;
	const spans = segments.flatMap((segment, i) => spansOf(view, segment, i));
	const text = wrapSpans(view, spans, view.columns - indent.length);
	const isCut =
		(shownTokens > 0 && shownTokens < length) ||
		(!isAsked && text.length > USUAL_LINES);
	const lines = isAsked ? text : text.slice(0, USUAL_LINES);
	const more =
		isCut && !isDocument ? [`${indent}${view.hasUnicode ? "…" : "..."}`] : [];
	const names = segments.map(
		({ document, tokens, offset }) =>
			`${shown(document)}, ${offset === 0 ? "" : `from ${grouped(offset)}, `}${counted(tokens, "token")}`,
	);
	return [
		`  ${truncate(head, view.columns - 2, view.hasUnicode ? "…" : "...")}`,
		...(isDocument || names.length === 0
			? []
			: [
					`${indent}${view.style("dim", truncate(names.join(view.hasUnicode ? " │ " : " | "), view.columns - indent.length, view.hasUnicode ? "…" : "..."))}`,
				]),
		...lines.map((line) => indent + line),
		...more,
	];
}

/** A document that has no name but its number is not named again. */
function documentHead({ row, segments }: SampleRow): string {
	const name = segments[0]?.document ?? "";
	const number = `document ${grouped(row)}`;
	return name === String(row) ? number : `${number}: ${shown(name)}`;
}

function marksOf({ hasUnicode }: View) {
	return hasUnicode
		? { begin: "⟦", end: "⟧", masked: "‹", trained: "›" }
		: { begin: "[", end: "]", masked: "<", trained: ">" };
}

function legend(view: View, hasMask: boolean): string {
	if (view.hasColour)
		return hasMask
			? "a border stands before each segment; what is dim is not trained on"
			: "a border stands before each segment";
	const { begin, end, masked, trained } = marksOf(view);
	return `${begin} ${end} is a segment${hasMask ? `; ${masked} ${trained} is not trained on` : ""}`;
}

function spansOf(view: View, segment: SampleSegment, number: number): Span[] {
	const { ids, text } = segment;
	const parts = text ?? idParts(segment);
	if (parts.length === 0) return [];
	const border = view.hasUnicode ? "│" : "|";
	const isNumbers = text === null;
	const spans = parts.map(
		({ text, isTrained }): Span => [
			visible(view, text),
			isTrained ? null : "dim",
			isNumbers,
		],
	);
	if (view.hasColour)
		return [[border, BORDERS[number % BORDERS.length]], ...spans];
	const { begin, end, masked, trained } = marksOf(view);
	const isWhole = ids.length === segment.tokens;
	return [
		[begin, null],
		...spans.map(
			([own, format, isNumbers]): Span => [
				format === null ? own : masked + own + trained,
				null,
				isNumbers,
			],
		),
		[isWhole ? end : "", null],
	];
}

/** The ids of tokens, where there is no text. */
function idParts({
	ids,
	trained,
}: SampleSegment): { text: string; isTrained: boolean }[] {
	const borders = [...new Set([0, ...(trained ?? []), ids.length])];
	return borders.slice(0, -1).map((from, i) => ({
		text: `${ids.slice(from, borders[i + 1]).join(" ")} `,
		isTrained:
			trained === null || trained.filter((at) => at <= from).length % 2 === 1,
	}));
}

/** A text of which lines and tabs are seen, and nothing is obeyed. */
function visible({ hasUnicode }: View, text: string): string {
	const line = hasUnicode ? "↵" : "\\n";
	const tab = hasUnicode ? "→" : "\\t";
	return shown(
		text.replaceAll("\r\n", line).replaceAll("\n", line).replaceAll("\t", tab),
	);
}

/** What a line is not broken within: graphemes, and escapes of marks. */
function* unitsOf(text: string): Generator<string> {
	for (const part of text.split(/(\\u[0-9a-f]{4})/))
		if (/^\\u[0-9a-f]{4}$/.test(part)) yield part;
		else for (const { segment } of graphemes.segment(part)) yield segment;
}

/** Spans in lines of so many columns. */
function wrapSpans(
	view: View,
	spans: readonly Span[],
	columns: number,
): string[] {
	const lines: string[] = [];
	let line = "";
	let width = 0;
	for (const [text, format, isNumbers] of spans) {
		let part = "";
		const put = () => {
			line += format === null ? part : view.style(format, part);
			part = "";
		};
		for (const segment of isNumbers ? wordsOf(text) : unitsOf(text)) {
			const own = widthOf(segment);
			if (width > 0 && width + own > columns) {
				put();
				lines.push(line);
				line = "";
				width = 0;
			}
			part += segment;
			width += own;
		}
		put();
	}
	return line === "" ? lines : [...lines, line];
}
