import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../helpers.js";

const pages = [
	...readdirSync(root).filter((name) => name.endsWith(".md")),
	...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".md"))
		.map((path) => join("docs", path)),
];
const texts = new Map(
	pages.map((page) => [page, readFileSync(join(root, page), "utf8")]),
);

test("every link and picture of the README and the docs is there, and every anchor", () => {
	const dead: string[] = [];
	let links = 0;
	for (const [page, text] of texts)
		for (const [, link] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
			if (/^[a-z]+:/.test(link)) continue;
			links++;
			const [path, anchor] = link.split("#");
			const target = path === "" ? page : join(page, "..", path);
			if (!existsSync(join(root, target))) dead.push(`${page}: ${link}`);
			else if (anchor !== undefined && !anchorsOf(target).has(anchor))
				dead.push(`${page}: ${link} has no such heading`);
		}
	expect(dead).toEqual([]);
	expect(links).toBeGreaterThan(300);
});

const known = new Map<string, Set<string>>();

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string): Set<string> {
	const found = known.get(page) ?? new Set<string>();
	if (known.has(page)) return found;
	known.set(page, found);
	const text = withoutFences(texts.get(page) ?? "");
	for (const [, heading] of text.matchAll(/^#+ (.*)$/gm)) {
		const anchor = heading
			.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
			.toLowerCase()
			.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
			.replaceAll(" ", "-");
		let name = anchor;
		for (let i = 1; found.has(name); i++) name = `${anchor}-${i}`;
		found.add(name);
	}
	return found;
}

function withoutFences(text: string): string {
	return text.replaceAll(/^```(?:.*\n)*?```$/gm, "");
}

/** What is shown as code links nowhere. */
function withoutCode(text: string): string {
	return withoutFences(text)
		.replaceAll(/(?<=\n\n)(?: {4}.*\n)+/g, "")
		.replaceAll(/`[^`\n]*`/g, "");
}
