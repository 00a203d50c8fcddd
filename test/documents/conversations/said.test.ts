import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Int32Buffer } from "../../../src/core/buffers.js";
import { overlaps } from "../../../src/core/int-lists.js";
import { anyOf } from "../../../src/core/text.js";
import { EndTokens } from "../../../src/documents/conversations/answers.js";
import type { ChatTemplate } from "../../../src/documents/conversations/chat-template.js";
import { readConversations } from "../../../src/documents/conversations/conversation-formats.js";
import { lossChoice } from "../../../src/documents/conversations/loss.js";
import { renderExample } from "../../../src/documents/conversations/render-conversation.js";
import { SaidFinder } from "../../../src/documents/conversations/said.js";
import { BadInput } from "../../../src/sources/source.js";
import { tokenizerFromJson } from "../../../src/tokenizer/from-json.js";
import type { Tokenizer } from "../../../src/tokenizer/tokenizer.js";
import { modelsOf, openTemplate, recorded, templateOf } from "./recorded.js";

/** Special tokens of all these templates. */
const usual =
	"<s> </s> [INST] [/INST] <bos> <start_of_turn> <end_of_turn> <|turn> <turn|> <|im_start|> <|im_end|> <|endoftext|> <|user|> <|assistant|> <|system|> <|end|> <|observation|> <|start|> <|message|> <|channel|> <|return|> <|begin_of_text|> <|start_header_id|> <|end_header_id|> <|eot_id|> <｜User｜> <｜Assistant｜> <｜begin▁of▁sentence｜> <｜end▁of▁sentence｜>".split(
		" ",
	);

function render(
	template: ChatTemplate,
	record: Record<string, unknown>,
	finder: SaidFinder,
) {
	return renderExample(readConversations(record, null)[0], {
		template,
		loss: lossChoice("all"),
		endTokens: new EndTokens(null, usual),
		said: finder,
	});
}

/** Recorded conversations without special tokens, each with words put into a message in two ways. */
const conversationsWith = (names: string[], words: readonly string[]) =>
	fc
		.tuple(
			fc.constantFrom(
				...names.filter((name) => name !== "named special tokens"),
			),
			fc.nat(),
			fc.nat(),
			fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }),
		)
		.map(([name, which, at, said]) => {
			const record = recorded.conversations[name];
			const withWords = (word: string) => ({
				...record,
				messages: record.messages.map((message, i) => {
					const { content } = message;
					const isIt = i === which % record.messages.length;
					if (!isIt || typeof content !== "string") return message;
					const points = Array.from(content);
					points.splice(at % (points.length + 1), 0, word);
					return { ...message, content: points.join("") };
				}),
			});
			return [withWords(said.join("q")), withWords("zq")] as const;
		});

/** What two records are rendered as; null where the template takes one of them not. */
function renderBoth(
	template: ChatTemplate,
	records: readonly [Record<string, unknown>, Record<string, unknown>],
	finder: SaidFinder,
) {
	try {
		const [got, plain] = records.map((each) => render(template, each, finder));
		return { got, plain };
	} catch (error) {
		if (error instanceof BadInput) return null;
		throw error;
	}
}

const templates = Object.keys(recorded.templates).map((name) => ({
	name,
	...openTemplate(name),
	usable: Object.entries(recorded.templates[name].recorded)
		.filter(([, { error }]) => error === undefined)
		.map(([conversation]) => conversation),
}));

test.each(templates)(
	"$name: the special tokens that are not said are the template's",
	({ template, usable }) => {
		const finder = new SaidFinder(usual);
		const sought = new RegExp(anyOf(usual), "gu");
		const foundIn = (text: string, said: Int32Array) =>
			Array.from(text.matchAll(sought))
				.filter(
					({ 0: token, index }) => !overlaps(said, index, index + token.length),
				)
				.map(([token]) => token);
		let tried = 0;
		fc.assert(
			fc.property(conversationsWith(usable, usual), (records) => {
				const both = renderBoth(template, records, finder);
				if (both === null) return;
				const { got, plain } = both;
				tried++;
				expect(got.said.isAll).toBe(true);
				const due = foundIn(plain.text, new Int32Array(0));
				expect(foundIn(got.text, got.said.spans)).toEqual(due);
			}),
			{ numRuns: 50 },
		);
		expect(tried).toBeGreaterThan(0);
	},
);

