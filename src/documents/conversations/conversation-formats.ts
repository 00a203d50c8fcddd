import { registry } from "../../core/registry.js";
import { quoted } from "../../core/text.js";
import { isObject } from "../../core/values.js";
import {
	type Conversation,
	continuation,
	type Example,
	type Message,
	type PlainText,
} from "./conversation.js";
import { fromJson, readMessages } from "./read-messages.js";
import { badConversation, orSkip } from "./reasons.js";

/** The fields of a record, by name. */
export type RecordFields = Readonly<Record<string, unknown>>;

/** How records hold conversations. A new way is an entry here. */
export interface ConversationFormat {
	readonly meaning: string;
	/** The fields that a record has where it is of this format, all of them. */
	readonly fields: readonly string[];
	/** Further fields that it may have. */
	readonly others: readonly string[];
	/**
	 * What a record holds: one example, or two where it is a pair of which one is preferred,
	 * that one first.
	 * @throws BadInput with one of `conversationReasons`
	 */
	read(record: RecordFields): Example[];
}

const besides = ["tools", "documents", "chat_template_kwargs"] as const;

/** Formats in the order in which they are looked for. */
export const conversationFormats = registry<string, ConversationFormat>(
	"conversation format",
	{
		preference: {
			meaning: "two answers, chosen and rejected, with a prompt or without",
			fields: ["chosen", "rejected"],
			others: ["prompt", ...besides],
			read: readPair,
		},
		prompt: {
			meaning: "a prompt and its completion, texts or lists of messages",
			fields: ["prompt", "completion"],
			others: besides,
			read: (record) => [
				continued(record.prompt, record.completion, "completion", record),
			],
		},
		segments: {
			meaning:
				"a text in segments, each with whether to train on it, as Axolotl has them",
			fields: ["segments"],
			others: [],
			read: (record) => [readSegments(record.segments)],
		},
		messages: {
			meaning: "a list of messages, as OpenAI has them",
			fields: ["messages"],
			others: besides,
			read: (record) => [
				conversation(readMessages(record.messages, "messages"), record),
			],
		},
		sharegpt: {
			meaning: "a list of messages with from and value, as ShareGPT has them",
			fields: ["conversations"],
			others: ["system", ...besides],
			read: (record) => [
				conversation(
					[
						...systemOf(record.system),
						...readMessages(record.conversations, "conversations"),
					],
					record,
				),
			],
		},
		alpaca: {
			meaning: "an instruction with its input and output, as Alpaca has them",
			fields: ["instruction", "output"],
			others: ["input", "system", "history", ...besides],
			read: (record) => [readAlpaca(record)],
		},
	},
);

/** All fields that any format looks at. */
export const conversationFields: readonly string[] = [
	...new Set(
		conversationFormats
			.entries()
			.flatMap(([, { fields, others }]) => [...fields, ...others]),
	),
];

const isThere = (record: RecordFields, field: string) =>
	record[field] !== undefined && record[field] !== null;

/**
 * Reads a record by the first format that it has all fields of.
 * @param format The format to read it by; null: what its fields tell.
 * @throws BadInput with one of `conversationReasons`
 */
export function readConversations(
	record: RecordFields,
	format: ConversationFormat | null,
): Example[] {
	const found =
		format ??
		conversationFormats
			.entries()
			.find(([, { fields }]) =>
				fields.every((field) => isThere(record, field)),
			)?.[1];
	const missing = found?.fields.filter((field) => !isThere(record, field));
	if (found === undefined || missing === undefined || missing.length > 0) {
		const wanted = (format === null ? conversationFormats.entries() : [])
			.map(([, { fields }]) => fields.join(" and "))
			.join(", or ");
		throw badConversation(
			"no-conversation",
			`the record has no ${missing?.join(" and ") ?? wanted}. Fix it, ${orSkip()}`,
		);
	}
	return found.read(record);
}

function conversation(
	messages: Message[],
	record: RecordFields,
	promptMessages: number | null = null,
): Conversation {
	const list = (name: string): unknown[] | null => {
		const value = fromJson(record[name], quoted(name));
		if (value === null || value === undefined || value === "") return null;
		if (Array.isArray(value) && value.every(isObject))
			return value.length === 0 ? null : value;
		throw badConversation(
			"bad-message",
			`${quoted(name)} is no list of objects. Fix the record, ${orSkip()}`,
		);
	};
	const variables = fromJson(
		record.chat_template_kwargs,
		'"chat_template_kwargs"',
	);
	return {
		messages,
		tools: list("tools"),
		documents: list("documents"),
		variables: isObject(variables) ? variables : {},
		promptMessages,
	};
}

