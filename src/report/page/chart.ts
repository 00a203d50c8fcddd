// Pictures, drawn by Observable Plot. It and the document that it draws in are bundled with this
// module: nothing else may import them.
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { powerText, shortNumber } from "../../core/number-texts.js";
import type { LengthBin } from "../figures/figures.js";
import { colour, GROUND } from "./colours.js";
import { element, fitted, type Html, visible } from "./html.js";

/** Units of a picture: with letters of 12.5, it can be read where it is shown on a phone. */
const WIDTH = 360;
/** Units of a letter, at most, as fonts go. */
const LETTER = 7.4;

const { document } = parseHTML("<!doctype html><html><body></body></html>");

export interface Axis {
	label: string;
	domain: readonly [number, number];
	/** Powers of two, where the domain is more than one doubling. */
	isLog?: boolean;
}

/** Bars of the counts of bins, in shares of their sum; over them, where wanted, a line of their tokens. */
export function histogram({
	label,
	bins,
	x,
	most,
	hasTokens,
}: {
	label: string;
	bins: readonly LengthBin[];
	x: Axis;
	/** The largest share of all that is compared. */
	most: number;
	hasTokens: boolean;
}): Html {
	const edges = ({ first, last }: LengthBin) =>
		x.isLog
			? { x1: Math.max(first, 0.5), x2: last + 1 }
			: { x1: first - 0.5, x2: last + 0.5 };
	const shares = sharesOf(bins).map((share, i) => ({
		...share,
		...edges(bins[i]),
	}));
	const steps = shares.flatMap(({ x1, x2, tokens }, i) => [
		...(i === 0 ? [{ x: x1, y: 0 }] : []),
		{ x: x1, y: tokens },
		{ x: x2, y: tokens },
		...(i === shares.length - 1 || shares[i + 1].x1 > x2
			? [{ x: x2, y: 0 }]
			: []),
		...(i < shares.length - 1 && shares[i + 1].x1 > x2
			? [{ x: shares[i + 1].x1, y: 0 }]
			: []),
	]);
	return drawn(label, 230, {
		marginLeft: 54,
		marginBottom: 40,
		marginRight: 26,
		x: xScale(x),
		y: { domain: [0, most || 1], label: null, nice: true },
		marks: [
			horizontalGrid(),
			Plot.rectY(shares, {
				...{ x1: "x1", x2: "x2", y: "count", fill: colour(0) },
				insetLeft: 0.5,
				insetRight: 0.5,
			}),
			...(hasTokens
				? [
						Plot.line(steps, {
							...{ x: "x", y: "y", stroke: colour(1), strokeWidth: 2.25 },
							strokeLinejoin: "round",
						}),
					]
				: []),
			Plot.ruleY([0]),
			xAxis(x),
			percentAxis(),
		],
	});
}

/** Shares of counts and tokens of each bin. */
export function sharesOf(
	bins: readonly LengthBin[],
): { count: number; tokens: number }[] {
	const all = { count: 0, tokens: 0 };
	for (const { count, tokens } of bins) {
		all.count += count;
		all.tokens += tokens;
	}
	return bins.map(({ count, tokens }) => ({
		count: all.count === 0 ? 0 : count / all.count,
		tokens: all.tokens === 0 ? 0 : tokens / all.tokens,
	}));
}

export interface Bar {
	name: string;
	/** At the right, over the bar. */
	text: string;
	parts: readonly { value: number; colour: string }[];
}

const BAR_HEIGHT = 38;

