import { quoted, shortened } from "../../core/text.js";
import {
	type EndTokens,
	findAnswers,
	leavesOut,
	PROBE,
	regionsOf,
	type Stretch,
	strippedThinking,
	thinkingOf,
} from "./answers.js";
import type {
	ChatTemplate,
	MessageValue,
	TemplateInput,
} from "./chat-template.js";
import {
	type Conversation,
	contentText,
	type Example,
	isPlain,
	type Message,
	type PlainExample,
} from "./conversation.js";
import { toJson } from "./jinja/json.js";
import { toValue } from "./jinja/to-value.js";
import type { Value } from "./jinja/values.js";
import type { Answer, LossChoice } from "./loss.js";
import { checkMarks } from "./marks.js";
import { messageValue } from "./message-values.js";
import { badConversation, orSkip } from "./reasons.js";
import { NOTHING_SAID, type Said, type SaidFinder } from "./said.js";

/**
 * A conversation as a text. Special tokens are in it as the template writes them, BOS too:
 * encode it as it is, and add none. Places are UTF-16 offsets into the text.
 */
export interface RenderedConversation {
	text: string;
	/** Pairs of a beginning and an end: what to train on, in order and apart from each other. */
	spans: Int32Array;
	/**
	 * Where a prompt begins that answers follow, in order: the only places where the text may be
	 * cut. What is before the first, such as a system message, belongs to all of them. Empty
	 * where the template does not tell.
	 */
	turns: Int32Array;
	/** Where each message ends; -1 where the template does not tell, as of a system message that it puts elsewhere. */
	messageEnds: Int32Array;
	/** The messages that are answers of the model. */
	answers: number;
	/** Answers whose thinking is in the record and not in the text: templates leave out that of earlier turns. */
	withoutThinking: number;
	/** Answers after which the template writes no token that ends a turn, so that the model does not learn to stop. */
	withoutEnd: number;
	/** What of the text the record says. */
	said: Said;
}

export interface RenderSettings {
	/** Null where there is none: then only texts can be rendered. */
	template: ChatTemplate | null;
	loss: LossChoice;
	endTokens: EndTokens;
	/** Finds what the record says; null: there are no special tokens. */
	said?: SaidFinder | null;
}

/**
 * Makes a text of a conversation, and finds what of it to train on.
 * @throws BadInput with one of `conversationReasons`
 */
export function renderExample(
	example: Example,
	settings: RenderSettings,
): RenderedConversation {
	if (isPlain(example)) return renderPlain(example, settings);
	const { template } = settings;
	if (template === null)
		throw badConversation(
			"no-template",
			`the tokenizer has no chat template to render a conversation with: give a directory whose tokenizer_config.json has one, or a chat_template.jinja beside it`,
		);
	return renderConversation(example, template, settings);
}

function renderPlain(
	{ texts }: PlainExample,
	{ loss, said }: RenderSettings,
): RenderedConversation {
	let text = "";
	const answers: Answer[] = [];
	const messageEnds = texts.map((part, message) => {
		const start = text.length;
		text += part.text;
		if (part.isAnswer) answers.push({ message, start, end: text.length });
		return text.length;
	});
	const chosen = loss.choose({
		messages: texts.map(({ text, isAnswer }) => ({
			role: isAnswer ? "assistant" : "user",
			content: text,
		})),
		promptMessages: texts.findIndex(({ isAnswer }) => isAnswer),
		answers,
	});
	return {
		text,
		spans: trained(chosen ?? [{ start: 0, end: text.length }]),
		turns: Int32Array.of(0),
		messageEnds: Int32Array.from(messageEnds),
		answers: answers.length,
		withoutThinking: 0,
		withoutEnd: 0,
		said: said?.mayMake(text)
			? { spans: Int32Array.of(0, text.length), isAll: true }
			: NOTHING_SAID,
	};
}

function renderConversation(
	conversation: Conversation,
	template: ChatTemplate,
	{ loss, endTokens, said }: RenderSettings,
): RenderedConversation {
	const { tools, documents, variables } = conversation;
	const messages = template.takesParts
		? conversation.messages
		: conversation.messages.map(withoutParts);
	const input: TemplateInput = {
		messages: messages.map(messageValue),
		tools: toValue(tools),
		documents: toValue(documents),
		variables: Object.entries(variables).map(([name, value]) => [
			name,
			toValue(value),
		]),
	};
	const out = template.render(input, false);
	const { text, generated } = out;
	const regions = regionsOf(out, messages.length);
	requireMessages(template, input, messages, text, regions);
	const { answers, headers, withoutEnd } = findAnswers(
		template,
		input,
		messages,
		out,
		regions,
		endTokens,
	);
	if (generated.length > 0)
		checkMarks(text, generated, answers, headers, endTokens.eos);
	const promptMessages = conversation.promptMessages ?? afterLastUser(messages);
	const chosen = loss.choose({ messages, promptMessages, answers });
	return {
		text,
		spans: trained(chosen ?? [{ message: 0, start: 0, end: text.length }]),
		turns: turnsOf(messages, regions),
		messageEnds: Int32Array.from(regions, (region) => region?.end ?? -1),
		answers: answers.length,
		withoutThinking: answers.filter(({ message }) => {
			const thinking = thinkingOf(messages[message]);
			const { start, end } = regions[message] ?? { start: 0, end: text.length };
			return thinking !== "" && !isWithin(text, thinking, start, end);
		}).length,
		withoutEnd,
		said: said?.find(template, input, text) ?? NOTHING_SAID,
	};
}

