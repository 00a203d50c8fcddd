import {
	bytesText,
	counted,
	grouped,
	percent,
} from "../../src/core/number-texts.js";
import type {
	Advice,
	BucketFigures,
	Fact,
	FigureKind,
	Figures,
	PlanFigures,
	RowFigures,
	TotalFigures,
} from "../../src/report/figures/figures.js";
import { sourceTokens } from "../../src/report/figures/sources-tree.js";
import { pad, truncate, widthOf } from "../width.js";
import { drawHistogram } from "./histogram.js";
import { drawRows } from "./rows.js";
import { drawSources, sourcesText } from "./sources.js";
import { drawTable } from "./table.js";
import { heading, shown, type View, wrapped } from "./view.js";

/** What each kind is called. */
const names: Readonly<Record<FigureKind, string>> = {
	dataset: "a dataset",
	store: "a store of tokenized documents",
	packing: "a packing of a store",
	plan: "a plan of a curriculum",
	records: "packed records",
	export: "an export",
	shard: "files of tokens",
	corpus: "a corpus",
};

/** Buckets that are drawn, at most. */
const MOST_BUCKETS = 24;

/** Figures as lines for a terminal of some width. */
export function drawFigures(
	{ samples, ...rest }: Figures,
	view: View,
	isAsked = false,
): string[] {
	const figures = shown(rest);
	const { kind, path, facts, faults, notes, sources, advice } = figures;
	const isText =
		figures.documentLengths !== null && figures.totals.tokens === null;
	const unit = isText ? "byte" : "token";
	const sections = [
		[
			...wrapped(`${path}: ${names[kind]}`, view.columns).map((line) =>
				heading(view, line),
			),
			...pairs(view, [
				...totalPairs(figures.totals),
				...rowPairs(figures.rows),
			]),
		],
		drawFacts(view, facts),
		advice === null ? [] : drawAdvice(view, advice),
		figures.plan === null ? [] : drawPlan(view, figures.plan),
		figures.documentLengths === null
			? []
			: drawHistogram(
					view,
					"Lengths of documents",
					figures.documentLengths,
					"document",
					unit,
				),
		figures.sequenceLengths === null
			? []
			: drawHistogram(
					view,
					"Lengths of sequences",
					figures.sequenceLengths,
					"sequence",
					"token",
				),
		figures.sequencesPerRow === null || figures.sequencesPerRow.max <= 1
			? []
			: drawHistogram(
					view,
					"Sequences of a row",
					figures.sequencesPerRow,
					"row",
					"",
				),
		drawBuckets(view, figures.buckets),
		sources.entries.length === 0
			? []
			: [
					heading(view, `Sources${sourcesText(sources)}`),
					...drawSources(view, sources, sourceTokens(figures.kind)),
				],
		figures.dropped.length === 0
			? []
			: [
					heading(view, "In no row"),
					...drawTable(view, figures.dropped, [
						{ head: "why", text: ({ reason }) => reason },
						{
							head: "documents",
							text: ({ documents }) => grouped(documents),
							isNumber: true,
						},
						{
							head: "tokens",
							text: ({ tokens }) => grouped(tokens),
							isNumber: true,
						},
					]),
				],
		drawRows(view, samples, isAsked, kind === "corpus" ? "document" : "row"),
		notes.flatMap((note) => wrapped(`note: ${note}`, view.columns, 6)),
		faults.flatMap((fault) => wrapped(`warning: ${fault}`, view.columns, 9)),
	];
	return sections
		.filter((lines) => lines.length > 0)
		.flatMap((lines, i) => (i === 0 ? lines : ["", ...lines]))
		.map((line) => truncate(line, view.columns, view.hasUnicode ? "…" : "..."));
}

function drawFacts(view: View, facts: readonly Fact[]): string[] {
	const widths = facts.map(({ name }) => widthOf(name));
	const width = Math.max(0, ...widths) + 2;
	return facts.flatMap(({ name, value }) =>
		wrapped(`  ${pad(name, width)}${value}`, view.columns, 2 + width),
	);
}

