import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Random } from "../../src/core/random.js";
import { randomBelow } from "../../src/core/random.js";
import type { Chat } from "../../src/documents/chat.js";
import { conversationFormats } from "../../src/documents/conversations/conversation-formats.js";
import { filterFunctions } from "../../src/documents/filter-functions.js";
import type { TakeSettings } from "../../src/documents/take-settings.js";
import { casesOf } from "../cases.js";
import { fixtures } from "../helpers.js";
import { mutateJson, mutateText, pick } from "./mutate.js";
import { Cases, type Tally, tryCases } from "./outcome.js";

interface Taking {
	lines: Uint8Array;
	take: Partial<TakeSettings>;
	chat?: Chat;
}

const cases = new Cases<Taking, { texts: number[]; bad: unknown[] }>(
	"take.mjs",
);

async function endOf(input: Taking, tally: Tally, what: string) {
	const outcome = await cases.run(input);
	tally.add(what, outcome);
	if (outcome.kind === "fault") return outcome.what;
	if (outcome.kind === "error") return null;
	const { texts, bad } = outcome.result;
	const lines = new TextDecoder().decode(input.lines).split("\n");
	const records = lines.filter((line) => !/^[ \t\r]*$/.test(line)).length;
	return input.take.where === undefined && texts.length + bad.length < records
		? `${texts.length} documents and ${bad.length} refused of ${records}`
		: null;
}

const messages = [
	{ role: "system", content: "Be brief." },
	{ role: "user", content: "How much is 17 and 25?" },
	{
		role: "assistant",
		content: "<think>\nForty.\n</think>\n\nIt is 42.",
		weight: 1,
	},
	{ role: "user", content: [{ type: "text", text: "Thank you, é 😀" }] },
	{
		role: "assistant",
		content: null,
		tool_calls: [
			{ type: "function", function: { name: "f", arguments: { a: 1.0 } } },
		],
	},
	{ role: "tool", content: '{"b": [1, 2]}', tool_call_id: "x" },
	{ role: "assistant", content: "Any day.<|im_end|>" },
];
const plain = messages.slice(1, 3);
const said = messages.map(({ role, content }) => ({
	from: role === "user" ? "human" : role === "assistant" ? "gpt" : role,
	value: content ?? "",
}));

/** A record of each format. */
const RECORDS: Record<string, object> = {
	preference: {
		prompt: plain.slice(0, 1),
		chosen: plain.slice(1),
		rejected: [{ role: "assistant", content: "43" }],
	},
	prompt: { prompt: "How much?", completion: " So much." },
	segments: {
		segments: [
			{ text: "a", label: true },
			{ text: "b", label: false },
		],
	},
	messages: {
		messages,
		tools: [{ type: "function", function: { name: "f", parameters: {} } }],
		chat_template_kwargs: { enable_thinking: true },
	},
	sharegpt: { conversations: said, system: "Be brief." },
	alpaca: {
		instruction: "Add.",
		input: "17, 25",
		output: "42",
		history: [["a", "b"]],
	},
};

const folder = join(fixtures, "interop/chat-templates");
const TEMPLATES = readdirSync(folder)
	.filter((name) => name.endsWith(".jinja"))
	.map((name) => readFileSync(join(folder, name)));

