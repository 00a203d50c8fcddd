import { optionName } from "../../core/errors.js";
import { BadInput } from "../../sources/source.js";

/** The reasons for records that are no conversations to train on, each with what it means. */
export const conversationReasons = {
	"no-conversation": "it has none of the fields that conversations are in",
	"no-messages": "its list of messages is empty, or no list",
	"bad-message": "a message is no object, or a field of it has a wrong type",
	"unknown-role": "a message has a role that nobody knows",
	"no-content": "a message has no content",
	"not-text": "a part of a message is no text",
	"no-template": "there is no chat template",
	"template-failed": "the chat template refuses it",
	"template-date": "the chat template wants a date",
	"message-dropped": "the chat template leaves a message out",
	"no-answer-found":
		"the chat template writes an answer where its beginning cannot be told",
	"masks-disagree":
		"the template's own marks and its generation prompt tell different answers",
	"nothing-to-train": "nothing of it is to be trained on",
	"special-token": "a special token stands in what it says",
	"arguments-quoted":
		"the chat template writes arguments that are a text as a text within quotation marks",
} as const;

export type ConversationReason = keyof typeof conversationReasons;

/** @param sentence What is wrong and what to do, without the place and the full stop. */
export function badConversation(
	reason: ConversationReason,
	sentence: string,
): BadInput {
	return new BadInput(reason, sentence);
}

/** What to do with a record that cannot be mended otherwise. */
export const orSkip = () =>
	`or give ${optionName("onError", "skip")} to leave such records out`;
