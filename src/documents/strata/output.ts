import { strippedThinking } from "../conversations/answers.js";
import {
	type Example,
	isPlain,
	type Message,
} from "../conversations/conversation.js";

/** The text of the last answer, without its thinking; empty where there is none. */
export function outputOf(example: Example): string {
	if (isPlain(example))
		return example.texts.findLast(({ isAnswer }) => isAnswer)?.text ?? "";
	const answer = example.messages.findLast(isAnswer);
	return answer === undefined ? "" : strippedThinking(answer);
}

/** The same with a tag before the text of its last answer, and after its thinking. */
export function withTag<T extends Example>(example: T, tag: string): T {
	if (isPlain(example)) {
		const own = example.texts.findLastIndex(({ isAnswer }) => isAnswer);
		const texts = example.texts.map((part, i) =>
			i === own ? { ...part, text: tag + part.text } : part,
		);
		return { ...example, texts };
	}
	const last = example.messages.findLastIndex(isAnswer);
	return {
		...example,
		messages: example.messages.map((message, i) =>
			i === last ? { ...message, content: tagged(message, tag) } : message,
		),
	};
}

const isAnswer = ({ role }: Message) => role === "assistant";

function tagged(
	{ content = "" }: Message,
	tag: string,
): NonNullable<Message["content"]> {
	if (typeof content === "string") return afterThinking(content, tag);
	const thought = content.findLastIndex(({ text }) => text.includes(END));
	const at = Math.max(0, thought);
	return content.map((part, i) =>
		i === at ? { ...part, text: afterThinking(part.text, tag) } : part,
	);
}

const END = "</think>";

function afterThinking(text: string, tag: string): string {
	const end = text.lastIndexOf(END);
	if (end === -1) return tag + text;
	const rest = text.slice(end + END.length);
	const answer = rest.trimStart();
	return text.slice(0, text.length - answer.length) + tag + answer;
}
