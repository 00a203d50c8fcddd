import fc from "fast-check";
import { expect, test } from "vitest";
import {
	escapeControls,
	nearestName,
	quoted,
	shortened,
} from "../../src/core/text.js";

test("no control character is left, and nothing else is changed", () => {
	expect(escapeControls("\u001b[31mRED\u0007")).toBe("\\u001b[31mRED\\u0007");
	expect(escapeControls("a\r\nb\u202ec")).toBe("a\\u000d\\u000ab\\u202ec");
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), (text) => {
			const escaped = escapeControls(text);
			expect(escaped).not.toMatch(/\p{Cc}/u);
			const plain = text.replace(/\p{Cc}|\p{Cf}|\u2028|\u2029/gu, "");
			if (plain === text) expect(escaped).toBe(text);
		}),
	);
});

test("what is quoted has an end", () => {
	expect(quoted("a")).toBe('"a"');
	expect(quoted("x".repeat(1e6)).length).toBeLessThan(300);
	expect(shortened("x".repeat(1e6))).toMatch(/\.\.\. \(1000000 characters\)$/);
	expect(quoted(undefined)).toBe("undefined");
	expect(quoted(1n)).toBe("1");
});

test("the nearest name is found, where one is near", () => {
	const names = ["best-fit-decreasing", "best-fit", "concat"];
	expect(nearestName("best-fit-decreasng", names)).toBe("best-fit-decreasing");
	expect(nearestName("bestfit", names)).toBe("best-fit");
	expect(nearestName("CONCAT", names)).toBe("concat");
	expect(nearestName("zzz", names)).toBeNull();
});