/** Templates that take time, memory or depth without end. */
const HOSTILE = [
	"{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
	"{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
	"{{ range(10**9) }}",
	"{{ 'x' * 10**9 }}",
	"{{ ('x' * 99999999) * 99999999 }}",
	"{{ [0] * 1000000000 }}",
	"{{ [[0] * 9999] * 99999 }}",
	"{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
	"{% macro f(x) %}{{ f(x) }}{{ f(x) }}{% if x > 22 %}{% endif %}{% endmacro %}{{ f(1) }}",
	"{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
	"{% set ns = namespace(s='x') %}{% for a in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}",
	"{% set ns = namespace(s='x') %}{% for a in range(26) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s | upper }}{{ ns.s | length }}",
	"{% set ns = namespace(s=[0]) %}{% for a in range(40) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s | length }}",
	"{% set x = [] %}{% set _ = x.append(x) %}{{ x }}",
	"{% set x = {} %}{% set _ = x.update({'x': x}) %}{{ x | tojson }}",
	"{{ 'x'.join(range(99999)) | replace('x', 'y' * 99999) }}",
	"{{ ('x' * 99999) | indent(99999999) }}",
	"{{ messages | tojson(indent=99999999) }}",
	`${"{% if true %}".repeat(5000)}${"{% endif %}".repeat(5000)}`,
	`{{ ${"(".repeat(20_000)}1${")".repeat(20_000)} }}`,
	`{{ ${"[".repeat(5000)}${"]".repeat(5000)} }}`,
	`{{ ${"not ".repeat(20_000)}1 }}`,
	`{{ x${" + x".repeat(20_000)} }}`,
	`{{ x${" | trim".repeat(20_000)} }}`,
	"{{ 2 ** 99999 }}{{ 1 // 0 }}",
	"{{ ().__class__.__bases__[0].__subclasses__() }}",
	"{{ messages.__proto__ }}{{ messages.constructor.constructor('return process')() }}",
	"{% set ns = namespace() %}{% set ns.__proto__ = {'polluted': 1} %}{{ ns.polluted }}",
	"{{ {}['__proto__'] }}{% set x = {'__proto__': 1} %}{{ x }}",
	"{{ loop.cycle() }}{% for x in [1] %}{{ loop.cycle() }}{% endfor %}",
	"{{ strftime_now('%'*99999) }}",
	"{% include '/etc/passwd' %}{% import 'x' as y %}",
	"{{ '%s' % ('x' * 9999999) }}{{ '%d' % 'x' }}",
	"{{ range(5)[::0] }}{{ 'x'[1:2:3:4] }}{{ [1,2][99999999999999999999] }}",
];

/** What is put into templates, right and wrong. */
const PIECES = [
	..."{}%#-+|.,()[]'\"=<>~*/!: \n",
	"{{",
	"}}",
	"{%",
	"%}",
	"{#",
	"#}",
	"{% endif %}",
	"{% endfor %}",
	"{% else %}",
	"{% for x in messages %}",
	"{% if messages %}",
	"{% set x = 1 %}",
	"{% generation %}",
	"{% endgeneration %}",
	"{% break %}",
	"{% continue %}",
	"{% macro f() %}",
	"{% endmacro %}",
	" | tojson",
	" | length",
	" | join",
	" | map(attribute='role')",
	" | selectattr('role', 'equalto', 'user') | list",
	".split('x')",
	".__class__",
	".items()",
	"range(99999)",
	" * 99999",
	" ** 99",
	"loop.index",
	"namespace()",
	"none",
	" is defined",
	" not in ",
	" if 1 else 2",
	"[::-1]",
	"[1:]",
	"messages[0]",
	"raise_exception('x')",
	"strftime_now('%d')",
];

const SPECIAL = { bos_token: "<s>", eos_token: "<|im_end|>" };
const chatOf = (template: string): Chat => ({
	...{ templates: { default: template }, specialTokens: SPECIAL },
	...{ asked: null, name: "x", special: ["<s>", "<|im_end|>"] },
	...{ date: "2026-01-31", values: { x: [1, "a", null] } },
	...{ bos: "<s>", eos: "<|im_end|>", specialsInText: "text" },
});
const settings = (random: Random): Partial<TakeSettings> => ({
	conversations: {
		format: "auto",
		loss: pick([null, "assistant", "all", "weight"], random),
	},
});

const linesOf = (records: readonly object[]) =>
	Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));

