// Colours are variables of the page: they differ between light, dark and paper.

/** Of things without an order. */
const KINDS = 8;
/** Of things with an order, from the first to the last. */
const ORDERED = 8;

export function colour(index: number): string {
	return `var(--c${index % KINDS})`;
}

/** The colour of one of `count` things in order. */
export function orderedColour(index: number, count: number): string {
	const place = count <= 1 ? 0 : index / (count - 1);
	return `var(--q${Math.round(place * (ORDERED - 1))})`;
}

export const MUTED = "var(--mark-muted)";
export const GROUND = "var(--card)";

/** The variables of a colour scheme. */
export interface Scheme {
	page: string;
	card: string;
	text: string;
	muted: string;
	line: string;
	"mark-muted": string;
	kinds: readonly string[];
	ordered: readonly string[];
}

export const light: Scheme = {
	page: "#f5f5f2",
	card: "#ffffff",
	text: "#1d2129",
	muted: "#565d68",
	line: "#dfe1e0",
	"mark-muted": "#8b919b",
	kinds: [
		...["#2b6cb0", "#c2500a", "#0f7b5c", "#9a4696"],
		...["#8a6a00", "#b8325f", "#0e7490", "#5b6472"],
	],
	ordered: [
		...["#a98300", "#6a8f0a", "#1f8f55", "#0c8a86"],
		...["#1f77b0", "#3d5fb0", "#5b409c", "#4a1a63"],
	],
};

export const dark: Scheme = {
	page: "#14161a",
	card: "#1d2026",
	text: "#e8eaed",
	muted: "#a9b0bb",
	line: "#343942",
	"mark-muted": "#7d8592",
	kinds: [
		...["#6fb1f2", "#f99f5e", "#52cfa6", "#de92d8"],
		...["#dfc04f", "#fb8fb0", "#5fcbe2", "#a7b0bd"],
	],
	ordered: [
		...["#f3d56c", "#b9d75a", "#63cf8d", "#47c6bf"],
		...["#5fabe6", "#8394f0", "#a985ee", "#cf86dd"],
	],
};

/** The scheme as declarations. */
export function declarations({ kinds, ordered, ...named }: Scheme): string {
	const all: [string, string][] = [
		...Object.entries(named),
		...kinds.map((value, i): [string, string] => [`c${i}`, value]),
		...ordered.map((value, i): [string, string] => [`q${i}`, value]),
	];
	return all.map(([name, value]) => `--${name}: ${value};`).join(" ");
}