/** Bars that lie, each under its name. */
export function bars({
	label,
	rows,
	most,
}: {
	label: string;
	rows: readonly Bar[];
	/** What the whole width is. */
	most: number;
}): Html {
	const parts = rows.flatMap(({ parts }, row) => {
		let end = 0;
		return parts.map(({ value, colour }) => {
			const x1 = end;
			end += value;
			return { row, x1, x2: end, colour };
		});
	});
	const names = rows.map(({ name, text }, row) => ({
		...{ row, text, name: visible(name) },
		shown: fitted(name, Math.floor(WIDTH / LETTER - text.length - 2)),
	}));
	const bandText = { y: "row", dy: -8, lineWidth: Infinity } as const;
	return drawn(label, rows.length * BAR_HEIGHT + 6, {
		...{ marginLeft: 1, marginRight: 1, marginTop: 2, marginBottom: 4 },
		x: { domain: [0, most || 1], axis: null },
		y: { domain: rows.map((_, row) => row), axis: null, padding: 0 },
		marks: [
			Plot.barX(parts, {
				...{ x1: "x1", x2: "x2", y: "row", fill: "colour" },
				...{ insetTop: 20, insetBottom: 6, insetRight: 0.5 },
			}),
			Plot.text(names, {
				...{ ...bandText, text: "shown", title: "name" },
				...{ frameAnchor: "left", dx: 1 },
			}),
			Plot.text(names, {
				...{ ...bandText, text: "text", frameAnchor: "right" },
				className: "value",
			}),
		],
	});
}

export interface Series {
	colour: string;
	points: readonly { x: number; y: number }[];
}

/** Lines over an axis; `isStep` where values hold until the next point. */
export function lines({
	label,
	series,
	x,
	y,
	isStep = false,
	height = 230,
}: {
	label: string;
	series: readonly Series[];
	x: Axis;
	y: Axis & { isPercent?: boolean };
	isStep?: boolean;
	height?: number;
}): Html {
	return drawn(label, height, {
		marginLeft: 58,
		marginBottom: 40,
		marginRight: 26,
		x: xScale(x),
		y: yScale(y),
		marks: [
			horizontalGrid(y.isLog ? powersOfTwo(y.domain) : undefined),
			...series.map(({ colour, points }) =>
				Plot.line(points, {
					...{ x: "x", y: "y", stroke: colour, strokeWidth: 2 },
					curve: isStep ? "step-after" : "linear",
					strokeLinejoin: "round",
				}),
			),
			xAxis(x),
			y.isPercent ? percentAxis() : yAxis(y),
		],
	});
}

/** Points over an axis, each on a stem from a line. */
export function stems({
	label,
	points,
	x,
	y,
	from,
}: {
	label: string;
	points: readonly { x: number; y: number }[];
	x: Axis;
	y: Axis;
	from: number;
}): Html {
	const isCrowded = points.length > 80;
	return drawn(label, 230, {
		marginLeft: 58,
		marginBottom: 40,
		marginRight: 26,
		x: xScale(x),
		y: yScale(y),
		marks: [
			horizontalGrid(),
			Plot.ruleX(points, {
				...{ x: "x", y1: from, y2: "y", stroke: colour(0) },
				strokeWidth: isCrowded ? 1 : 2,
			}),
			Plot.dot(points, {
				...{ x: "x", y: "y", fill: colour(0), r: isCrowded ? 1.5 : 4 },
			}),
			Plot.ruleY([from], { strokeWidth: 1.25 }),
			xAxis(x),
			Plot.axisY({
				...{ label: null, tickSize: 0, ticks: 5 },
				tickFormat: shareTick,
			}),
		],
	});
}

/** Shares that lie on one another and are 100 % together, over an axis. */
export function areas({
	label,
	series,
	x,
}: {
	label: string;
	/** The lowest first; they have points at the same places. */
	series: readonly Series[];
	x: Axis;
}): Html {
	const points = series.flatMap(({ colour, points }, order) =>
		points.map(({ x, y }) => ({ x, y, colour, order })),
	);
	return drawn(label, 230, {
		marginLeft: 58,
		marginBottom: 40,
		marginRight: 26,
		x: xScale(x),
		y: { domain: [0, 1], label: null },
		marks: [
			Plot.areaY(points, {
				...{ x: "x", y: "y", z: "order", fill: "colour", order: "order" },
				...{ offset: "normalize", stroke: GROUND, strokeWidth: 0.75 },
			}),
			Plot.ruleY([0]),
			xAxis(x),
			percentAxis(),
		],
	});
}

