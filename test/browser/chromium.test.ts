import { expect, test } from "vitest";
import { directoryWith } from "../helpers.js";
import { cutOff, faintTexts, serveFolder, useChromium } from "./chromium.js";

const open = useChromium();

const page = (body: string, style = "") =>
	`data:text/html,${encodeURIComponent(`<!doctype html><html lang="en"><title>x</title><style>body { margin: 0; background: #fff; color: #000 } ${style}</style>${body}`)}`;

test("errors and requests of a page are seen", async () => {
	const folder = directoryWith({
		"index.html": `<!doctype html><title>x</title><script type="module" src="main.js"></script>`,
		"main.js": `console.error("written"); throw new Error("thrown");`,
	});
	const url = await serveFolder(folder, "/below/");
	const watched = await open(url);
	await expect.poll(() => watched.errors.length).toBeGreaterThan(1);
	expect(watched.errors).toEqual(
		expect.arrayContaining(["written", "Error: thrown"]),
	);
	expect(watched.requests).toEqual(
		expect.arrayContaining([url, `${url}main.js`]),
	);
});

test.each([
	["a box that is too wide", `<p style="width: 400px">wide</p>`, 2],
	["a text that is cut", `<p class="cut">${"cut".repeat(200)}</p>`, 1],
	[
		"a text outside its picture",
		`<svg width="50" height="50"><text x="40" y="20">outside</text></svg>`,
		1,
	],
	[
		"a box that scrolls",
		`<div style="overflow-x: auto"><p style="width: 400px">wide</p></div>`,
		0,
	],
	["a text that wraps", `<p>${"word ".repeat(200)}</p>`, 0],
])("what is cut: %s", async (_, body, count) => {
	const viewport = { width: 360, height: 600 };
	const { page: shown } = await open(
		page(body, ".cut { overflow: hidden; white-space: nowrap }"),
		{ viewport },
	);
	expect(await cutOff(shown)).toHaveLength(count);
});

test.each([
	["grey on white", `<p style="color: #999">x</p>`, 1],
	["grey on white, large", `<p style="color: #888; font-size: 30px">x</p>`, 0],
	["black that fades", `<p style="opacity: 0.4">x</p>`, 1],
	[
		"white on what a parent has",
		`<div style="background: #222"><p style="color: #fff">x</p></div>`,
		0,
	],
	[
		"black on a dark shape",
		`<svg width="90" height="90"><rect width="90" height="90" fill="#333"/><text x="9" y="40">black</text></svg>`,
		1,
	],
	[
		"white on a dark shape",
		`<svg width="90" height="90"><rect width="90" height="90" fill="#333"/><text x="9" y="40" fill="#fff">white</text></svg>`,
		0,
	],
	["far below", `<p style="margin-top: 3000px; color: #999">x</p>`, 1],
])("contrast: %s", async (_, body, count) => {
	const { page: shown } = await open(page(body));
	expect(await faintTexts(shown)).toHaveLength(count);
});
