import { sum } from "../../../core/arithmetic.js";
import type { Figures, Grouped, SourceFigures } from "../../figures/figures.js";
import { sourceTokens } from "../../figures/sources-tree.js";
import { colour, MUTED } from "../colours.js";
import { drawnEntries, othersText } from "../drawn-entries.js";
import { type Html, html, isolated } from "../html.js";
import { type Cell, panel } from "../panel.js";
import { counted, percent, shareText } from "../texts.js";

/** What sources are compared by: the first of which something is known. */
const measures = [
	{ name: "tokens", one: "token", areTokens: true, rest: "tokens" },
	{ name: "bytes", one: "byte", areTokens: false, rest: null },
	{ name: "documents", one: "document", areTokens: false, rest: null },
	{ name: "rows", one: "row", areTokens: false, rest: "rows" },
] as const;

type Measure = (typeof measures)[number];

export const tokensBySource = panel({
	heading: "Tokens by source",
	data({ sources, kind }: Figures) {
		const measure = measures.find(({ name }) =>
			sources.entries.some((source) => (source[name] ?? 0) > 0),
		);
		return measure === undefined
			? null
			: { sources, measure, tokensHead: sourceTokens(kind) };
	},
	scale: (all) =>
		Math.max(
			...all.flatMap(({ sources, measure: { name } }) =>
				drawnSources(sources, name).map((source) => source[name] ?? 0),
			),
		),
	view(
		{ sources, measure: { name, one, areTokens, rest }, tokensHead },
		most,
		{ bars },
	) {
		const parts = partsOf(sources);
		const amountOf = (source: SourceFigures) => source[name] ?? 0;
		const restValue = rest === null ? 0 : (parts.rest?.[rest] ?? 0);
		const bySize = {
			entries: [...parts.entries].sort((a, b) => amountOf(b) - amountOf(a)),
			rest: parts.rest,
		};
		const { drawn, others } = drawnEntries(bySize, amountOf, restValue);
		const all = sum(parts.entries.map(amountOf)) + restValue;
		const count = parts.entries.length + (parts.rest?.count ?? 0);
		const amount = areTokens
			? counted(all, tokensHead.replace(/^tokens/, "token"), tokensHead)
			: counted(all, one);
		const share = all === 0 ? 0 : amountOf(bySize.entries[0]) / all;
		return {
			says: html`${amount} of ${counted(count, "source")}${
				count > 1
					? html`; most, ${percent(share)}, of ${isolated(bySize.entries[0].name)}`
					: ""
			}.${othersText(others, drawn.length, name)}`,
			pictures: [
				bars({
					label: `${amount} of ${counted(count, "source")}`,
					most: Math.max(most, others?.value ?? 0),
					rows: [
						...drawn.map((source) => ({
							name: source.name,
							text: shareText(amountOf(source), all),
							parts: [{ value: amountOf(source), colour: colour(2) }],
						})),
						...(others === null
							? []
							: [
									{
										name: counted(others.count, "other"),
										text: shareText(others.value, all),
										parts: [{ value: others.value, colour: MUTED }],
									},
								]),
					],
				}),
			],
			table: {
				heads: ["source", "documents", "rows", tokensHead, "share", "bytes"],
				rows: rowsOf(sources, 0),
			},
		};
	},
});

/** The sources; of a single one that has parts, these. */
function partsOf(sources: Grouped<SourceFigures>): Grouped<SourceFigures> {
	const [only, ...others] = sources.entries;
	return others.length === 0 &&
		sources.rest === null &&
		only.parts.entries.length > 0
		? partsOf(only.parts)
		: sources;
}

function drawnSources(
	sources: Grouped<SourceFigures>,
	name: Measure["name"],
): SourceFigures[] {
	return partsOf(sources).entries.filter((source) => source[name] !== null);
}

function rowsOf(
	{ entries, rest }: Grouped<SourceFigures>,
	depth: number,
): Cell[][] {
	const indented = (name: Html | string) =>
		html`<span class="depth${Math.min(depth, 4)}">${name}</span>`;
	return [
		...entries.flatMap(
			({ name, documents, rows, tokens, share, bytes, parts }) => [
				[
					...[indented(isolated(name)), documents, rows, tokens],
					...[share === null ? null : percent(share), bytes],
				],
				...rowsOf(parts, depth + 1),
			],
		),
		...(rest === null
			? []
			: [
					[
						...[indented(counted(rest.count, "other")), null],
						...[rest.rows, rest.tokens, null, null],
					],
				]),
	];
}
