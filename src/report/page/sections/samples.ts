import { sum } from "../../../core/arithmetic.js";
import type {
	Figures,
	SampleRow,
	SampleSegment,
} from "../../figures/figures.js";
import { colour } from "../colours.js";
import { type Html, html, isolated } from "../html.js";
import { maskPicture } from "../mask-picture.js";
import { type Panel, panel, type Section } from "../panel.js";
import { counted, grouped, percent } from "../texts.js";

/** Segments of a row that are drawn one by one, at most. */
const MOST_SEGMENTS = 512;

const rows = panel({
	heading: "Sample rows",
	data: ({ samples, kind }: Figures) =>
		samples.length === 0
			? null
			: { samples, one: kind === "corpus" ? "document" : "row" },
	scale: (all) =>
		Math.max(...all.flatMap(({ samples }) => samples.map(lengthOf))),
	view({ samples, one }, most, { bars }) {
		const hasText = samples.some(({ segments }) =>
			segments.some(({ text }) => text !== null),
		);
		const hasIds = samples.some(({ shownTokens }) => shownTokens > 0);
		const isMasked = samples.some(({ segments }) =>
			segments.some(({ trained }) => trained !== null),
		);
		return {
			says: `${samples.length === 1 ? `One ${one}` : `${grouped(samples.length)} ${one}s`}${one === "row" ? ": each colour is a document" : ""}. ${
				hasText
					? `Below is how each ${one} begins${one === "row" ? "; where a colour ends, a document ends" : ""}.`
					: hasIds
						? "Without a tokenizer, documents are shown by their token ids."
						: ""
			}${isMasked ? " Dimmed tokens are not trained on." : ""}`,
			pictures: samples.every((row) => row.length === 0)
				? []
				: [
						bars({
							label: `${counted(samples.length, one)}${one === "row" ? " and the documents in them" : " by length"}`,
							most,
							rows: samples.map((row) => ({
								name: `${one} ${grouped(row.row)}`,
								text: `${counted(row.length, "token")}${one === "row" ? `, ${counted(row.segmentCount, "document")}` : ""}`,
								parts: partsOf(row),
							})),
						}),
					],
			body: html`<div class="texts">${samples.map((row) => textsOf(row, one))}</div>`,
			table: samples.every((row) => row.length === 0)
				? null
				: {
						heads: [
							one === "row" ? one : "number",
							"document",
							"from its token",
							"tokens",
						],
						rows: samples.flatMap(({ row, segments }) =>
							segments.map(({ document, offset, tokens }) => [
								...[row, isolated(document), offset, tokens],
							]),
						),
					},
		};
	},
});

const lengthOf = ({ length }: SampleRow) => length;

function partsOf({ segments, length }: SampleRow) {
	const shown = segments.slice(0, MOST_SEGMENTS);
	const known = sum(shown.map(({ tokens }) => tokens));
	return [
		...shown.map(({ tokens }, i) => ({ value: tokens, colour: colour(i) })),
		...(length > known
			? [{ value: length - known, colour: "var(--line)" }]
			: []),
	];
}

function textsOf(
	{ row, length, shownTokens, segments }: SampleRow,
	one: string,
): Html {
	// Texts of a corpus without a tokenizer have no tokens.
	const shown = segments.filter(
		({ ids, text }) => ids.length > 0 || (text !== null && length === 0),
	);
	return html`<div class="row"><h4>${one === "row" ? "Row" : "Document"} ${grouped(row)}${
		shownTokens < length
			? html`<span class="muted">, its first ${counted(shownTokens, "token")}</span>`
			: ""
	}</h4><p class="tokens" dir="auto">${shown.map(
		(segment, i) =>
			html`<span class="segment s${i % 8}">${contentOf(segment)}</span>`,
	)}${shownTokens < length ? " …" : ""}</p></div>`;
}

function contentOf({ text, ids, trained }: SampleSegment): Html {
	if (text !== null)
		return html`<bdi>${text.map(({ text, isTrained }) =>
			isTrained ? text : html`<span class="untrained">${text}</span>`,
		)}</bdi>`;
	if (trained === null) return html`${ids.join(" ")}`;
	const runs: Html[] = [];
	let end = 0;
	for (let i = 0; i <= trained.length; i += 2) {
		const first = trained[i] ?? ids.length;
		if (first > end)
			runs.push(
				html`<span class="untrained">${ids.slice(end, first).join(" ")}</span> `,
			);
		end = trained[i + 1] ?? ids.length;
		if (end > first) runs.push(html`${ids.slice(first, end).join(" ")} `);
	}
	return html`${runs}`;
}

/** Of the rows that are shown, one that has most documents. */
function maskedRow({ samples }: Figures): SampleRow | null {
	const known = samples.filter(
		({ segments, length }) => segments.length > 0 && length > 0,
	);
	const most = Math.max(...known.map(({ segments }) => segments.length));
	return known.find(({ segments }) => segments.length === most) ?? null;
}

const mask: Panel = panel({
	heading: "Attention mask of one row",
	data: maskedRow,
	scale: () => null,
	view({ row, length, segments, segmentCount }) {
		const shown = segments.slice(0, MOST_SEGMENTS);
		let first = 0;
		const placed = shown.map(({ tokens, document }) => {
			const place = { first, tokens, name: document };
			first += tokens;
			return place;
		});
		const pairs = (tokens: number) => (tokens * (tokens + 1)) / 2;
		const own = sum(segments.map(({ tokens }) => pairs(tokens)));
		return {
			says: `Row ${grouped(row)}: a token attends to those before it in its own document. ${
				segmentCount > segments.length
					? `The first ${grouped(shown.length)} of ${counted(segmentCount, "document")} are drawn.`
					: `These are ${percent(own / pairs(length))} of the pairs that a causal mask over the whole row has (grey).`
			}`,
			pictures: [
				maskPicture(
					`Attention mask of row ${grouped(row)}: ${counted(segmentCount, "document")} in ${counted(length, "token")}`,
					placed,
					length,
				),
			],
			table: {
				heads: ["document", "first token", "tokens", "pairs"],
				rows: placed.map(({ name, first, tokens }) => [
					...[isolated(name), first, tokens, pairs(tokens)],
				]),
			},
		};
	},
});

export const samples: Section = {
	id: "samples",
	heading: "Rows as they are",
	panels: [rows, mask],
};
