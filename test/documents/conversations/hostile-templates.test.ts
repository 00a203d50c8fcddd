import { describe, expect, test } from "vitest";
import { ChatTemplate } from "../../../src/documents/conversations/chat-template.js";
import type { Value } from "../../../src/documents/conversations/jinja/values.js";

const loops = (depth: number, body: string) =>
	`${"{% for a in range(100000) %}".repeat(depth)}${body}${"{% endfor %}".repeat(depth)}`;

/** Templates that would take hours, or all memory. */
const hostile: Record<string, string> = {
	"loops in loops": loops(3, ""),
	"a loop in a loop that writes": loops(2, "xxxxxxxxxxxxxxxx"),
	"a range of a thousand million": "{{ range(1000000000) }}",
	"a macro that calls itself":
		"{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
	"a macro that calls itself twice":
		"{% macro m(n) %}{% if n > 0 %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
	"a text that is doubled":
		"{% set ns = namespace(t='x') %}{% for i in range(60) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t }}",
	"a text that is doubled by ~":
		"{% set ns = namespace(t='x') %}{% for i in range(60) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}{{ ns.t }}",
	"a text that is repeated": "{{ 'x' * 1000000000 }}",
	"a text that is repeated again": "{{ 'x' * 100000 * 100000 }}",
	"a list that is repeated": "{{ [0] * 1000000000 }}",
	"a list of nothing that is repeated": "{{ ([] * 1000000000)|length }}",
	"a list of lists of lists":
		"{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
	"the same as JSON":
		"{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a|tojson }}",
	"two such lists that are compared":
		"{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}",
	"a replacement of each letter":
		"{% set t = 'x' * 100000 %}{{ t|replace('x', t) }}",
	"a replacement of nothing":
		"{% set t = 'x' * 100000 %}{{ t.replace('', t) }}",
	"texts that are joined by long ones":
		"{{ ('x' * 100000).join(range(100000)|map('string')) }}",
	"JSON with a wide indent": "{{ [1, 2, 3]|tojson(indent=1000000000) }}",
	"a wide indent": "{{ 'a\\nb\\nc'|indent(1000000000) }}",
	"many wide lines": "{{ ('a\\n' * 100000)|indent(100000) }}",
	"what is unique of many": "{{ range(100000)|unique|list|length }}",
	"methods in a loop":
		"{% set t = 'x' * 1000000 %}{% for a in range(100000) %}{% set u = t.upper() %}{% endfor %}",
	"items of a text in a loop":
		"{% set t = 'x' * 1000000 %}{% for a in range(100000) %}{% set u = t[a] %}{% endfor %}",
	"a search in a loop":
		"{% set t = 'x' * 1000000 %}{% for a in range(100000) %}{% set u = 'y' in t %}{% endfor %}",
	"a list that grows in a loop":
		"{% set ns = namespace(a=[]) %}{% for i in range(100000) %}{% set ns.a = ns.a + [i] %}{% endfor %}",
	"lengths in a loop":
		"{% set t = 'x' * 1000000 %}{% for a in range(100000) %}{% set u = t|length %}{% endfor %}",
	"a format of many signs": "{{ ('%%' * 45000000) % 1 }}",
	"titles of many words": "{{ ('a ' * 45000000)|title }}",
	"a long text as it is written": "{{ ['\\n' * 90000000] }}",
	"a long text in parts": "{{ ('a' * 90000000).split('a') }}",
	"a filter of a loop":
		"{% for a in range(100000) if range(100000)|sum > a %}{% endfor %}",
};

const settings = { specialTokens: {}, templateDate: null, variables: {} };
const render = (source: string, content = "Hi") =>
	new ChatTemplate(source, "x", settings).render(
		{
			messages: [
				new Map<Value, Value>([
					["role", "user"],
					["content", content],
				]),
			],
			tools: null,
			documents: null,
			variables: [],
		},
		false,
	).text;

describe("A template that would never end is refused for a record", () => {
	test.each(Object.entries(hostile))("%s", (_, source) => {
		const begun = process.cpuUsage();
		expect(() => render(source)).toThrow(
			/^the chat template refuses it: (?:it takes too many steps|it (?:makes|goes through) a text of more than|range is too long|it goes too deep)/,
		);
		// Microseconds of this process, since other tests run beside it.
		expect(process.cpuUsage(begun).user).toBeLessThan(20e6);
	});
});

test("A long conversation may take as many steps as it is long", () => {
	const source =
		"{% for m in messages %}{% for w in m.content.split(' ') %}{{ w.strip() }} {% endfor %}{% endfor %}";
	const text = "word ".repeat(200_000);
	expect(render(source, text)).toBe(`${text} `);
});
