import { expect, test } from "vitest";
import { stringify } from "yaml";
import { randomBelow } from "../../src/core/random.js";
import type { RecipeRecord } from "../../src/recipes/draft.js";
import { groupings } from "../../src/recipes/groupings.js";
import { steps } from "../../src/recipes/steps.js";
import { casesOf } from "../cases.js";
import { recordsOf } from "../recipes/records.js";
import { mutateJson, mutateText, pick } from "./mutate.js";
import { Cases, tryCases } from "./outcome.js";

interface Composing {
	recipe: Uint8Array;
	name: string;
	records: RecipeRecord[];
}

const cases = new Cases<Composing, { texts: number[] }>("take.mjs");

const WHOLE = { group: { by: "whole" } };
const SEPARATOR = { separator: { text: "\n", "in-text": "refuse" } };

/** Steps of a recipe for each step that there is. */
const STEPS: Record<string, readonly object[]> = {
	unnest: [{ unnest: { lists: { text: "parts", more: "others" } } }],
	complete: [
		WHOLE,
		{ complete: { fields: ["label"], of: "every-but-last" } },
		SEPARATOR,
	],
	order: [WHOLE, { order: { field: "n", descending: true } }, SEPARATOR],
	fit: [
		WHOLE,
		{ fit: { limits: [5, 20], "per-limit": 2, overhead: 1 } },
		SEPARATOR,
	],
	rounds: [
		WHOLE,
		{ rounds: { label: "label", rounds: [1, 2], "per-label": 1 } },
		SEPARATOR,
	],
	template: [
		WHOLE,
		{
			template: {
				each: "record",
				roles: {
					any: [
						{ text: "{text} {n} {index}", role: "user", loss: false },
						{ text: "{label}{previous.label}", role: "assistant" },
					],
				},
			},
		},
	],
	separator: [WHOLE, SEPARATOR],
	"drop-words": [{ "drop-words": { words: ["the", "of"] } }],
	hide: [
		{
			hide: {
				...{ prefix: "A", block: " grass is green.", key: " key {key}." },
				...{ suffix: "?", answer: "{key}", lengths: [64, 100], depths: 3 },
			},
		},
	],
	inject: [{ inject: { spans: ["one two", "three"], repetitions: [1, 4] } }],
};

/** Settings of each way to bring records together. */
const GROUPS: Record<string, object> = {
	key: { field: "label" },
	folder: { path: "path", depth: 1 },
	pairs: { path: "path", within: "label", threshold: 0.5 },
	consecutive: { records: 2, length: 20, unit: "words" },
	whole: {},
};

const records = recordsOf(
	Array.from({ length: 12 }, (_, i) => ({
		id: `${i}`,
		text: `${"the word of it ".repeat(1 + (i % 4))}${i}`,
		...{ n: i % 5, label: ["a", "b", "__proto__"][i % 3], key: `k${i}` },
		...{ path: `src/a${i % 3}/${i % 2 ? "test_" : ""}f${i >> 1}.py` },
		...{ parts: ["x", "y"], others: [1, { a: 2 }] },
	})),
);

const recipes = [
	...Object.values(STEPS).map((steps) => ({ steps, keep: ["n"], seed: 1 })),
	...Object.entries(GROUPS).map(([by, own]) => ({
		steps: [{ group: { by, ...own } }, SEPARATOR],
	})),
];

/** What stands in YAML, right and wrong. */
const PIECES = [
	..."-:{}[],&*!|>'\"%@`#?\n\t ",
	"\n  - ",
	": ",
	"&a ",
	"*a",
	"<<: *a",
	"!!js/function ",
	"!!binary ",
	"---\n",
	"...",
	"~",
	"1e400",
	"0x1F",
	"2026-01-31",
	"__proto__: ",
	"constructor: ",
	"@/etc/passwd",
	"@../x.txt",
	"{text}",
	"{",
	"999999999999",
	".inf",
	"a: &a [*a, *a]",
];

/** Aliases of aliases: a file of a few lines that stands for thousands of millions of values. */
const BOMB = `a: &a [x, x, x, x, x, x, x, x, x]\n${Array.from(
	{ length: 9 },
	(_, i) => {
		const [before, name] = ["abcdefghij"[i], "abcdefghij"[i + 1]];
		return `${name}: &${name} [${Array(9).fill(`*${before}`).join(", ")}]\n`;
	},
).join("")}steps: *j\n`;

test("a recipe that is changed anywhere composes records, or says what is wrong", async () => {
	expect(Object.keys(STEPS)).toEqual([...steps.names]);
	expect(Object.keys(GROUPS)).toEqual([...groupings.names]);
	const count = casesOf({ daily: 100, share: 0.04 });
	await tryCases("recipes", count, async (random, tally) => {
		const recipe = pick(recipes, random);
		const asJson = Buffer.from(JSON.stringify(recipe));
		const asYaml = Buffer.from(
			randomBelow(random, 32) === 0 ? BOMB : stringify(recipe),
		);
		const isJson = randomBelow(random, 2) === 0;
		const input: Composing = {
			recipe: isJson
				? mutateJson(asJson, random)
				: mutateText(asYaml, random, PIECES),
			name: isJson ? "recipe.json" : "recipe.yaml",
			records,
		};
		const outcome = await cases.run(input);
		tally.add(input.name, outcome);
		return outcome.kind === "fault" ? outcome.what : null;
	});
});
