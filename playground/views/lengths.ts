import { byId, count, figures, h, svg } from "../dom.js";

const WIDTH = 640;
const HEIGHT = 90;

export function showDocuments(
	lengths: Int32Array,
	characters: number | null,
): void {
	const sorted = lengths.slice().sort();
	const tokens = lengths.reduce((sum, length) => sum + length, 0);
	figures(byId("documents-figures"), [
		["Documents", count(lengths.length)],
		["Tokens", count(tokens)],
		["Shortest", count(sorted[0])],
		["Median", count(sorted[sorted.length >> 1])],
		["Longest", count(sorted[sorted.length - 1])],
		...(characters === null
			? []
			: [
					[
						"Characters a token",
						(characters / Math.max(1, tokens)).toFixed(2),
					] as const,
				]),
	]);
	byId("lengths-figure").replaceChildren(
		histogram(sorted),
		h(
			"figcaption",
			{},
			`Documents by length, from ${count(sorted[0])} to ${count(sorted[sorted.length - 1])} tokens, four ranges to a doubling.`,
		),
	);
}

/** @param sorted Lengths, ascending. */
function histogram(sorted: Int32Array): SVGElement {
	const bin = (length: number) =>
		Math.floor(Math.log2(Math.max(1, length)) * 4);
	const first = bin(sorted[0]);
	const bins = new Array<number>(
		bin(sorted[sorted.length - 1]) - first + 1,
	).fill(0);
	for (const length of sorted) bins[bin(length) - first]++;
	const most = Math.max(...bins);
	const width = WIDTH / bins.length;
	return svg(
		"svg",
		{
			viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
			preserveAspectRatio: "none",
			class: "histogram",
			role: "img",
			"aria-label": "How many documents there are of each length",
		},
		...bins.map((n, i) => {
			const height = (n / most) * HEIGHT;
			return svg("rect", {
				x: i * width + 0.5,
				y: HEIGHT - height,
				width: Math.max(width - 1, 0.5),
				height,
				class: "c0",
			});
		}),
	);
}