/** Tokens with special ones in what is said as plain text. */
function encodePlain(tokenizer: Tokenizer, text: string, spans: Int32Array) {
	const out = new Int32Buffer();
	const bytes = spans.map((place) => Buffer.byteLength(text.slice(0, place)));
	tokenizer.encodeUtf8Into(Buffer.from(text), out, bytes);
	return out.view().slice();
}

// Bytes; characters; special tokens that are found after normalizing.
describe.each(["qwen3", "phi3_5", "deepseekv3_training"])("%s", (name) => {
	const { template, usable } = templates.find(
		(each) => each.name === name,
	) as (typeof templates)[number];
	const models = modelsOf(recorded.templates[name].tokenizer);
	const files = {
		tokenizerJson: readFileSync(join(models, "tokenizer.json"), "utf8"),
		configJson: readFileSync(join(models, "tokenizer_config.json"), "utf8"),
	};

	test("what messages say makes no special tokens, and the text is the same", () => {
		const tokenizer = tokenizerFromJson(files);
		const specials = tokenizer.specials as ReadonlyMap<number, string>;
		const specialsAmong = (ids: Int32Array) =>
			[...ids].flatMap((id) => specials.get(id) ?? []);
		const finder = new SaidFinder([...specials.values()]);
		const words = [...specials.values()].filter(
			(token) => !/think|tool/.test(token),
		);
		fc.assert(
			fc.property(conversationsWith(usable, words), (records) => {
				const both = renderBoth(template, records, finder);
				if (both === null) return;
				const { got, plain } = both;
				const ids = encodePlain(tokenizer, got.text, got.said.spans);
				expect(specialsAmong(ids)).toEqual(
					specialsAmong(tokenizer.encode(plain.text)),
				);
				if (tokenizer.engine === "byte-level-bpe")
					expect(tokenizer.decode(ids)).toBe(got.text.normalize("NFC"));
			}),
			{ numRuns: 30 },
		);
	});
});

describe("what is said", () => {
	const finder = new SaidFinder(["<|a|>", "<|user|>", "</think>"]);
	const saidOf = (template: string, content: string) => {
		const { text, said } = render(
			templateOf(template),
			{
				messages: [
					{ role: "user", content },
					{ role: "assistant", content: "Yes." },
				],
			},
			finder,
		);
		const parts: string[] = [];
		for (let i = 0; i < said.spans.length; i += 2)
			parts.push(text.slice(said.spans[i], said.spans[i + 1]));
		return { text, parts, isAll: said.isAll };
	};
	const template = (content: string) =>
		`{% for m in messages %}<|{{ m.role }}|>${content}<|a|>{% endfor %}`;

	test("has the part of a special token that stands at its border", () => {
		const { text, parts } = saidOf(template("{{ m.content }}|>"), "Well? <|a");
		expect(text).toContain("<|user|>Well? <|a|>");
		expect(parts).toEqual(["Well?", "<|a"]);
	});

	test("may be changed by the template", () => {
		const { parts } = saidOf(
			template("{{ m.content | trim | replace('two', '2') }}"),
			"one two <|a|> three ",
		);
		expect(parts).toEqual(["one", "<|a|>", "three"]);
	});

	test("is told as long as no template looks for its special tokens", () => {
		const looks = template(
			"{% if '</think>' in m.content %}({{ m.content.split('</think>')[1] }}){% else %}{{ m.content }}{% endif %}",
		);
		expect(saidOf(looks, "x </think> y")).toMatchObject({ isAll: false });
		expect(saidOf(looks, "x <|a|> y")).toMatchObject({
			isAll: true,
			parts: ["x", "<|a|>", "y"],
		});
	});

	test("and is not looked for where no special token could be made of it", () => {
		expect(saidOf(template("{{ m.content }}"), "Well?").parts).toEqual([]);
	});
});
