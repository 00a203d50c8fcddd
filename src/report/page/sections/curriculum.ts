import { sum } from "../../../core/arithmetic.js";
import type { Figures, PlanFigures, PlanPoint } from "../../figures/figures.js";
import type { Axis, Series } from "../chart.js";
import { colour, orderedColour } from "../colours.js";
import { isolated } from "../html.js";
import { type LegendEntry, type Panel, panel, type Section } from "../panel.js";
import { counted, grouped, meanText, percent, shareText } from "../texts.js";

/** Lines that have colours of their own, at most. */
const MOST_LINES = 8;

function plansOf({ plan }: Figures): PlanFigures | null {
	return plan === null || plan.steps === 0 ? null : plan;
}

function stepAxis(all: readonly PlanFigures[]): Axis {
	return {
		label: "steps",
		domain: [0, Math.max(...all.map(({ steps }) => steps))],
	};
}

function pointsPanel({
	heading,
	of,
	place,
	says,
}: {
	heading: string;
	of: "length" | "batchSize";
	place: number;
	says(plan: PlanFigures): string;
}): Panel {
	return panel({
		heading,
		data: (figures) => {
			const plan = plansOf(figures);
			return plan === null || plan.points.length === 0 ? null : plan;
		},
		scale: (all) => {
			const values = all.flatMap(({ points }) => points.map((p) => p[of]));
			const least = Math.max(Math.min(...values), 1);
			return {
				x: stepAxis(all),
				y: {
					label: "",
					domain: [least, Math.max(...values, least + 1)] as const,
					isLog: Math.max(...values) >= 2 * least,
				},
			};
		},
		view: (plan, { x, y }, { lines }) => ({
			says: says(plan),
			pictures: [
				lines({
					label: `${heading}: ${counted(plan.steps, "step")}`,
					series: [
						{
							colour: colour(place),
							points: steppedPoints(plan, of),
						},
					],
					x,
					y: y.isLog ? y : { ...y, domain: [0, y.domain[1]] },
					isStep: true,
				}),
			],
			table: {
				heads: [
					plan.stepsPerPoint > 1 ? "steps from" : "step",
					...["stage", "length", "rows", "tokens"],
				],
				rows: plan.points.map((point) => [
					...[point.step, point.stage + 1],
					...[meanText(point.length), meanText(point.batchSize), point.tokens],
				]),
			},
		}),
	});
}

/** Points with one at the end, so that the last one has its width. */
function steppedPoints(
	{ points, steps }: PlanFigures,
	of: "length" | "batchSize",
): { x: number; y: number }[] {
	const at = (x: number, point: PlanPoint) => ({
		x,
		y: Math.max(point[of], 1),
	});
	const last = points[points.length - 1];
	return [...points.map((point) => at(point.step, point)), at(steps, last)];
}

const range = (values: readonly number[], one: string) => {
	const [least, most] = [Math.min(...values), Math.max(...values)];
	return least === most
		? counted(least, one)
		: `${meanText(least)} to ${meanText(most)} ${one}s`;
};

const lengthOverSteps = pointsPanel({
	heading: "Length over steps",
	of: "length",
	place: 0,
	says: ({ steps, points, stages, stepsPerPoint }) =>
		`${counted(steps, "step")} in ${counted(stages.length, "stage")}, with rows of ${range(
			points.map(({ length }) => length),
			"token",
		)}.${stepsPerPoint > 1 ? ` A point is the mean of ${grouped(stepsPerPoint)} steps.` : ""}`,
});

const batchOverSteps = pointsPanel({
	heading: "Batch size over steps",
	of: "batchSize",
	place: 2,
	says: ({ points, tokensPerStep }) =>
		`${range(
			points.map(({ batchSize }) => batchSize),
			"row",
		)} a step, for ${counted(tokensPerStep, "token")}${
			new Set(points.map(({ batchSize }) => batchSize)).size > 1
				? ": the longer the rows, the fewer."
				: "."
		}`,
});

interface Placed {
	stage: number;
	progress: number;
}

