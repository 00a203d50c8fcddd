import { expect, test } from "vitest";
import { reportHtml } from "../../../dist/src/index.js";
import { datasetFigures, hostile } from "./figures.js";

test("the library draws pages as it is built, with the charts that are built apart", async () => {
	const page = await reportHtml([datasetFigures()], { title: hostile });
	expect(page).toMatch(/<svg[^>]*>/);
	expect(page).not.toContain("<script>alert");
});