function trained(answers: readonly Stretch[]): Int32Array {
	const spans = answers
		.filter(({ start, end }) => end > start)
		.flatMap(({ start, end }) => [start, end]);
	if (spans.length === 0)
		throw badConversation(
			"nothing-to-train",
			`nothing of it is to be trained on: no message is chosen that the model wrote. Fix the record, ${orSkip()}`,
		);
	return Int32Array.from(spans);
}

const withoutParts = (message: Message): Message =>
	message.content === undefined || typeof message.content === "string"
		? message
		: { ...message, content: contentText(message) };

const afterLastUser = (messages: readonly Message[]) =>
	messages.findLastIndex(({ role }) => role === "user") + 1;

/** Where groups of messages begin: at what comes after an answer, or the first of a user. */
function turnsOf(
	messages: readonly Message[],
	regions: readonly (Stretch | null)[],
): Int32Array {
	const turns: number[] = [];
	let isOpen = false;
	for (const [i, { role }] of messages.entries()) {
		const region = regions[i];
		const begins = role === "user" || (turns.length > 0 && isPreface(role));
		if (begins && !isOpen) {
			if (region === null) return new Int32Array();
			turns.push(region.start);
			isOpen = true;
		} else if (!isPreface(role) && role !== "user") isOpen = false;
	}
	return Int32Array.from(turns);
}

const isPreface = (role: string) => role === "system" || role === "developer";

const isWithin = (text: string, part: string, start: number, end: number) => {
	const at = text.indexOf(part, start);
	return at !== -1 && at + part.length <= end;
};

/** Contents shorter than this may be found in a text by chance. */
const TELLING = 24;

/** @throws BadInput `message-dropped`, `arguments-quoted` */
function requireMessages(
	template: ChatTemplate,
	input: TemplateInput,
	messages: readonly Message[],
	text: string,
	regions: readonly (Stretch | null)[],
): void {
	for (const [i, message] of messages.entries()) {
		const region = regions[i];
		const content = strippedThinking(message).trim();
		const mayBeChance = region === null && content.length < TELLING;
		if (
			content !== "" &&
			(mayBeChance || leavesOut(message, text, region)) &&
			!showsProbe(template, input, i)
		)
			throw badConversation(
				"message-dropped",
				`the chat template leaves out message ${i + 1}, of the role ${message.role}: ${quoted(content)} is nowhere in the text. Give a template that writes it, ${orSkip()}`,
			);
		for (const call of message.tool_calls ?? [])
			requireCall(call, i, text, region);
	}
}

function requireCall(
	call: unknown,
	message: number,
	text: string,
	region: Stretch | null,
): void {
	const { function: inner, ...rest } = call as {
		function?: Record<string, unknown>;
	};
	const { name, arguments: given } = (inner ?? rest) as Record<string, unknown>;
	const { start, end } = region ?? { start: 0, end: text.length };
	if (typeof name === "string" && !isWithin(text, name, start, end))
		throw badConversation(
			"message-dropped",
			`the chat template leaves out the call of ${shortened(name)} in message ${message + 1}. Give a template that writes calls of tools, ${orSkip()}`,
		);
	if (
		typeof given === "string" &&
		given.trim().startsWith("{") &&
		isWithin(text, toJson(given), start, end)
	)
		throw badConversation(
			"arguments-quoted",
			`the arguments of ${quoted(name)} in message ${message + 1} are a text, and the chat template would write it within quotation marks: give an object instead`,
		);
}

/** Whether another content of a message shows in the text: the template may have changed the content. */
function showsProbe(
	template: ChatTemplate,
	input: TemplateInput,
	message: number,
): boolean {
	const messages: MessageValue[] = [...input.messages];
	const changed = new Map<Value, Value>(messages[message]);
	changed.set("content", PROBE);
	messages[message] = changed;
	try {
		return template.render({ ...input, messages }, false).text.includes(PROBE);
	} catch {
		return false;
	}
}