/** Where a point of a stage is among all steps. */
function stepOf({ stages }: PlanFigures, { stage, progress }: Placed): number {
	const { firstStep = 0, steps = 0 } =
		stages.find((one) => one.stage === stage) ?? {};
	return firstStep + progress * steps;
}

/** Of each key its values at all places, 0 where it has none. */
function seriesOf<K>(
	plan: PlanFigures,
	entries: readonly (Placed & { key: K; value: number })[],
): Map<K, { x: number; y: number }[]> {
	const places = new Map<string, { at: Placed; values: Map<K, number> }>();
	const keys = new Set<K>();
	for (const { stage, progress, key, value } of entries) {
		const id = `${stage} ${progress}`;
		const place = places.get(id) ?? {
			at: { stage, progress },
			values: new Map(),
		};
		place.values.set(key, value);
		places.set(id, place);
		keys.add(key);
	}
	const ordered = [...places.values()].sort(
		(a, b) => a.at.stage - b.at.stage || a.at.progress - b.at.progress,
	);
	return new Map(
		[...keys].map((key) => [
			key,
			[
				...ordered.map(({ at, values }) => ({
					x: stepOf(plan, at),
					y: values.get(key) ?? 0,
				})),
				// The last ones hold until the end.
				{ x: plan.steps, y: ordered.at(-1)?.values.get(key) ?? 0 },
			],
		]),
	);
}

const oddsOverProgress = panel({
	heading: "Odds over progress",
	data: (figures: Figures) => {
		const plan = plansOf(figures);
		return plan === null || plan.odds.length === 0 ? null : plan;
	},
	scale: (all) => ({
		x: stepAxis(all),
		lengths: [
			...new Set(all.flatMap(({ odds }) => odds.map(({ length }) => length))),
		].sort((a, b) => a - b),
	}),
	view(plan, { x, lengths }, { areas }) {
		const found = seriesOf(
			plan,
			plan.odds.map(({ length, odds, ...at }) => ({
				...at,
				key: length,
				value: odds,
			})),
		);
		const colourOf = (length: number) =>
			orderedColour(lengths.indexOf(length), lengths.length);
		return {
			says: "The odds with which the length of a step is drawn; the shortest is at the bottom.",
			pictures: [
				areas({
					label: `Odds of ${counted(found.size, "length")} over ${counted(plan.steps, "step")}`,
					series: lengths.map((length) => ({
						colour: colourOf(length),
						points: found.get(length) ?? [],
					})),
					x,
				}),
			],
			legend: legendOf(lengths, colourOf),
			table: {
				heads: ["stage", "progress", "length", "odds"],
				rows: plan.odds.map(({ stage, progress, length, odds }) => [
					...[stage + 1, percent(progress), length, percent(odds)],
				]),
			},
		};
	},
});

/** The lengths; of many some of them, with the shortest and the longest. */
function legendOf(
	lengths: readonly number[],
	colourOf: (length: number) => string,
): LegendEntry[] {
	const places =
		lengths.length <= 8
			? [...lengths.keys()]
			: Array.from({ length: 8 }, (_, i) =>
					Math.round((i / 7) * (lengths.length - 1)),
				);
	return places.map((place) => ({
		colour: colourOf(lengths[place]),
		name: grouped(lengths[place]),
	}));
}

/** The sources of plans in order of their tokens, so that each has one colour in all. */
function sourcesIn(all: readonly PlanFigures[]): string[] {
	const tokens = new Map<string, number>();
	for (const { sources, weights } of all) {
		for (const entry of sources)
			tokens.set(entry.source, (tokens.get(entry.source) ?? 0) + entry.tokens);
		for (const { source } of weights)
			tokens.set(source, tokens.get(source) ?? 0);
	}
	return [...tokens].sort(([, a], [, b]) => b - a).map(([source]) => source);
}

/** The colour of a source: all past the first few have one together. */
function sourceColour(names: readonly string[]): (name: string) => string {
	return (name) => {
		const place = names.indexOf(name);
		return place < MOST_LINES - 1 ? colour(place) : "var(--mark-muted)";
	};
}