type Pair = [name: string, value: string];

function totalPairs(totals: TotalFigures): Pair[] {
	const all: [string, number | null, (value: number) => string][] = [
		["records", totals.records, grouped],
		["documents", totals.documents, grouped],
		["sequences", totals.sequences, grouped],
		["rows", totals.rows, grouped],
		["tokens", totals.tokens, grouped],
		["labels", totals.labels, grouped],
		["text", totals.textBytes, bytesText],
		["input files", totals.files, grouped],
		["size", totals.bytes, bytesText],
	];
	return all.flatMap(([name, value, text]) =>
		value === null ? [] : [[name, text(value)] satisfies Pair],
	);
}

function rowPairs(rows: RowFigures | null): Pair[] {
	if (rows === null) return [];
	const { length, cutDocuments, paddedTokens, padding } = rows;
	return [
		...(length === null
			? []
			: [["row length", grouped(length)] satisfies Pair]),
		["fill", percent(rows.fill)],
		["padding", percent(paddedTokens === 0 ? 0 : padding / paddedTokens)],
		["fewest rows", grouped(rows.lowerBoundRows)],
		["above fewest", percent(rows.gap)],
		["seqs. a row", rows.sequencesPerRow.toFixed(2)],
		["mean length", rows.averageLength.toFixed(1)],
		["mean context", rows.averageContext.toFixed(1)],
		...(cutDocuments === null
			? []
			: [["cut docs.", grouped(cutDocuments)] satisfies Pair]),
		["attention", percent(rows.attention)],
	];
}

/** Names and values, as many beside each other as there is room for. */
function pairs(view: View, all: readonly Pair[]): string[] {
	const name = Math.max(0, ...all.map(([name]) => widthOf(name))) + 2;
	const value = Math.max(0, ...all.map(([, value]) => widthOf(value)));
	const width = 2 + name + value + 2;
	const count = Math.max(1, Math.floor(view.columns / width));
	const lines = Math.ceil(all.length / count);
	return Array.from({ length: lines }, (_, line) =>
		all
			.filter((_, i) => i % lines === line)
			.map(
				([own, text]) =>
					`  ${view.style("dim", pad(own, name))}${pad(text, value, "start")}  `,
			)
			.join("")
			.trimEnd(),
	);
}

function drawBuckets(
	view: View,
	{ entries, rest }: Figures["buckets"],
): string[] {
	if (entries.length === 0) return [];
	const drawn = entries.slice(0, MOST_BUCKETS);
	const hidden = entries.slice(drawn.length);
	const count = hidden.length + (rest?.count ?? 0);
	const tokens = hidden.reduce(
		(sum, { tokens }) => sum + tokens,
		rest?.tokens ?? 0,
	);
	const rows = hidden.reduce((sum, { rows }) => sum + rows, rest?.rows ?? 0);
	const splits = new Set(entries.map(({ split }) => split));
	const number = (
		head: string,
		text: (bucket: BucketFigures) => string,
		rank?: number,
	) => ({
		...{ head, text, isNumber: true },
		...(rank !== undefined && { rank }),
	});
	return [
		heading(view, "Buckets"),
		...drawTable(view, drawn, [
			number("length", ({ length }) =>
				length === 0 ? "any" : grouped(length),
			),
			{
				head: "split",
				text: ({ split }) => (splits.size > 1 ? split : ""),
				rank: 1,
			},
			{ head: "stratum", text: ({ stratum }) => stratum ?? "", rank: 1 },
			number("rows", ({ rows }) => grouped(rows)),
			number(
				"sequences",
				({ sequences }) => (sequences === null ? "" : grouped(sequences)),
				3,
			),
			number("tokens", ({ tokens }) => grouped(tokens)),
			number("share", ({ share }) => percent(share), 2),
			number("fill", ({ fill }) => percent(fill), 4),
		]),
		...(count === 0
			? []
			: [
					`  and ${grouped(count)} more: ${counted(rows, "row")}, ${counted(tokens, "token")}`,
				]),
	];
}

