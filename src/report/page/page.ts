import type { FigureKind, Figures } from "../figures/figures.js";
import { GENERATOR } from "./generator.js";
import { Html, html, isolated } from "./html.js";
import type { Charts, LegendEntry, Panel, Section, View } from "./panel.js";
import { sections } from "./sections.js";
import { style } from "./style.js";
import { tableOf } from "./table.js";
import { highlights, totalsTable } from "./totals.js";

export interface PageOptions {
	/** Default: the last part of each path. */
	title?: string | undefined;
}

const kinds: Readonly<Record<FigureKind, string>> = {
	dataset: "dataset",
	store: "store of documents",
	packing: "packing of a store",
	plan: "plan of a curriculum",
	records: "packed records",
	export: "export",
	shard: "shard",
	corpus: "corpus",
};

/**
 * What there is to see of one or several paths, as a page that needs nothing else: no script, no request.
 * Several are shown side by side, on the same scales.
 */
export async function reportHtml(
	all: readonly Figures[],
	{
		title = all.map(({ path }) => nameOf(path)).join(" and "),
	}: PageOptions = {},
): Promise<string> {
	const charts: Charts = await import("./chart.js");
	const names = all.map((_, i) => (all.length === 1 ? "value" : letterOf(i)));
	const shown = sections.flatMap((section) => {
		const content = sectionOf(section, all, charts);
		return content === null ? [] : [{ section, content }];
	});
	const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
${new Html(GENERATOR)}
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${isolated(title)}</h1>
<div class="paths">${all.map((figures, i) => headOf(figures, all.length > 1 ? i : null))}</div>
<nav aria-label="Sections">${[
		{ id: "totals", heading: "Totals" },
		...shown.map(({ section }) => section),
	].map(({ id, heading }) => html`<a href="#${id}">${heading}</a> `)}</nav>
</header>
<main>
${all.map((figures, i) => noticesOf(figures, all.length > 1 ? i : null))}
<section id="totals"><h2>Totals</h2><div class="panels">
<div class="card wide"><div class="pair"><div>${tableOf(totalsTable(all, names), "Totals", true)}</div>${all.map(
		(figures, i) => factsOf(figures, all.length > 1 ? i : null),
	)}</div></div></div></section>
${shown.map(({ content }) => content)}
${notesOf(all)}
</main>
<footer>Made by seqpack report. Every number that is drawn is in the table below its picture.</footer>
</body>
</html>
`;
	return page.source;
}

function nameOf(path: string): string {
	return path.replace(/\/+$/, "").split("/").pop() || path;
}

function letterOf(place: number): string {
	return String.fromCharCode(65 + place);
}

/** What marks a path among several. */
function markOf(place: number | null): Html | null {
	return place === null
		? null
		: html`<span class="mark">${letterOf(place)}</span> `;
}

function headOf(figures: Figures, place: number | null): Html {
	return html`<div class="path"><p>${markOf(place)}<span class="muted">${kinds[figures.kind]}</span> ${isolated(figures.path)}</p>
<dl class="tiles">${highlights(figures).map(
		({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
	)}</dl></div>`;
}

function noticesOf(figures: Figures, place: number | null): Html[] {
	const { faults, totals, plan } = figures;
	const isEmpty =
		totals.rows === 0 || totals.tokens === 0 || totals.documents === 0;
	const name = kinds[figures.kind];
	const empty =
		figures.kind === "corpus" && totals.records
			? `No record in this ${name} can be used.`
			: `There is nothing in this ${name}: it has no tokens.`;
	return [
		...(isEmpty ? [empty] : []),
		...faults.map(sentenceOf),
		...(plan?.missing ? [plan.missing] : []),
	].map(
		(notice) =>
			html`<p class="notice" role="note">${markOf(place)}${notice}</p>`,
	);
}

function factsOf({ facts }: Figures, place: number | null): Html | null {
	return facts.length === 0
		? null
		: html`<div>${place === null ? null : html`<p class="of">${markOf(place)}</p>`}<dl class="facts">${facts.map(
				({ name, value }) =>
					html`<div><dt>${name}</dt><dd>${isolated(value)}</dd></div>`,
			)}</dl></div>`;
}

function sectionOf(
	{ id, heading, panels }: Section,
	all: readonly Figures[],
	charts: Charts,
): Html | null {
	const cards = panels.flatMap((panel) => {
		const views = panel.views(all, charts);
		return views.every((view) => view === null) ? [] : [cardOf(panel, views)];
	});
	return cards.length === 0
		? null
		: html`<section id="${id}"><h2>${heading}</h2><div class="panels">${cards}</div></section>`;
}

function cardOf({ heading }: Panel, views: readonly (View | null)[]): Html {
	const [only, ...others] = views;
	const width =
		others.length > 0 ? " wide" : only?.body !== undefined ? " broad" : "";
	return html`<article class="card${width}"><h3>${heading}</h3>${
		others.length === 0
			? viewOf(only, heading, null)
			: html`<div class="pair">${views.map((view, i) => html`<div>${viewOf(view, heading, i)}</div>`)}</div>`
	}</article>`;
}

function viewOf(
	view: View | null,
	heading: string,
	place: number | null,
): Html {
	if (view === null)
		return html`<p class="says muted">${markOf(place)}There is nothing of this here.</p>`;
	const { says, pictures, legend = [], body, table } = view;
	const name = `${heading}${place === null ? "" : ` of ${letterOf(place)}`}`;
	return html`<p class="says">${markOf(place)}${says}</p><div class="pictures">${pictures}</div>${legendOf(legend)}${body}${
		table === null || table.rows.length === 0
			? null
			: html`<details><summary>Table</summary>${tableOf(table, name)}</details>`
	}`;
}

function legendOf(entries: readonly LegendEntry[]): Html | null {
	return entries.length === 0
		? null
		: html`<ul class="legend">${entries.map(
				({ colour, name, mark = "area" }) =>
					html`<li><span class="swatch ${mark}" style="background: ${colour}"></span>${isolated(name)}</li>`,
			)}</ul>`;
}

function notesOf(all: readonly Figures[]): Html | null {
	const noted = all.flatMap(({ notes }, i) =>
		notes.map((note) => ({ note, place: all.length > 1 ? i : null })),
	);
	return noted.length === 0
		? null
		: html`<section id="notes"><h2>How it was counted</h2><ul class="notes">${noted.map(
				({ note, place }) => html`<li>${markOf(place)}${sentenceOf(note)}</li>`,
			)}</ul></section>`;
}

/** A note as a sentence, whoever wrote it. */
function sentenceOf(note: string): string {
	return `${note[0].toUpperCase()}${note.slice(1)}${/[.!?]$/.test(note) ? "" : "."}`;
}
