import { dark, declarations, light } from "./colours.js";
import { Html } from "./html.js";

/** What a page looks like: on a phone, on a large screen, in the dark, on paper. */
export const style = new Html(`
:root { color-scheme: light dark; ${declarations(light)} }
@media (prefers-color-scheme: dark) { :root { ${declarations(dark)} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header, main, footer { max-width: 88rem; margin: 0 auto; padding: 0 0.875rem; }
@media (min-width: 60rem) { header, main, footer { padding: 0 2.5rem; } }
header { padding-top: 2rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; letter-spacing: -0.01em; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 0.9rem; }
h3 { font-size: 1rem; margin: 0 0 0.35rem; }
h4 { font-size: 0.875rem; margin: 1.25rem 0 0.35rem; }
p { margin: 0; }
a { color: inherit; text-decoration-color: var(--mark-muted); text-underline-offset: 0.2em; }
.muted { color: var(--muted); }
h4 .muted { font-weight: 400; }
.paths { display: grid; gap: 1.5rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
.path > p { font-size: 0.9375rem; }
.mark { display: inline-block; min-width: 1.5em; padding: 0 0.4em; border-radius: 0.3em; background: var(--text); color: var(--page); font-weight: 600; text-align: center; }
.tiles { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; margin: 1rem 0 0; }
.tiles dt { color: var(--muted); font-size: 0.8125rem; }
.tiles dd { margin: 0; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
nav { margin-top: 1.5rem; font-size: 0.875rem; line-height: 2; }
nav a { margin-right: 0.9rem; color: var(--muted); }
.notice { margin-top: 1.5rem; padding: 0.75rem 1rem; border-left: 4px solid var(--c1); background: var(--card); border-radius: 0 0.5rem 0.5rem 0; }
.panels { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); align-items: start; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; padding: 0.875rem; min-width: 0; }
@media (min-width: 60rem) { .card { padding: 1.25rem; } }
.wide { grid-column: 1 / -1; }
@media (min-width: 60rem) { .broad { grid-column: span 2; } }
.pair { display: grid; gap: 1.5rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.pair > div { min-width: 0; }
.says { color: var(--muted); font-size: 0.875rem; margin-bottom: 0.75rem; }
.pictures { max-width: 27rem; }
.plot { display: block; width: 100%; height: auto; color: var(--text); overflow: visible; }
.plot text { font: 12.5px system-ui, sans-serif; direction: ltr; unicode-bidi: isolate; white-space: pre; font-variant-numeric: tabular-nums; }
.plot [aria-label*="axis"] text, .plot.mask text { fill: var(--muted); }
.plot .value text, .plot text.value { fill: var(--muted); }
.mask { max-width: 26rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; margin: 0.6rem 0 0; padding: 0; list-style: none; font-size: 0.8125rem; color: var(--muted); }
.swatch { display: inline-block; width: 0.75em; height: 0.75em; margin-right: 0.45em; border-radius: 2px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.swatch.line { height: 3px; width: 1.1em; vertical-align: 0.25em; }
details { margin-top: 0.9rem; font-size: 0.8125rem; }
summary { color: var(--muted); cursor: pointer; }
.scroll { overflow-x: auto; max-height: 28rem; overflow-y: auto; margin-top: 0.5rem; }
#totals .scroll { max-height: none; margin: 0; font-size: 0.875rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
#totals table { width: 100%; }
th, td { padding: 0.25rem 0.9rem 0.25rem 0; text-align: left; font-weight: 400; vertical-align: top; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); position: sticky; top: 0; background: var(--card); }
.n { text-align: right; white-space: nowrap; }
tbody th:not(.n) { min-width: 8rem; overflow-wrap: anywhere; }
.depth1 { padding-left: 1em; } .depth2 { padding-left: 2em; } .depth3 { padding-left: 3em; } .depth4 { padding-left: 4em; }
.facts { margin: 0; font-size: 0.875rem; }
.facts div { display: flex; justify-content: space-between; gap: 1rem; padding: 0.25rem 0; border-bottom: 1px solid var(--line); }
.facts dt { flex: none; max-width: 45%; }
.facts dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
.of { margin-bottom: 0.3rem; font-size: 0.875rem; }
.texts { display: grid; gap: 0 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); }
.tokens { font: 0.8125rem/1.75 ui-monospace, monospace; }
.segment { padding: 0.1em 0.15em; border-left: 3px solid; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
${[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `.s${i} { border-color: var(--c${i}); background: color-mix(in srgb, var(--c${i}) 12%, var(--card)); }`).join("\n")}
.untrained { color: var(--muted); font-style: italic; }
.notes { margin: 0; padding-left: 1.2rem; color: var(--muted); font-size: 0.875rem; }
footer { padding-top: 2.5rem; padding-bottom: 2.5rem; color: var(--muted); font-size: 0.8125rem; }
.printed { display: none; }
:focus-visible { outline: 2px solid var(--c0); outline-offset: 2px; }
@media print {
	:root { color-scheme: light; ${declarations({ ...light, page: "#ffffff" })} }
	@page { margin: 14mm; }
	body { font-size: 10pt; }
	header, main, footer { padding: 0; max-width: none; }
	nav, summary { display: none; }
	.card { border: 0; border-radius: 0; padding: 0; }
	.panels { display: block; }
	.card { margin-bottom: 1.5rem; }
	.pictures, .says, .legend, h3, tr { break-inside: avoid; }
	h2, h3, h4, .says { break-after: avoid; }
	.pictures { max-width: 24rem; }
	.scroll { max-height: none; overflow: visible; }
	details::details-content { content-visibility: visible; display: block; block-size: auto; }
	thead th { position: static; }
	.late { display: none; }
	.printed { display: block; color: var(--muted); }
	rect, path, polygon { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`);
