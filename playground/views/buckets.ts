import type { Buckets, Curriculum } from "../derive.js";
import {
	byId,
	colourClass,
	count,
	figures,
	h,
	percent,
	svg,
	table,
} from "../dom.js";

export function showBuckets({
	buckets,
	tokens,
	dropped,
	repeatedTokens,
}: Buckets): void {
	const lost = dropped.map(
		([reason, tokens]) =>
			[`In no sequence: ${reason}`, `${count(tokens)} tokens`] as const,
	);
	figures(byId("buckets-figures"), [
		["Sequences", count(buckets.reduce((sum, { rows }) => sum + rows, 0))],
		["Tokens in them", count(tokens)],
		...(repeatedTokens > 0
			? [["In two of them", `${count(repeatedTokens)} tokens`] as const]
			: []),
		...lost,
	]);
	byId("buckets").replaceChildren(
		table(
			"Rows of one length are a bucket",
			["Length", "Sequences", "Tokens", "Share of tokens"],
			buckets.map(({ length, rows, tokens: own }, b) => {
				const share = tokens === 0 ? 0 : own / tokens;
				const bar = svg(
					"svg",
					{
						viewBox: "0 0 100 10",
						preserveAspectRatio: "none",
						class: "bar",
						"aria-hidden": "true",
					},
					svg("rect", {
						width: share * 100,
						height: 10,
						class: colourClass(b),
					}),
				);
				return [
					count(length),
					count(rows),
					count(own),
					h("span", { class: "share" }, bar, percent(share)),
				];
			}),
		),
	);
}

const TOP = 10;
const LINES = 190;
const STRIP = 34;
const LEFT = 56;
/** Steps that are a point each; more are put together. */
const MOST_POINTS = 400;

/** @param width Of the picture, in pixels: its texts are as large as others. */
export function showCurriculum(curriculum: Curriculum, width: number): void {
	const { lengths, order, steps, tokensPerStep, leftOut } = curriculum;
	figures(byId("curriculum-figures"), [
		["Steps", count(order.length)],
		["Tokens of a step", count(tokensPerStep)],
		...lengths.map(
			(length, b) => [`Steps of ${count(length)}`, count(steps[b])] as const,
		),
		...(leftOut.length > 0
			? [
					[
						"Buckets left out, with rows for no step",
						leftOut.map(count).join(", "),
					] as const,
				]
			: []),
	]);
	byId("curriculum").replaceChildren(
		chart(curriculum, width),
		h(
			"figcaption",
			{},
			"The mean length of rows over the steps, and below it which buckets the steps are of: ",
			...lengths.map((length, b) =>
				h(
					"span",
					{ class: "key" },
					h("span", { class: `swatch ${colourClass(b)}` }),
					count(length),
				),
			),
		),
	);
}

function chart({ lengths, order }: Curriculum, width: number): SVGElement {
	const points = Math.min(order.length, MOST_POINTS);
	const inner = width - LEFT - 8;
	const low = Math.log2(lengths[0]);
	const high = Math.max(Math.log2(lengths[lengths.length - 1]), low + 1);
	const y = (length: number) =>
		TOP + LINES - ((Math.log2(length) - low) / (high - low)) * LINES;
	const strips = lengths.map(() => "");
	let line = "";
	for (let p = 0; p < points; p++) {
		const counts = countsBetween(
			order,
			p / points,
			(p + 1) / points,
			lengths.length,
		);
		const all = counts.reduce((sum, n) => sum + n, 0);
		const left = LEFT + (p / points) * inner;
		const right = LEFT + ((p + 1) / points) * inner;
		const mean = counts.reduce((sum, n, b) => sum + n * lengths[b], 0) / all;
		line += `${p === 0 ? "M" : "L"}${left.toFixed(1)} ${y(mean).toFixed(1)}H${right.toFixed(1)}`;
		let top = TOP + LINES + 10;
		counts.forEach((n, b) => {
			if (n === 0) return;
			const height = (n / all) * STRIP;
			strips[b] +=
				`M${left.toFixed(2)} ${top.toFixed(2)}H${right.toFixed(2)}v${height.toFixed(2)}H${left.toFixed(2)}z`;
			top += height;
		});
	}
	const height = TOP + LINES + STRIP + 34;
	return svg(
		"svg",
		{
			viewBox: `0 0 ${width} ${height}`,
			class: "chart",
			role: "img",
			"aria-label": `Lengths over ${order.length} steps, from ${lengths[order[0]]} at first to ${lengths[order[order.length - 1]]} in the end`,
		},
		...ticksOf(lengths, y).flatMap((length) => [
			svg("path", { d: `M${LEFT} ${y(length)}H${width - 8}`, class: "grid" }),
			svg(
				"text",
				{ x: LEFT - 6, y: y(length) + 4, "text-anchor": "end" },
				count(length),
			),
		]),
		svg("path", { d: line, class: "line" }),
		...strips.map((d, b) => svg("path", { d, class: colourClass(b) })),
		svg("text", { x: LEFT, y: height - 6 }, "step 1"),
		svg(
			"text",
			{ x: width - 8, y: height - 6, "text-anchor": "end" },
			`step ${count(order.length)}`,
		),
	);
}

/** Lengths to write at the side: those that do not stand on one another. */
function ticksOf(
	lengths: readonly number[],
	y: (length: number) => number,
): number[] {
	const ticks: number[] = [];
	for (const length of lengths)
		if (ticks.length === 0 || y(ticks[ticks.length - 1]) - y(length) >= 16)
			ticks.push(length);
	return ticks;
}

/** How many of the steps in a part of the plan are of each bucket. */
function countsBetween(
	order: Uint16Array,
	from: number,
	to: number,
	buckets: number,
): number[] {
	const counts = new Array<number>(buckets).fill(0);
	const end = Math.max(
		Math.round(to * order.length),
		Math.round(from * order.length) + 1,
	);
	for (
		let step = Math.round(from * order.length);
		step < end && step < order.length;
		step++
	)
		counts[order[step]]++;
	return counts;
}
