import { optionName } from "../../core/errors.js";
import { BadInput } from "../../sources/source.js";

/** The reasons for records that are no conversations to train on, each with what it means. */
export const conversationReasons = {
	"no-conversation":
		"the record has none of the fields that hold conversations",
	"no-messages": "the record's messages are an empty list, or no list",
	"bad-message": "a message is no object, or a field of it has a wrong type",
	"unknown-role": "a message has an unknown role",
	"no-content": "a message has no content",
	"not-text": "a part of a message is no text",
	"no-template": "there is no chat template",
	"template-failed": "the chat template refuses the conversation",
	"template-date": "the chat template needs a date",
	"message-dropped": "the chat template leaves a message out",
	"no-answer-found":
		"the chat template writes an answer whose beginning cannot be found",
	"masks-disagree":
		"the template's own marks and its generation prompt disagree on the answers",
	"nothing-to-train": "the record has nothing to train on",
	"special-token": "a special token occurs in a message",
	"arguments-quoted":
		"the chat template puts arguments in quotation marks, because they are given as a text",
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
