import fc from "fast-check";
import { expect, test } from "vitest";
import { composeRecords } from "../../src/recipes/compose-records.js";
import { parseRecipe } from "../../src/recipes/recipe.js";
import { Utf8Text } from "../../src/recipes/utf8-text.js";
import { loadTokenizer } from "../../src/storage/load-tokenizer.js";
import { tokenizerPath } from "../helpers.js";
import { compose, recordsOf, wordsIn } from "./records.js";

test("CAT-LM: code, its separator, and its test; files without a partner stand alone", () => {
	const files = [
		{ path: "src/parser.py", text: "code of parser" },
		{ path: "tests/test_parser.py", text: "test of parser" },
		{ path: "src/Lexer.java", text: "code of lexer" },
		{ path: "test/LexerTest.java", text: "test of lexer" },
		{ path: "web/view.ts", text: "code of view" },
		{ path: "web/view.spec.ts", text: "test of view" },
		// Another language, so no partner.
		{ path: "src/other.py", text: "code of other" },
		{ path: "test/OtherTest.java", text: "test of other" },
	].map((file) => ({ ...file, repo: "r" }));
	const pairs = { by: "pairs", path: "path", within: "repo" };
	const { records, counts } = compose(
		[{ group: pairs }, { separator: { text: "<|codetestpair|>" } }],
		files,
	);
	expect(records.map(({ text }) => text)).toEqual([
		"code of parser<|codetestpair|>test of parser",
		"code of lexer<|codetestpair|>test of lexer",
		"code of view<|codetestpair|>test of view",
		"code of other",
		"test of other",
	]);
	expect(counts).toMatchObject({ paired: 3, alone: 2 });
	expect(records[0].parts).toEqual([
		{ source: "in.jsonl", position: 0, offset: 0, length: 14, role: "code" },
		{ source: "in.jsonl", position: 1, offset: 30, length: 14, role: "test" },
	]);
});

test("Names that are alike are paired above a threshold, within a repository, each once", () => {
	const files = [
		{ path: "a/token_stream.py", text: "code", repo: "x" },
		{ path: "a/test_token_streams.py", text: "near", repo: "x" },
		{
			path: "a/test_tokens_stream.py",
			text: "nearer yet taken later",
			repo: "x",
		},
		{ path: "b/test_token_stream.py", text: "in another", repo: "y" },
	];
	const pairs = { by: "pairs", path: "path", within: "repo" };
	const texts = (threshold?: number) =>
		compose(
			[
				{ group: { ...pairs, ...(threshold && { threshold }) } },
				{ separator: { text: "|" } },
			],
			files,
		).records.map(({ text }) => text);
	expect(texts()).toEqual([
		"code",
		"near",
		"nearer yet taken later",
		"in another",
	]);
	expect(texts(0.7)).toEqual([
		"code|near",
		"nearer yet taken later",
		"in another",
	]);
	expect(texts(0.99)).toEqual(texts());
});

test("InftyThink: first, middle and final, with the summary before; one segment stays plain; incomplete chains are counted", () => {
	const say = (text: string, role: string) => ({ text, role });
	const steps = [
		{ unnest: { lists: { text: "segments", summary: "summaries" } } },
		{ complete: { fields: ["summary"], of: "every-but-last" } },
		{
			template: {
				each: "record",
				roles: {
					only: [
						say("{question}", "user"),
						say("{text}{conclusion}", "assistant"),
					],
					first: [
						say("{question}", "user"),
						say("{text}<summary>{summary}", "assistant"),
					],
					middle: [
						say("{question}<history>{previous.summary}", "user"),
						say("{text}<summary>{summary}", "assistant"),
					],
					last: [
						say("{question}<history>{previous.summary}", "user"),
						say("{text}{conclusion}", "assistant"),
					],
				},
			},
		},
	];
	const { records, counts } = compose(steps, [
		{
			id: "a",
			question: "Q",
			conclusion: "C",
			segments: ["s1", "s2", "s3"],
			summaries: ["m1", "m2"],
		},
		{
			id: "b",
			question: "P",
			conclusion: "D",
			segments: ["all"],
			summaries: [],
		},
		{
			id: "c",
			question: "R",
			conclusion: "E",
			segments: ["s1", "s2", "s3"],
			summaries: ["m1"],
		},
	]);
	expect(
		records.map(({ id, messages }) => [
			id,
			...(messages ?? []).map(({ content }) => content),
		]),
	).toEqual([
		["a#0", "Q", "s1<summary>m1"],
		["a#1", "Q<history>m1", "s2<summary>m2"],
		["a#2", "Q<history>m2", "s3C"],
		["b", "P", "allD"],
	]);
	expect(counts.incomplete).toBe(1);
});

