import { styleText } from "node:util";
import { expect, test } from "vitest";
import { bar, cell, pad, truncate, widthOf } from "../../cli/width.js";

test.each([
	["", 0],
	["rows", 4],
	["é", 1],
	["e\u0301", 1],
	["日本語", 6],
	["ｱ", 1],
	["ﾊﾟ", 2],
	["각", 2],
	["\u1100\u1161\u11a8", 2],
	["नमस्ते", 4],
	["😀", 2],
	["👩‍👩‍👧", 2],
	["🇩🇪", 2],
	["❤️", 2],
	["1️⃣", 2],
	["©", 1],
	["\u200b\u200d\ufeff", 0],
	["\x1b[31mred\x1b[39m", 3],
	["█▏", 2],
	["\ud800", 0],
])("%j takes %i columns", (text, columns) => {
	expect(widthOf(text)).toBe(columns);
});

test.each([
	["enough", 6, "enough"],
	["too long", 6, "too l…"],
	["日本語", 5, "日本…"],
	["日本語", 4, "日…"],
	["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
	["👩‍👩‍👧👩‍👩‍👧", 3, "👩‍👩‍👧…"],
	["too long", 1, "…"],
	["too long", 0, ""],
])("%j in %i columns is %j", (text, columns, cut) => {
	expect(truncate(text, columns)).toBe(cut);
	expect(widthOf(cut)).toBeLessThanOrEqual(columns);
});

test("a text that is cut ends the colours that it began", () => {
	const red = (text: string) =>
		styleText("red", text, { validateStream: false });
	expect(truncate(`${red("too long")} ${red("more")}`, 5)).toBe(
		`${red("too …")}${red("")}`,
	);
});

test("texts come to so many columns", () => {
	expect(pad("日本", 6)).toBe("日本  ");
	expect(pad("12", 4, "start")).toBe("  12");
	expect(cell("日本語", 4)).toBe("日… ");
	expect(cell("too long", 6, "..")).toBe("too ..");
});

test("a bar has eighths of a column, or whole ones", () => {
	expect(bar(0, 4)).toEqual({ full: "", rest: "    " });
	expect(bar(0.5, 4)).toEqual({ full: "██", rest: "  " });
	expect(bar(0.53125, 4)).toEqual({ full: "██▏", rest: " " });
	expect(bar(0.999, 4)).toEqual({ full: "███▉", rest: "" });
	expect(bar(1, 4)).toEqual({ full: "████", rest: "" });
	expect(bar(7, 4)).toEqual({ full: "████", rest: "" });
	expect(bar(Number.NaN, 4)).toEqual({ full: "", rest: "    " });
	expect(bar(0.6, 5, false)).toEqual({ full: "###", rest: ".." });
});
