import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import {
	type Browser,
	type BrowserContextOptions,
	chromium,
	type Page,
} from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";

/** Widths at which nothing of a page may be cut: a phone, a large screen. */
export const widths = [360, 1600];
export const schemes = ["light", "dark"] as const;

/** A page, and what it did. */
export interface WatchedPage {
	page: Page;
	/** What it wrote as an error, or threw. */
	errors: string[];
	/** The URLs that it asked for, itself among them. */
	requests: string[];
}

/** A browser for the tests of a file; what it returns opens pages, which close when their test ends. */
export function useChromium(): (
	url: string,
	options?: BrowserContextOptions,
) => Promise<WatchedPage> {
	let browser: Browser;
	beforeAll(async () => {
		browser = await launch();
	});
	afterAll(() => browser?.close());
	return async (url, options = {}) => {
		const context = await browser.newContext(options);
		onTestFinished(() => context.close());
		const page = await context.newPage();
		const errors: string[] = [];
		const requests: string[] = [];
		page.on("console", (message) => {
			if (message.type() === "error") errors.push(message.text());
		});
		page.on("pageerror", (error) => errors.push(String(error)));
		page.on("request", (request) => requests.push(request.url()));
		await page.goto(url);
		return { page, errors, requests };
	};
}

async function launch(): Promise<Browser> {
	const executablePath = process.env.CHROMIUM;
	if (!executablePath)
		throw new Error(
			"CHROMIUM names no browser: run npm run test:browser, or set it.",
		);
	// Chromium has no sandbox for root.
	const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
	return await chromium.launch({ executablePath, args });
}

const types: Readonly<Record<string, string>> = {
	".html": "text/html; charset=utf-8",
	".css": "text/css",
	".js": "text/javascript",
	".json": "application/json",
	".svg": "image/svg+xml",
	".png": "image/png",
	".wasm": "application/wasm",
};

/**
 * Serves a folder below a path until the tests of the file are done: modules of a page need HTTP.
 * @returns The URL of the folder, with a slash at its end
 */
export async function serveFolder(folder: string, at = "/"): Promise<string> {
	const server = createServer(async (request, response) => {
		const { pathname } = new URL(request.url ?? "/", "http://x");
		const path = normalize(decodeURIComponent(pathname));
		if (!path.startsWith(at)) return void response.writeHead(404).end();
		const below = path.slice(at.length);
		const file = path.endsWith("/") ? join(below, "index.html") : below;
		try {
			const bytes = await readFile(join(folder, file));
			const type = types[extname(file)] ?? "application/octet-stream";
			response.writeHead(200, { "content-type": type }).end(bytes);
		} catch {
			response.writeHead(404).end();
		}
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}${at}`;
}

/**
 * What of a page is cut or sticks out at its width, as sentences. What can be scrolled inside a
 * box of its own is not.
 */
export function cutOff(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const width = document.documentElement.clientWidth;
		const found: string[] = [];
		const { scrollWidth } = document.documentElement;
		if (scrollWidth > width)
			found.push(`the page is ${scrollWidth} wide, the window ${width}`);
		for (const element of document.querySelectorAll("body *")) {
			const box = element.getBoundingClientRect();
			if (box.width === 0 || box.height === 0) continue;
			if (element.closest("[hidden], .visually-hidden")) continue;
			if (isCut(element)) found.push(`${nameOf(element)} is cut`);
			if (isScrolled(element)) continue;
			if (box.right > width + 1 || box.left < -1)
				found.push(
					`${nameOf(element)} reaches from ${Math.round(box.left)} to ${Math.round(box.right)} of ${width}`,
				);
			const svg = element.closest("svg");
			if (element.localName !== "text" || svg === null) continue;
			const around = svg.getBoundingClientRect();
			if (
				box.right > around.right + 1 ||
				box.left < around.left - 1 ||
				box.bottom > around.bottom + 1 ||
				box.top < around.top - 1
			)
				found.push(`${nameOf(element)} is outside its picture`);
		}
		return [...new Set(found)];

		function isCut(element: Element): boolean {
			const { overflowX } = getComputedStyle(element);
			return (
				(overflowX === "hidden" || overflowX === "clip") &&
				element instanceof HTMLElement &&
				element.scrollWidth > element.clientWidth + 1
			);
		}

		function isScrolled(element: Element): boolean {
			for (let up = element.parentElement; up; up = up.parentElement) {
				if (up === document.body) return false;
				if (/auto|scroll/.test(getComputedStyle(up).overflowX)) return true;
			}
			return false;
		}

		function nameOf(element: Element): string {
			const { localName, id, textContent } = element;
			const classes = element.getAttribute("class") ?? "";
			const name = [localName, id && `#${id}`, classes && `.${classes}`];
			return `${name.join("")} "${(textContent ?? "").trim().slice(0, 30)}"`;
		}
	});
}

/**
 * Texts that are harder to read than WCAG 2.2 AA allows, as sentences: a contrast of 4.5 with what
 * they stand on, 3 where they are large. It scrolls the page.
 */
