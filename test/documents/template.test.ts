import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTemplate } from "../../src/documents/template.js";

const rendered = (template: string, values: readonly unknown[]) =>
	parseTemplate(template, "text").render(values);

describe("a template", () => {
	test.each([
		["{title}\\n\\n{meta.body}", ["A", "b"], "A\n\nb"],
		["{a}{a}", ["x", "x"], "xx"],
		["{{{a}}}\\\\n", [7], "{7}\\n"],
		["{a}\\t\\q", [12n], "12\t\\q"],
	])("%s", (template, values, text) => {
		expect(rendered(template, values)).toBe(text);
	});

	test("names its fields as paths, in order", () => {
		const { fields } = parseTemplate("{b}{a.c} {x\\.y}", "text");
		expect(fields).toEqual([["b"], ["a", "c"], ["x.y"]]);
	});

	test("gives back any text around its fields", () => {
		const literal = fc.string({ unit: "grapheme" });
		fc.assert(
			fc.property(literal, literal, literal, (before, value, after) => {
				const quoted = (text: string) =>
					text.replace(/[{}]/g, "$&$&").replaceAll("\\", "\\\\");
				const template = `${quoted(before)}{x}${quoted(after)}`;
				expect(rendered(template, [value])).toBe(before + value + after);
			}),
		);
	});

	test.each([
		["no field", /names no field/],
		["{a", /brace \{ that has no partner/],
		["a} {b}", /brace \} that has no partner/],
		["{a..b}", /give the name of a field/],
		["{}", /give the name of a field/],
	])("%s is refused", (template, sentence) => {
		expect(() => parseTemplate(template, "text")).toThrow(sentence);
	});

	test.each([
		[undefined, /the record has no field "a"/],
		[null, /the field "a" is null/],
		[[1], /the field "a" is of type object/],
	])("a record in which a field is %j has no text", (value, sentence) => {
		expect(() => rendered("{a}", [value])).toThrow(sentence);
	});
});
