import { quoted } from "../../core/text.js";
import { isObject } from "../../core/values.js";
import {
	type Message,
	type Role,
	roles,
	type TextPart,
} from "./conversation.js";
import { parsePythonJson } from "./jinja/parse-json.js";
import { badConversation, orSkip } from "./reasons.js";

/** Names of roles in data sets, and the role that each is. */
const aliases: Readonly<Record<string, Role>> = {
	human: "user",
	gpt: "assistant",
	chatgpt: "assistant",
	bot: "assistant",
	model: "assistant",
	observation: "tool",
	function_response: "tool",
	tool_response: "tool",
};

/** Roles of messages whose text is a call of a tool. */
const calling = ["function_call", "tool_call"];

/** A value that may be JSON within a text, as tools often are. */
export function fromJson(value: unknown, what: string): unknown {
	if (typeof value !== "string" || value.trim() === "") return value;
	try {
		return parsePythonJson(value);
	} catch {
		throw badConversation(
			"bad-message",
			`${what} is a text that is no JSON: ${quoted(value)}. Fix the record, ${orSkip()}`,
		);
	}
}

/**
 * The messages of a list, in OpenAI's form (role, content) or ShareGPT's (from, value).
 * @param field What the list is called, for messages.
 * @throws BadInput `no-messages`, `bad-message`, `unknown-role`, `no-content`, `not-text`
 */
export function readMessages(list: unknown, field: string): Message[] {
	if (!Array.isArray(list) || list.length === 0)
		throw badConversation(
			"no-messages",
			`${quoted(field)} is ${Array.isArray(list) ? "an empty list" : "no list"}: it must hold messages, ${orSkip()}`,
		);
	return list.map((message, i) => readMessage(message, `message ${i + 1}`));
}

function readMessage(given: unknown, place: string): Message {
	if (!isObject(given))
		throw badConversation(
			"bad-message",
			`${place} is ${quoted(given)}, no object with a role and a content. Fix the record, ${orSkip()}`,
		);
	const isShareGpt = Object.hasOwn(given, "from");
	const { from, value, ...rest } = given;
	const message: Record<string, unknown> = isShareGpt
		? { ...rest, role: from, content: value }
		: { ...given };
	const { role: name } = message;
	if (typeof name === "string" && calling.includes(name))
		return callOf(message.content, place);
	const role = roleOf(name, place);
	if (message.tool_calls === null || isEmpty(message.tool_calls))
		delete message.tool_calls;
	if (message.tool_calls !== undefined)
		message.tool_calls = callsOf(message.tool_calls, place);
	if (message.content === null || message.content === undefined) {
		if (role !== "assistant" || message.tool_calls === undefined)
			throw badConversation(
				"no-content",
				`${place}, of the role ${role}, has ${message.content === null ? "null for a content" : "no content"}. Give it a text, which may be empty, ${orSkip()}`,
			);
		const { content: _, ...others } = message;
		return { ...others, role } as Message;
	}
	const content = contentOf(message.content, place);
	return { ...message, role, content } as Message;
}

const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;

function roleOf(name: unknown, place: string): Role {
	if (typeof name === "string") {
		if (Object.hasOwn(roles, name)) return name as Role;
		if (Object.hasOwn(aliases, name)) return aliases[name];
	}
	const known = [...Object.keys(roles), ...Object.keys(aliases), ...calling];
	throw badConversation(
		"unknown-role",
		`${place} has the role ${quoted(name)}: there are ${known.join(", ")}. Fix the record, ${orSkip()}`,
	);
}

function contentOf(content: unknown, place: string): string | TextPart[] {
	if (typeof content === "string") return content;
	if (!Array.isArray(content))
		throw badConversation(
			"no-content",
			`the content of ${place} is ${quoted(content)}: give a text or a list of parts, ${orSkip()}`,
		);
	return content.map((part, i) => {
		if (isObject(part) && part.type === "text" && typeof part.text === "string")
			return part as unknown as TextPart;
		const what =
			isObject(part) && typeof part.type === "string"
				? `of the type ${quoted(part.type)}`
				: quoted(part);
		throw badConversation(
			"not-text",
			`part ${i + 1} of ${place} is ${what}, and only texts can be trained on: give {"type": "text", "text": ...}, ${orSkip()}`,
		);
	});
}

function callsOf(calls: unknown, place: string): unknown[] {
	if (!Array.isArray(calls) || !calls.every(isObject))
		throw badConversation(
			"bad-message",
			`tool_calls of ${place} is no list of objects. Fix the record, ${orSkip()}`,
		);
	return calls;
}

/** A call as ShareGPT has it: JSON with a name and arguments, in the place of a content. */
function callOf(content: unknown, place: string): Message {
	const call = fromJson(content, `the call in ${place}`);
	const calls = Array.isArray(call) ? call : [call];
	if (
		calls.length === 0 ||
		!calls.every((each) => isObject(each) && typeof each.name === "string")
	)
		throw badConversation(
			"bad-message",
			`the call in ${place} is no object with a name and arguments. Fix the record, ${orSkip()}`,
		);
	return {
		role: "assistant",
		tool_calls: calls.map(({ name, arguments: given }) => ({
			type: "function",
			function: {
				name,
				arguments: fromJson(
					given ?? {},
					`what ${name} is called with in ${place}`,
				),
			},
		})),
	};
}