test("LIConBench: 77 labels in 5 rounds are 385 shots, one of each label a round, none twice", () => {
	const examples = Array.from({ length: 77 * 9 }, (_, i) => ({
		text: `e${i} `,
		label: `label ${i % 77}`,
	}));
	const { records } = compose(
		[
			{ group: { by: "whole" } },
			{ rounds: { label: "label", rounds: [1, 2, 5] } },
		],
		examples,
	);
	expect(records.map(({ parts }) => parts.length)).toEqual([77, 154, 385]);
	const [, , five] = records;
	const places = five.parts.map(({ position }) => position);
	expect(new Set(places).size).toBe(385);
	for (let round = 0; round < 5; round++)
		expect(
			new Set(places.slice(77 * round, 77 * (round + 1)).map((p) => p % 77))
				.size,
		).toBe(77);
});

test("Labels that run out are counted", () => {
	const { records, counts } = compose(
		[{ group: { by: "whole" } }, { rounds: { label: "label", rounds: [3] } }],
		[
			{ text: "a", label: 1 },
			{ text: "b", label: 1 },
			{ text: "c", label: 2 },
		],
	);
	expect(records[0].parts.length).toBe(3);
	expect(counts["missing-of-labels"]).toBe(3);
});

test("M4LE: a record of a limit is longer than the limit before, and no longer than it", () => {
	const limits = [100, 200, 400];
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: 1, max: 60 }), {
				minLength: 30,
				maxLength: 60,
			}),
			fc.integer({ min: 0, max: 1000 }),
			(lengths, seed) => {
				const { records, counts } = compose(
					[
						{ group: { by: "whole" } },
						{ fit: { limits, "per-limit": 5, overhead: 3 } },
						{ separator: { text: "\n" } },
					],
					lengths.map((length) => ({ text: "word ".repeat(length) })),
					{ seed },
				);
				for (const { id, text, parts } of records) {
					const limit = Number(id.split("/")[1]);
					const total = wordsIn(text as string) + 3;
					expect(total).toBeGreaterThan(limits[limits.indexOf(limit) - 1] ?? 0);
					expect(total).toBeLessThanOrEqual(limit);
					expect(new Set(parts.map(({ position }) => position)).size).toBe(
						parts.length,
					);
				}
				expect((counts.fits ?? 0) + (counts["fits-not-reached"] ?? 0)).toBe(15);
			},
		),
		{ numRuns: 30 },
	);
});

test("A fit has at least one record, however much is added besides", () => {
	const { records, counts } = compose(
		[
			{ group: { by: "whole" } },
			{ fit: { limits: [10], "per-limit": 50, overhead: 8 } },
		],
		[{ text: "two words" }, { text: "three words here" }],
	);
	expect(records.map(({ text }) => text)).toEqual(Array(50).fill("two words"));
	expect(counts).toMatchObject({ fits: 50 });
	expect(counts.empty).toBeUndefined();
});

test("A fit that cannot be reached ends, and is counted", () => {
	const { records, counts } = compose(
		[
			{ group: { by: "whole" } },
			{ fit: { limits: [10, 1000], "per-limit": 4, tries: 7 } },
		],
		[{ text: "two words" }, { text: "three words here" }],
	);
	expect(records.every(({ id }) => id.includes("/10/"))).toBe(true);
	expect(counts["fits-not-reached"]).toBeGreaterThanOrEqual(4);
});

test("Passkeys: the tokens are within a block of the target, the key at its depth", async () => {
	const tokenizer = await loadTokenizer(tokenizerPath);
	const block = "The grass is green. The sky is blue. The sun is yellow. ";
	const prefix = "There is a pass key hidden in here. ";
	const suffix = "What is the pass key? ";
	const { records } = compose(
		[
			{
				hide: {
					...{
						prefix: { text: prefix, loss: false },
						block: { text: block, loss: false },
					},
					key: {
						text: "The pass key is {key}. Remember it. {key} is the pass key. ",
						loss: false,
					},
					suffix: { text: suffix, loss: false },
					answer: "It is {key}.",
					...{ lengths: [512, 1024], depths: 10 },
				},
			},
		],
		[{ key: 71432 }],
		{ tokenizer },
	);
	expect(records.length).toBe(20);
	const size = tokenizer.encode(block).length;
	for (const [i, { segments = [] }] of records.entries()) {
		const target = i < 10 ? 512 : 1024;
		expect(segments.map(({ label }) => label)).toEqual([false, true]);
		const [{ text }] = segments;
		const tokens = tokenizer.encode(text).length;
		expect(Math.abs(tokens - target)).toBeLessThanOrEqual(size);
		const blocks = text.split(block).length - 1 + 1;
		const at = text.indexOf("The pass key is 71432");
		expect((at - prefix.length) / block.length).toBe(
			Math.floor(((i % 10) / 9) * (blocks - 1)),
		);
	}
});

