import { expect, test } from "vitest";
import { compileTemplate } from "../../../src/documents/conversations/jinja/compile.js";
import { filters } from "../../../src/documents/conversations/jinja/filters.js";
import { globals } from "../../../src/documents/conversations/jinja/globals.js";
import {
	dictMethods,
	listMethods,
	textMethods,
} from "../../../src/documents/conversations/jinja/methods.js";
import {
	comparisons,
	tests,
} from "../../../src/documents/conversations/jinja/tests.js";
import { TemplateError } from "../../../src/documents/conversations/jinja/values.js";

const SUBJECTS =
	"none 1 1.5 'x' [1] {} {'a':1} (1,) unknown f loop namespace() range".split(
		" ",
	);
const GIVEN = [
	..."none 1 'a' [1] {} f unknown 1,2 'a','b' -1 1.5 'a',1".split(" "),
	...["", "attribute='a'", "'upper'", "'eq'", "indent=-1"],
];
const OPERATORS = "+ - * / // % ** ~ < >= in and == .. |".split(" ");
const LOOP = "cycle index previtem changed depth".split(" ");

const methods = [textMethods, dictMethods, listMethods].flatMap(Object.keys);
const called: Record<string, string[]> = {
	filters: SUBJECTS.flatMap((subject) =>
		Object.keys(filters).map((name) => `${subject} | ${name}`),
	),
	tests: SUBJECTS.flatMap((subject) =>
		[...Object.keys(tests), ...comparisons.flat().map(String)].map(
			(name) => `${subject} is ${name}`,
		),
	),
	methods: SUBJECTS.flatMap((subject) =>
		methods.map((name) => `${subject}.${name}`),
	),
	functions: [
		...[...globals.map(([name]) => name), ...SUBJECTS],
		...LOOP.map((name) => `loop.${name}`),
	],
};

test.each(Object.entries(called))(
	"%s take anything, or say what is wrong with it",
	(_, called) => {
		for (const name of called)
			for (const [i, given] of GIVEN.entries())
				if ((i + name.length) % 8 === 0) tryExpression(`${name}(${given})`);
	},
);

test("operators take anything, or say what is wrong with it", () => {
	for (const a of SUBJECTS)
		for (const b of SUBJECTS) {
			for (const operator of OPERATORS) tryExpression(`${a} ${operator} ${b}`);
			tryExpression(`${a}[${b}]`);
			tryExpression(`${a}[${b}:${b}]`);
		}
});

function tryExpression(expression: string): void {
	const template = `{% macro f(x) %}{{ x }}{% endmacro %}{% for x in [1] %}{{ ${expression} }}{% endfor %}`;
	try {
		compileTemplate(template).render([], new Map());
	} catch (error) {
		if (!(error instanceof TemplateError)) expect(error, expression).toBe("");
	}
}
