// The pages of docs/ as a site has them: what a page links to outside of them is named,
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

/** Pages of the repository that are not in docs/. */
const others = { "SECURITY.md": "security.md" };

/** Copies pages, and the files that they link to, and writes their sidebar. */
export function copyPages(root, pages) {
	const placeOf = new Map(Object.entries(others));
	for (const entry of readdirSync(join(root, "docs"), {
		recursive: true,
		withFileTypes: true,
	})) {
		const path = relative(root, join(entry.parentPath, entry.name));
		if (entry.isFile()) placeOf.set(path, relative("docs", path));
	}
	const texts = new Map();
	for (const [path, place] of placeOf)
		if (place.endsWith(".md")) {
			const text = readFileSync(join(root, path), "utf8");
			texts.set(place, text);
			write(place, forSite(text, path, place));
		} else if (/\.(svg|png)$/.test(place)) write(place, null, path);
		else write(join("public", place), null, path);
	const titleOf = (page) =>
		/^# (.*)$/m.exec(texts.get(page))[1].replaceAll("`", "");
	const sidebar = sidebarOf([...texts.keys()], titleOf);
	write("sidebar.json", JSON.stringify(sidebar, null, "\t"));

	function write(place, text, copied = null) {
		const path = join(pages, asIndex(place));
		mkdirSync(dirname(path), { recursive: true });
		if (copied === null) writeFileSync(path, text);
		else cpSync(join(root, copied), path);
	}

	/** A page with its links as they are on the site. */
	function forSite(text, path, place) {
		const link = /(?<!!)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g;
		// Comments say where tables are written by `npm run docs`.
		const shown = text.replaceAll(/^<!-- .* -->\n/gm, "");
		return shown.replace(link, (whole, label, link) => {
			if (/^(https?:|#)/.test(link)) return whole;
			const [file, anchor] = link.split("#");
			const target = relative(root, join(root, dirname(path), file));
			if (!existsSync(join(root, target)))
				throw new Error(`${path} links to ${link}, which is not there.`);
			const there = placeOf.get(target);
			if (there === undefined) return `${label} (\`${target}\`)`;
			const to = relative(dirname(place), asIndex(there));
			if (!there.endsWith(".md"))
				return `[${label}](/${there}){target="_self"}`;
			return `[${label}](${to.startsWith(".") ? to : `./${to}`}${anchor === undefined ? "" : `#${anchor}`})`;
		});
	}
}

/** GitHub shows README.md of a folder, a site index.md. */
function asIndex(place) {
	return place.replace(/(^|\/)README\.md$/, "$1index.md");
}