function drawAdvice(view: View, advice: Advice): string[] {
	const { seqLen, packer, buckets, why, choices } = advice;
	type Choice = Advice["choices"][number];
	const table = (rows: readonly Choice[]) =>
		drawTable(view, rows, [
			{
				head: "rows of",
				text: ({ seqLen }) => grouped(seqLen),
				isNumber: true,
			},
			{ head: "layout", text: ({ layout }) => layout, rank: 1 },
			{ head: "packer", text: ({ packer }) => packer },
			{
				head: "padding",
				text: ({ padding }) => percent(padding),
				isNumber: true,
			},
			{
				head: "cut",
				text: ({ truncation }) => percent(truncation),
				isNumber: true,
			},
			{
				head: "attention",
				text: ({ attention }) => percent(attention),
				isNumber: true,
			},
		]);
	const isBest = (choice: Choice) =>
		choice.packer === packer && choice.layout === advice.layout;
	return [
		heading(view, "What to build of it"),
		...wrapped(
			`  rows of ${counted(seqLen, "token")} by ${packer}, or buckets of ${buckets}: ${why}`,
			view.columns,
			2,
		),
		...table(choices.filter((choice) => choice.seqLen === seqLen)),
		...wrapped(`  ${packer} with other rows:`, view.columns, 2),
		...table(choices.filter(isBest)),
		...wrapped(
			"  cut: documents that are not whole in one row; attention: of what concatenating and chunking at that length costs without masks",
			view.columns,
			2,
		),
	];
}

const SPARKS = "▁▂▃▄▅▆▇█";

function drawPlan(view: View, plan: PlanFigures): string[] {
	const { steps, tokensPerStep, worldSize, stages, points, missing } = plan;
	const room = Math.max(8, view.columns - 20);
	return [
		heading(view, "Curriculum"),
		...pairs(view, [
			["steps", grouped(steps)],
			["tokens a step", grouped(tokensPerStep)],
			["ranks", grouped(worldSize)],
		]),
		...drawTable(view, stages, [
			{ head: "stage", text: ({ stage }) => String(stage), isNumber: true },
			{ head: "schedule", text: ({ schedule }) => schedule },
			{
				head: "first step",
				text: ({ firstStep }) => grouped(firstStep),
				isNumber: true,
				rank: 1,
			},
			{ head: "steps", text: ({ steps }) => grouped(steps), isNumber: true },
			{ head: "tokens", text: ({ tokens }) => grouped(tokens), isNumber: true },
		]),
		...(view.hasUnicode && points.length > 0
			? [
					`  length       ${spark(
						points.map(({ length }) => length),
						room,
					)}`,
					`  batch size   ${spark(
						points.map(({ batchSize }) => batchSize),
						room,
					)}`,
				]
			: []),
		...(missing === null ? [] : wrapped(`  ${missing}`, view.columns, 2)),
	];
}

/** Values as a line of bars, on a logarithmic scale; means where there are more than columns. */
function spark(values: readonly number[], columns: number): string {
	const count = Math.min(columns, values.length);
	const means = Array.from({ length: count }, (_, i) => {
		const from = Math.floor((i * values.length) / count);
		const to = Math.max(
			from + 1,
			Math.floor(((i + 1) * values.length) / count),
		);
		const own = values.slice(from, to);
		return own.reduce((sum, value) => sum + value, 0) / own.length;
	});
	const logs = means.map((mean) => Math.log1p(Math.max(0, mean)));
	const [least, most] = [Math.min(...logs), Math.max(...logs)];
	const span = most - least || 1;
	return logs
		.map(
			(log) => SPARKS[Math.round(((log - least) / span) * (SPARKS.length - 1))],
		)
		.join("");
}