/** A prompt and what follows it, both texts or both lists of messages. */
function continued(
	prompt: unknown,
	rest: unknown,
	field: string,
	record: RecordFields,
): Example {
	if (typeof prompt === "string" && typeof rest === "string")
		return continuation(prompt, rest);
	if (!Array.isArray(prompt) || !Array.isArray(rest))
		throw badConversation(
			"bad-message",
			`"prompt" and ${quoted(field)} must be two texts or two lists of messages. Fix the record, ${orSkip()}`,
		);
	const before = readMessages(prompt, "prompt");
	return conversation(
		[...before, ...readMessages(rest, field)],
		record,
		before.length,
	);
}

function readSegments(value: unknown): Example {
	const segments = fromJson(value, '"segments"');
	if (!Array.isArray(segments) || segments.length === 0)
		throw badConversation(
			"no-messages",
			`"segments" is ${quoted(segments)}, no list of segments. Fix the record, ${orSkip()}`,
		);
	const texts = segments.map((segment, i): PlainText => {
		const { text, label } = isObject(segment) ? segment : {};
		if (typeof text === "string" && typeof label === "boolean")
			return { text, isAnswer: label };
		throw badConversation(
			"bad-message",
			`segment ${i + 1} has no text, or no label that is true or false. Fix the record, ${orSkip()}`,
		);
	});
	return { texts };
}

function readPair(record: RecordFields): Example[] {
	const { prompt, chosen, rejected } = record;
	if (isThere(record, "prompt"))
		return [
			continued(prompt, chosen, "chosen", record),
			continued(prompt, rejected, "rejected", record),
		];
	if (typeof chosen === "string" && typeof rejected === "string") {
		const shared = sharedStart(chosen, rejected);
		return [chosen, rejected].map((text) =>
			continuation(text.slice(0, shared), text.slice(shared)),
		);
	}
	const both = [
		readMessages(chosen, "chosen"),
		readMessages(rejected, "rejected"),
	];
	let shared = 0;
	while (
		shared < Math.min(both[0].length, both[1].length) - 1 &&
		JSON.stringify(both[0][shared]) === JSON.stringify(both[1][shared])
	)
		shared++;
	return both.map((messages) => conversation(messages, record, shared));
}

/** How long what two texts begin with is; a space before where they part is not in it, as in TRL. */
function sharedStart(a: string, b: string): number {
	let shared = 0;
	while (shared < Math.min(a.length, b.length) && a[shared] === b[shared])
		shared++;
	return shared > 0 && a[shared - 1] === " " ? shared - 1 : shared;
}

function systemOf(system: unknown): Message[] {
	return typeof system === "string" && system !== ""
		? [{ role: "system", content: system }]
		: [];
}

function readAlpaca(record: RecordFields): Example {
	const text = (field: string): string => {
		const value = record[field];
		if (value === undefined || value === null) return "";
		if (typeof value === "string") return value;
		throw badConversation(
			"no-content",
			`${quoted(field)} is ${quoted(value)}, no text. Fix the record, ${orSkip()}`,
		);
	};
	const history = record.history ?? [];
	if (!Array.isArray(history) || !history.every(isExchange))
		throw badConversation(
			"bad-message",
			`"history" is no list of pairs of a question and an answer. Fix the record, ${orSkip()}`,
		);
	const input = text("input");
	const messages: Message[] = [
		...systemOf(record.system),
		...history.flatMap(([question, answer]): Message[] => [
			{ role: "user", content: question },
			{ role: "assistant", content: answer },
		]),
		{
			role: "user",
			content: text("instruction") + (input === "" ? "" : `\n${input}`),
		},
		{ role: "assistant", content: text("output") },
	];
	return conversation(messages, record, messages.length - 1);
}

const isExchange = (value: unknown): value is [string, string] =>
	Array.isArray(value) &&
	value.length === 2 &&
	value.every((each) => typeof each === "string");