function xScale({ domain, isLog }: Axis): Plot.ScaleOptions {
	return {
		...(isLog ? ({ type: "log", base: 2 } as const) : {}),
		domain: [...domain],
		label: null,
	};
}

function yScale({ domain, isLog }: Axis): Plot.ScaleOptions {
	return {
		...(isLog ? ({ type: "log", base: 2 } as const) : {}),
		domain: [...domain],
		label: null,
	};
}

function xAxis({ label, domain, isLog }: Axis) {
	return Plot.axisX({
		ticks: isLog ? powersOfTwo(domain) : wholeTicks(domain),
		tickFormat: isLog ? powerText : shortNumber,
		tickSize: 4,
		label,
		labelAnchor: "center",
		labelArrow: "none",
		labelOffset: 36,
	});
}

function yAxis({ domain, isLog }: Axis) {
	return Plot.axisY({
		label: null,
		tickSize: 0,
		ticks: isLog ? powersOfTwo(domain) : 5,
		tickFormat: isLog ? powerText : shortNumber,
	});
}

function percentAxis() {
	return Plot.axisY({
		...{ label: null, tickSize: 0, ticks: 4 },
		tickFormat: shareTick,
	});
}

const shareTick = (value: number) =>
	`${Number((100 * value).toPrecision(3))} %`;

function horizontalGrid(ticks?: readonly number[]) {
	return Plot.gridY({
		...(ticks ? { ticks: [...ticks] } : { ticks: 4 }),
		stroke: "var(--line)",
		strokeOpacity: 1,
	});
}

/** At most six powers of two in a domain. */
function powersOfTwo([first, last]: readonly [number, number]): number[] {
	const low = Math.ceil(Math.log2(Math.max(first, 1)));
	const high = Math.floor(Math.log2(Math.max(last, 1)));
	const by = Math.max(1, Math.ceil((high - low + 1) / 6));
	const found: number[] = [];
	for (let power = high; power >= low; power -= by) found.unshift(2 ** power);
	return found.length === 0 ? [first] : found;
}

/** At most five round whole numbers in a domain. */
function wholeTicks([first, last]: readonly [number, number]): number[] {
	const rough = Math.max(1, (last - first) / 5);
	const unit = 10 ** Math.floor(Math.log10(rough));
	const by = [1, 2, 5, 10].map((n) => n * unit).find((n) => n >= rough) ?? unit;
	const found: number[] = [];
	for (let tick = Math.ceil(first / by) * by; tick <= last; tick += by)
		found.push(tick || 0);
	return found;
}

function drawn(label: string, height: number, options: Plot.PlotOptions): Html {
	const svg = Plot.plot({
		...options,
		className: "plot",
		document: document as unknown as Document,
		width: WIDTH,
		height,
	});
	return written(svg as unknown as DrawnElement, {
		class: "plot",
		...{ fill: "currentColor", "text-anchor": "middle" },
		viewBox: `0 0 ${WIDTH} ${height}`,
		role: "img",
		"aria-label": label,
	});
}

interface DrawnElement {
	localName: string;
	attributes: Iterable<{ name: string; value: string }>;
	childNodes: Iterable<DrawnElement & { nodeType: number; nodeValue: string }>;
}

const ELEMENT = 1;
const TEXT = 3;
/** What a page says itself of all its pictures. */
const LEFT_OUT = new Set(["style"]);

/** An element as HTML; with two digits of what is not whole, which is enough to draw by. */
function written(
	{ localName, attributes, childNodes }: DrawnElement,
	instead: Readonly<Record<string, string>> | null = null,
): Html {
	const own =
		instead ??
		Object.fromEntries(
			[...attributes].map(({ name, value }) => [
				name,
				value.replace(/-?\d+\.\d{3,}/g, (digits) =>
					String(Number(Number(digits).toFixed(2))),
				),
			]),
		);
	const content = [...childNodes].map((child) => {
		if (child.nodeType === TEXT) return child.nodeValue;
		return child.nodeType !== ELEMENT || LEFT_OUT.has(child.localName)
			? null
			: written(child);
	});
	return element(localName, own, content);
}
