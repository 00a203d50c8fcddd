import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import type { Figures } from "../../src/report/figures/figures.js";
import { readFigures } from "../../src/report/figures/read-figures.js";
import { reportHtml } from "../../src/report/page/page.js";
import {
	fixtures,
	seqpack,
	sharedDirectory,
	tokenizerPath,
} from "../helpers.js";
import {
	datasetFigures,
	groupedFigures,
	nothingFigures,
	planFigures,
} from "../report/page/figures.js";
import {
	cutOff,
	faintTexts,
	schemes,
	useChromium,
	widths,
} from "./chromium.js";

const open = useChromium();
const directory = sharedDirectory();

async function built(): Promise<Figures[]> {
	const out = join(directory, "data");
	const { code } = await seqpack([
		...["build", join(fixtures, "prose"), join(fixtures, "scripts")],
		...["--tokenizer", tokenizerPath, "--seq-len", "1024", "--out", out],
	]);
	expect(code).toBe(0);
	return [await readFigures(out, { tokenizer: tokenizerPath, rows: "0..9" })];
}

const pages: Record<string, () => Promise<Figures[]> | Figures[]> = {
	"a dataset that was built": built,
	"a dataset with hostile text": () => [datasetFigures()],
	"a plan": () => [planFigures()],
	"a plan of 1,000 points": () => [planFigures(1000)],
	"two datasets": () => [datasetFigures("a"), groupedFigures()],
	"four paths": async () => [
		...[planFigures(), datasetFigures(), nothingFigures()],
		await readFigures(join(fixtures, "scripts"), { tokenizer: tokenizerPath }),
	],
	nothing: () => [nothingFigures()],
	"100,000 buckets and sources": () => [groupedFigures()],
};

describe.each(Object.entries(pages))("the report of %s", (name, figuresOf) => {
	const path = join(directory, `${name.replace(/\W+/g, "-")}.html`);
	const url = pathToFileURL(path).href;

	beforeAll(async () => {
		writeFileSync(path, await reportHtml(await figuresOf()));
	});

	test.each(widths)(
		"asks for nothing, and nothing of it is cut at %i pixels",
		async (width) => {
			const { page, errors, requests } = await open(url, {
				viewport: { width, height: 900 },
			});
			expect(await cutOff(page)).toEqual([]);
			expect(await overlaps(page)).toEqual([]);
			expect(await smallest(page)).toBeGreaterThanOrEqual(10);
			await openAll(page);
			expect(await cutOff(page)).toEqual([]);
			expect(errors).toEqual([]);
			expect(requests).toEqual([url]);
		},
	);

	test.each(schemes)("can be read in a %s scheme", async (colorScheme) => {
		const { page, errors } = await open(url, {
			...{ colorScheme, viewport: { width: 1000, height: 900 } },
		});
		expect(await faintTexts(page)).toEqual([]);
		if ((await page.locator("td").count()) < 2000) {
			await openAll(page);
			expect(await faintTexts(page)).toEqual([]);
		}
		expect(await faintMarks(page)).toEqual([]);
		expect(errors).toEqual([]);
	});

	test("is whole on paper", async () => {
		const { page } = await open(url, {
			...{ colorScheme: "dark", viewport: { width: 700, height: 900 } },
		});
		await page.emulateMedia({ media: "print" });
		const closed = await page.evaluate(
			() =>
				[...document.querySelectorAll("details table")].filter(
					(table) => table.getBoundingClientRect().height === 0,
				).length,
		);
		expect(closed).toBe(0);
		expect(await faintTexts(page)).toEqual([]);
		const pdf = await page.pdf({ format: "A4" });
		expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
	});
});

async function openAll(page: Page): Promise<void> {
	await page.evaluate(() => {
		for (const details of document.querySelectorAll("details"))
			details.open = true;
	});
}

/** Letters of the smallest text that is shown, in pixels. */
function smallest(page: Page): Promise<number> {
	return page.evaluate(() => {
		let least = Number.POSITIVE_INFINITY;
		for (const text of document.querySelectorAll("svg text, p, td, li, dt")) {
			const size = Number.parseFloat(getComputedStyle(text).fontSize);
			const scale =
				text instanceof SVGGraphicsElement ? (text.getScreenCTM()?.d ?? 1) : 1;
			const isTurned =
				text instanceof SVGGraphicsElement && text.getScreenCTM()?.b !== 0;
			if (!isTurned) least = Math.min(least, size * scale);
		}
		return least;
	});
}

/** Texts of a picture that lie on one another, as sentences. */
function overlaps(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const found: string[] = [];
		for (const svg of document.querySelectorAll("svg")) {
			const texts = [...svg.querySelectorAll("text")].map((text) => ({
				name: text.firstChild?.textContent ?? "",
				box: text.getBoundingClientRect(),
			}));
			for (const [i, a] of texts.entries())
				for (const b of texts.slice(i + 1)) {
					const width =
						Math.min(a.box.right, b.box.right) -
						Math.max(a.box.left, b.box.left);
					const height =
						Math.min(a.box.bottom, b.box.bottom) -
						Math.max(a.box.top, b.box.top);
					if (width > 0.5 && height > 2.5)
						found.push(
							`"${a.name}" and "${b.name}" overlap in ${svg.getAttribute("aria-label")}`,
						);
				}
		}
		return found;
	});
}

/** Colours of marks that are too like what they stand on: WCAG 2.2 wants a contrast of 3. */
function faintMarks(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const style = getComputedStyle(document.documentElement);
		const luminance = (hex: string) => {
			const [r, g, b] = [1, 3, 5].map((at) => {
				const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
				return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
			});
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		const ground = luminance(style.getPropertyValue("--card").trim());
		const names = [
			"--mark-muted",
			...Array.from({ length: 8 }, (_, i) => `--c${i}`),
			...Array.from({ length: 8 }, (_, i) => `--q${i}`),
		];
		return names.flatMap((name) => {
			const own = luminance(style.getPropertyValue(name).trim());
			const ratio =
				(Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
			return ratio >= 3
				? []
				: [`${name} has a contrast of ${ratio.toFixed(2)}`];
		});
	});
}
