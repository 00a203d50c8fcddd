// The order in which the documentation reads.
import { readFileSync } from "node:fs";

/**
 * The groups of the sidebar: pages by their names, and folders, whose pages follow in the
 * order of `first` and then by title. Every page of docs/ is in one.
 */
const groups = [
	{ text: "Begin", pages: ["README.md", "quick-start.md", "concepts.md"] },
	{
		text: "Jobs",
		folder: "jobs",
		first: [
			"README",
			...["web-corpus", "long-context", "length-curriculum"],
			...["instruction-tuning", "re-packing", "clusters"],
		],
	},
	{
		text: "Guide",
		folder: "guide",
		first: [
			...["build", "tokenizers", "packing", "masks", "conversations"],
			...["segments", "strata", "buckets", "curriculum", "batches"],
			...["parallel-plans", "python", "store", "records", "compose"],
			...["export", "convert", "audit", "inspect", "report", "trace"],
			...["diff", "object-stores", "clusters", "playground", "library"],
		],
	},
	{ text: "Trainers", folder: "trainers", first: ["README"], collapsed: true },
	{
		text: "Papers",
		pages: ["papers.md"],
		folder: "recipes",
		collapsed: true,
	},
	{
		text: "Reference",
		folder: "reference",
		first: ["README", "columns", "names", "exit-codes"],
	},
	{ text: "Commands", folder: "reference/commands", collapsed: true },
	{ text: "API", more: apiEntries(), collapsed: true },
	{ text: "Formats", pages: ["dataset.md", "format-plan.md"] },
	{
		text: "How it is made",
		pages: ["architecture.md", "dependencies.md"],
	},
	{ text: "Decisions", folder: "decisions", collapsed: true },
	{
		text: "What to expect",
		pages: [
			...["performance.md", "scale.md", "comparison.md"],
			...["reliability.md", "security.md"],
		],
	},
];

/**
 * The sidebar of these pages.
 * @param titleOf The title of a page.
 * @throws Error for a page that is in no group, and a name that is no page
 */
export function sidebarOf(pages, titleOf) {
	const left = new Set(pages);
	const item = (page) => {
		if (!left.delete(page)) throw new Error(`there is no docs/${page}.`);
		// "Segments: documents cut between units of text" is "Segments" there.
		const [text] = titleOf(page).split(": ");
		return { text, link: linkOf(page) };
	};
	const sidebar = groups.map(
		({
			text,
			collapsed,
			pages: named = [],
			folder,
			first = [],
			more = [],
		}) => ({
			text,
			collapsed: collapsed ?? false,
			items: [
				...named.map(item),
				...first.map((name) => item(`${folder}/${name}.md`)),
				...[...left]
					.filter((page) => page.slice(0, page.lastIndexOf("/")) === folder)
					.sort((a, b) => byTitle(folder, a, b, titleOf))
					.map(item),
				...more,
			],
		}),
	);
	if (left.size > 0)
		throw new Error(
			`no group of site/sidebar.mjs has docs/${[...left].join(", docs/")}.`,
		);
	return sidebar.filter(({ items }) => items.length > 0);
}

/** Decisions are numbered by their names. */
function byTitle(folder, a, b, titleOf) {
	const [left, right] =
		folder === "decisions" ? [a, b] : [titleOf(a), titleOf(b)];
	return left.localeCompare(right, "en");
}

/** The pages that TypeDoc writes: one for each entry of the package. */
function apiEntries() {
	const { entryPoints } = JSON.parse(
		readFileSync(new URL("typedoc.json", import.meta.url), "utf8"),
	);
	return entryPoints
		.map((path) => /(\w+)\.d\.ts$/.exec(path)[1])
		.map((name) => (name === "index" ? "seqpack" : `seqpack/${name}`))
		.sort()
		.map((name) => ({ text: name, link: `/reference/api/${name}` }));
}

function linkOf(page) {
	return `/${page.replace(/(^|\/)README\.md$/, "$1").replace(/\.md$/, "")}`;
}