const traps = Array.from({ length: 8 }, (_, i) => ({
	id: `trap-${i}`,
	text: `[trap ${i} é]`,
}));
const documents = Array.from({ length: 40 }, (_, i) => ({
	id: `d${i}`,
	text: `${i} `.padEnd(40 + 4 * i, "ab "),
}));

test.each([
	["glued", 0],
	["spaced", 1],
])(
	"Traps, %s: characters out are those in and as many as were put in",
	(join, more) => {
		const { records, injected, counts } = compose(
			[{ inject: { spans: traps, repetitions: [1, 3], join } }],
			documents,
			{ seed: 4 },
		);
		const length = (texts: readonly unknown[]) =>
			texts.reduce((sum: number, text) => sum + (text as string).length, 0);
		const put = injected.map(
			({ trap }) => traps.find(({ id }) => id === trap)?.text ?? "",
		);
		expect(length(records.map(({ text }) => text))).toBe(
			length(documents.map(({ text }) => text)) +
				length(put) +
				more * put.length,
		);
		expect(counts["spans-injected"]).toBe(4 * 1 + 4 * 3);
		// One trap a document, an equal number of traps for each number of repetitions.
		const times = traps.map(({ id }) =>
			injected.filter(({ trap }) => trap === id),
		);
		expect(times.map(({ length }) => length)).toEqual([1, 3, 1, 3, 1, 3, 1, 3]);
		for (const of of times)
			expect(new Set(of.map(({ document }) => document)).size).toBe(1);
		expect(new Set(injected.map(({ document }) => document)).size).toBe(8);
		for (const { trap, document, offset } of injected) {
			const text = [
				...(records.find(({ id }) => id === document)?.text ?? ""),
			].join("");
			const own = traps.find(({ id }) => id === trap)?.text ?? "";
			expect(text.slice(offset, offset + own.length)).toBe(own);
			expect(text[offset - 1]).toBe(" ");
			if (join === "spaced") expect(text[offset + own.length]).toBe(" ");
		}
	},
);

test("A trap goes into a document that is long enough, and into no other", () => {
	const { injected } = compose(
		[{ inject: { spans: traps, "min-length": 150, unit: "characters" } }],
		documents,
	);
	expect(injected.length).toBe(8);
	for (const { document } of injected)
		expect(
			documents.find(({ id }) => id === document)?.text.length,
		).toBeGreaterThanOrEqual(150);
	expect(() =>
		compose([{ inject: { spans: traps, "min-length": 10_000 } }], documents),
	).toThrow(/8 spans .* and 0 records/);
});

test("More injections than places are refused, by the record", () => {
	expect(() =>
		compose(
			[{ inject: { spans: ["x"], repetitions: [9] } }],
			[{ id: "short", text: "a b c" }],
		),
	).toThrow(/"short".* has 2 spaces, .* 9 times/);
});

test("Words are dropped, punctuation stays", () => {
	const { records, counts } = compose(
		[{ "drop-words": { words: ["the", "Of"] } }],
		[{ text: "The cat, of the house: other. Theory! the" }],
	);
	expect(records[0].text).toBe("cat, house: other. Theory! ");
	expect(counts["words-dropped"]).toBe(4);
});

test("Words are dropped as a regular expression of Unicode finds them", () => {
	const words = ["the", "don't", "ÉTÉ", "\u{10400}a", "so-so", "a"];
	const alike = new Set(words.map((word) => word.toLowerCase()));
	const WORD = /([\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+)*)([ \t]*)/gu;
	const piece = fc.constantFrom(
		...[
			...words,
			"été",
			"The",
			"-",
			"'",
			" ",
			"\t",
			".",
			"\n",
			"other",
			"\u{10428}A",
			"e\u0301",
		],
	);
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
			const text = `${pieces.join("")}!`;
			const { records } = compose([{ "drop-words": { words } }], [{ text }]);
			expect(records[0].text).toBe(
				text.replace(WORD, (run, word) =>
					alike.has(word.toLowerCase()) ? "" : run,
				),
			);
		}),
	);
});