function sourceLegend(names: readonly string[]): LegendEntry[] {
	const own = names.slice(0, MOST_LINES - 1);
	const others = names.length - own.length;
	return [
		...own.map((name, i) => ({ colour: colour(i), name })),
		...(others === 0
			? []
			: [
					{
						colour: "var(--mark-muted)",
						name: counted(others, "other source"),
					},
				]),
	];
}

const weightsOverProgress = panel({
	heading: "Weights of sources over progress",
	data: (figures: Figures) => {
		const plan = plansOf(figures);
		return plan === null || plan.weights.length === 0 ? null : plan;
	},
	scale: (all) => ({ x: stepAxis(all), names: sourcesIn(all) }),
	view(plan, { x, names }, { lines }) {
		const found = seriesOf(
			plan,
			plan.weights.map(({ source, weight, ...at }) => ({
				...at,
				key: source,
				value: weight,
			})),
		);
		const colourOf = sourceColour(names);
		const series: Series[] = [...found].map(([name, points]) => ({
			colour: colourOf(name),
			points,
		}));
		return {
			says: `How the weights of ${counted(found.size, "source")} change.`,
			pictures: [
				lines({
					label: `Weights of ${counted(found.size, "source")} over ${counted(plan.steps, "step")}`,
					series,
					x,
					y: {
						label: "",
						domain: [
							0,
							Math.max(...plan.weights.map(({ weight }) => weight), 0.01),
						],
						isPercent: true,
					},
				}),
			],
			legend: sourceLegend(names),
			table: {
				heads: ["stage", "progress", "source", "weight"],
				rows: plan.weights.map(({ stage, progress, source, weight }) => [
					...[stage + 1, percent(progress), isolated(source), percent(weight)],
				]),
			},
		};
	},
});

const tokensByStage = panel({
	heading: "Tokens by source and stage",
	data: (figures: Figures) => {
		const plan = plansOf(figures);
		return plan === null || plan.sources.length === 0 ? null : plan;
	},
	scale: (all) => ({
		names: sourcesIn(all),
		most: Math.max(
			...all.flatMap(({ stages }) => stages.map(({ tokens }) => tokens)),
			...all.flatMap((plan) =>
				plan.stages.map(({ stage }) => tokensOf(plan, stage)),
			),
		),
	}),
	view(plan, { names, most }, { bars }) {
		const colourOf = sourceColour(names);
		const { stages, sources } = plan;
		const all = sum(sources.map(({ tokens }) => tokens));
		const own = new Set(sources.map(({ source }) => source));
		return {
			says: `${counted(all, "token")} in ${counted(stages.length, "stage")}, of ${counted(own.size, "source")}.`,
			pictures: [
				bars({
					label: `${counted(all, "token")} by stage and source`,
					most,
					rows: stages.slice(0, 40).map(({ stage, schedule }) => ({
						name: `stage ${stage + 1}, ${schedule}`,
						text: shareText(tokensOf(plan, stage), all),
						parts: sources
							.filter((entry) => entry.stage === stage)
							.sort((a, b) => names.indexOf(a.source) - names.indexOf(b.source))
							.map(({ source, tokens }) => ({
								value: tokens,
								colour: colourOf(source),
							})),
					})),
				}),
			],
			legend: sourceLegend(names),
			table: {
				heads: ["stage", "schedule", "source", "tokens", "share"],
				rows: sources.map(({ stage, source, tokens }) => [
					...[
						stage + 1,
						stages.find((one) => one.stage === stage)?.schedule ?? "",
					],
					...[isolated(source), tokens, percent(all === 0 ? 0 : tokens / all)],
				]),
			},
		};
	},
});

function tokensOf({ sources }: PlanFigures, stage: number): number {
	return sum(
		sources
			.filter((entry) => entry.stage === stage)
			.map(({ tokens }) => tokens),
	);
}

export const curriculum: Section = {
	id: "curriculum",
	heading: "Curriculum",
	panels: [
		...[lengthOverSteps, batchOverSteps, oddsOverProgress],
		...[weightsOverProgress, tokensByStage],
	],
};
