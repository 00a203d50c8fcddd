import { loadTokenizer } from "seqpack";
import { describe, expect, test } from "vitest";
import { Uint8Buffer } from "../../../src/core/buffers.js";
import { IntListsBuilder } from "../../../src/core/int-lists.js";
import { markTokens } from "../../../src/documents/mark-tokens.js";
import { BadInput } from "../../../src/sources/source.js";
import type { Tokenizer } from "../../../src/tokenizer/tokenizer.js";
import { everything } from "../../helpers.js";
import {
	inputOf,
	modelsOf,
	openTemplate,
	type RecordedConversation,
	recorded,
	render,
	textsOf,
	utf16,
} from "./recorded.js";

/** Every day the tokens of two tokenizers: large ones take a second each to load. */
const daily = ["qwen3", "llama2"];
const tokenizers = new Map<string, Tokenizer>();

/** The tokenizer of a model, loaded once; null for those that are for `npm run test:everything`. */
async function tokenizerOf(name: string): Promise<Tokenizer | null> {
	if (!everything && !daily.includes(name)) return null;
	const known = tokenizers.get(name);
	if (known !== undefined) return known;
	const loaded = await loadTokenizer(modelsOf(name));
	tokenizers.set(name, loaded);
	return loaded;
}

/** The tokens of a text, and its mask as builds make it. */
function encode(tokenizer: Tokenizer, text: string, spans: number[]) {
	const bytes = (start: number, end: number) =>
		Buffer.byteLength(text.slice(start, end));
	const places = Int32Array.from(spans, (place) => bytes(0, place));
	const ids = tokenizer.encode(text);
	const lossMask = new Uint8Buffer();
	markTokens(
		tokenizer,
		Buffer.from(text),
		ids,
		0,
		{ trained: places, turns: new Int32Array() },
		{ lossMask, cuts: new IntListsBuilder() },
	);
	return { ids: Array.from(ids), mask: lossMask.view().join("") };
}

/** Whether contents that are lists of parts come out as lists of Python: seqpack gives texts there. */
const isGarbled = (conversation: RecordedConversation, text: string) =>
	conversation.messages.some(({ content }) => Array.isArray(content)) &&
	!(text.includes("I am a small machine") && !/['"]type['"]/.test(text));

const names = Object.keys(recorded.templates);

describe.each(names)("the chat template %s", (name) => {
	const { tokenizer: package_, recorded: known } = recorded.templates[name];
	const { template, eos } = openTemplate(name);
	const cases = Object.entries(recorded.conversations);

	test("gives the text that transformers gives, or refuses what it refuses", () => {
		for (const [title, conversation] of cases) {
			const wanted = known[title];
			const rendered = () =>
				template.render(
					inputOf(conversation),
					conversation.add_generation_prompt === true,
				).text;
			if (wanted.error === undefined)
				expect(rendered(), title).toBe(wanted.text);
			else expect(rendered, title).toThrow(BadInput);
		}
	});

	test("gives its tokens, and its mask where the template has marks", async () => {
		const tokenizer = await tokenizerOf(package_);
		if (tokenizer === null) return;
		for (const [title, conversation] of cases) {
			const { error, text, ids, mask } = known[title];
			if (error !== undefined) continue;
			const { generated } = template.render(
				inputOf(conversation),
				conversation.add_generation_prompt === true,
			);
			const encoded = encode(tokenizer, text, generated);
			expect(encoded.ids, title).toEqual(ids);
			if (mask !== undefined) expect(encoded.mask, title).toBe(mask);
		}
	});

	test("gives the answers that prefixes tell, and their mask", async () => {
		const tokenizer = await tokenizerOf(package_);
		let found = 0;
		for (const [title, conversation] of cases) {
			const { spans, text, spans_mask } = known[title];
			if (spans === undefined || spans === null) continue;
			if (isGarbled(conversation, text)) continue;
			const wanted = utf16(text, spans.flat());
			if (tokenizer !== null)
				expect(encode(tokenizer, text, wanted).mask, title).toBe(spans_mask);
			let rendered: ReturnType<typeof render>;
			try {
				rendered = render(template, conversation, "assistant", eos);
			} catch (error) {
				expect((error as BadInput).reason, title).toMatch(
					/^(message-dropped|arguments-quoted|nothing-to-train)$/,
				);
				continue;
			}
			found++;
			expect(textsOf(text, rendered.spans), title).toEqual(
				textsOf(text, wanted)
					.map(withoutSupplied)
					.filter((answer) => answer !== ""),
			);
		}
		expect(found).toBeGreaterThan(3);
	});

	/** Without what the template wrote and no record holds: an empty thinking, and the EOS that Phi's has at the end of all. */
	function withoutSupplied(answer: string): string {
		const text = answer.replace(/^\s*<think>\s*<\/think>\s*/, "");
		return name.startsWith("phi") && text.endsWith(`\n${eos}`)
			? text.slice(0, -1 - eos.length)
			: text;
	}
});

test("Two ways to find answers agree for templates with marks", () => {
	for (const name of names) {
		const { template, eos } = openTemplate(name);
		if (!template.marksGeneration) continue;
		for (const [title, conversation] of Object.entries(
			recorded.conversations,
		)) {
			if (recorded.templates[name].recorded[title].error !== undefined)
				continue;
			try {
				render(template, conversation, "assistant", eos);
			} catch (error) {
				expect((error as BadInput).reason, `${name}, ${title}`).toMatch(
					/^(message-dropped|arguments-quoted|nothing-to-train)$/,
				);
			}
		}
	}
});
