import { emptyFigures } from "../../../src/report/figures/empty-figures.js";
import type {
	Figures,
	LengthHistogram,
	PlanFigures,
} from "../../../src/report/figures/figures.js";

/** What a text of the input may hold. */
export const hostile =
	"<script>alert(1)</script><img src=x onerror=alert(2)>\" onload='x' &amp; ]]> \u202eesrever\u202c שלום \u0007\u0000 \ud800";

function histogram(lengths: readonly [number, number][]): LengthHistogram {
	const bins = lengths.map(([length, count]) => ({
		...{ first: length, last: length, count },
		tokens: length * count,
	}));
	return {
		count: bins.reduce((sum, { count }) => sum + count, 0),
		tokens: bins.reduce((sum, { tokens }) => sum + tokens, 0),
		min: lengths[0][0],
		max: lengths[lengths.length - 1][0],
		bins,
	};
}

/** Figures of a dataset with something of everything in it. */
export function datasetFigures(name = "web"): Figures {
	return {
		...emptyFigures("dataset", `corpora/${name}`),
		facts: [{ name: "packer", value: name }],
		notes: ["lengths are those of every tenth row"],
		totals: {
			...{ records: 1_234_568, documents: 1_234_567, sequences: 1_300_001 },
			...{ rows: 54_321, tokens: 444_000_003, labels: 443_000_001 },
			...{ textBytes: 1_999_999_999, files: 17, bytes: 888_888_888 },
		},
		documentLengths: histogram([
			...([
				[0, 3],
				[5, 400],
				[260, 1200],
				[2048, 100],
				[131_072, 2],
			] satisfies [number, number][]),
		]),
		sequenceLengths: histogram([
			[5, 400],
			[2048, 300],
		]),
		sequencesPerRow: histogram([
			[1, 20],
			[2, 35],
			[7, 3],
		]),
		rows: {
			...{ length: 8192, fill: 0.99777, padding: 991_110 },
			...{ paddedTokens: 444_991_113, lowerBoundRows: 54_201, gap: 0.00221 },
			...{ sequencesPerRow: 23.93, averageLength: 341.5 },
			...{ averageContext: 611.2, cutDocuments: 4711, attention: 0.1637 },
		},
		buckets: {
			entries: [
				bucket(2048, "train", 40_000, 300_000_000),
				bucket(8192, "train", 14_000, 140_000_003),
				bucket(8192, "validation", 321, 4_000_000),
			],
			rest: null,
		},
		sources: {
			entries: [
				source("web", 300_000_000, [source("web/a.jsonl", 200_000_000)]),
				source(hostile, 144_000_003),
			],
			rest: null,
		},
		dropped: [{ reason: "too-short", documents: 12, tokens: 34 }],
		samples: [
			{
				...{ row: 3, length: 60, shownTokens: 50, segmentCount: 3 },
				segments: [
					segment(hostile, 10, [{ text: hostile, isTrained: true }]),
					segment("b", 20, [
						{ text: "asked ", isTrained: false },
						{ text: "said", isTrained: true },
					]),
					segment("c", 30, null),
				],
			},
		],
	};
}

function bucket(length: number, split: string, rows: number, tokens: number) {
	return {
		...{ length, split, stratum: null, rows, sequences: rows * 2, tokens },
		...{ share: tokens / 444_000_003, fill: 0.99 },
	};
}

function source(
	name: string,
	tokens: number,
	parts: Figures["sources"]["entries"] = [],
): Figures["sources"]["entries"][number] {
	return {
		...{ name, documents: 77, rows: null, tokens, share: tokens / 444_000_003 },
		...{ bytes: 5 * tokens, parts: { entries: parts, rest: null } },
	};
}

function segment(
	document: string,
	tokens: number,
	text: { text: string; isTrained: boolean }[] | null,
) {
	const ids = Array.from({ length: Math.min(tokens, 20) }, (_, i) => i + 100);
	return {
		...{ document, tokens, offset: 0, ids, text },
		trained: text === null ? [0, 5, 9, 12] : null,
	};
}

/** Figures of a plan of two stages. */
export function planFigures(steps = 100): Figures {
	const half = steps / 2;
	const lengths = [256, 1024, 8192];
	const plan: PlanFigures = {
		...{ steps, tokensPerStep: 65_536, worldSize: 4, stepsPerPoint: 1 },
		points: Array.from({ length: steps }, (_, step) => ({
			...{ step, stage: step < half ? 0 : 1 },
			...{ length: lengths[step % 3], batchSize: 65_536 / lengths[step % 3] },
			tokens: 65_536,
		})),
		stages: [0, 1].map((stage) => ({
			...{ stage, schedule: "grow-p2", firstStep: stage * half, steps: half },
			...{ tokens: half * 65_536, paddedTokens: null },
		})),
		odds: [0, 1].flatMap((stage) =>
			[0, 0.5].flatMap((progress) =>
				lengths.map((length, i) => ({
					...{ stage, progress, length },
					odds: (1 + i + progress) / (6 + 3 * progress),
				})),
			),
		),
		weights: [0, 0.5].flatMap((progress) => [
			{ stage: 0, progress, source: "web", weight: 0.9 - progress },
			{ stage: 0, progress, source: hostile, weight: 0.1 + progress },
		]),
		sources: [0, 1].flatMap((stage) => [
			{ stage, source: "web", tokens: half * 60_000 },
			{ stage, source: hostile, tokens: half * 5536 },
		]),
		ranks: [0, 1, 2, 3].map((rank) => ({
			...{ rank, tokens: 1_638_400, cost: 1_000_000_000 + rank * 12_345_678 },
		})),
		...{ rankSteps: steps, missing: null },
	};
	const empty = emptyFigures("plan", "plans/grow");
	return {
		...empty,
		totals: { ...empty.totals, rows: 12_345, tokens: steps * 65_536 },
		plan,
	};
}

/** Of 100,000 buckets and sources the 200 largest, and the rest. */
export function groupedFigures(): Figures {
	const all = datasetFigures("many");
	const places = Array.from({ length: 200 }, (_, i) => i);
	return {
		...all,
		buckets: {
			entries: places.map((i) => bucket(64 + i, "train", 10, 1000 * (i + 1))),
			rest: { count: 99_800, tokens: 7_654_321, rows: 4321 },
		},
		sources: {
			entries: places.map((i) => source(`part-${i}`, 5000 * (i + 1))),
			rest: { count: 99_800, tokens: 1_234_321, rows: 0 },
		},
	};
}

/** Of a dataset in which there is nothing. */
export function nothingFigures(): Figures {
	const all = datasetFigures("nothing");
	const nothing = { count: 0, tokens: 0, min: 0, max: 0, bins: [] };
	return {
		...emptyFigures("dataset", "corpora/nothing"),
		totals: Object.fromEntries(
			Object.keys(all.totals).map((name) => [name, 0]),
		) as unknown as Figures["totals"],
		documentLengths: nothing,
		sequenceLengths: nothing,
		sequencesPerRow: nothing,
		rows: {
			...{ length: 8192, fill: 0, padding: 0, paddedTokens: 0, gap: 0 },
			...{ lowerBoundRows: 0, sequencesPerRow: 0, averageLength: 0 },
			...{ averageContext: 0, cutDocuments: 0, attention: 0 },
		},
		buckets: {
			entries: [{ ...bucket(8192, "train", 0, 0), share: 0, fill: 0 }],
			rest: null,
		},
	};
}
