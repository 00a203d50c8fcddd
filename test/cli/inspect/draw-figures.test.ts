import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { drawFigures } from "../../../cli/inspect/draw-figures.js";
import { terminalOf } from "../../../cli/terminal.js";
import { widthOf } from "../../../cli/width.js";
import { emptyFigures } from "../../../src/report/figures/empty-figures.js";
import type {
	FigureKind,
	Figures,
	SourceFigures,
} from "../../../src/report/figures/figures.js";
import { LengthCounts } from "../../../src/report/figures/length-counts.js";

const WIDTHS = [60, 80, 140];
const kinds: FigureKind[] = [
	...(["dataset", "store", "packing", "plan"] as const),
	...(["records", "export", "shard", "corpus"] as const),
];

function view(columns: number, env: NodeJS.ProcessEnv = {}) {
	return terminalOf({ isTTY: true, columns, rows: 24 }, {}, env);
}

const plain = (columns: number) => view(columns, { NO_COLOR: "1" });

function histogramOf(lengths: readonly number[]) {
	const counts = new LengthCounts();
	counts.addAll(lengths);
	return counts.histogram();
}

const source = (
	name: string,
	tokens: number,
	parts: SourceFigures[] = [],
): SourceFigures => ({
	...{ name, tokens, documents: tokens / 100, rows: null },
	...{ share: tokens / 10_000, bytes: 4 * tokens },
	parts: { entries: parts, rest: null },
});

/** Figures that have something of everything. */
function figuresOf(kind: FigureKind): Figures {
	return {
		...emptyFigures(kind, "runs/books"),
		facts: [
			{ name: "layout", value: "packed" },
			{
				name: "cut",
				value:
					"split, maxLength 2048, minSequence 1, and a few more words that are wrapped",
			},
		],
		notes: [
			"lengths of documents are counted over 10.0 % of the rows, in whole files that are evenly spread",
		],
		totals: {
			...{
				records: 130,
				documents: 120,
				sequences: 150,
				rows: 40,
				tokens: 10_000,
			},
			...{ labels: 9850, textBytes: 41_234, files: 3, bytes: 1_234_567 },
		},
		documentLengths: histogramOf(
			Array.from({ length: 120 }, (_, i) => Math.ceil(1.07 ** i)),
		),
		sequenceLengths: histogramOf([5, 6, 7, 7, 7, 100]),
		sequencesPerRow: histogramOf([1, 2, 2, 3]),
		rows: {
			...{ length: 2048, fill: 0.9873, padding: 129, paddedTokens: 10_129 },
			...{ lowerBoundRows: 39, gap: 1 / 39, sequencesPerRow: 3.75 },
			...{
				averageLength: 66.7,
				averageContext: 51.2,
				cutDocuments: 12,
				attention: 0.43,
			},
		},
		buckets: {
			entries: [512, 1024, 2048].map((length) => ({
				...{ length, split: "train", stratum: length === 512 ? "short" : null },
				...{ rows: 10, sequences: 40, tokens: 3000, share: 0.3, fill: 0.97 },
			})),
			rest: { count: 99_997, tokens: 1000, rows: 10 },
		},
		sources: {
			entries: [
				source("web", 7000, [
					source("en", 5000, [
						source("a.jsonl", 3000),
						source("b.jsonl", 2000),
					]),
					source("de.jsonl", 2000),
				]),
				source("books", 3000),
			],
			rest: { count: 99_998, tokens: 500, rows: 0 },
		},
		dropped: [{ reason: "too-short", documents: 3, tokens: 12 }],
		samples: [
			{
				...{ row: 7, length: 12, shownTokens: 9, segmentCount: 2 },
				segments: [
					{
						...{
							document: "a/1",
							tokens: 6,
							offset: 0,
							ids: [1, 2, 3, 4, 5, 6],
						},
						text: [
							{ text: "What is é?\n", isTrained: false },
							{ text: "A letter: 漢字.", isTrained: true },
						],
						trained: [3, 6],
					},
					{
						...{ document: "b/2", tokens: 6, offset: 40, ids: [7, 8, 9] },
						text: [
							{
								text: "and it goes on\tin another ".repeat(9),
								isTrained: true,
							},
						],
						trained: null,
					},
				],
			},
			{
				...{ row: 8, length: 3, shownTokens: 3, segmentCount: 1 },
				segments: [
					{
						...{ document: "c", tokens: 3, offset: 0, ids: [10, 11, 12] },
						...{ text: null, trained: [1, 3] },
					},
				],
			},
		],
		plan: {
			...{ steps: 8, tokensPerStep: 2048, worldSize: 2, stepsPerPoint: 1 },
			points: Array.from({ length: 8 }, (_, step) => ({
				...{ step, stage: 0, length: 512 * 2 ** (step % 3), batchSize: 4 },
				tokens: 2048,
			})),
			stages: [
				{
					stage: 0,
					schedule: "grow-p2",
					firstStep: 0,
					steps: 8,
					tokens: 16_384,
					paddedTokens: null,
				},
			],
			...{ odds: [], weights: [], sources: [], ranks: [], rankSteps: 0 },
			missing:
				"Tokens and cost by rank are not shown: there is no directory runs/gone.",
		},
		advice: {
			...{
				layout: "packed",
				seqLen: 1024,
				packer: "best-fit-decreasing",
				buckets: "64..1024",
			},
			why: "1024 is the shortest row length tried that cuts at most 5.00 % of the documents (2.50 %)",
			choices: [512, 1024].flatMap((seqLen) =>
				["best-fit-decreasing", "concat"].map((packer) => ({
					...{ layout: "packed", seqLen, packer },
					...{ padding: 0.01, truncation: 0.2, attention: 0.5 },
				})),
			),
		},
	};
}

