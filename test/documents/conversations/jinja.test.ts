import { expect, test } from "vitest";
import { compileTemplate } from "../../../src/documents/conversations/jinja/compile.js";
import { parsePythonJson } from "../../../src/documents/conversations/jinja/parse-json.js";
import { toValue } from "../../../src/documents/conversations/jinja/to-value.js";
import {
	TemplateError,
	type Value,
} from "../../../src/documents/conversations/jinja/values.js";
import { recorded } from "./recorded.js";

const values = Object.entries(
	parsePythonJson(recorded.values) as Record<string, unknown>,
).map(([name, value]): [string, Value] => [name, toValue(value)]);

/** What Python's Jinja can and seqpack cannot: it is refused. */
const unsupported = [
	"{{ 1 < 2 < 3 }}",
	"{{ 3 > 2 > 2 }}",
	'{{ "<a>"|e }}',
	'{{ "a b"|wordcount }}',
	'{{ "x"|center(5) }}',
	'{{ "{}".format(1) }}',
	"{{ i|round }}",
	"{{ 2.567|round(1) }}",
	"{{ 1.5e3 }}",
	"{%+ if true %} a {%+ endif %}",
	"{% raw %}{{ x }}{% endraw %}",
	"{% macro m(a) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, z=3) }}",
];

/** What Python's Jinja refuses, as ~ binds more closely there. */
const lenient = ["{{ 1 + 2 ~ 3 }}"];

test("Pieces of templates give what Python's Jinja gives, or are refused", () => {
	const refused: string[] = [];
	for (const [source, { text }] of Object.entries(recorded.pieces)) {
		let given: string;
		try {
			given = compileTemplate(source).render(values, new Map()).text;
		} catch (error) {
			expect(error, source).toBeInstanceOf(TemplateError);
			if (text !== undefined) refused.push(source);
			continue;
		}
		if (lenient.includes(source)) expect(text, source).toBe(undefined);
		else expect(given, source).toBe(text);
	}
	expect(refused).toEqual(unsupported);
});

test("JSON within a text keeps floats and large integers as Python does", () => {
	const written = (json: string) =>
		compileTemplate("{{ x|tojson }}").render(
			[["x", toValue(parsePythonJson(json))]],
			new Map(),
		).text;
	for (const json of [
		'{"a": 1.0, "b": [1, -2.5, 1e+22, 12345678901234567890], "c": "1.0, \\" 2.0"}',
		"[0.0, -0.0, 100000.0, 1e-05, true, null]",
	])
		expect(written(json)).toBe(json);
	expect(() => parsePythonJson("[1.0")).toThrow(SyntaxError);
	expect(() => parsePythonJson("[01.0]")).toThrow(SyntaxError);
});

const twice = (times: number) =>
	`{% set ns = namespace(s='xy') %}{% for i in range(${times}) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s | length }}`;

test.each([
	[
		"{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
		/too many steps/,
	],
	[
		"{% macro f(n) %}{{ f(n - 1) if n }}{{ f(n - 1) if n }}{% endmacro %}{{ f(60) }}",
		/too many steps/,
	],
	["{{ [0] * 1000000000 }}", /too many steps/],
	["{{ [[0] * 9999] * 9999 }}", /too many steps/],
	["{{ 'x' * 10000000000 }}", /a text of more than 268435456/],
	[twice(40), /a text of more than 268435456/],
	[
		"{{ (range(9999) | join(' ')) | replace(' ', 'y' * 99999) }}",
		/a text of more than 268435456/,
	],
	["{{ [1] | tojson(indent=99999999) }}", /too many steps/],
])("a template that would not come to an end is refused: %s", (source, why) => {
	const render = () => compileTemplate(source).render([], new Map());
	expect(render).toThrow(TemplateError);
	expect(render).toThrow(why);
});

test("long texts are made all the same", () => {
	expect(compileTemplate(twice(20)).render([], new Map()).text).toBe("2097152");
});
