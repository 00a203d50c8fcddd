// The built site of the documentation, where `npm run site` has made it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../helpers.js";
import { serveFolder, useChromium, widths } from "./chromium.js";

const site = join(root, "site/dist");

describe.skipIf(!existsSync(site))("the site", async () => {
	const open = useChromium();
	const url = existsSync(site) ? await serveFolder(site) : "";

	test.each(
		widths.flatMap((width) =>
			[
				"",
				"quick-start.html",
				"concepts.html",
				"reference/commands/build.html",
			].map((page) => [width, page] as const),
		),
	)("at %i px %s has no errors, and asks nobody else", async (width, page) => {
		const opened = await open(`${url}${page}`, {
			viewport: { width, height: 900 },
		});
		await opened.page.waitForLoadState("networkidle");
		expect(opened.errors).toEqual([]);
		expect(opened.requests.filter((to) => !to.startsWith(url))).toEqual([]);
		const { scrollWidth } = await opened.page.evaluate(() => ({
			scrollWidth: document.documentElement.scrollWidth,
		}));
		expect(scrollWidth).toBeLessThanOrEqual(width);
		const pictures = await opened.page
			.locator(".vp-doc img")
			.evaluateAll((images) =>
				images.map((image) => (image as HTMLImageElement).naturalWidth),
			);
		expect(pictures.every((naturalWidth) => naturalWidth > 0)).toBe(true);
	});

	test("search finds a page", async () => {
		const { page, errors } = await open(url, {
			viewport: { width: 1600, height: 900 },
		});
		await page.getByRole("button", { name: "Search" }).first().click();
		await page.locator("#localsearch-input").fill("instruction tuning masks");
		const found = page.locator(".VPLocalSearchBox .result").first();
		await found.waitFor();
		expect(await found.innerText()).toContain("Instruction tuning");
		await found.click();
		await page.waitForURL(/instruction-tuning/);
		expect(errors).toEqual([]);
	});
});