const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** Codes of the colours that are used. */
const COLOURS = new RegExp(`${"\u001b"}\\[(?:1|2|22|35|36|39)m`, "g");

describe("Figures in a terminal", () => {
	for (const columns of WIDTHS) {
		test(`of ${columns} columns`, () => {
			const lines = drawFigures(figuresOf("dataset"), view(columns));
			expect(lines.join("\n")).toMatchSnapshot();
		});

		test(`of ${columns} columns, without colour`, () => {
			const lines = drawFigures(figuresOf("dataset"), plain(columns));
			expect(lines.join("\n")).toMatchSnapshot();
		});
	}

	test("without colour and letters beyond ASCII", () => {
		const dumb = view(60, { TERM: "dumb" });
		const figures = figuresOf("dataset");
		figures.samples[0].segments[0].text = [{ text: "a\nb", isTrained: false }];
		const lines = drawFigures(figures, dumb);
		expect(lines.join("\n")).toMatchSnapshot();
		expect(lines.join("")).toMatch(/^[\x20-\x7e]*$/);
	});

	test("fit, of every kind, in 40 columns and more", () => {
		for (const [i, kind] of kinds.entries())
			for (const columns of [40 + 7 * i, 140])
				for (const line of drawFigures(figuresOf(kind), plain(columns), i > 3))
					expect(widthOf(line), line).toBeLessThanOrEqual(columns);
	});

	test("say the same with colour and without it, but for the marks of segments", () => {
		const text = (lines: string[]) =>
			stripVTControlCharacters(lines.join("\n")).replace(
				/\nRows[\s\S]*?\nnote/,
				"",
			);
		const figures = figuresOf("dataset");
		expect(text(drawFigures(figures, view(80)))).toBe(
			text(drawFigures(figures, plain(80))),
		);
	});

	test("of nothing are a few lines", () => {
		for (const kind of kinds)
			expect(drawFigures(emptyFigures(kind, "x"), plain(60))).toHaveLength(1);
	});

	test("a document without a name has its number once, and a token id is in one line", () => {
		const ids = Array.from({ length: 40 }, (_, i) => 100_000 + i);
		const figures: Figures = {
			...emptyFigures("corpus", "x"),
			samples: [
				{
					...{ row: 0, length: 40, shownTokens: 40, segmentCount: 1 },
					segments: [
						{
							...{ document: "0", tokens: 40, offset: 0, ids },
							...{ text: null, trained: null },
						},
					],
				},
			],
		};
		for (const at of [view(45), plain(45)]) {
			const text = stripVTControlCharacters(
				drawFigures(figures, at, true).join("\n"),
			);
			expect(text).toMatch(/^ {2}document 0$/m);
			expect(text.match(/\b\d{6}\b/g)).toHaveLength(40);
		}
	});

	test("have one of anything in the singular", () => {
		for (const kind of kinds) {
			const figures: Figures = JSON.parse(
				JSON.stringify(figuresOf(kind)),
				(_, value) => (typeof value === "number" ? 1 : value),
			);
			const text = drawFigures(figures, plain(140), true).join("\n");
			expect(text.match(/.*\b1 (?!is\b|has\b)[a-z]+s\b.*/g)).toBeNull();
		}
	});

	test("tell that buckets and sources are more than those that are listed", () => {
		const text = drawFigures(figuresOf("dataset"), plain(80)).join("\n");
		expect(text).toMatch(/and 99,997 more: 10 rows, 1,000 tokens/);
		expect(text).toMatch(/100,000 sources/);
		expect(text).toMatch(/and 99,998 more/);
	});
});

describe("A terminal obeys nothing of what is shown", () => {
	const hostile =
		"\u001b[31mred\u001b]0;title\u0007\u202eevil\u2066\u200f\u061c\r\n\u009b2J<script>&amp;שלום";

	test("of texts, ids, names and paths", () => {
		const figures = JSON.parse(
			JSON.stringify(figuresOf("dataset"), (key, value) =>
				typeof value === "string" && key !== "kind" ? hostile : value,
			),
		) as Figures;
		for (const columns of WIDTHS)
			for (const at of [view(columns), plain(columns)]) {
				const lines = drawFigures(figures, at, true);
				for (const line of lines) {
					const text = stripVTControlCharacters(line);
					expect(text).not.toMatch(CONTROLS);
					expect(widthOf(line), line).toBeLessThanOrEqual(columns);
					// Lines of texts end between escapes.
					expect(text).not.toMatch(/^ {4}\S.*\\u?[0-9a-f]{0,3}$/);
				}
				// All codes are colours of our own.
				expect(lines.join("").replace(COLOURS, "")).not.toContain("\u001b");
				if (at.hasColour) continue;
				expect(lines.join("\n")).toContain("\\u202e");
			}
	});
});