export function faintTexts(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		type Colour = [red: number, green: number, blue: number, alpha: number];
		const canvas = document.createElement("canvas");
		canvas.width = canvas.height = 1;
		const pixel = canvas.getContext("2d", { willReadFrequently: true });
		if (pixel === null) throw new Error("there is no canvas");
		const known = new Map<string, Colour>();
		// So that what lies below a text can be asked for.
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(
			"*, *::before, *::after { pointer-events: auto !important; transition: none !important; animation: none !important; scroll-behavior: auto !important }",
		);
		document.adoptedStyleSheets.push(sheet);
		const probe = document.body.appendChild(document.createElement("div"));
		probe.style.backgroundColor = "Canvas";
		const canvasColour = colourOf(getComputedStyle(probe).backgroundColor);
		probe.remove();
		const found = new Set<string>();
		const texts = document.createTreeWalker(
			document.body,
			NodeFilter.SHOW_TEXT,
		);
		for (let node = texts.nextNode(); node; node = texts.nextNode()) {
			const text = (node.textContent ?? "").trim();
			const element = node.parentElement;
			if (text === "" || element === null) continue;
			if (element.closest("script, style, noscript, title, .visually-hidden"))
				continue;
			if (element.matches(":disabled, :disabled *")) continue;
			if (!element.checkVisibility()) continue;
			const style = getComputedStyle(element);
			if (style.visibility !== "visible") continue;
			const range = document.createRange();
			range.selectNodeContents(node);
			let box = range.getClientRects()[0];
			if (box === undefined || box.width === 0) continue;
			if (!isInside(box) || !isOnTop(element, box)) {
				element.scrollIntoView({ block: "center", inline: "center" });
				box = range.getClientRects()[0];
			}
			const colour = over(
				faded(
					colourOf(element instanceof SVGElement ? style.fill : style.color),
					opacityOf(element),
				),
				below(element, box.left + box.width / 2, box.top + box.height / 2),
			);
			const ground = below(
				element,
				box.left + box.width / 2,
				box.top + box.height / 2,
			);
			const [light, dark] = [luminance(colour), luminance(ground)].sort(
				(a, b) => b - a,
			);
			const ratio = (light + 0.05) / (dark + 0.05);
			const size = Number.parseFloat(style.fontSize);
			const isLarge =
				size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
			if (ratio < (isLarge ? 3 : 4.5))
				found.add(
					`"${text.slice(0, 40)}" has a contrast of ${ratio.toFixed(2)}: ${rgb(colour)} on ${rgb(ground)}`,
				);
		}
		document.adoptedStyleSheets.pop();
		scrollTo(0, 0);
		return [...found];

		function isInside(box: DOMRect): boolean {
			const x = box.left + box.width / 2;
			const y = box.top + box.height / 2;
			return x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
		}

		/** Whether a text is seen there, and not scrolled out of a box of its own. */
		function isOnTop(element: Element, box: DOMRect): boolean {
			return document
				.elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2)
				.some((other) => other === element || element.contains(other));
		}

		/** What an element stands on at a point. */
		function below(element: Element, x: number, y: number): Colour {
			const stack = document.elementsFromPoint(x, y);
			const at = stack.findIndex(
				(other) => other === element || element.contains(other),
			);
			const layers: Colour[] = [];
			for (const layer of stack.slice(Math.max(at, 0))) {
				const style = getComputedStyle(layer);
				const paint =
					layer instanceof SVGElement && layer.localName !== "svg"
						? isText(layer)
							? "transparent"
							: style.fill
						: style.backgroundColor;
				const colour = faded(
					colourOf(paint === "none" ? "transparent" : paint),
					opacityOf(layer) *
						(layer instanceof SVGElement ? Number(style.fillOpacity) : 1),
				);
				layers.push(colour);
				if (colour[3] === 1) break;
			}
			return layers.reduceRight(
				(under, layer) => over(layer, under),
				canvasColour,
			);
		}

		function isText(element: Element): boolean {
			return ["text", "tspan"].includes(element.localName);
		}

		function opacityOf(element: Element): number {
			let opacity = 1;
			for (let up: Element | null = element; up; up = up.parentElement)
				opacity *= Number(getComputedStyle(up).opacity);
			return opacity;
		}

		function colourOf(css: string): Colour {
			let colour = known.get(css);
			if (colour === undefined && pixel !== null) {
				pixel.clearRect(0, 0, 1, 1);
				pixel.fillStyle = css;
				pixel.fillRect(0, 0, 1, 1);
				const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
				colour = [red, green, blue, alpha / 255];
				known.set(css, colour);
			}
			return colour ?? [0, 0, 0, 0];
		}

		function faded([red, green, blue, alpha]: Colour, by: number): Colour {
			return [red, green, blue, alpha * by];
		}

		function over(top: Colour, under: Colour): Colour {
			const mix = (i: 0 | 1 | 2) => top[i] * top[3] + under[i] * (1 - top[3]);
			return [mix(0), mix(1), mix(2), 1];
		}

		function luminance([red, green, blue]: Colour): number {
			const [r, g, b] = [red, green, blue].map((value) => {
				const part = value / 255;
				return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
			});
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		}

		function rgb([red, green, blue]: Colour): string {
			return `rgb(${[red, green, blue].map(Math.round).join(" ")})`;
		}
	});
}
