import type { Advice, Figures } from "../../figures/figures.js";
import { colour } from "../colours.js";
import { type Panel, panel, type Section } from "../panel.js";
import { counted, grouped, percent } from "../texts.js";

function choicesPanel(
	heading: string,
	of: "padding" | "truncation" | "attention",
	place: number,
	says: (advice: Advice) => string,
): Panel {
	return panel({
		heading,
		data: ({ advice }: Figures) =>
			advice === null || advice.choices.length === 0 ? null : advice,
		scale: (all) =>
			Math.max(...all.flatMap(({ choices }) => choices.map((own) => own[of]))),
		view: (advice, most, { bars }) => ({
			says: says(advice),
			pictures: [
				bars({
					label: `${heading} of ${counted(advice.choices.length, "choice")}`,
					most,
					rows: advice.choices.slice(0, 24).map((choice) => ({
						name: `${choice.layout}, ${grouped(choice.seqLen)}, ${choice.packer}`,
						text: percent(choice[of]),
						parts: [{ value: choice[of], colour: colour(place) }],
					})),
				}),
			],
			table: {
				heads: [
					...["layout", "row length", "packer"],
					...["padding", "truncation", "attention"],
				],
				rows: advice.choices.map((choice) => [
					...[choice.layout, choice.seqLen, choice.packer],
					...[choice.padding, choice.truncation, choice.attention].map(percent),
				]),
			},
		}),
	});
}

export const advice: Section = {
	id: "advice",
	heading: "What to build",
	panels: [
		choicesPanel(
			"Padding",
			"padding",
			0,
			({ seqLen, packer, buckets, why }) =>
				`Rows of ${counted(seqLen, "token")}, packer ${packer}, buckets ${buckets}: ${why}`,
		),
		choicesPanel(
			"Truncation",
			"truncation",
			1,
			() => "Tokens of documents that are cut, or in no row.",
		),
		choicesPanel(
			"Attention",
			"attention",
			3,
			() => "Its cost, against concatenating and chunking.",
		),
	],
};