test("A separator that stands in a text is counted, or refused by the record", () => {
	const steps = (more: object) => [
		{ group: { by: "consecutive", records: 2 } },
		{ separator: { text: "<sep>", ...more } },
	];
	const records = [
		{ id: "a", text: "x" },
		{ id: "b", text: "y<sep>z" },
	];
	expect(compose(steps({}), records).counts["separators-in-text"]).toBe(1);
	// With what is beside it, it stands in two places.
	const bars = [
		{ group: { by: "consecutive", records: 2 } },
		{ separator: { text: "||", "in-text": "refuse" } },
	];
	const across = [
		{ id: "a", text: "1" },
		{ id: "b", text: "|2" },
	];
	expect(() => compose(bars, across)).toThrow(
		/the record "b" .* has the separator "\|\|" in its text/,
	);
	expect(() => compose(steps({ "in-text": "refuse" }), records)).toThrow(
		/the record "b" .* has the separator "<sep>" in its text/,
	);
});

test("Conversations: who says what, and what is trained on of the model's", () => {
	const { records } = compose(
		[
			{ group: { by: "key", field: "chat" } },
			{
				template: {
					roles: {
						any: [
							{ text: "{q}", role: "user" },
							{ text: "{text}", role: "assistant", loss: false },
						],
						last: [
							{ text: "{q}", role: "user" },
							{ text: "{text}", role: "assistant" },
						],
					},
				},
			},
		],
		[
			{ chat: 1, q: "one?", text: "1" },
			{ chat: 1, q: "two?", text: "2" },
		],
	);
	expect(records[0].messages).toEqual([
		{ role: "user", content: "one?" },
		{ role: "assistant", content: "1", train: false },
		{ role: "user", content: "two?" },
		{ role: "assistant", content: "2", train: true },
	]);
});

test("A text that is UTF-8 already is written as JSON writes a string", () => {
	const recipe = parseRecipe({ steps: [{ separator: { text: "\u0001\n" } }] });
	fc.assert(
		fc.property(
			fc.string({ unit: "grapheme" }),
			fc.string({ unit: "binary-ascii" }),
			(a, b) => {
				const text = `${a}${b}\u{1f600}`;
				const [record] = recordsOf([{ text }]);
				const bytes = new Utf8Text(new TextEncoder().encode(text));
				const [ofString, ofBytes] = [record, { ...record, text: bytes }].map(
					(one) => composeRecords([one], recipe).records,
				);
				expect(ofBytes).toEqual(ofString);
				expect(ofBytes[0]).toMatchObject({
					text,
					parts: [{ length: [...text].length }],
				});
			},
		),
	);
});

test("A composed record is of its records, the recipe and the seed alone", () => {
	const steps = [
		{ group: { by: "key", field: "k" } },
		{ order: { random: true } },
		{ separator: { text: " " } },
	];
	const all = recordsOf(
		Array.from({ length: 40 }, (_, i) => ({ text: `t${i}`, k: i % 4 })),
	);
	const recipe = parseRecipe({ steps });
	const of = (seed: number, records = all) =>
		Object.fromEntries(
			composeRecords(records, recipe, { seed }).records.map(({ id, text }) => [
				id,
				text,
			]),
		);
	const some = all.filter(({ fields }) => fields.k === 2);
	expect(of(1, some)["2"]).toBe(of(1)["2"]);
	expect(of(1)).toEqual(of(1));
	expect(of(1)["2"]).not.toBe(of(2)["2"]);
});

