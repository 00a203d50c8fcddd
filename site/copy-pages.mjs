// The pages of docs/ as a site has them: what a page links to outside of docs/ is named,
// and files of docs/ that are no pages are files of the site.
import {
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { sidebarOf } from "./sidebar.mjs";

/** Copies pages, and the files that they link to, and writes their sidebar. */
export function copyPages(docs, pages, root) {
	const files = readdirSync(docs, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => relative(docs, join(entry.parentPath, entry.name)));
	for (const file of files) {
		const isPage = file.endsWith(".md");
		// A picture is taken from beside the page that shows it.
		const isShown = isPage || file.endsWith(".svg") || file.endsWith(".png");
		const path = join(pages, isShown ? asIndex(file) : join("public", file));
		mkdirSync(dirname(path), { recursive: true });
		if (!isPage) cpSync(join(docs, file), path);
		else
			writeFileSync(
				path,
				forSite(readFileSync(join(docs, file), "utf8"), file, { docs, root }),
			);
	}
	writeFileSync(
		join(pages, "sidebar.json"),
		JSON.stringify(
			sidebarOf(
				files.filter((file) => file.endsWith(".md")),
				(file) => titleOf(readFileSync(join(docs, file), "utf8")),
			),
			null,
			"\t",
		),
	);
}

/** The first heading of a page. */
function titleOf(text) {
	return /^# (.*)$/m.exec(text)[1].replaceAll("`", "");
}

/** GitHub shows README.md of a folder, a site index.md. */
function asIndex(file) {
	return file.replace(/(^|\/)README\.md$/, "$1index.md");
}

function forSite(text, page, { docs, root }) {
	return text.replace(
		/(?<!!)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g,
		(whole, label, link) => {
			if (/^(https?:|#)/.test(link)) return whole;
			const [path, anchor] = link.split("#");
			const target = join(docs, dirname(page), path);
			const inside = relative(docs, target);
			if (!existsSync(target))
				throw new Error(`docs/${page} links to ${link}, which is not there.`);
			if (inside.startsWith(".."))
				return `${label} (\`${relative(root, target)}\`)`;
			if (!inside.endsWith(".md"))
				return `<a href="/${inside}" target="_self">${label.replaceAll(/`(.*?)`/g, "<code>$1</code>")}</a>`;
			return `[${label}](${asIndex(path)}${anchor === undefined ? "" : `#${anchor}`})`;
		},
	);
}
