import { grouped } from "../../core/number-texts.js";
import { colour } from "./colours.js";
import { element, type Html, html } from "./html.js";

const SIDE = 306;
const LEFT = 34;
const BELOW = 24;

/**
 * Which tokens of a row attend to which: over the triangle of all pairs that are causal, one triangle a
 * segment.
 */
export function maskPicture(
	label: string,
	segments: readonly { first: number; tokens: number; name: string }[],
	length: number,
): Html {
	const at = (token: number) => Number(((token / length) * SIDE).toFixed(2));
	const triangle = (first: number, end: number) =>
		`${LEFT + at(first)},${at(first)} ${LEFT + at(first)},${at(end)} ${LEFT + at(end)},${at(end)}`;
	return element(
		"svg",
		{
			class: "plot mask",
			viewBox: `0 0 ${LEFT + SIDE + 20} ${SIDE + BELOW + 18}`,
			role: "img",
			"aria-label": label,
		},
		element("polygon", {
			points: triangle(0, length),
			fill: "var(--line)",
		}),
		segments.map(({ first, tokens, name }, i) =>
			element(
				"polygon",
				{ points: triangle(first, first + tokens), fill: colour(i) },
				html`<title>${name}: ${grouped(tokens)}</title>`,
			),
		),
		element("path", {
			d: `M${LEFT},0V${SIDE}H${LEFT + SIDE}`,
			fill: "none",
			stroke: "currentColor",
		}),
		element("text", { x: LEFT, y: SIDE + 16, fill: "currentColor" }, "0"),
		element(
			"text",
			{
				...{ x: LEFT + SIDE, y: SIDE + 16, "text-anchor": "end" },
				fill: "currentColor",
			},
			grouped(length),
		),
		element(
			"text",
			{
				...{ x: LEFT + SIDE / 2, y: SIDE + 34, "text-anchor": "middle" },
				fill: "currentColor",
			},
			"attended to",
		),
		element(
			"text",
			{
				...{ x: 0, y: 0, "text-anchor": "middle", fill: "currentColor" },
				transform: `translate(${LEFT - 12} ${SIDE / 2}) rotate(-90)`,
			},
			"attending token",
		),
	);
}