test.each([
	[{ steps: [] }, /steps is \[\]/],
	[
		{ steps: [{ seperator: { text: "x" } }] },
		/there is no step "seperator"; did you mean separator\?/,
	],
	[{ steps: [{ separator: {} }] }, /step 1 \(separator\): text is missing/],
	[{ steps: [{ group: { by: "keys" } }] }, /there is no grouping "keys"/],
	[
		{
			steps: [{ group: { by: "key", field: "a" } }, { group: { by: "whole" } }],
		},
		/grouped already/,
	],
	[{ steps: [{ fit: { limits: [1] } }] }, /put a group before it/],
	[
		{ steps: [{ inject: { spans: ["a"] } }, { separator: { text: "x" } }] },
		/must be the last step/,
	],
	[
		{ steps: [{ group: { by: "whole" } }, { fit: { limits: [5, 5] } }] },
		/ascending order/,
	],
	[
		{ steps: [{ template: { roles: { any: "{text" } } }] },
		/a brace { has no partner/,
	],
	[
		{
			steps: [
				{ template: { roles: { any: ["x", { text: "y", role: "user" }] } } },
			],
		},
		/some parts have a role and others do not/,
	],
	[
		{ steps: [{ template: { roles: { any: { text: "y", role: "bot" } } } }] },
		/there is no role "bot"/,
	],
	...[
		[{ lengths: [2_000_000_000] }, /lengths is .*whole numbers from 1 to/],
		[{ lengths: [9], depths: 1e9 }, /depths is .*whole number from 1 to/],
	].map(([own, sentence]): [object, RegExp] => [
		{ steps: [{ hide: { block: "x ", key: "y ", ...own } }] },
		sentence as RegExp,
	]),
])("A recipe that is none is refused: %j", (recipe, sentence) => {
	expect(() => parseRecipe(recipe)).toThrow(sentence as RegExp);
});

test("A record that cannot be composed is named, or left out and counted", () => {
	const steps = [{ template: { roles: { any: "{title}: {text}" } } }];
	const records = [
		{ id: "good", title: "T", text: "x" },
		{ id: "bad", text: "y" },
	];
	expect(() => compose(steps, records)).toThrow(
		/the record "bad" .* has no field "title"/,
	);
	const { records: left, counts } = compose(steps, records, {
		onError: "skip",
	});
	expect(left.map(({ text }) => text)).toEqual(["T: x"]);
	expect(counts["no-field"]).toBe(1);
});

test("what every object inherits is no field of a record", () => {
	const records = [{ id: "a", text: "one" }];
	expect(() =>
		compose([{ group: { by: "key", field: "constructor" } }], records),
	).toThrow(/no field "constructor"/);
	const complete = { complete: { fields: ["toString"] } };
	expect(compose([complete], records).counts).toEqual({ incomplete: 1 });
	const recipe = parseRecipe({
		steps: [{ separator: { text: " " } }],
		keep: ["constructor", "__proto__"],
	});
	const { records: composed, counts } = composeRecords(
		recordsOf(records),
		recipe,
	);
	expect(Object.keys(composed[0])).not.toContain("constructor");
	expect(counts).toEqual({ "kept-fields-missing": 1 });
});

test("what comes to nothing is counted, and so are fields that are to be kept and are not there", () => {
	const records = [
		{ id: "a", text: "one", lang: "en" },
		{ id: "b", text: "two" },
		{ id: "c", text: "", lang: "en" },
	];
	const recipe = parseRecipe({
		steps: [{ template: { roles: { any: "{text}" } } }],
		keep: ["lang"],
	});
	const { records: composed, counts } = composeRecords(
		recordsOf(records),
		recipe,
	);
	expect(composed.map(({ id, lang }) => [id, lang])).toEqual([
		["a", "en"],
		["b", undefined],
	]);
	expect(counts).toEqual({ empty: 1, "kept-fields-missing": 1 });
});

test("records of a group that have no text are no parts, and are counted", () => {
	const records = ["", "one", ""].map((text, i) => ({ id: `r${i}`, text }));
	const steps = [
		{ group: { by: "whole" } },
		{ separator: { text: "|" } },
	] as const;
	const { records: composed, counts } = compose(steps, records);
	expect(composed[0].parts.map(({ id }) => id)).toEqual(["r1"]);
	expect(counts).toEqual({ groups: 1, "parts-empty": 2 });
});

test("a setting of a recipe that is none names those there are", () => {
	expect(() => parseRecipe({ group: {}, steps: [] })).toThrow(
		/there is no setting "group"; there are: steps, /,
	);
});

test.each([
	{ rounds: { label: "label", rounds: [1] } },
	{ order: { field: "label" } },
])(
	"A field of what a step before has put in is refused with the step to move",
	(step) => {
		const records = ["a", "b"].map((label) => ({ text: label, label }));
		expect(() =>
			compose(
				[{ group: { by: "whole" } }, { separator: { text: "|" } }, step],
				records,
			),
		).toThrow(/the field "label" of a piece that a step before it has put in/);
	},
);
