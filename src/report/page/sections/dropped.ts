import { sum } from "../../../core/arithmetic.js";
import { colour } from "../colours.js";
import { panel } from "../panel.js";
import { counted, grouped, percent, shareText } from "../texts.js";

export const tokensInNoRow = panel({
	heading: "Tokens in no row",
	data: ({ rows, totals, dropped }) =>
		totals.tokens === null || (rows === null && dropped.length === 0)
			? null
			: {
					kept: totals.tokens,
					dropped: dropped.filter(
						({ tokens, documents }) => tokens > 0 || documents > 0,
					),
					cut: rows?.cutDocuments ?? null,
				},
	scale: (all) =>
		Math.max(
			...all.flatMap(({ dropped }) => dropped.map(({ tokens }) => tokens)),
			0,
		),
	view({ kept, dropped, cut }, most, { bars }) {
		const lost = sum(dropped.map(({ tokens }) => tokens));
		const all = kept + lost;
		const cutText =
			cut === null
				? ""
				: ` ${counted(cut, "document")} ${cut === 1 ? "is" : "are"} not whole in one row.`;
		return {
			says: `${
				lost === 0
					? "Every token is in a row."
					: `${counted(lost, "token")} ${lost === 1 ? "is" : "are"} in no row, ${percent(lost / all)} of all.`
			}${cutText}`,
			pictures:
				dropped.length === 0
					? []
					: [
							bars({
								label: `Tokens in no row, by reason: ${grouped(lost)}`,
								most,
								rows: dropped.map(({ reason, tokens }) => ({
									name: reason,
									text: shareText(tokens, all),
									parts: [{ value: tokens, colour: colour(1) }],
								})),
							}),
						],
			table: {
				heads: ["reason", "documents", "tokens", "share"],
				rows: [
					...dropped.map(({ reason, documents, tokens }) => [
						...[reason, documents, tokens],
						percent(all === 0 ? 0 : tokens / all),
					]),
					["in rows", null, kept, percent(all === 0 ? 0 : kept / all)],
				],
			},
		};
	},
});