test("a chat template that is changed anywhere renders conversations, or says why not", async () => {
	const count = casesOf({ daily: 15, share: 0.04 });
	const lines = linesOf(Object.values(RECORDS));
	await tryCases("templates", count, async (random, tally) => {
		const isHostile = randomBelow(random, 4) === 0;
		const source = isHostile
			? Buffer.from(pick(HOSTILE, random))
			: pick(TEMPLATES, random);
		const isAsItIs = isHostile && randomBelow(random, 2) === 0;
		const template = isAsItIs ? source : mutateText(source, random, PIECES);
		const chat = chatOf(template.toString());
		const input = { lines, take: settings(random), chat };
		return endOf(input, tally, isHostile ? "hostile" : "template");
	});
});

test("conversations that are changed anywhere are rendered, or it is said what is wrong", async () => {
	expect(Object.keys(RECORDS)).toEqual([...conversationFormats.names]);
	const count = casesOf({ daily: 40, share: 0.04 });
	const chats = TEMPLATES.map((template) => chatOf(template.toString()));
	await tryCases("conversations", count, async (random, tally) => {
		const name = pick(conversationFormats.names, random);
		const line = mutateJson(
			Buffer.from(JSON.stringify(RECORDS[name])),
			random,
		).map((byte) => (byte === 10 ? 32 : byte));
		const input = {
			lines: Buffer.concat([line, Buffer.from("\n")]),
			take: settings(random),
			chat: pick(chats, random),
		};
		return endOf(input, tally, name);
	});
});

const FIELDS = linesOf([
	{ text: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", score: 0.5, id: 1 },
	{ text: "Grüße 😀", score: null, meta: { lang: "en", tags: ["a", "b"] } },
	{ text: "", score: 1e300, meta: { "odd name": [1] } },
	{ text: "x", score: true, meta: [], __proto__: null },
]);

/** A condition with each function, and others. */
const CONDITIONS = [
	'meta.lang == "en" and score > 0.5 or not (meta["odd name"] == null)',
	'"a" in meta.tags and score * 10 - 1 % 3 >= -2 / 0',
	'score in [1, "a", null] or text < "b"',
	...filterFunctions
		.entries()
		.map(([name, { parameters }]) =>
			parameters === 1
				? `${name}(text) == ${name}(score)`
				: `${name}(text, "a")`,
		),
	'matches(text, "(a+)+$")',
	'matches(text, "(a|aa)+$")',
	'matches(text, "^(\\\\w+\\\\s?)*$")',
	'matches(text, "([a-z]+)*[0-9]")',
	`${"(".repeat(5000)}score${")".repeat(5000)}`,
	`${"not ".repeat(20_000)}score`,
	`score${" + score".repeat(20_000)} > 1`,
	`${"[".repeat(5000)}score${"]".repeat(5000)} == 1`,
	"__proto__ == null or constructor.prototype == 1 or text.length > 1",
];
const TEMPLATES_OF_TEXT = [
	"{text}\\n{{{meta.lang}}} {score}",
	"{".repeat(2000),
	"{text}".repeat(2000),
	"{__proto__}{constructor.prototype}{meta..x}",
];
const WORDS = [
	..."()[]{}\"'.,<>=!+-*/%&|\\^$?0129ax ",
	" and ",
	" or ",
	"not ",
	" in ",
	" == ",
	"null",
	"true",
	"1e999",
	"0x10",
	"12345678901234567890",
	"matches(",
	"text",
	"meta.lang",
	"__proto__",
	"constructor",
	"this",
	"=>",
	"a ? b : c",
	"`",
	"\\u0061",
	"\ud800",
	"(a+)+$",
];

test("conditions and templates of texts that are changed anywhere hold, or it is said what is wrong", async () => {
	const count = casesOf({ daily: 40, share: 0.03 });
	await tryCases("expressions", count, async (random, tally) => {
		const isCondition = randomBelow(random, 3) > 0;
		const source = pick(isCondition ? CONDITIONS : TEMPLATES_OF_TEXT, random);
		const isAsItIs = randomBelow(random, 8) === 0;
		const text = isAsItIs
			? source
			: mutateText(Buffer.from(source), random, WORDS).toString();
		return endOf(
			{ lines: FIELDS, take: isCondition ? { where: text } : { text } },
			tally,
			isCondition ? "where" : "text",
		);
	});
});
