import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const generated = fileURLToPath(new URL("../.generated", import.meta.url));
const sidebar = JSON.parse(readFileSync(`${generated}/sidebar.json`, "utf8"));

/** The page that build.mjs copies into the site, where it is built. */
const playground = new URL("../../playground/dist", import.meta.url);

/** Three rows of a packing. */
const rows = [
	["#7cb5ec", 0, 0, 32],
	["#90d67f", 0, 12, 18],
	["#f2d06b", 20, 12, 12],
	["#e58fb5", 0, 24, 10],
	["#b39ddb", 12, 24, 20],
].map(
	([fill, x, y, width]) =>
		`<rect x="${x}" y="${y}" width="${width}" height="8" fill="${fill}"/>`,
);
const icon = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${rows.join("")}</svg>`)}`;

export default defineConfig({
	title: "seqpack",
	description: "Text corpora in, packed token shards out.",
	base: process.env.SITE_BASE ?? "/",
	head: [["link", { rel: "icon", href: icon }]],
	srcDir: ".generated",
	outDir: "dist",
	cleanUrls: false,
	lastUpdated: false,
	metaChunk: true,
	themeConfig: {
		nav: [
			{ text: "Quick start", link: "/quick-start" },
			{ text: "Concepts", link: "/concepts" },
			{ text: "Commands", link: "/reference/" },
			{ text: "API", link: "/reference/api/" },
			...(existsSync(playground)
				? [{ text: "Playground", link: "/playground/", target: "_self" }]
				: []),
		],
		sidebar,
		outline: [2, 3],
		search: { provider: "local" },
		docFooter: { prev: "Before", next: "Next" },
	},
	markdown: {
		// What stands in angle brackets is text, such as <oov>; only breaks of lines are not.
		html: false,
		// Listings that are indented look like those in fences.
		config(md) {
			md.inline.ruler.push("line-break", (state, silent) => {
				const [br] = /^<br ?\/?>/.exec(state.src.slice(state.pos)) ?? [];
				if (br === undefined) return false;
				if (!silent) state.push("hardbreak", "br", 0);
				state.pos += br.length;
				return true;
			});
			md.renderer.rules.code_block = (tokens, i, options, env, self) => {
				const isShell = /^(\$ |seqpack|npx|npm|pip|cat|zcat)/.test(
					tokens[i].content,
				);
				tokens[i].info = isShell ? "sh" : "text";
				return md.renderer.rules.fence(tokens, i, options, env, self);
			};
		},
	},
});
