import { sum } from "../../../core/arithmetic.js";
import type { Figures, PlanFigures } from "../../figures/figures.js";
import { type Panel, panel, type Section } from "../panel.js";
import { counted, meanText, percent } from "../texts.js";

function ranksPanel(
	heading: string,
	of: "tokens" | "cost",
	what: string,
): Panel {
	const relativeOf = ({ ranks }: PlanFigures) => {
		const mean = sum(ranks.map((rank) => rank[of])) / ranks.length;
		return ranks.map((rank) => (mean === 0 ? 0 : rank[of] / mean - 1));
	};
	return panel({
		heading,
		data: ({ plan }: Figures) =>
			plan === null || plan.ranks.length === 0 ? null : plan,
		scale: (all) => {
			const values = all.flatMap(relativeOf).map(Math.abs);
			const most = Math.max(...values, 0.01);
			const last = Math.max(
				...all.flatMap(({ ranks }) => ranks.map(({ rank }) => rank)),
			);
			return { most, last };
		},
		view(plan, { most, last }, { stems }) {
			const { ranks, rankSteps } = plan;
			const relative = relativeOf(plan);
			const mean = sum(ranks.map((rank) => rank[of])) / ranks.length;
			const [least, largest] = [Math.min(...relative), Math.max(...relative)];
			return {
				says: `${what} of each of ${counted(ranks.length, "rank")} against their mean, ${meanText(mean)}, over ${counted(rankSteps, "step")}: ${
					largest - least < 1e-9
						? "all have the same."
						: `from ${signed(least)} to ${signed(largest)}.`
				}`,
				pictures: [
					stems({
						label: `${heading}: from ${signed(least)} to ${signed(largest)} of the mean`,
						points: ranks.map(({ rank }, i) => ({ x: rank, y: relative[i] })),
						x: { label: "rank", domain: [-0.5, last + 0.5] },
						y: { label: "", domain: [-1.1 * most, 1.1 * most] },
						from: 0,
					}),
				],
				table: {
					heads: ["rank", of, "against the mean"],
					rows: ranks.map((rank, i) => [
						...[rank.rank, rank[of], signed(relative[i])],
					]),
				},
			};
		},
	});
}

function signed(share: number): string {
	return `${share < 0 ? "−" : "+"}${percent(Math.abs(share))}`;
}

export const ranks: Section = {
	id: "ranks",
	heading: "Ranks",
	panels: [
		ranksPanel("Cost of attention by rank", "cost", "The cost of attention"),
		ranksPanel("Tokens by rank", "tokens", "Tokens"),
	],
};
